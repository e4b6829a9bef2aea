//! Traffic: this file is about writing visits into the logs of their tenants, in batches, off the path of any request.
//!
//! Visits wait in memory by tenant. A tenant's are written when there are many or the oldest has waited for a while, in
//! one transaction, a few tenants at once. A tenant that is slow holds one of these places and its own records, which are
//! bounded; one that fails loses its own records, which are counted.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    time::Duration,
};

use canvass_actions::{
    Error,
    traffic::{self, BATCH_MAX, Batch, Visit, Visits},
};
use canvass_model::{alias::Alias, id::TenantId, tenant::TenantState, traffic::AccessRecord};
use canvass_storage::Directory;
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{Instant, interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// Tenants written at once.
const WRITES_MAX: usize = 4;
/// Records of one tenant that wait: what comes on top is lost, so that one who stalls fills nobody else's place.
const WAITING_OF_ONE_MAX: usize = 4 * BATCH_MAX;
/// Records that wait in all (about 10 MB); then the channel fills, and what it refuses is lost.
const WAITING_MAX: usize = 40_000;
/// Visits taken from the channel at once.
const TAKEN_MAX: usize = 1_000;
/// How often losses and failures are told of in the log at most.
const WARN_EVERY: Duration = Duration::from_mins(1);

/// Writes visits until it is drained.
pub struct Writer {
    running: JoinSet<()>,
    stop: CancellationToken,
}

/// What waits and what is being written.
struct Desk {
    directory: Directory,
    visits: Visits,
    inbox: Vec<Visit>,
    /// How long records wait before they are due.
    patience: Duration,
    waiting: HashMap<TenantId, Waiting>,
    /// Whom to write first: those who wait, in the order in which they began to. Each stands here once.
    queue: VecDeque<TenantId>,
    /// Records in `waiting`.
    records: usize,
    writing: JoinSet<Result<(), Error>>,
    /// Whose batch each task writes, and how many records it holds.
    held: HashMap<Id, (TenantId, u64)>,
    warnings: Warnings,
}

/// Records of one tenant.
struct Waiting {
    alias: Alias,
    records: Vec<AccessRecord>,
    since: Instant,
}

/// When the log was last told, and of how many losses.
#[derive(Default)]
struct Warnings {
    of_failures: Option<Instant>,
    of_losses: Option<Instant>,
    losses_told: u64,
}

impl Writer {
    /// Writes what comes out of `visits`, each tenant's at the latest `every` so often. Call it inside a `tokio` runtime.
    pub fn start(directory: &Directory, visits: Visits, every: Duration) -> Self {
        let desk = Desk {
            directory: directory.clone(),
            visits,
            inbox: Vec::new(),
            patience: every / 2,
            waiting: HashMap::new(),
            queue: VecDeque::new(),
            records: 0,
            writing: JoinSet::new(),
            held: HashMap::new(),
            warnings: Warnings::default(),
        };
        let (stop, mut running) = (CancellationToken::new(), JoinSet::new());
        running.spawn(desk.run(stop.clone()));
        Self { running, stop }
    }

    /// Waits until it ends though nobody asked it to, which it should not; answers why.
    pub async fn broken(&mut self) -> String {
        match self.running.join_next().await {
            Some(Ok(())) | None => "the writer of traffic ended without a reason".to_owned(),
            Some(Err(panic)) => panic.to_string(),
        }
    }

    /// Writes everything that was taken, but for no longer than `within`; takes nothing more. Answers whether all of it was
    /// written.
    pub async fn drain(mut self, within: Duration) -> bool {
        self.stop.cancel();
        let finished = timeout(within, self.running.join_next()).await.is_ok();
        if !finished {
            tracing::warn!(?within, "Some visits to public pages could not be written in time and are lost");
        }
        finished
    }
}

impl Desk {
    async fn run(mut self, stop: CancellationToken) {
        let mut tick = interval(self.patience);
        loop {
            self.write_due();
            let has_room = self.records < WAITING_MAX;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.writing.join_next_with_id() => self.settle(ended),
                taken = self.visits.take(&mut self.inbox, TAKEN_MAX), if has_room => match taken {
                    0 => break,
                    _ => self.sort_in(),
                },
                _ = tick.tick() => self.warn_of_losses(),
            }
        }
        self.finish().await;
    }

    /// Writes what is left, whether it is due or not.
    async fn finish(mut self) {
        self.visits.close();
        while self.visits.take(&mut self.inbox, TAKEN_MAX).await != 0 {
            self.sort_in();
        }
        self.patience = Duration::ZERO;
        self.write_due();
        while let Some(ended) = self.writing.join_next_with_id().await {
            self.settle(ended);
            self.write_due();
        }
        self.warnings = Warnings { losses_told: self.warnings.losses_told, ..Warnings::default() };
        self.warn_of_losses();
    }

    /// Puts what was taken to the other records of its tenant.
    fn sort_in(&mut self) {
        for Visit { tenant, record } in mem::take(&mut self.inbox) {
            let id = tenant.record().id;
            let waiting = self.waiting.entry(id).or_insert_with(|| {
                self.queue.push_back(id);
                Waiting { alias: tenant.record().alias.clone(), records: Vec::new(), since: Instant::now() }
            });
            if WAITING_OF_ONE_MAX <= waiting.records.len() {
                self.visits.losses().add(id, 1);
                continue;
            }
            waiting.records.push(record);
            self.records += 1;
        }
    }

    /// Begins to write what has waited long enough or is many, one batch of each tenant, as far as places are free.
    fn write_due(&mut self) {
        let mut looked_at = 0;
        while self.writing.len() < WRITES_MAX && looked_at < self.queue.len() {
            let Some(id) = self.queue.pop_front() else { return };
            let is_busy = self.held.values().any(|(it, _)| *it == id);
            let is_due = |it: &Waiting| BATCH_MAX <= it.records.len() || self.patience <= it.since.elapsed();
            match self.waiting.get_mut(&id) {
                Some(waiting) if !is_busy && is_due(waiting) => {
                    let rest = waiting.records.split_off(waiting.records.len().min(BATCH_MAX));
                    let records = mem::replace(&mut waiting.records, rest);
                    let alias = waiting.alias.clone();
                    if waiting.records.is_empty() {
                        self.waiting.remove(&id);
                    } else {
                        self.queue.push_back(id);
                    }
                    self.records -= records.len();
                    self.write(id, alias, records);
                }
                Some(_) => {
                    self.queue.push_back(id);
                    looked_at += 1;
                }
                None => {}
            }
        }
    }

    fn write(&mut self, id: TenantId, alias: Alias, records: Vec<AccessRecord>) {
        let dropped = self.visits.losses().settle(id);
        let (held, directory) = (records.len() as u64, self.directory.clone());
        let losses = self.visits.losses().clone();
        let task = self.writing.spawn(async move {
            let written = write(&directory, id, &alias, Batch { records, dropped }).await;
            if written.is_err() {
                losses.owe(id, dropped);
            }
            written
        });
        self.held.insert(task.id(), (id, held));
    }

    /// Notes how a batch ended. What could not be written is lost and counted: whatever failed once may fail for ever, and
    /// would keep its records waiting with it.
    fn settle(&mut self, ended: Result<(Id, Result<(), Error>), JoinError>) {
        let (task, reason) = match ended {
            Ok((task, Ok(()))) => (task, None),
            Ok((task, Err(error))) => (task, Some(error.to_string())),
            Err(panic) => (panic.id(), Some(panic.to_string())),
        };
        let (Some((tenant, records)), reason) = (self.held.remove(&task), reason) else { return };
        let Some(reason) = reason else { return };
        self.visits.losses().add(tenant, records);
        if is_time(&mut self.warnings.of_failures) {
            tracing::warn!(%tenant, records, reason, "Visits to public pages could not be written and are lost");
        }
    }

    /// Tells the log when visits got lost since it was last told.
    fn warn_of_losses(&mut self) {
        let total = self.visits.losses().total();
        if total != self.warnings.losses_told && is_time(&mut self.warnings.of_losses) {
            let lost = total - self.warnings.losses_told;
            tracing::warn!(lost, total, "Visits to public pages got lost: more came than could be written");
            self.warnings.losses_told = total;
        }
    }
}

/// Writes one batch, if the tenant is still there and in use: the log of one that is being deleted is not made anew.
async fn write(directory: &Directory, id: TenantId, alias: &Alias, batch: Batch) -> Result<(), Error> {
    let tenant = directory.tenant(alias).await?;
    let in_use = tenant.filter(|it| it.record().id == id && it.record().state == TenantState::Active);
    let Some(tenant) = in_use else { return Ok(()) };
    let batch = std::sync::Arc::new(batch);
    tenant.write(move |tx| traffic::keep(tx, &batch)).await
}

/// Whether it is time to tell the log again; then it counts as told.
fn is_time(told: &mut Option<Instant>) -> bool {
    let is_time = told.is_none_or(|it| WARN_EVERY <= it.elapsed());
    if is_time {
        *told = Some(Instant::now());
    }
    is_time
}
