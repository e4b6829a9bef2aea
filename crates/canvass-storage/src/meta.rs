//! Named values of one tenant: this file is about its configuration and its running counts.

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::{Session, Value},
};

/// The value under a name, if there is one.
pub fn find(tx: &mut ReadTx<'_>, name: &str) -> Result<Option<String>, Error> {
    decode::first(tx.session, "setting", ("select value from meta where name = $1", &[name.into()]), Columns::text)
}

/// Stores a value under a name, in place of an earlier one.
pub fn put(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<(), Error> {
    let row = [name.into(), value.into()];
    if 0 < tx.session.execute("update meta set value = $2 where name = $1", &row)? {
        return Ok(());
    }
    tx.session.execute("insert into meta (name, value) values ($1, $2)", &row)?;
    Ok(())
}

/// Adds to the whole number under a name, which is 0 at first.
pub(crate) fn add(session: &mut dyn Session, name: &str, count: u64) -> Result<(), Error> {
    let row = [name.into(), Value::text(count)];
    let insert = "insert into meta (name, value) values ($1, $2) on conflict do nothing";
    if 0 < session.execute(insert, &row)? {
        return Ok(());
    }
    let update = "update meta set value = cast(cast(value as bigint) + cast($2 as bigint) as text) where name = $1";
    session.execute(update, &[name.into(), Value::count(count)])?;
    Ok(())
}
