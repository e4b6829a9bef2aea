//! Apply: this file is about moving accepted responses from the intake into their tenants' databases.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use canvass_actions::responses;
use canvass_model::{plan::Lane, response::Accepted, time::Timestamp};
use canvass_storage::{Intake, Tx};

use crate::{
    rounds::Round,
    worker::{Failure, Outcome, Task},
};

/// Applies responses, a round of one lane at a time. Taking, applying and settling are one transaction of storage, so
/// that each response is applied exactly once; what cannot be applied goes to the dead letters and blocks nobody.
pub(crate) struct Apply {
    intake: Intake,
}

impl Apply {
    pub(crate) fn new(intake: Intake) -> Self {
        Self { intake }
    }
}

impl Task<Round<Lane>> for Apply {
    async fn run(&mut self, round: &Round<Lane>) -> Result<Outcome, Failure> {
        let lag_ms = Arc::new(AtomicI64::new(0));
        let measured = Arc::clone(&lag_ms);
        let work = move |tx: &mut Tx<'_>, records: &[Accepted]| {
            measured.fetch_max(oldest_ms(tx.now(), records), Ordering::Relaxed);
            responses::apply(tx, records)
        };
        let applied = self.intake.apply(round.of, round.max, work).await.map_err(Failure::transient)?;
        if 0 < applied.dead {
            tracing::error!(lane = ?round.of, dead = applied.dead, "Responses could not be applied and are dead letters");
        }
        Ok(Outcome {
            done: applied.taken.saturating_sub(applied.dead),
            failed: applied.dead,
            is_full: round.max <= applied.taken,
            lag: u64::try_from(lag_ms.load(Ordering::Relaxed)).ok().map(Duration::from_millis),
        })
    }
}

/// How long the oldest of `records` has waited.
fn oldest_ms(now: Timestamp, records: &[Accepted]) -> i64 {
    records.iter().map(|it| now.ms_since(it.received_at)).max().unwrap_or_default()
}
