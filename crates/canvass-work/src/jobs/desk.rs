//! Desks: this file is about the queue of jobs of some kinds, and when a job that failed comes again.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use canvass_actions::provisioning;
use canvass_model::job::{Job, JobRecord};
use canvass_storage::{Directory, jobs};

use super::lease::{self, Held, LEASE_MS};
use crate::{
    exporting,
    worker::{BackOff, Batch, Failure, FailureKind, Jitter, Queue},
};

/// The due jobs of some kinds. Slow kinds have a desk of their own, so that quick ones never wait behind them.
pub(crate) struct Desk {
    name: &'static str,
    kinds: Vec<&'static str>,
    directory: Directory,
    jitter: Mutex<Jitter>,
}

impl Desk {
    /// The desk for mails, which wait for other people's servers.
    pub(crate) fn mail(directory: Directory) -> Self {
        Self::of("mail", |it| it == MAIL, directory)
    }

    /// The desk for scans, which wait for a scanner that may be away.
    pub(crate) fn scan(directory: Directory) -> Self {
        Self::of("scan", |it| it == SCAN, directory)
    }

    /// The desk for exports, which may take hours.
    pub(crate) fn export(directory: Directory) -> Self {
        Self::of("export", |it| it == EXPORT, directory)
    }

    /// The desk for everything else.
    pub(crate) fn quick(directory: Directory) -> Self {
        Self::of("jobs", |it| ![MAIL, SCAN, EXPORT].contains(&it), directory)
    }

    fn of(name: &'static str, is_ours: impl Fn(&str) -> bool, directory: Directory) -> Self {
        let kinds = Job::NAMES.into_iter().filter(|it| is_ours(it)).collect();
        Self { name, kinds, directory, jitter: Mutex::new(Jitter::random()) }
    }

    /// When a job that failed comes again, in milliseconds from now; `None` when it does not.
    fn retry_after_ms(&self, record: &JobRecord, failure: &Failure) -> Option<i64> {
        if failure.kind == FailureKind::Permanent || record.job.attempts_max() <= record.attempts {
            return None;
        }
        let mut jitter = self.jitter.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = patience(&record.job).wait(record.attempts, &mut jitter);
        i64::try_from(wait.as_millis()).ok()
    }

    /// Undoes what a job that is given up has begun.
    async fn roll_back(&self, record: &JobRecord, failure: &Failure) -> Result<(), Failure> {
        match &record.job {
            Job::Provision(sign_up) => provisioning::roll_back(&self.directory, sign_up, &failure.reason)
                .await
                .map_err(|it| Failure::transient(format!("rolling back: {it}"))),
            Job::Export(export) => exporting::give_up(&self.directory, *export).await,
            Job::Mail(_) | Job::Scan(_) => Ok(()),
        }
    }
}

impl Queue for Desk {
    type Message = Held;

    fn name(&self) -> &str {
        self.name
    }

    async fn take(&self, max: usize) -> Result<Batch<Held>, Failure> {
        let (kinds, limit) = (self.kinds.clone(), u32::try_from(max).unwrap_or(u32::MAX));
        let claimed = self
            .directory
            .write(move |tx| jobs::claim(tx, &kinds, tx.now().plus_ms(LEASE_MS), limit))
            .await
            .map_err(Failure::transient)?;
        let waited_ms = claimed.iter().map(|it| it.updated_at.ms_since(it.due_at)).max();
        let messages = claimed.into_iter().map(|it| Held::keep(&self.directory, it)).collect();
        let lag = waited_ms.and_then(|it| u64::try_from(it).ok()).map(Duration::from_millis);
        Ok(Batch { lag, ..Batch::of(messages, max) })
    }

    async fn done(&self, held: Held) -> Result<(), Failure> {
        lease::record(&self.directory, &held.record, jobs::finish).await
    }

    async fn failed(&self, held: Held, failure: &Failure) -> Result<(), Failure> {
        let (record, reason) = (&held.record, failure.reason.clone());
        if failure.kind == FailureKind::Lost {
            return Ok(());
        }
        let retry_after_ms = self.retry_after_ms(record, failure);
        if retry_after_ms.is_none() {
            // Only who still holds the job may undo it: another worker may be finishing it.
            lease::record(&self.directory, record, |_, _| Ok(())).await?;
            self.roll_back(record, failure).await?;
        }
        lease::record(&self.directory, record, move |tx, id| {
            let retry_at = retry_after_ms.map(|it| tx.now().plus_ms(it));
            jobs::fail(tx, id, &reason, retry_at)
        })
        .await
    }
}

/// The name of the jobs that wait for other people's servers.
const MAIL: &str = "mail";
/// The name of the jobs that wait for the virus scanner.
const SCAN: &str = "scan";
/// The name of the jobs that make files of responses.
const EXPORT: &str = "export";

/// How long a job that failed waits for its next try.
fn patience(job: &Job) -> BackOff {
    match job {
        // Somebody watches the progress page.
        Job::Provision(_) => BackOff { first: Duration::from_millis(500), most: Duration::from_secs(30) },
        // Mail servers ask for half an hour between tries (RFC 5321, section 4.5.4.1); the first may come sooner, for
        // those that turn strangers away once.
        Job::Mail(_) => BackOff { first: Duration::from_mins(1), most: Duration::from_mins(30) },
        // Somebody waits for the page; a scanner that was started again is noticed within minutes.
        Job::Scan(_) => BackOff { first: Duration::from_secs(1), most: Duration::from_mins(5) },
        // Somebody watches the list; a disk that was full is emptied within minutes, or not.
        Job::Export(_) => BackOff { first: Duration::from_secs(1), most: Duration::from_mins(5) },
    }
}
