//! Signed-in browsers: this file is about sessions of members and operators, listed and revocable.

use canvass_model::{
    id::{AccountId, OperatorId, SessionId},
    time::Timestamp,
    token::SecretHash,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

/// Who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A member of tenants.
    Account(AccountId),
    /// An operator.
    Operator(OperatorId),
}

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, for lists and revocation; the cookie holds a secret of its own.
    pub id: SessionId,
    /// Who signed in.
    pub who: Who,
    /// The browser's own name for itself, cut to 200 characters.
    pub agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The session a cookie stands for, unless it has expired.
pub fn find(tx: &mut DirectoryReadTx<'_>, hash: &SecretHash) -> Result<Option<Session>, Error> {
    let sql = "select id, account, operator, agent, created_at, seen_at, expires_at from session
        where hash = $1 and expires_at > $2";
    let now = tx.now();
    decode::first(tx.session, "session", (sql, &[hash.into(), now.into()]), session)
}

/// All sessions of a person that have not expired, the latest used first; at most 1,000.
pub fn list(tx: &mut DirectoryReadTx<'_>, who: Who) -> Result<Vec<Session>, Error> {
    let (column, person) = of(who);
    let sql = format!(
        "select id, account, operator, agent, created_at, seen_at, expires_at from session
        where {column} = $1 and expires_at > $2 order by seen_at desc, id desc limit $3"
    );
    let now = tx.now();
    decode::list(tx.session, "session", (&sql, &[person, now.into(), Value::count(LISTED_MAX)]), session)
}

/// Stores a new session under the hash of its cookie.
pub fn insert(tx: &mut DirectoryTx<'_>, hash: &SecretHash, session: &Session) -> Result<(), Error> {
    let (account, operator) = match session.who {
        Who::Account(it) => (Value::text(it), Value::Null),
        Who::Operator(it) => (Value::Null, Value::text(it)),
    };
    let agent: String = session.agent.chars().take(AGENT_CHARS_MAX).collect();
    let row = [
        hash.into(),
        Value::text(session.id),
        account,
        operator,
        Value::Text(agent),
        session.created_at.into(),
        session.seen_at.into(),
        session.expires_at.into(),
    ];
    let sql = "insert into session (hash, id, account, operator, agent, created_at, seen_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Notes that a session was used now, and moves its end.
pub fn touch(tx: &mut DirectoryTx<'_>, id: SessionId, expires_at: Timestamp) -> Result<(), Error> {
    let sql = "update session set seen_at = $2, expires_at = $3 where id = $1";
    let now = tx.now();
    tx.session.execute(sql, &[Value::text(id), now.into(), expires_at.into()])?;
    Ok(())
}

/// Ends a session of this person; `false` when they have none with that id.
pub fn delete(tx: &mut DirectoryTx<'_>, who: Who, id: SessionId) -> Result<bool, Error> {
    let (column, person) = of(who);
    let sql = format!("delete from session where {column} = $1 and id = $2");
    Ok(0 < tx.session.execute(&sql, &[person, Value::text(id)])?)
}

/// Ends all sessions of a person but one, after a change of password. Answers how many.
pub fn delete_others(tx: &mut DirectoryTx<'_>, who: Who, keep: Option<SessionId>) -> Result<u64, Error> {
    let (column, person) = of(who);
    let sql = format!("delete from session where {column} = $1 and id <> $2");
    let keep = keep.map(|it| it.to_string()).unwrap_or_default();
    tx.session.execute(&sql, &[person, Value::Text(keep)])
}

/// Removes at most `limit` sessions that have expired. Answers how many.
pub fn delete_expired(tx: &mut DirectoryTx<'_>, limit: u32) -> Result<u64, Error> {
    let sql = "delete from session where hash in (select hash from session where expires_at <= $1 limit $2)";
    let now = tx.now();
    tx.session.execute(sql, &[now.into(), Value::count(limit)])
}

/// The column that holds a person, and their id.
fn of(who: Who) -> (&'static str, Value) {
    match who {
        Who::Account(id) => ("account", Value::text(id)),
        Who::Operator(id) => ("operator", Value::text(id)),
    }
}

fn session(row: &mut Columns) -> Result<Session, Error> {
    let id = row.parsed(SessionId::parse)?;
    let who = match (row.optional_parsed(AccountId::parse)?, row.optional_parsed(OperatorId::parse)?) {
        (Some(account), None) => Who::Account(account),
        (None, Some(operator)) => Who::Operator(operator),
        both => return Err(row.corrupt(&both)),
    };
    Ok(Session { id, who, agent: row.text()?, created_at: row.time()?, seen_at: row.time()?, expires_at: row.time()? })
}

/// Tells browsers apart without keeping whatever a client sends.
const AGENT_CHARS_MAX: usize = 200;
/// More sessions of one person than this are not read one by one.
const LISTED_MAX: u32 = 1_000;
