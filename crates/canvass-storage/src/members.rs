//! Members: this file is about the people of one tenant and their roles.

use canvass_model::{
    id::AccountId,
    member::{Member, Role},
    text::{Email, PersonName},
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// The member with this account.
pub fn find(tx: &mut ReadTx<'_>, account: AccountId) -> Result<Option<Member>, Error> {
    let sql = "select account, name, email, role, joined_at from member where account = $1";
    decode::first(tx.session, "member", (sql, &[Value::text(account)]), member)
}

/// All members by name; a plan bounds their number, and 10,000 is the most ever listed.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Member>, Error> {
    let sql = "select account, name, email, role, joined_at from member order by name, account limit $1";
    decode::list(tx.session, "member", (sql, &[Value::count(LISTED_MAX)]), member)
}

/// Stores a member, or replaces them.
pub fn put(tx: &mut Tx<'_>, member: &Member) -> Result<(), Error> {
    let row = [
        Value::text(member.account),
        member.name.as_str().into(),
        member.email.as_str().into(),
        member.role.as_str().into(),
        member.joined_at.into(),
    ];
    let update = "update member set name = $2, email = $3, role = $4, joined_at = $5 where account = $1";
    if 0 < tx.session.execute(update, &row)? {
        return Ok(());
    }
    let insert = "insert into member (account, name, email, role, joined_at) values ($1, $2, $3, $4, $5)";
    tx.session.execute(insert, &row)?;
    Ok(())
}

/// Changes a member's role; `false` when there is no such member.
pub fn update_role(tx: &mut Tx<'_>, account: AccountId, role: Role) -> Result<bool, Error> {
    let sql = "update member set role = $2 where account = $1";
    Ok(0 < tx.session.execute(sql, &[Value::text(account), role.as_str().into()])?)
}

/// Removes a member; `false` when there is no such member.
pub fn delete(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    Ok(0 < tx.session.execute("delete from member where account = $1", &[Value::text(account)])?)
}

fn member(row: &mut Columns) -> Result<Member, Error> {
    Ok(Member {
        account: row.parsed(AccountId::parse)?,
        name: row.parsed(|it| PersonName::parse(it).ok())?,
        email: row.parsed(|it| Email::parse(it).ok())?,
        role: row.parsed(Role::parse)?,
        joined_at: row.time()?,
    })
}

/// The most members ever listed.
const LISTED_MAX: u32 = 10_000;
