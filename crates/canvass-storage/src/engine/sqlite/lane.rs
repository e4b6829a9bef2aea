//! A lane of the intake: this file is about accepting responses, each acknowledged only when it is on the disk.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use canvass_model::{
    id::{ResponseId, TenantId},
    response::Accepted,
};
use tokio::sync::oneshot;

use crate::{
    Error, Receipt,
    engine::{
        Later,
        sqlite::{
            closed,
            connection::Health,
            frame::Record,
            lock,
            log::Log,
            waiting::{Origin, Presence, Waiting},
        },
    },
};

/// One lane: a queue in memory, one thread that writes it down, and the index of what is written and not yet applied.
pub(super) struct Lane {
    pub(super) epoch: String,
    pub(super) waiting: Mutex<Waiting>,
    queue: Mutex<Queue>,
    arrived: Condvar,
}

/// What waits for the thread that writes.
#[derive(Default)]
struct Queue {
    requests: VecDeque<Request>,
    records: usize,
    bytes: usize,
    trim: Vec<u64>,
    stage: Stage,
    /// The writing thread sleeps until somebody wakes it.
    is_idle: bool,
}

/// How far a lane is on its way to its end.
#[derive(Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// Takes nothing more; what it took is written.
    Refusing,
    /// The writing thread ends when nothing is left to do.
    Ending,
}

/// One call of `append`.
struct Request {
    records: Vec<Record>,
    bytes: usize,
    acknowledge: oneshot::Sender<Result<Vec<Receipt>, Error>>,
}

/// What the writing thread does next.
enum Turn {
    Append(Vec<Request>),
    Trim(Vec<u64>),
}

/// Records that may wait for the writing thread; past that, callers are asked to come back. Eight full frames.
const QUEUED_RECORDS_MAX: usize = 8 * Log::FRAME_RECORDS_MAX;
/// Bytes of answers that may wait for it.
const QUEUED_BYTES_MAX: usize = 64 << 20;
/// Records that may wait to be applied: about 100 MB of index, and a minute of work or two.
const BACKLOG_RECORDS_MAX: u64 = 1_000_000;
/// Records of one tenant that may wait, so that a tenant whose file cannot be used does not close the lane.
const TENANT_BACKLOG_RECORDS_MAX: u64 = BACKLOG_RECORDS_MAX / 4;
/// When a caller who found the lane full should come back.
const RETRY_AFTER_MS: u64 = 1_000;

impl Lane {
    pub(super) fn new(epoch: String, waiting: Waiting) -> Self {
        Self { epoch, waiting: Mutex::new(waiting), queue: Mutex::default(), arrived: Condvar::new() }
    }

    /// Makes a tenant's responses durable; never blocks.
    pub(super) fn append(&self, tenant: TenantId, responses: Vec<Accepted>) -> Later<Result<Vec<Receipt>, Error>> {
        let (acknowledge, acknowledged) = oneshot::channel();
        let records: Vec<Record> = responses.into_iter().map(|response| Record { tenant, response }).collect();
        let bytes = records.iter().map(Record::bytes).sum();
        let queued = self.enqueue(tenant, Request { records, bytes, acknowledge });
        Box::pin(async move {
            queued?;
            acknowledged.await.unwrap_or_else(|_| Err(closed()))
        })
    }

    /// Asks the writing thread to delete frames.
    pub(super) fn trim(&self, frames: Vec<u64>) {
        let mut queue = lock(&self.queue);
        queue.trim.extend(frames);
        self.wake(queue);
    }

    /// Takes nothing more from now on.
    pub(super) fn refuse(&self) {
        lock(&self.queue).stage = Stage::Refusing;
    }

    /// Lets the writing thread end when everything accepted is written and everything trimmed is deleted.
    pub(super) fn end(&self) {
        let mut queue = lock(&self.queue);
        queue.stage = Stage::Ending;
        self.wake(queue);
    }

    /// Writes down what arrives, until the lane is closed: the body of the writing thread.
    pub(super) fn write(&self, log: &mut Log) {
        while let Some(turn) = self.next_turn() {
            match turn {
                Turn::Append(requests) => {
                    self.commit(log, requests);
                    log.tidy();
                }
                Turn::Trim(frames) => {
                    if let Err(error) = log.delete(&frames) {
                        tracing::warn!(%error, "applied frames could not be deleted from the intake; trying again later");
                        lock(&self.waiting).put_back_finished(frames);
                    }
                }
            }
        }
    }

    fn enqueue(&self, tenant: TenantId, request: Request) -> Result<(), Error> {
        let waiting = lock(&self.waiting);
        let is_behind =
            BACKLOG_RECORDS_MAX <= waiting.records() || TENANT_BACKLOG_RECORDS_MAX <= waiting.records_of(tenant);
        drop(waiting);
        let mut queue = lock(&self.queue);
        if queue.stage != Stage::Open {
            return Err(closed());
        }
        // A request that is larger than the whole queue is let into an empty one.
        let is_full = QUEUED_RECORDS_MAX < queue.records + request.records.len()
            || QUEUED_BYTES_MAX < queue.bytes + request.bytes;
        if is_behind || (is_full && !queue.requests.is_empty()) {
            return Err(Error::Busy { retry_after_ms: RETRY_AFTER_MS });
        }
        queue.records += request.records.len();
        queue.bytes += request.bytes;
        queue.requests.push_back(request);
        self.wake(queue);
        Ok(())
    }

