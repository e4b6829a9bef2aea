//! Repeated creations: this file is about answering a repeated API creation with the first answer.

use canvass_model::time::Timestamp;

use crate::{Error, ReadTx, Tx};

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// A hash of the request, so that a key reused for another request is refused.
    pub fingerprint: String,
    /// The answer's body.
    pub answer: String,
}

/// What was answered to this key.
pub fn find(tx: &mut ReadTx<'_>, key: &str) -> Result<Option<Earlier>, Error> {
    todo!()
}

/// Keeps an answer under its key.
pub fn insert(tx: &mut Tx<'_>, key: &str, earlier: &Earlier) -> Result<(), Error> {
    todo!()
}

/// Removes at most `limit` answers made before `before`. Answers how many.
pub fn delete_before(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    todo!()
}
