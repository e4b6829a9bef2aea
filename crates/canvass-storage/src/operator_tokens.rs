//! Operator tokens: this file is about the hashed tokens of the operator's programs. None of them belongs to a tenant.

use canvass_model::{
    id::OperatorTokenId,
    text::TokenName,
    time::Timestamp,
    token::{OperatorToken, SecretHash},
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

/// Tokens there may be at once: more are a leak or a mistake.
pub const TOKENS_MAX: u32 = 100;

/// The token with this hash, unless it has expired.
pub fn find(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<OperatorToken>, Error> {
    let sql = "select id, name, hint, created_at, expires_at, used_at from operator_token
        where hash = $1 and (expires_at is null or expires_at > $2)";
    let now = tx.now();
    decode::first(tx.session, "operator token", (sql, &[hash.into(), now.into()]), token)
}

/// When the token with this hash stopped working by itself; `None` when it works, or when there is none.
pub fn find_expiry(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<Timestamp>, Error> {
    let sql = "select expires_at from operator_token where hash = $1 and expires_at <= $2";
    let now = tx.now();
    decode::first(tx.session, "operator token", (sql, &[hash.into(), now.into()]), Columns::time)
}

/// All tokens, the newest first; at most [`TOKENS_MAX`].
pub fn list(tx: &mut DirectoryReadTx<'_>) -> Result<Vec<OperatorToken>, Error> {
    let sql = "select id, name, hint, created_at, expires_at, used_at from operator_token order by id desc limit $1";
    decode::list(tx.session, "operator token", (sql, &[Value::count(TOKENS_MAX)]), token)
}

/// How many tokens there are.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<u64, Error> {
    decode::count(tx.session, "operator token", ("select count(*) from operator_token", &[]))
}

/// Stores a new token under the hash of its secret.
pub fn insert(tx: &mut DirectoryTx<'_>, hash: &SecretHash, token: &OperatorToken) -> Result<(), Error> {
    let row = [
        hash.into(),
        Value::text(token.id),
        token.name.as_str().into(),
        token.hint.as_str().into(),
        token.created_at.into(),
        token.expires_at.into(),
        token.last_used_at.into(),
    ];
    let sql = "insert into operator_token (hash, id, name, hint, created_at, expires_at, used_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Notes that a token was used now; writes at most once a minute.
pub fn touch(tx: &mut DirectoryTx<'_>, id: OperatorTokenId) -> Result<(), Error> {
    let sql = "update operator_token set used_at = $2 where id = $1 and (used_at is null or used_at < $3)";
    let (now, before) = (tx.now(), tx.now().plus_ms(-Timestamp::MINUTE_MS));
    tx.session.execute(sql, &[Value::text(id), now.into(), before.into()])?;
    Ok(())
}

/// Revokes a token; `false` when there is none with that id.
pub fn delete(tx: &mut DirectoryTx<'_>, id: OperatorTokenId) -> Result<bool, Error> {
    Ok(0 < tx.session.execute("delete from operator_token where id = $1", &[Value::text(id)])?)
}

fn token(row: &mut Columns) -> Result<OperatorToken, Error> {
    Ok(OperatorToken {
        id: row.parsed(OperatorTokenId::parse)?,
        name: row.parsed(|it| TokenName::parse(it).ok())?,
        hint: row.text()?,
        created_at: row.time()?,
        expires_at: row.optional_time()?,
        last_used_at: row.optional_time()?,
    })
}
