//! Cycles: this file is about the loop of a worker, from taking a batch to waiting for the next.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt as _;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{BackOff, Batch, Failure, FailureKind, Mood, Outcome, Queue, Task, Worker};

/// How a cycle or an iteration went, which decides how to go on.
#[derive(Debug, Default, Clone, Copy)]
struct Course {
    /// Messages that were worked off.
    done: usize,
    /// Errors that concern no single message, and panics.
    errors: usize,
    /// Whether a batch came back full, so that more may wait.
    is_full: bool,
}

/// What a worker does after a cycle.
enum Rest {
    /// The next cycle, at once.
    None,
    /// Wait; a wake-up or new settings cut it short.
    Interval(Duration),
    /// Wait the whole time, or every wake-up would be another try.
    BackOff(Duration),
}

impl<Q: Queue, T: Task<Q::Message>> Worker<Q, T> {
    /// Works until `shutdown` is cancelled; then takes nothing more, finishes what it holds within the bound, and
    /// returns. What it could not finish is left to its lease and comes again.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut errors_in_a_row = 0;
        while !shutdown.is_cancelled() {
            if self.paced_by.as_ref().is_some_and(|it| it.has_changed().unwrap_or(false)) {
                self.adopt_pace();
            }
            self.counters.feel(Mood::Working);
            let within = self.drain_within;
            let course = tokio::select! {
                biased;
                course = self.cycle(&shutdown) => course,
                () = overdue(&shutdown, within) => {
                    tracing::warn!(
                        worker = self.name,
                        left = self.counters.snapshot().in_hand,
                        "A worker could not finish its batch in time; what is left comes again after its lease"
                    );
                    break;
                }
            };
            let rest = self.rest(course, &mut errors_in_a_row);
            self.wait(rest, &shutdown).await;
        }
        self.counters.feel(Mood::Ended);
    }

    /// Sets up, works off, tears down.
    async fn cycle(&mut self, shutdown: &CancellationToken) -> Course {
        self.counters.count(|it| it.cycles += 1);
        if let Err(failure) = contained(async { self.task.pre_run().await }).await {
            self.note_error("set up", &failure);
            return Course { errors: 1, ..Course::default() };
        }
        let mut course = Course::default();
        for _ in 0..self.pace.iterations_max {
            let iteration = self.iterate(shutdown).await;
            course.done += iteration.done;
            course.errors += iteration.errors;
            // A full batch of which nothing succeeded is no progress: going on at once would be a hot loop.
            course.is_full = iteration.is_full && 0 < iteration.done;
            if !course.is_full || 0 < course.errors {
                break;
            }
        }
        if let Err(failure) = contained(async { self.task.post_run().await }).await {
            self.note_error("tear down", &failure);
            course.errors += 1;
        }
        course
    }

    /// Takes one batch from each queue in their order. A queue that fails does not keep the others waiting.
    async fn iterate(&mut self, shutdown: &CancellationToken) -> Course {
        self.counters.count(|it| it.iterations += 1);
        let mut course = Course::default();
        for index in 0..self.queues.len() {
            if shutdown.is_cancelled() {
                break;
            }
            let max = self.pace.batch(index);
            match contained(async { self.queues[index].take(max).await }).await {
                Ok(batch) => {
                    course.is_full |= batch.is_full;
                    self.work_off(index, batch, &mut course).await;
                }
                Err(failure) => {
                    self.note_error("take", &failure);
                    course.errors += 1;
                }
            }
        }
        course
    }

    /// Runs every message of a batch, and settles each before the next, so that one that fails costs only itself.
    async fn work_off(&mut self, index: usize, batch: Batch<Q::Message>, course: &mut Course) {
        let taken = batch.messages.len();
        if let Some(lag) = batch.lag.or((taken == 0).then_some(Duration::ZERO)) {
            self.counters.lag(lag);
        }
        self.counters.count(|it| it.in_hand += taken as u64);
        for message in batch.messages {
            let ran = contained(timed(self.run_within, async { self.task.run(&message).await })).await;
            let settled = match ran {
                Ok(outcome) => {
                    self.note_outcome(outcome, course);
                    contained(async { self.queues[index].done(message).await }).await
                }
                Err(failure) => {
                    self.note_failed(index, &failure);
                    course.errors += usize::from(failure.kind == FailureKind::Panic);
                    contained(async { self.queues[index].failed(message, &failure).await }).await
                }
            };
            if let Err(failure) = settled {
                self.note_error("settle", &failure);
                course.errors += 1;
            }
        }
    }

    /// How to go on after a cycle. Progress ends a row of errors.
    fn rest(&mut self, course: Course, errors_in_a_row: &mut u32) -> Rest {
        if 0 < course.done || course.errors == 0 {
            *errors_in_a_row = 0;
        }
        if 0 < course.errors {
            *errors_in_a_row = errors_in_a_row.saturating_add(1);
            return Rest::BackOff(self.back_off.wait(*errors_in_a_row, &mut self.jitter));
        }
        if course.is_full { Rest::None } else { Rest::Interval(self.pace.interval) }
    }

    async fn wait(&mut self, rest: Rest, shutdown: &CancellationToken) {
        match rest {
            // Other tasks get their turn however much is waiting here.
            Rest::None => tokio::task::yield_now().await,
            Rest::Interval(interval) => {
                self.counters.feel(Mood::Waiting);
                tokio::select! {
                    () = sleep(interval) => {}
                    () = changed(&mut self.woken_by) => {}
                    () = changed(&mut self.paced_by) => self.adopt_pace(),
                    () = shutdown.cancelled() => {}
                }
            }
            Rest::BackOff(wait) => {
                self.counters.feel(Mood::BackingOff);
                tokio::select! {
                    () = sleep(wait.max(BackOff::MIN)) => {}
                    () = shutdown.cancelled() => {}
                }
            }
        }
    }

    fn adopt_pace(&mut self) {
        let Some(paced_by) = &mut self.paced_by else { return };
        let pace = paced_by.borrow_and_update().clone();
        self.pace = pace.within_bounds(self.name);
    }

    fn note_outcome(&self, outcome: Outcome, course: &mut Course) {
        self.counters.count(|it| it.settle(outcome));
        if let Some(lag) = outcome.lag {
            self.counters.lag(lag);
        }
        course.done += outcome.done;
        course.is_full |= outcome.is_full;
    }

    fn note_failed(&self, index: usize, failure: &Failure) {
        let queue = self.queues[index].name();
        tracing::warn!(worker = self.name, queue, kind = ?failure.kind, error = %failure, "A message failed");
        self.counters.count(|it| {
            it.settle(Outcome { done: 0, failed: 1, ..Outcome::NONE });
            it.panics += u64::from(failure.kind == FailureKind::Panic);
        });
        self.counters.remember(failure);
    }

    fn note_error(&self, step: &str, failure: &Failure) {
        tracing::error!(worker = self.name, step, kind = ?failure.kind, error = %failure, "A worker backs off");
        self.counters.count(|it| {
            it.errors += 1;
            it.panics += u64::from(failure.kind == FailureKind::Panic);
        });
        self.counters.remember(failure);
    }
}

/// Turns a panic into a failure. What the panic left half-changed is the task's own state, which the next cycle's
/// `pre_run` sets up anew.
async fn contained<V>(work: impl Future<Output = Result<V, Failure>>) -> Result<V, Failure> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.unwrap_or_else(|panic| Err(Failure::from_panic(panic.as_ref())))
}

async fn timed<V>(within: Duration, work: impl Future<Output = Result<V, Failure>>) -> Result<V, Failure> {
    let late = |_| Err(Failure::transient(format!("not finished within {} seconds", within.as_secs())));
    timeout(within, work).await.unwrap_or_else(late)
}

/// Waits for a change; for ever when nobody can make one any more.
async fn changed<V>(receiver: &mut Option<watch::Receiver<V>>) {
    if let Some(open) = receiver {
        if open.changed().await.is_ok() {
            return;
        }
        *receiver = None;
    }
    std::future::pending::<()>().await;
}

/// Ends when `shutdown` was cancelled `within` ago.
async fn overdue(shutdown: &CancellationToken, within: Duration) {
    shutdown.cancelled().await;
    sleep(within).await;
}
