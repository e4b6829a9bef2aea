//! A transaction on a borrowed connection: this file is about what the engine's closures read and write through.

use std::{future::Future, sync::Arc};

use canvass_model::{id::TenantId, response::Accepted};
use deadpool_postgres::{Object, Pool};
use tokio::runtime::Handle;
use tokio_postgres::{SimpleQueryMessage, error::SqlState, types::ToSql};

use super::{
    super::{Row, Session, Value},
    columns::Columns,
    failure::{self, Server},
    value,
};
use crate::Error;

/// The pool of one node, spoken to from blocking threads.
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) pool: Pool,
    pub(super) server: Arc<Server>,
    pub(super) runtime: Handle,
}

/// An open transaction. Dropped before its end it takes the connection with it, which rolls it back.
pub(super) struct Lent<'a> {
    connections: &'a Connections,
    client: Option<Object>,
    /// The statement that failed since the last savepoint: until its return the server refuses every other.
    failed: Option<Failed>,
    has_savepoint: bool,
}

/// How a statement failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// The server refused it with this code.
    Refused(SqlState),
    /// The server did not get it, or its answer did not come.
    Lost,
}

impl Connections {
    /// Waits for `future` on this blocking thread.
    #[expect(clippy::disallowed_methods, reason = "the engine is called on blocking threads, never on the runtime's")]
    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Opens a transaction with the statements in `opening`, in one round trip. Answers how many rows they gave, too.
    pub(super) fn begin(&self, opening: &str) -> Result<(Lent<'_>, usize), Error> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let client = self.wait(self.pool.get()).map_err(|error| self.server.explain_pool(error))?;
            match self.wait(client.simple_query(opening)) {
                Ok(messages) => {
                    return Ok((
                        Lent { connections: self, client: Some(client), failed: None, has_savepoint: false },
                        rows(&messages),
                    ));
                }
                Err(error) => {
                    drop(Object::take(client));
                    // A connection that broke while it lay in the pool began nothing.
                    if error.as_db_error().is_some() || BEGIN_ATTEMPTS_MAX <= attempts {
                        return Err(self.server.explain(&error));
                    }
                }
            }
        }
    }

    /// Opens a transaction that sees one state of `tenant`'s rows and changes nothing.
    pub(super) fn begin_reading(&self, tenant: TenantId) -> Result<Lent<'_>, Error> {
        let opening = format!(
            "begin isolation level repeatable read read only; select set_config('canvass.tenant', '{tenant}', true)"
        );
        Ok(self.begin(&opening)?.0)
    }

    /// Opens a transaction that writes to `tenant`, after all others that do.
    pub(super) fn begin_writing(&self, tenant: TenantId) -> Result<Lent<'_>, Error> {
        let (mut lent, rows) = self.begin(&format!("begin; {}", entrance(tenant)))?;
        lent.settle_in(rows)?;
        Ok(lent)
    }
}

/// The statements that make `tenant` the tenant of all that follows and wait until no other writes to it.
fn entrance(tenant: TenantId) -> String {
    format!("select set_config('canvass.tenant', '{tenant}', true); select tenant from writer for update")
}

fn rows(messages: &[SimpleQueryMessage]) -> usize {
    messages.iter().filter(|it| matches!(it, SimpleQueryMessage::Row(_))).count()
}

/// Connections that may be found broken one after the other before the server counts as gone.
const BEGIN_ATTEMPTS_MAX: u32 = 3;
/// What an entrance answers when the tenant's row to lock is there: the setting and the row.
const ENTRANCE_ROWS: usize = 2;

