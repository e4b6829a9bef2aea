//! Leases: this file is about holding on to a job while it waits and runs, and noticing when it is no longer ours.

use std::time::Duration;

use canvass_model::{id::JobId, job::JobRecord, time::Timestamp};
use canvass_storage::{Directory, DirectoryTx, Error, jobs};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::worker::{Failure, FailureKind};

/// How long a job stays hidden from other workers after a sign of life. A process that dies holds its jobs up so
/// long; one that merely stands still loses them, and its records with them.
pub(super) const LEASE_MS: i64 = 10 * Timestamp::SECOND_MS;
/// How often a sign of life is given: two may get lost.
const RENEW_EVERY: Duration = Duration::from_secs(3);

/// A job that is ours, for as long as this value lives and the lease can be renewed.
pub(crate) struct Held {
    pub(crate) record: JobRecord,
    lost: CancellationToken,
    _renewal: JoinSet<()>,
}

impl Held {
    /// Keeps the lease of a job that was just claimed.
    pub(super) fn keep(directory: &Directory, record: JobRecord) -> Self {
        let (lost, mut renewal) = (CancellationToken::new(), JoinSet::new());
        renewal.spawn(renew(directory.clone(), record.clone(), lost.clone()));
        Self { record, lost, _renewal: renewal }
    }

    /// Ends when the job has become another worker's.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }
}

/// Records something about a job in one transaction with the proof that it is still ours.
pub(super) async fn record(
    directory: &Directory,
    job: &JobRecord,
    change: impl Fn(&mut DirectoryTx<'_>, JobId) -> Result<(), Error> + Send + 'static,
) -> Result<(), Failure> {
    let job = job.clone();
    let is_ours = directory
        .write(move |tx| {
            let is_ours = jobs::renew(tx, &job, tx.now().plus_ms(LEASE_MS))?;
            if is_ours {
                change(tx, job.id)?;
            }
            Ok::<_, Error>(is_ours)
        })
        .await
        .map_err(Failure::transient)?;
    if is_ours { Ok(()) } else { Err(lost()) }
}

/// What a worker says of a job that it lost.
pub(super) fn lost() -> Failure {
    Failure::lost("the lease ran out and another worker has the job")
}

async fn renew(directory: Directory, job: JobRecord, lost_it: CancellationToken) {
    loop {
        sleep(RENEW_EVERY).await;
        match record(&directory, &job, |_, _| Ok(())).await {
            Ok(()) => {}
            Err(failure) if failure.kind == FailureKind::Lost => return lost_it.cancel(),
            // The next sign of life may get through; if none does, whoever records something next will notice.
            Err(failure) => tracing::warn!(job.id = %job.id, error = %failure, "A lease was not renewed"),
        }
    }
}
