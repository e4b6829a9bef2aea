//! Exports: this file is about the workers that make files of responses, one of each tenant at a time.

use std::time::Duration;

use canvass_actions::{Error, exports};
use canvass_model::job::MakeExport;
use canvass_storage::{Directory, Tenant};

use crate::worker::{Failure, FailureKind};

/// The workers, each of which makes one export at a time. Two of them leave a processor to those who wait, and a tenant has
/// one export among the jobs at most: no tenant takes both.
pub(crate) const WORKERS: [&str; 2] = ["export", "export, second"];

/// How long one export may take: 1,000 million cells at a hundred thousand a second.
pub(crate) const RUN_WITHIN: Duration = Duration::from_hours(3);

/// Makes an export, or goes on where it was left; then the tenant's next has its turn.
pub(crate) async fn run(directory: &Directory, job: MakeExport) -> Result<(), Failure> {
    let Some(tenant) = find(directory, job).await? else { return Ok(()) };
    exports::run(&tenant, job.export).await.map_err(|it| failure(&it))?;
    exports::queue_next(directory, &tenant).await.map_err(|it| failure(&it))
}

/// Ends an export whose tries are used up; then the tenant's next has its turn.
pub(crate) async fn give_up(directory: &Directory, job: MakeExport) -> Result<(), Failure> {
    let Some(tenant) = find(directory, job).await? else { return Ok(()) };
    exports::give_up(&tenant, job.export).await.map_err(|it| failure(&it))?;
    exports::queue_next(directory, &tenant).await.map_err(|it| failure(&it))
}

async fn find(directory: &Directory, job: MakeExport) -> Result<Option<Tenant>, Failure> {
    directory.tenant_of_job(job.tenant).await.map_err(Failure::transient)
}

fn failure(error: &Error) -> Failure {
    let kind = if error.may_pass() { FailureKind::Transient } else { FailureKind::Permanent };
    Failure { kind, reason: error.to_string() }
}
