//! The sweep: this file is about what is forgotten in time: sessions, failed sign-ins, finished jobs, the trash, traffic, exports, bytes.

use std::time::Duration;

use canvass_actions::{exports, files, scripts, sealing, traffic};
use canvass_model::{
    alias::Alias, metadata::REMOVED_DAYS, page::Page, survey::Survey, tenant::TenantState, time::Timestamp,
};
use canvass_storage::{Directory, Error, fields, idempotency, jobs, pages, sessions, surveys, tenants, throttle};

use tokio::sync::watch;

use crate::{
    Settings,
    rounds::Round,
    worker::{Failure, Outcome, Task},
};

/// How often a round is made.
pub(crate) const EVERY: Duration = Duration::from_mins(1);
/// Rows that one statement removes at most, so that nobody waits long behind it.
const ROWS_MAX: u32 = 1_000;
/// Thrown-away surveys that one visit to a tenant removes at most; each may have a million responses.
const SURVEYS_MAX: u32 = 1;
/// Thrown-away pages that one visit to a tenant removes at most.
const PAGES_MAX: u32 = 100;
/// Thrown-away scripts that one visit to a tenant removes at most.
const SCRIPTS_MAX: u32 = 20;
/// Tenants that one round visits. At one round a minute, 10,000 tenants are seen three times in two weeks, and a round
/// never opens more tenants' files than stay open anyway.
const TENANTS_MAX: u32 = 50;
/// Chunks of responses that one visit to a tenant seals at most; who has more is visited again at once.
const CHUNKS_MAX: usize = 1;
/// Removed fields that one visit to a tenant deletes at most; each may have a value in every survey.
const FIELDS_MAX: u32 = 10;
/// A removed field can be fetched back for so long.
const FIELDS_KEPT_MS: i64 = REMOVED_DAYS * Timestamp::DAY_MS;
/// What was thrown away can be fetched back for so long.
const TRASH_KEPT_MS: i64 = Survey::TRASH_DAYS * Timestamp::DAY_MS;
/// Pages too.
const PAGES_KEPT_MS: i64 = Page::TRASH_DAYS * Timestamp::DAY_MS;
/// The record of a finished job answers questions for so long.
const JOBS_KEPT_MS: i64 = 30 * Timestamp::DAY_MS;
/// A creation is recognised as repeated for so long; no client retries longer.
const REPEATS_KEPT_MS: i64 = Timestamp::DAY_MS;
/// Failed sign-ins count for so long after the waiting they caused.
const FAILURES_KEPT_MS: i64 = Timestamp::DAY_MS;

/// Removes what has had its time, a little in every round. Safe on several nodes at once.
pub(crate) struct Sweep {
    directory: Directory,
    settings: watch::Receiver<Settings>,
    /// The last tenant visited; the next round goes on behind it.
    visited: Option<Alias>,
}

/// That there is nothing to choose in a round of sweeping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Everything;

impl Sweep {
    pub(crate) fn new(directory: Directory, settings: watch::Receiver<Settings>) -> Self {
        Self { directory, settings, visited: None }
    }

    /// The directory's own leftovers; answers how many rows went.
    async fn sweep_directory(&self) -> Result<u64, Error> {
        self.directory
            .write(|tx| {
                let now = tx.now();
                Ok(sessions::delete_expired(tx, ROWS_MAX)?
                    + throttle::delete_before(tx, now.plus_ms(-FAILURES_KEPT_MS), ROWS_MAX)?
                    + jobs::delete_finished(tx, now.plus_ms(-JOBS_KEPT_MS), ROWS_MAX)?)
            })
            .await
    }

    /// The leftovers of the next tenants. One that cannot be swept does not keep the others from it.
    async fn sweep_tenants(&mut self) -> Result<u64, Error> {
        let after = self.visited.take();
        let filter = tenants::Filter {
            state: Some(TenantState::Active),
            after,
            limit: TENANTS_MAX,
            ..tenants::Filter::default()
        };
        let listed = self.directory.read(move |tx| tenants::list(tx, &filter)).await?;
        let mut swept = 0;
        for tenant in &listed {
            match self.sweep_tenant(&tenant.record.alias).await {
                Ok(rows) => swept += rows,
                Err(error) => tracing::warn!(tenant = %tenant.record.id, %error, "A tenant could not be swept"),
            }
        }
        let is_last = u32::try_from(listed.len()).unwrap_or(u32::MAX) < TENANTS_MAX;
        self.visited = listed.into_iter().next_back().map(|it| it.record.alias).filter(|_| !is_last);
        Ok(swept)
    }

    async fn sweep_tenant(&self, alias: &Alias) -> Result<u64, canvass_actions::Error> {
        let Some(tenant) = self.directory.tenant(alias).await? else { return Ok(0) };
        let (log_days, scanning, sealing) = {
            let settings = self.settings.borrow();
            (settings.access_log_days, settings.scanning(), settings.sealing)
        };
        // What came before a restart, or through another node, nobody here has counted.
        if sealing::seal(&tenant, sealing, CHUNKS_MAX).await?.more {
            self.directory.arrivals().put_back(tenant.record().id);
        }
        let record = tenant.record().clone();
        let bytes = files::sweep(&self.directory, &tenant, scanning).await?;
        let exports = exports::sweep(&self.directory, &tenant).await?;
        let rows = tenant
            .write(move |tx| {
                let now = tx.now();
                let surveys = surveys::delete_trashed(tx, now.plus_ms(-TRASH_KEPT_MS), SURVEYS_MAX)?;
                let pages = pages::delete_trashed(tx, now.plus_ms(-PAGES_KEPT_MS), PAGES_MAX)?;
                let fields = fields::delete_removed(tx, now.plus_ms(-FIELDS_KEPT_MS), FIELDS_MAX)?;
                let plan = record.plan.plan();
                let runs = scripts::forget(tx, &plan, ROWS_MAX)?;
                let thrown = scripts::empty(tx, SCRIPTS_MAX)?;
                let value = scripts::forget_removed(tx)?;
                let repeats = idempotency::delete_before(tx, now.plus_ms(-REPEATS_KEPT_MS), ROWS_MAX)?;
                Ok(surveys.len() as u64
                    + u64::from(pages)
                    + u64::from(thrown)
                    + value
                    + fields
                    + repeats
                    + runs
                    + traffic::forget(tx, log_days, ROWS_MAX)?)
            })
            .await;
        rows.map(|it: u64| it + bytes + exports)
    }
}

impl Task<Round<Everything>> for Sweep {
    async fn run(&mut self, _: &Round<Everything>) -> Result<Outcome, Failure> {
        let rows = self.sweep_directory().await.map_err(Failure::transient)?;
        let rows = rows + self.sweep_tenants().await.map_err(Failure::transient)?;
        Ok(Outcome { done: usize::try_from(rows).unwrap_or(usize::MAX), ..Outcome::NONE })
    }
}
