//! Operators: this file is about who runs the installation, and the link that makes the first of them.

use canvass_model::{
    id::OperatorId,
    text::{Email, PersonName},
    time::Timestamp,
    token::SecretHash,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

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
    let sql = "select id, email, name, password_hash, created_at from operator where id = $1";
    decode::first(tx.session, "operator", (sql, &[Value::text(id)]), operator)
}

/// The operator who signs in with this address.
pub fn find_by_email(tx: &mut DirectoryReadTx<'_>, email: &Email) -> Result<Option<Operator>, Error> {
    let sql = "select id, email, name, password_hash, created_at from operator where email = $1";
    decode::first(tx.session, "operator", (sql, &[email.as_str().into()]), operator)
}

/// How many operators there are: none means that the set-up link is still to be used.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<u64, Error> {
    decode::count(tx.session, "operator", ("select count(*) from operator", &[]))
}

/// Stores a new operator. [`Error::Conflict`] when the address is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, operator: &Operator) -> Result<(), Error> {
    let row = [
        Value::text(operator.id),
        operator.email.as_str().into(),
        operator.name.as_str().into(),
        operator.password_hash.as_str().into(),
        operator.created_at.into(),
    ];
    let sql = "insert into operator (id, email, name, password_hash, created_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    match tx.session.execute(sql, &row)? {
        0 => Err(Error::Conflict("this e-mail address".to_owned())),
        _ => Ok(()),
    }
}

/// Stores the hash of a new one-time set-up link and ends all earlier ones.
pub fn insert_setup_link(tx: &mut DirectoryTx<'_>, hash: &SecretHash, expires_at: Timestamp) -> Result<(), Error> {
    tx.session.execute("delete from setup_link", &[])?;
    let sql = "insert into setup_link (hash, expires_at, used_at) values ($1, $2, null)";
    tx.session.execute(sql, &[hash.into(), expires_at.into()])?;
    Ok(())
}

/// Whether a set-up link can still be used.
pub fn setup_link_is_good(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<bool, Error> {
    let sql = "select count(*) from setup_link where hash = $1 and used_at is null and expires_at > $2";
    let now = tx.now();
    Ok(0 < decode::count(tx.session, "set-up link", (sql, &[hash.into(), now.into()]))?)
}

/// Uses a set-up link up; `false` when it was used, has expired or never was.
pub fn use_setup_link(tx: &mut DirectoryTx<'_>, hash: &SecretHash) -> Result<bool, Error> {
    let sql = "update setup_link set used_at = $2 where hash = $1 and used_at is null and expires_at > $2";
    let now = tx.now();
    Ok(0 < tx.session.execute(sql, &[hash.into(), now.into()])?)
}

fn operator(row: &mut Columns) -> Result<Operator, Error> {
    Ok(Operator {
        id: row.parsed(OperatorId::parse)?,
        email: row.parsed(|it| Email::parse(it).ok())?,
        name: row.parsed(|it| PersonName::parse(it).ok())?,
        password_hash: row.text()?,
        created_at: row.time()?,
    })
}