    /// Wakes the writing thread if it sleeps; a busy one looks by itself.
    fn wake(&self, mut queue: MutexGuard<'_, Queue>) {
        if std::mem::take(&mut queue.is_idle) {
            drop(queue);
            self.arrived.notify_one();
        }
    }

    fn next_turn(&self) -> Option<Turn> {
        let mut queue = lock(&self.queue);
        loop {
            // First, because it is rare, and a busy lane always has requests.
            if !queue.trim.is_empty() {
                return Some(Turn::Trim(std::mem::take(&mut queue.trim)));
            }
            if !queue.requests.is_empty() {
                return Some(Turn::Append(queue.take_group()));
            }
            if queue.stage == Stage::Ending {
                return None;
            }
            queue.is_idle = true;
            queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Commits a group of requests as one transaction, and only then acknowledges each.
    fn commit(&self, log: &mut Log, mut requests: Vec<Request>) {
        let (new, receipts) = self.sort_out(&mut requests);
        let outcome = log.append(new);
        // What the log holds waits to be applied, also what a failed commit left in it.
        let mut waiting = lock(&self.waiting);
        for it in log.take_written() {
            waiting.add(&it.frame, &it.records, it.accepted_at, Origin::Accepted);
        }
        drop(waiting);
        for (request, receipts) in requests.into_iter().zip(receipts) {
            let answer = outcome.as_ref().map(|()| receipts).map_err(likewise);
            // Nobody listens any more when the caller went away: the record is kept all the same.
            let _ = request.acknowledge.send(answer);
        }
    }

    /// The records that are not in the log yet, and what each request will be told.
    fn sort_out(&self, requests: &mut [Request]) -> (Vec<Record>, Vec<Vec<Receipt>>) {
        let waiting = lock(&self.waiting);
        let mut group: HashSet<(TenantId, ResponseId)> = HashSet::new();
        let mut new = Vec::new();
        let mut receipt = |record: Record| {
            let (tenant, id) = (record.tenant, record.response.id);
            let presence = waiting.presence(tenant, id);
            let is_first = group.insert((tenant, id));
            // One that was applied before the start may have become a dead letter that is now tried again.
            if is_first && presence != Presence::Waiting {
                new.push(record);
            }
            if is_first && presence == Presence::Absent { Receipt::New } else { Receipt::Repeated }
        };
        let receipts = requests.iter_mut().map(|it| it.records.drain(..).map(&mut receipt).collect()).collect();
        (new, receipts)
    }
}

impl Queue {
    /// Whole requests, in their order, up to a full frame and at least one.
    fn take_group(&mut self) -> Vec<Request> {
        let (mut group, mut records, mut bytes) = (Vec::new(), 0, 0);
        while let Some(request) = self.requests.pop_front() {
            records += request.records.len();
            bytes += request.bytes;
            if !group.is_empty() && (Log::FRAME_RECORDS_MAX < records || Log::FRAME_BYTES_MAX < bytes) {
                self.requests.push_front(request);
                break;
            }
            self.records -= request.records.len();
            self.bytes -= request.bytes;
            group.push(request);
        }
        group
    }
}

/// The same error for another of those who waited for one commit.
fn likewise(error: &Error) -> Error {
    match error {
        Error::Full => Error::Full,
        Error::Busy { retry_after_ms } => Error::Busy { retry_after_ms: *retry_after_ms },
        Error::Unusable(reason) => Error::Unusable(reason.clone()),
        Error::Unreachable(reason) => Error::Unreachable(reason.clone()),
        Error::Conflict(_) | Error::Corrupt { .. } | Error::Rejected(_) | Error::Engine(_) => {
            Error::engine(error.to_string())
        }
    }
}

/// Starts the thread that writes a lane down.
pub(super) fn start_writing(
    lane: &Arc<Lane>,
    mut log: Log,
    health: Health,
) -> Result<std::thread::JoinHandle<()>, Error> {
    let last_will = LastWill { lane: Arc::clone(lane), health };
    let thread = std::thread::Builder::new().name("intake".to_owned());
    thread.spawn(move || last_will.lane.write(&mut log)).map_err(Error::engine)
}

/// Lets nobody wait for a thread that has ended, even if by a panic.
struct LastWill {
    lane: Arc<Lane>,
    health: Health,
}

impl Drop for LastWill {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.health.fail(&"the thread that writes the intake panicked");
        }
        let mut queue = lock(&self.lane.queue);
        queue.stage = Stage::Ending;
        queue.requests.clear();
    }
}
