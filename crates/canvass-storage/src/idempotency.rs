//! Repeated creations: this file is about answering a repeated API creation with the first answer.

use canvass_model::time::Timestamp;

use crate::{Error, ReadTx, Tx, decode, engine::Value};

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// A hash of the request, so that a key reused for another request is refused.
    pub fingerprint: String,
    /// The answer's body.
    pub answer: String,
}

/// What was answered to this key.
pub fn find(tx: &mut ReadTx<'_>, key: &str) -> Result<Option<Earlier>, Error> {
    let sql = "select fingerprint, answer from idempotency where idempotency_key = $1";
    decode::first(tx.session, "repeated creation", (sql, &[key.into()]), |row| {
        Ok(Earlier { fingerprint: row.text()?, answer: row.text()? })
    })
}

/// Keeps an answer under its key. [`Error::Conflict`] when the key was used meanwhile.
pub fn insert(tx: &mut Tx<'_>, key: &str, earlier: &Earlier) -> Result<(), Error> {
    let row = [key.into(), earlier.fingerprint.as_str().into(), earlier.answer.as_str().into(), tx.now().into()];
    let sql = "insert into idempotency (idempotency_key, fingerprint, answer, made_at) values ($1, $2, $3, $4)
        on conflict do nothing";
    match tx.session.execute(sql, &row)? {
        0 => Err(Error::Conflict("this idempotency key".to_owned())),
        _ => Ok(()),
    }
}

/// Removes at most `limit` answers made before `before`. Answers how many.
pub fn delete_before(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from idempotency
        where idempotency_key in (select idempotency_key from idempotency where made_at < $1 limit $2)";
    tx.session.execute(sql, &[before.into(), Value::count(limit)])
}
