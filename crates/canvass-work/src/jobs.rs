//! Jobs: this file is about taking due jobs from the directory, running them, and recording what became of them.

mod desk;
mod lease;

use canvass_actions::provisioning::{self, Ground};
use canvass_model::job::{Job, JobRecord, ProvisionStep, SignUp};
use canvass_storage::{Directory, jobs};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use self::desk::Desk;
use self::lease::Held;
use crate::{
    Settings, exporting,
    mail::Post,
    scan,
    worker::{Failure, FailureKind, Outcome, Task},
};

/// Runs jobs, one at a time, each for as long as its lease is ours.
pub(crate) struct Jobs {
    directory: Directory,
    post: Post,
    settings: watch::Receiver<Settings>,
    stop: CancellationToken,
}

impl Jobs {
    /// Runs jobs until `stop`: the long ones then stop in the middle, and go on there later.
    pub(crate) fn new(
        directory: Directory,
        post: Post,
        settings: watch::Receiver<Settings>,
        stop: CancellationToken,
    ) -> Self {
        Self { directory, post, settings, stop }
    }

    async fn perform(&self, record: &JobRecord) -> Result<(), Failure> {
        match &record.job {
            Job::Provision(sign_up) => self.provision(record, sign_up).await,
            Job::Mail(mail) => self.post.send(record.id, mail).await,
            Job::Scan(content) => {
                let clamd = self.settings.borrow().clamd.clone();
                scan::run(&self.directory, clamd.as_ref(), *content).await
            }
            Job::Export(export) => tokio::select! {
                made = exporting::run(&self.directory, *export) => made,
                () = self.stop.cancelled() => Err(Failure::lost("this process stops; the next goes on")),
            },
        }
    }

    /// The steps that are not recorded yet, each recorded before the next begins.
    async fn provision(&self, record: &JobRecord, sign_up: &SignUp) -> Result<(), Failure> {
        let Settings { base_url, templates, .. } = self.settings.borrow().clone();
        let ground = Ground { base_url: &base_url, templates: &templates };
        for step in ProvisionStep::ALL {
            if record.steps.iter().any(|(name, _)| name == step.as_str()) {
                continue;
            }
            provisioning::run_step(&self.directory, sign_up, step, ground).await.map_err(|it| refusal(&it))?;
            lease::record(&self.directory, record, move |tx, id| jobs::record_step(tx, id, step.as_str())).await?;
        }
        Ok(())
    }
}

impl Task<Held> for Jobs {
    async fn run(&mut self, held: &Held) -> Result<Outcome, Failure> {
        let record = &held.record;
        // Each of these tries ended with its process, not with an error; one more would end ours.
        if record.job.attempts_max() < record.attempts {
            return Err(Failure::permanent(format!("given up after {} tries that never ended", record.attempts - 1)));
        }
        tokio::select! {
            done = self.perform(record) => done?,
            () = held.lost() => return Err(lease::lost()),
        }
        tracing::info!(job.id = %record.id, job.name = record.job.name(), attempt = record.attempts, "A job is done");
        Ok(Outcome::DONE)
    }
}

fn refusal(error: &canvass_actions::Error) -> Failure {
    let kind = if error.may_pass() { FailureKind::Transient } else { FailureKind::Permanent };
    Failure { kind, reason: error.to_string() }
}
