//! Scripts in the trash: this file is about finding those that were thrown away, and letting them go in time.

use canvass_model::{
    id::ScriptId,
    script::{Script, ScriptName},
    time::Timestamp,
};

use super::{delete, script, select};
use crate::{Error, ReadTx, Tx, decode, engine::Value};

/// The script in the trash with this name.
pub fn find(tx: &mut ReadTx<'_>, name: &ScriptName) -> Result<Option<Script>, Error> {
    let sql = select("where name = $1 and trashed_at is not null");
    decode::first(tx.session, "script", (&sql, &[name.as_str().into()]), script)
}

/// The script in the trash with this id.
pub fn find_by_id(tx: &mut ReadTx<'_>, id: ScriptId) -> Result<Option<Script>, Error> {
    let sql = select("where id = $1 and trashed_at is not null");
    decode::first(tx.session, "script", (&sql, &[Value::text(id)]), script)
}

/// All scripts in the trash, the latest first; at most [`Script::TRASH_MAX`].
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Script>, Error> {
    let sql = select("where trashed_at is not null order by trashed_at desc, id limit $1");
    decode::list(tx.session, "script", (&sql, &[Value::count(Script::TRASH_MAX)]), script)
}

/// How many there are.
pub fn count(tx: &mut ReadTx<'_>) -> Result<u32, Error> {
    let sql = "select count(*) from script where trashed_at is not null";
    Ok(u32::try_from(decode::count(tx.session, "script", (sql, &[]))?).unwrap_or(u32::MAX))
}

/// Removes at most `limit` scripts thrown away before `before`. Answers how many.
pub fn delete_old(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u32, Error> {
    let sql = "select id from script where trashed_at < $1 order by trashed_at, id limit $2";
    let args = [before.into(), Value::count(limit)];
    let gone = decode::list(tx.session, "script", (sql, &args), |row| row.parsed(ScriptId::parse))?;
    for id in &gone {
        delete(tx, *id)?;
    }
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}
