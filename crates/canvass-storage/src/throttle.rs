//! Failed attempts: this file is about counting them by subject, so that guessing is slow on every node alike.

use canvass_model::time::Timestamp;

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// Until when `subject` must wait, if it must.
pub fn wait_until(tx: &mut DirectoryReadTx<'_>, subject: &str) -> Result<Option<Timestamp>, Error> {
    todo!()
}

/// How many failures of `subject` are remembered.
pub fn failures(tx: &mut DirectoryReadTx<'_>, subject: &str) -> Result<u32, Error> {
    todo!()
}

/// Records one more failure of `subject` and until when it must wait.
pub fn record(tx: &mut DirectoryTx<'_>, subject: &str, until: Timestamp) -> Result<(), Error> {
    todo!()
}

/// Forgets the failures of `subject`, after a success.
pub fn clear(tx: &mut DirectoryTx<'_>, subject: &str) -> Result<(), Error> {
    todo!()
}

/// Removes at most `limit` subjects whose waiting ended before `before`. Answers how many.
pub fn delete_before(tx: &mut DirectoryTx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    todo!()
}
