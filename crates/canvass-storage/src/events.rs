//! What happened: this file is about the audit log of one tenant, appended to and never changed.

use canvass_model::{event::Event, member::Actor, time::Timestamp};

use crate::{Error, ReadTx, Tx};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub position: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub event: Event,
}

/// Records that `by` caused `event` now.
pub fn insert(tx: &mut Tx<'_>, by: &Actor, event: &Event) -> Result<(), Error> {
    todo!()
}

/// Lines before `before`, the newest first.
pub fn list(tx: &mut ReadTx<'_>, before: Option<i64>, limit: u32) -> Result<Vec<Entry>, Error> {
    todo!()
}
