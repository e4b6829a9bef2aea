//! The seam between Canvass and a database engine: this file is about the few verbs each engine must speak.

use std::{future::Future, pin::Pin, sync::Arc};

use canvass_model::{
    id::{ContentId, ResponseId, TenantId},
    plan::Lane,
    response::Accepted,
};

use crate::{
    Error, Settings,
    intake::{Applied, Backlog, Receipt},
};

mod postgres;
mod sqlite;

/// Opens the engine the settings name, with its directory at the newest version and its intake ready.
pub(crate) async fn open(settings: &Settings) -> Result<Arc<dyn Engine>, Error> {
    match settings {
        Settings::Embedded { folder, open_tenants_max } => sqlite::open(folder, *open_tenants_max).await,
        Settings::Postgres { url, connections_max } => postgres::open(url, *connections_max).await,
    }
}

/// One stored value. Both engines speak exactly these.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// One row, in column order.
pub(crate) type Row = Vec<Value>;

/// Bytes of one piece of a content: what an upload or a download holds in memory.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// Whether a transaction may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// What the body of a transaction asks for at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    RollBack,
}

/// The body of a transaction. An engine may call it again after a serialization failure or a busy database.
pub(crate) type Work<'a> = dyn FnMut(&mut dyn Session) -> Result<End, Error> + 'a;

/// What applies one tenant's share of an intake batch, inside one transaction of that tenant.
pub(crate) type Apply<'a> = dyn FnMut(TenantId, &mut dyn Session, &[Accepted]) -> Result<(), Error> + 'a;

/// A future an engine hands out.
pub(crate) type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// An open transaction. Parameters are written `$1`, `$2`, … in both dialects. After an error it can only be given up:
/// PostgreSQL refuses whatever follows.
pub(crate) trait Session {
    /// Runs a statement; answers how many rows it touched.
    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Error>;

    /// Runs a query; answers all rows, so every query bounds its own.
    fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, Error>;

    /// Stores responses in bulk, passing over those whose id is there already; answers, for each, whether it is new.
    fn insert_responses(&mut self, responses: &[Accepted]) -> Result<Vec<bool>, Error>;
}

/// Where tenants, the directory and the intake live. Blocking: called from blocking threads only, `append` excepted.
pub(crate) trait Engine: Send + Sync {
    /// Makes a tenant's database as a copy of the template. Doing it again changes nothing.
    fn create_tenant(&self, tenant: TenantId) -> Result<(), Error>;

    /// Removes everything of a tenant's database. Doing it again changes nothing.
    fn remove_tenant(&self, tenant: TenantId) -> Result<(), Error>;

    /// Runs `work` in one transaction of a tenant's database.
    fn with_tenant(&self, tenant: TenantId, mode: Mode, work: &mut Work<'_>) -> Result<(), Error>;

    /// Runs `work` in one transaction of the directory.
    fn with_directory(&self, mode: Mode, work: &mut Work<'_>) -> Result<(), Error>;

    /// Makes responses durable in a lane; resolves when they are, and says for each whether it waits there already.
    fn append(&self, tenant: TenantId, lane: Lane, records: Vec<Accepted>) -> Later<Result<Vec<Receipt>, Error>>;

    /// Whether a response waits in the intake, not yet applied.
    fn is_waiting(&self, tenant: TenantId, response: ResponseId) -> Result<bool, Error>;

    /// Takes at most `records_max` accepted responses of a lane, fair between tenants, and lends them to `apply`, tenant
    /// by tenant, each in one transaction that also records them as taken: exactly once. A tenant whose `apply` fails is
    /// retried record by record; a record that still fails becomes a dead letter.
    fn apply(&self, lane: Lane, records_max: usize, apply: &mut Apply<'_>) -> Result<Applied, Error>;

    /// How much waits in a lane.
    fn backlog(&self, lane: Lane) -> Result<Backlog, Error>;

    /// Adds a piece to a content on its way in: `nth` counts from 0, and every piece but the last has [`CHUNK_BYTES`]. The
    /// last may be stored again with more in it.
    /// Contents are bytes that files are made of, apart from the tenant's database; object storage would stand here.
    fn store_chunk(&self, tenant: TenantId, content: ContentId, nth: u64, bytes: &[u8]) -> Result<(), Error>;

    /// Makes a content durable whose pieces are all stored; only then may a row name it.
    fn keep_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error>;

    /// Makes the pieces durable that are stored so far of a content on its way in.
    fn keep_chunks(&self, tenant: TenantId, content: ContentId) -> Result<(), Error>;

    /// Goes back to the first `bytes` of a content on its way in, as if no more had been stored; `false` when there are
    /// fewer.
    fn cut_chunks(&self, tenant: TenantId, content: ContentId, bytes: u64) -> Result<bool, Error>;

    /// Like [`read_content`](Self::read_content), of a content on its way in.
    fn read_chunks(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error>;

    /// Some bytes of a content from `from` on, at most [`CHUNK_BYTES`]; none at its end, `None` when it is not there.
    fn read_content(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error>;

    /// Removes a content, whole or not. Doing it again changes nothing.
    fn remove_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error>;

    /// Every content there are bytes of, whole or not, the oldest first.
    fn list_contents(&self, tenant: TenantId) -> Result<Vec<ContentId>, Error>;

    /// Brings every tenant's database to the newest version, telling `progress` (done, of how many).
    fn migrate(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error>;

    /// Reads every tenant's database from end to end and tells of each that is damaged, and how.
    fn examine(&self, tell: &mut dyn FnMut(TenantId, String)) -> Result<(), Error>;

    /// Whether other processes may change the data: then caches must look again every second.
    fn is_shared(&self) -> bool;

    /// Whether the store answers.
    fn check(&self) -> Result<(), Error>;

    /// Names the program that keeps the data, its version and as whom it is used, without secrets.
    fn describe(&self) -> Result<String, Error>;

    /// Takes no more responses, makes everything durable and lets go of files and connections.
    fn close(&self);
}
