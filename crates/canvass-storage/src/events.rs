//! What happened: this file is about the audit log of one tenant, appended to and never changed.

use canvass_model::{event::Event, member::Actor, time::Timestamp};

use crate::{Error, ReadTx, Tx, decode, engine::Value};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub position: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// Records that `by` caused `event` now.
pub fn insert(tx: &mut Tx<'_>, by: &Actor, event: &Event) -> Result<(), Error> {
    let row = [tx.now().into(), decode::json(by)?, decode::json(event)?];
    tx.session.execute("insert into event (made_at, actor, body) values ($1, $2, $3)", &row)?;
    Ok(())
}

/// Lines before `before`, the newest first.
pub fn list(tx: &mut ReadTx<'_>, before: Option<i64>, limit: u32) -> Result<Vec<Entry>, Error> {
    let sql = "select position, made_at, actor, body from event where position < $1 order by position desc limit $2";
    let before = Value::Int(before.unwrap_or(i64::MAX));
    decode::list(tx.session, "event", (sql, &[before, Value::count(limit)]), |row| {
        Ok(Entry { position: row.int()?, at: row.time()?, actor: row.json()?, event: row.json()? })
    })
}
