//! Accounts: this file is about the people who can sign in, and their password hashes.

use canvass_model::{
    id::AccountId,
    text::{Email, PersonName},
    time::Timestamp,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

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
    let sql = "select id, email, name, password_hash, created_at from account where id = $1";
    decode::first(tx.session, "account", (sql, &[Value::text(id)]), account)
}

/// The account that signs in with this address.
pub fn find_by_email(tx: &mut DirectoryReadTx<'_>, email: &Email) -> Result<Option<Account>, Error> {
    let sql = "select id, email, name, password_hash, created_at from account where email = $1";
    decode::first(tx.session, "account", (sql, &[email.as_str().into()]), account)
}

/// Stores a new account. [`Error::Conflict`] when its address is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, account: &Account) -> Result<(), Error> {
    let row = [
        Value::text(account.id),
        account.email.as_str().into(),
        account.name.as_str().into(),
        account.password_hash.as_str().into(),
        account.created_at.into(),
    ];
    let sql = "insert into account (id, email, name, password_hash, created_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    match tx.session.execute(sql, &row)? {
        0 => Err(Error::Conflict("this e-mail address".to_owned())),
        _ => Ok(()),
    }
}

/// Replaces an account's password hash.
pub fn update_password(tx: &mut DirectoryTx<'_>, id: AccountId, password_hash: &str) -> Result<(), Error> {
    let sql = "update account set password_hash = $2 where id = $1";
    tx.session.execute(sql, &[Value::text(id), password_hash.into()])?;
    Ok(())
}

/// Removes an account that belongs to no tenant: for the roll-back of a failed sign-up.
pub fn delete_unused(tx: &mut DirectoryTx<'_>, id: AccountId) -> Result<(), Error> {
    let sql = "delete from account where id = $1 and not exists (select 1 from membership where account = $1)";
    tx.session.execute(sql, &[Value::text(id)])?;
    Ok(())
}

fn account(row: &mut Columns) -> Result<Account, Error> {
    Ok(Account {
        id: row.parsed(AccountId::parse)?,
        email: row.parsed(|it| Email::parse(it).ok())?,
        name: row.parsed(|it| PersonName::parse(it).ok())?,
        password_hash: row.text()?,
        created_at: row.time()?,
    })
}
