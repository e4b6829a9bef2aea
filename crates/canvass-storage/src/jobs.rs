//! Jobs: this file is about background work, recorded in the directory in the transaction that asked for it.

use canvass_model::{
    id::JobId,
    job::{Job, JobRecord, JobState},
    time::Timestamp,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// Queues a job, due now. With an `idempotency_key` that was used before, answers the earlier job's id and queues nothing.
pub fn insert(tx: &mut DirectoryTx<'_>, job: &Job, idempotency_key: Option<&str>) -> Result<JobId, Error> {
    todo!()
}

/// The job with this id.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: JobId) -> Result<Option<JobRecord>, Error> {
    todo!()
}

/// Jobs, the newest first, after `after`; of one state, or of all.
pub fn list(
    tx: &mut DirectoryReadTx<'_>,
    state: Option<JobState>,
    after: Option<JobId>,
    limit: u32,
) -> Result<Vec<JobRecord>, Error> {
    todo!()
}

/// Takes at most `limit` jobs that are due, or whose worker let its lease lapse, and leases them until `lease_until`. Two nodes never get the same.
pub fn claim(tx: &mut DirectoryTx<'_>, lease_until: Timestamp, limit: u32) -> Result<Vec<JobRecord>, Error> {
    todo!()
}

/// Prolongs the lease of a running job.
pub fn renew(tx: &mut DirectoryTx<'_>, id: JobId, lease_until: Timestamp) -> Result<(), Error> {
    todo!()
}

/// Records that a step of a running job is finished.
pub fn record_step(tx: &mut DirectoryTx<'_>, id: JobId, step: &str) -> Result<(), Error> {
    todo!()
}

/// Records that a job finished well.
pub fn finish(tx: &mut DirectoryTx<'_>, id: JobId) -> Result<(), Error> {
    todo!()
}

/// Records a failed try: with `retry_at` it waits until then, without it the job has failed for good.
pub fn fail(tx: &mut DirectoryTx<'_>, id: JobId, error: &str, retry_at: Option<Timestamp>) -> Result<(), Error> {
    todo!()
}

/// Makes a failed job due again, with its attempts forgotten. `false` when it has not failed.
pub fn retry(tx: &mut DirectoryTx<'_>, id: JobId) -> Result<bool, Error> {
    todo!()
}

/// Removes at most `limit` finished jobs not changed since `before`. Answers how many.
pub fn delete_finished(tx: &mut DirectoryTx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    todo!()
}
