//! API tokens: this file is about the hashed tokens of all tenants, found by hash and listed by tenant.

use canvass_model::{
    id::TokenId,
    tenant::TenantRecord,
    text::TokenName,
    time::Timestamp,
    token::{SecretHash, Token},
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error, Tenant,
    decode::{self, Columns},
    engine::Value,
    tenants,
};

/// Tokens one tenant may have at once: more are a leak or a mistake.
pub const TOKENS_MAX: u32 = 100;

/// The token with this hash and its tenant, unless it has expired.
pub fn find(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<(TenantRecord, Token)>, Error> {
    let sql = "select t.id, t.alias, t.name, t.state, t.reason, t.plan, t.region, t.created_at,
            k.id, k.name, k.scopes, k.hint, k.created_at, k.expires_at, k.used_at
        from token k join tenant t on t.id = k.tenant
        where k.hash = $1 and (k.expires_at is null or k.expires_at > $2)";
    let now = tx.now();
    decode::first(tx.session, "token", (sql, &[hash.into(), now.into()]), |row| {
        Ok((tenants::record(row)?, token(row)?))
    })
}

/// When the token with this hash stopped working by itself; `None` when it works, or when there is none.
pub fn find_expiry(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<Timestamp>, Error> {
    let sql = "select expires_at from token where hash = $1 and expires_at <= $2";
    let now = tx.now();
    decode::first(tx.session, "token", (sql, &[hash.into(), now.into()]), Columns::time)
}

/// A tenant's tokens, the newest first; at most [`TOKENS_MAX`].
pub fn list(tx: &mut DirectoryReadTx<'_>, tenant: &Tenant) -> Result<Vec<Token>, Error> {
    let sql = "select id, name, scopes, hint, created_at, expires_at, used_at from token
        where tenant = $1 order by id desc limit $2";
    let args = [Value::text(tenant.record().id), Value::count(TOKENS_MAX)];
    decode::list(tx.session, "token", (sql, &args), token)
}

/// How many tokens a tenant has.
pub fn count(tx: &mut DirectoryReadTx<'_>, tenant: &Tenant) -> Result<u64, Error> {
    let sql = "select count(*) from token where tenant = $1";
    decode::count(tx.session, "token", (sql, &[Value::text(tenant.record().id)]))
}

/// Stores a new token of a tenant under the hash of its secret.
pub fn insert(tx: &mut DirectoryTx<'_>, tenant: &Tenant, hash: &SecretHash, token: &Token) -> Result<(), Error> {
    let row = [
        hash.into(),
        Value::text(token.id),
        Value::text(tenant.record().id),
        token.name.as_str().into(),
        decode::json(&token.scopes)?,
        token.hint.as_str().into(),
        token.created_at.into(),
        token.expires_at.into(),
        token.last_used_at.into(),
    ];
    let sql = "insert into token (hash, id, tenant, name, scopes, hint, created_at, expires_at, used_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Notes that a token was used now; writes at most once a minute.
pub fn touch(tx: &mut DirectoryTx<'_>, id: TokenId) -> Result<(), Error> {
    let sql = "update token set used_at = $2 where id = $1 and (used_at is null or used_at < $3)";
    let (now, before) = (tx.now(), tx.now().plus_ms(-Timestamp::MINUTE_MS));
    tx.session.execute(sql, &[Value::text(id), now.into(), before.into()])?;
    Ok(())
}

/// Revokes a token of this tenant; `false` when it has none with that id.
pub fn delete(tx: &mut DirectoryTx<'_>, tenant: &Tenant, id: TokenId) -> Result<bool, Error> {
    tx.tenant_changed = true;
    let sql = "delete from token where tenant = $1 and id = $2";
    Ok(0 < tx.session.execute(sql, &[Value::text(tenant.record().id), Value::text(id)])?)
}

fn token(row: &mut Columns) -> Result<Token, Error> {
    Ok(Token {
        id: row.parsed(TokenId::parse)?,
        name: row.parsed(|it| TokenName::parse(it).ok())?,
        scopes: row.json()?,
        hint: row.text()?,
        created_at: row.time()?,
        expires_at: row.optional_time()?,
        last_used_at: row.optional_time()?,
    })
}
