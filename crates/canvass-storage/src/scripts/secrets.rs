//! Secrets of scripts: this file is about their rows; what stands in them is sealed before it comes here.

use canvass_model::{script::SecretName, time::Timestamp};

use crate::{Error, ReadTx, Tx, decode, decode::Columns, engine::Value};

/// A secret as listed: never what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: SecretName,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// A sealed secret.
pub fn find(tx: &mut ReadTx<'_>, name: &SecretName) -> Result<Option<Vec<u8>>, Error> {
    let sql = "select sealed from script_secret where name = $1";
    decode::first(tx.session, "secret", (sql, &[name.as_str().into()]), Columns::bytes)
}

/// All secrets' names; at most `limit`.
pub fn list(tx: &mut ReadTx<'_>, limit: u32) -> Result<Vec<Listed>, Error> {
    let sql = "select name, updated_at from script_secret order by name limit $1";
    decode::list(tx.session, "secret", (sql, &[Value::count(limit)]), |row| {
        Ok(Listed { name: row.parsed(|it| SecretName::parse(it).ok())?, updated_at: row.time()? })
    })
}

/// How many there are besides the one with this name.
pub fn count_others(tx: &mut ReadTx<'_>, name: &SecretName) -> Result<u32, Error> {
    let sql = "select count(*) from script_secret where name <> $1";
    let count = decode::count(tx.session, "secret", (sql, &[name.as_str().into()]))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Stores a sealed secret, in place of an earlier one.
pub fn put(tx: &mut Tx<'_>, name: &SecretName, sealed: &[u8]) -> Result<(), Error> {
    let row = [name.as_str().into(), Value::Blob(sealed.to_vec()), tx.now().into()];
    let update = "update script_secret set sealed = $2, updated_at = $3 where name = $1";
    if tx.session.execute(update, &row)? == 0 {
        tx.session.execute("insert into script_secret (name, sealed, updated_at) values ($1, $2, $3)", &row)?;
    }
    Ok(())
}

/// Removes a secret; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, name: &SecretName) -> Result<bool, Error> {
    let sql = "delete from script_secret where name = $1";
    Ok(0 < tx.session.execute(sql, &[name.as_str().into()])?)
}
