//! Signed-in browsers: this file is about sessions of members and operators, listed and revocable.

use canvass_model::{
    id::{AccountId, OperatorId, SessionId},
    time::Timestamp,
    token::SecretHash,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

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
    todo!()
}

/// All sessions of a person that have not expired, the latest used first.
pub fn list(tx: &mut DirectoryReadTx<'_>, who: Who) -> Result<Vec<Session>, Error> {
    todo!()
}

/// Stores a new session under the hash of its cookie.
pub fn insert(tx: &mut DirectoryTx<'_>, hash: &SecretHash, session: &Session) -> Result<(), Error> {
    todo!()
}

/// Notes that a session was used now, and moves its end.
pub fn touch(tx: &mut DirectoryTx<'_>, id: SessionId, expires_at: Timestamp) -> Result<(), Error> {
    todo!()
}

/// Ends a session of this person; `false` when they have none with that id.
pub fn delete(tx: &mut DirectoryTx<'_>, who: Who, id: SessionId) -> Result<bool, Error> {
    todo!()
}

/// Ends all sessions of a person but one, after a change of password. Answers how many.
pub fn delete_others(tx: &mut DirectoryTx<'_>, who: Who, keep: Option<SessionId>) -> Result<u64, Error> {
    todo!()
}

/// Removes at most `limit` sessions that have expired. Answers how many.
pub fn delete_expired(tx: &mut DirectoryTx<'_>, limit: u32) -> Result<u64, Error> {
    todo!()
}
