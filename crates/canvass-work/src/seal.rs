//! Sealing: this file is about going round the tenants that got responses, and moving these into chunks.

use std::time::Duration;

use canvass_actions::sealing;
use canvass_model::tenant::TenantState;
use canvass_storage::{Directory, chunks::Sealing};
use tokio::sync::watch;

use crate::{
    Settings,
    rounds::Round,
    sweep::Everything,
    worker::{Failure, Outcome, Task},
};

/// How often a round is made.
pub(crate) const EVERY: Duration = Duration::from_secs(1);
/// Tenants that one round visits; they take turns.
const TENANTS_MAX: usize = 16;
/// Chunks that one visit seals at most: a tenant's writers wait for some tenths of a second, and other tenants have their turn.
const CHUNKS_MAX: usize = 1;
/// A tenant is visited when so many came since the last time: an eighth of a chunk.
const SHARE: usize = 8;

/// Seals responses, a little in every round. Safe on several nodes at once.
pub(crate) struct Seal {
    directory: Directory,
    settings: watch::Receiver<Settings>,
}

impl Seal {
    pub(crate) fn new(directory: Directory, settings: watch::Receiver<Settings>) -> Self {
        Self { directory, settings }
    }
}

impl Task<Round<Everything>> for Seal {
    async fn run(&mut self, _: &Round<Everything>) -> Result<Outcome, Failure> {
        let sealing = self.settings.borrow().sealing;
        let arrivals = self.directory.arrivals().clone();
        let mut outcome = Outcome::NONE;
        for id in arrivals.take(enough(sealing), TENANTS_MAX) {
            let tenant = self.directory.tenant_of_job(id).await.map_err(Failure::transient)?;
            let Some(tenant) = tenant.filter(|it| it.record().state == TenantState::Active) else { continue };
            match sealing::seal(&tenant, sealing, CHUNKS_MAX).await {
                Ok(sealed) => {
                    outcome.done += sealed.responses;
                    if sealed.more {
                        arrivals.put_back(id);
                        outcome.is_full = true;
                    }
                }
                Err(error) => {
                    outcome.failed += 1;
                    tracing::warn!(tenant = %id, %error, "A tenant's responses could not be sealed");
                }
            }
        }
        Ok(outcome)
    }
}

/// How many responses make it worth to look.
fn enough(sealing: Sealing) -> u64 {
    (sealing.responses / SHARE).max(1) as u64
}
