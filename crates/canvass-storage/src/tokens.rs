//! API tokens: this file is about the hashed tokens of all tenants, found by hash and listed by tenant.

use canvass_model::{
    id::TokenId,
    tenant::TenantRecord,
    token::{SecretHash, Token},
};

use crate::{DirectoryReadTx, DirectoryTx, Error, Tenant};

/// Tokens one tenant may have at once: more are a leak or a mistake.
pub const TOKENS_MAX: u32 = 100;

/// The token with this hash and its tenant, unless it has expired.
pub fn find(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<(TenantRecord, Token)>, Error> {
    todo!()
}

/// A tenant's tokens, the newest first; at most [`TOKENS_MAX`].
pub fn list(tx: &mut DirectoryReadTx<'_>, tenant: &Tenant) -> Result<Vec<Token>, Error> {
    todo!()
}

/// How many tokens a tenant has.
pub fn count(tx: &mut DirectoryReadTx<'_>, tenant: &Tenant) -> Result<u64, Error> {
    todo!()
}

/// Stores a new token of a tenant under the hash of its secret.
pub fn insert(tx: &mut DirectoryTx<'_>, tenant: &Tenant, hash: &SecretHash, token: &Token) -> Result<(), Error> {
    todo!()
}

/// Notes that a token was used now; writes at most once a minute.
pub fn touch(tx: &mut DirectoryTx<'_>, id: TokenId) -> Result<(), Error> {
    todo!()
}

/// Revokes a token of this tenant; `false` when it has none with that id.
pub fn delete(tx: &mut DirectoryTx<'_>, tenant: &Tenant, id: TokenId) -> Result<bool, Error> {
    todo!()
}