impl Lent<'_> {
    /// Whether another try of the whole transaction may succeed, as others were in the way of this one.
    pub(super) fn is_transient(&self) -> bool {
        matches!(&self.failed, Some(Failed::Refused(code)) if failure::is_transient(code))
    }

    /// Whether a statement failed over its data and always will.
    pub(super) fn is_about_data(&self) -> bool {
        matches!(&self.failed, Some(Failed::Refused(code)) if failure::is_about_data(code))
    }

    /// Runs statements that answer nothing, in one round trip.
    pub(super) fn run(&mut self, sql: &str) -> Result<(), Error> {
        let done = self.connections.wait(self.client()?.batch_execute(sql));
        self.note(done)
    }

    /// Goes back to the savepoint: what failed since is forgotten.
    pub(super) fn return_to_savepoint(&mut self) -> Result<(), Error> {
        self.run("rollback to savepoint share")?;
        self.failed = None;
        Ok(())
    }

    /// Makes `tenant` the tenant of all that follows, after all others that write to it, with a savepoint to return to.
    pub(super) fn enter(&mut self, tenant: TenantId) -> Result<(), Error> {
        let leave = if self.has_savepoint { "release savepoint share; " } else { "" };
        let rows = self.count_rows(&format!("{leave}{}; savepoint share", entrance(tenant)))?;
        self.has_savepoint = true;
        self.settle_in(rows)?;
        if rows < ENTRANCE_ROWS { self.move_savepoint() } else { Ok(()) }
    }

    /// Makes `tenant` the tenant of all that follows, beside whoever writes to it: for rows that nobody else touches.
    pub(super) fn speak_for(&mut self, tenant: TenantId) -> Result<(), Error> {
        self.run(&format!("select set_config('canvass.tenant', '{tenant}', true)"))
    }

    /// Keeps what was done since [`enter`](Self::enter), whatever fails later.
    pub(super) fn move_savepoint(&mut self) -> Result<(), Error> {
        self.run("release savepoint share; savepoint share")
    }

    /// Makes the row that a tenant's writers lock, when the entrance found none.
    fn settle_in(&mut self, entrance_rows: usize) -> Result<(), Error> {
        if entrance_rows < ENTRANCE_ROWS {
            self.run("insert into writer default values on conflict (tenant) do update set tenant = excluded.tenant")?;
        }
        Ok(())
    }

    /// Ends the transaction for good. An error may mean that the server committed and could not say so.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        if self.failed.is_some() {
            return Err(Error::engine("a statement failed and its error was ignored; nothing was stored"));
        }
        self.run("commit")?;
        self.client = None;
        Ok(())
    }

    /// Undoes the transaction, unless it was committed. A connection that is of no more use is closed.
    pub(super) fn roll_back(&mut self) {
        if self.client.is_none() {
            return;
        }
        let is_useful = match &self.failed {
            None => true,
            Some(Failed::Refused(code)) => !failure::is_about_connection(code),
            Some(Failed::Lost) => false,
        };
        if is_useful && self.run("rollback").is_ok() {
            self.client = None;
        }
    }

    fn count_rows(&mut self, sql: &str) -> Result<usize, Error> {
        let messages = self.connections.wait(self.client()?.simple_query(sql));
        Ok(rows(&self.note(messages)?))
    }

    fn client(&self) -> Result<&Object, Error> {
        self.client.as_ref().ok_or_else(failure::closed)
    }

    fn note<T>(&mut self, result: Result<T, tokio_postgres::Error>) -> Result<T, Error> {
        result.map_err(|error| {
            // What fails because something failed before tells nothing new.
            if self.failed.is_none() {
                self.failed = Some(error.code().map_or(Failed::Lost, |code| Failed::Refused(code.clone())));
            }
            self.connections.server.explain(&error)
        })
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

impl Session for Lent<'_> {
    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Error> {
        let client = self.client()?;
        let done = self.connections.wait(async {
            let statement = client.prepare_cached(sql).await?;
            client.execute_raw(&statement, args).await
        });
        self.note(done)
    }

    fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, Error> {
        let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|it| it as _).collect();
        self.query_as(sql, &args)
    }

    fn insert_responses(&mut self, responses: &[Accepted]) -> Result<Vec<bool>, Error> {
        let sql = "insert into response (id, survey, version, received_at, source, answers)
            select id, survey, version, received_at, source, answers
            from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
                with ordinality as t (id, survey, version, received_at, source, answers, nth)
            where not exists (select from sealed s where s.id = decode(replace(t.id, '-', ''), 'hex'))
            order by nth
            on conflict (tenant, id) do nothing
            returning id";
        let columns = Columns::of(responses.iter());
        let stored = self.query_as(sql, &columns.args())?;
        Ok(columns.which_are_new(stored))
    }
}

impl Lent<'_> {
    /// Runs a query with parameters of any type.
    pub(super) fn query_as(&mut self, sql: &str, args: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        let client = self.client()?;
        let rows = self.connections.wait(async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, args).await
        });
        self.note(rows)?.iter().map(value::decode).collect()
    }
}
