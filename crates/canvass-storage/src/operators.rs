//! Operators: this file is about who runs the installation, and the link that makes the first of them.

use canvass_model::{
    id::OperatorId,
    text::{Email, PersonName},
    time::Timestamp,
    token::SecretHash,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// A person who runs the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Their id.
    pub id: OperatorId,
    /// What they sign in with.
    pub email: Email,
    /// Their name.
    pub name: PersonName,
    /// The argon2id hash of their password, a PHC string.
    pub password_hash: String,
    /// When they were made.
    pub created_at: Timestamp,
}

/// The operator with this id.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: OperatorId) -> Result<Option<Operator>, Error> {
    todo!()
}

/// The operator who signs in with this address.
pub fn find_by_email(tx: &mut DirectoryReadTx<'_>, email: &Email) -> Result<Option<Operator>, Error> {
    todo!()
}

/// How many operators there are: none means that the set-up link is still to be used.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<u64, Error> {
    todo!()
}

/// Stores a new operator. [`Error::Conflict`] when the address is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, operator: &Operator) -> Result<(), Error> {
    todo!()
}

/// Stores the hash of a new one-time set-up link and ends all earlier ones.
pub fn insert_setup_link(tx: &mut DirectoryTx<'_>, hash: &SecretHash, expires_at: Timestamp) -> Result<(), Error> {
    todo!()
}

/// Whether a set-up link can still be used.
pub fn setup_link_is_good(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<bool, Error> {
    todo!()
}

/// Uses a set-up link up; `false` when it was used, has expired or never was.
pub fn use_setup_link(tx: &mut DirectoryTx<'_>, hash: &SecretHash) -> Result<bool, Error> {
    todo!()
}
