//! Stored values: this file is about the keys and values that a tenant's scripts keep from run to run.

use canvass_model::script::StoreKey;

use crate::{Error, ReadTx, Tx, decode, decode::Columns, engine::Value, meta};

/// The value under a key, as JSON text.
pub fn find(tx: &mut ReadTx<'_>, key: &StoreKey) -> Result<Option<String>, Error> {
    let sql = "select value from script_value where value_key = $1";
    decode::first(tx.session, "stored value", (sql, &[key.as_str().into()]), Columns::text)
}

/// Keys that begin with `prefix` and come after `after`, with their values, in the order of the keys' bytes.
pub fn list(
    tx: &mut ReadTx<'_>,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(StoreKey, String)>, Error> {
    let sql = "select value_key, value from script_value
        where value_key > $1 and value_key >= $2 and substr(value_key, 1, $3) = $2
        order by value_key limit $4";
    let chars = Value::count(u64::try_from(prefix.chars().count()).unwrap_or(u64::MAX));
    let args = [after.unwrap_or_default().into(), prefix.into(), chars, Value::count(limit)];
    decode::list(tx.session, "stored value", (sql, &args), |row| {
        Ok((row.parsed(|it| StoreKey::parse(it).ok())?, row.text()?))
    })
}

/// Bytes of all keys and values: a running count.
pub fn bytes(tx: &mut ReadTx<'_>) -> Result<u64, Error> {
    Ok(meta::find(tx, BYTES)?.and_then(|it| it.parse().ok()).unwrap_or_default())
}

/// Stores a value under a key, in place of an earlier one, and counts its bytes.
pub fn put(tx: &mut Tx<'_>, key: &StoreKey, value: &str) -> Result<(), Error> {
    let row = [key.as_str().into(), value.into(), tx.now().into()];
    let more = key.as_str().len() + value.len();
    let earlier = find(tx, key)?;
    match &earlier {
        Some(_) => {
            tx.session.execute("update script_value set value = $2, updated_at = $3 where value_key = $1", &row)?;
        }
        None => {
            tx.session.execute("insert into script_value (value_key, value, updated_at) values ($1, $2, $3)", &row)?;
        }
    }
    count(tx, more, earlier.map_or(0, |it| key.as_str().len() + it.len()))
}

/// Removes a key; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, key: &StoreKey) -> Result<bool, Error> {
    let Some(earlier) = find(tx, key)? else { return Ok(false) };
    tx.session.execute("delete from script_value where value_key = $1", &[key.as_str().into()])?;
    count(tx, 0, key.as_str().len() + earlier.len())?;
    Ok(true)
}

fn count(tx: &mut Tx<'_>, more: usize, less: usize) -> Result<(), Error> {
    let before = bytes(tx)?;
    let after = before.saturating_add(more as u64).saturating_sub(less as u64);
    if after == before { Ok(()) } else { meta::put(tx, BYTES, &after.to_string()) }
}

/// Under which name the running count is kept.
const BYTES: &str = "script store bytes";
