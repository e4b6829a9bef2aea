//! Domains: this file is about looking, round by round, for the records of claims and of domains that are verified.

use canvass_actions::domains::Registrar;
use canvass_storage::Directory;

use crate::{
    rounds::Round,
    sweep::Everything,
    worker::{Failure, Outcome, Task},
};

/// Domains looked at in one round, all at once: each takes a socket and a few seconds at most. At a round every 5 seconds,
/// a quarter of a million verified domains are seen every day.
const LOOKS_MAX: u32 = 16;

/// Looks at domains that are due.
pub(crate) struct Looks {
    directory: Directory,
    registrar: Registrar,
}

impl Looks {
    pub(crate) fn new(directory: Directory, registrar: Registrar) -> Self {
        Self { directory, registrar }
    }
}

impl Task<Round<Everything>> for Looks {
    async fn run(&mut self, _: &Round<Everything>) -> Result<Outcome, Failure> {
        let done = self.registrar.look_at_due(&self.directory, LOOKS_MAX).await.map_err(Failure::transient)?;
        let is_full = usize::try_from(LOOKS_MAX).is_ok_and(|max| max <= done);
        Ok(Outcome { done, is_full, ..Outcome::NONE })
    }
}
