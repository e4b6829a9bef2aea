//! Records of runs: this file is about handing them over without waiting, to be written in batches.
//!
//! A run that changes something is recorded in the transaction of its effects. All others of pages and checks come here:
//! whoever waits for a page does not wait for its record as well. So does the work of test cases and replays.

use canvass_model::{
    plan::Plan,
    script::{Allowance, Cause, Run},
    time::Timestamp,
};
use canvass_storage::{
    Tenant, Tx,
    scripts::{hours, runs},
};
use tokio::sync::mpsc::{self, error::TrySendError};

use crate::Error;

/// Takes records from runs. Clones share one channel.
#[derive(Clone)]
pub struct Recorder {
    sender: mpsc::Sender<(Tenant, Run)>,
}

/// Gives records to whoever writes them.
pub struct Runs {
    receiver: mpsc::Receiver<(Tenant, Run)>,
}

/// A channel with room for `runs_max` records, at least one.
pub fn recording(runs_max: usize) -> (Recorder, Runs) {
    let (sender, receiver) = mpsc::channel(runs_max.max(1));
    (Recorder { sender }, Runs { receiver })
}

/// Writes records of one tenant. Of what was only tried out the work counts, and nothing is kept.
pub fn keep(tx: &mut Tx<'_>, some: &[Run]) -> Result<(), Error> {
    for run in some {
        match run.cause {
            Cause::Test | Cause::Replay => hours::add(tx, run.at, run.usage.fuel)?,
            Cause::Manual | Cause::Page | Cause::Validate | Cause::Responded | Cause::Schedule => {
                runs::insert(tx, run)?;
            }
        }
    }
    Ok(())
}

/// Forgets runs that have had their time, at most `limit` of each kind; answers how many. On a plan without scripts they
/// stay as long as they would elsewhere.
pub fn forget(tx: &mut Tx<'_>, plan: &Plan, limit: u32) -> Result<u64, Error> {
    let allowance = Allowance::of(plan).unwrap_or(Allowance::FULL);
    let before = tx.now().plus_ms(-i64::from(allowance.kept_days_max) * Timestamp::DAY_MS);
    let hours = hours::delete_before(tx, before, limit)?;
    Ok(hours + runs::delete_old(tx, before, allowance.kept_runs_max, limit)?)
}

impl Recorder {
    /// Hands a record over. Without room it is written at once, so that none is lost; whoever waits for the run then
    /// waits for that too.
    pub(super) async fn record(&self, tenant: &Tenant, run: Run) -> Result<(), Error> {
        let (tenant, run) = match self.sender.try_send((tenant.clone(), run)) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(it) | TrySendError::Closed(it)) => it,
        };
        tenant.write(move |tx| keep(tx, std::slice::from_ref(&run))).await
    }
}

impl Runs {
    /// Waits for records and adds at most `limit` of them to `taken`; answers how many. 0 when no more can come.
    /// Cancel-safe.
    pub async fn take(&mut self, taken: &mut Vec<(Tenant, Run)>, limit: usize) -> usize {
        self.receiver.recv_many(taken, limit).await
    }

    /// Lets nothing more in. What is in the channel can still be taken.
    pub fn close(&mut self) {
        self.receiver.close();
    }
}
