//! API tokens: this file is about making and revoking them. A token is kept in the directory, its trace in the tenant.

use canvass_model::{
    event::Event,
    id::TokenId,
    member::Actor,
    text::TokenName,
    time::Timestamp,
    token::{Scope, Secret, Token},
};
use canvass_storage::{DirectoryTx, Tenant, Tx, events, tokens};

use crate::Error;

/// What a new token is for and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub name: TokenName,
    /// What it may do; at least one scope.
    pub scopes: Vec<Scope>,
    /// How long it works; `None` for as long as nobody revokes it.
    pub life_ms: Option<i64>,
}

/// Makes a token out of a [fresh secret](crate::secrets::fresh_token), which is shown to its maker once and not kept.
/// [`note_created`] belongs into the tenant's log afterwards.
pub fn create(tx: &mut DirectoryTx<'_>, tenant: &Tenant, new: &NewToken, secret: &Secret) -> Result<Token, Error> {
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(Error::Refused("Choose at least one thing the token may do".to_owned()));
    }
    if u64::from(tokens::TOKENS_MAX) <= tokens::count(tx, tenant)? {
        return Err(Error::Limit(format!("There are {} tokens already; revoke one first", tokens::TOKENS_MAX)));
    }
    let now = tx.now();
    let token = Token {
        id: tx.new_id(),
        name: new.name.clone(),
        scopes,
        hint: secret.hint().to_owned(),
        created_at: now,
        expires_at: new.life_ms.map(|it| now.plus_ms(it.max(Timestamp::MINUTE_MS))),
        last_used_at: None,
    };
    tokens::insert(tx, tenant, &secret.hash(), &token)?;
    Ok(token)
}

/// Revokes a token; it stops working at once. [`note_revoked`] belongs into the tenant's log afterwards.
pub fn revoke(tx: &mut DirectoryTx<'_>, tenant: &Tenant, id: TokenId) -> Result<(), Error> {
    if tokens::delete(tx, tenant, id)? { Ok(()) } else { Err(Error::NotFound) }
}

/// Records in the tenant's log that a token was made.
pub fn note_created(tx: &mut Tx<'_>, by: &Actor, token: TokenId) -> Result<(), Error> {
    Ok(events::insert(tx, by, &Event::TokenCreated { token })?)
}

/// Records in the tenant's log that a token was revoked.
pub fn note_revoked(tx: &mut Tx<'_>, by: &Actor, token: TokenId) -> Result<(), Error> {
    Ok(events::insert(tx, by, &Event::TokenRevoked { token })?)
}
