//! Accounts: this file is about the people who can sign in, and their password hashes.

use canvass_model::{
    id::AccountId,
    text::{Email, PersonName},
    time::Timestamp,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// A person who can sign in; the same in every tenant they belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Their id.
    pub id: AccountId,
    /// Where mail reaches them, and what they sign in with.
    pub email: Email,
    /// What colleagues call them.
    pub name: PersonName,
    /// The argon2id hash of their password, a PHC string.
    pub password_hash: String,
    /// When they first signed up.
    pub created_at: Timestamp,
}

/// The account with this id.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: AccountId) -> Result<Option<Account>, Error> {
    todo!()
}

/// The account that signs in with this address.
pub fn find_by_email(tx: &mut DirectoryReadTx<'_>, email: &Email) -> Result<Option<Account>, Error> {
    todo!()
}

/// Stores a new account. [`Error::Conflict`] when its address is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, account: &Account) -> Result<(), Error> {
    todo!()
}

/// Replaces an account's password hash.
pub fn update_password(tx: &mut DirectoryTx<'_>, id: AccountId, password_hash: &str) -> Result<(), Error> {
    todo!()
}

/// Removes an account that belongs to no tenant: for the roll-back of a failed sign-up.
pub fn delete_unused(tx: &mut DirectoryTx<'_>, id: AccountId) -> Result<(), Error> {
    todo!()
}
