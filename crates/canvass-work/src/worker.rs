//! Workers: this file is about how a loop that works queues off is put together, in words that read as a sentence.
//!
//! ```text
//! every(interval).for_queue(premium).batch(32).and_for(standard, 8).iterations_max(4).perform("apply", task)
//! ```
//!
//! A **cycle** sets up (`pre_run`), takes one batch from each queue in the order they were named, again and again
//! while one of them came back full, and tears down (`post_run`). The order and the batch sizes are the priority:
//! the first queue is served first, and no queue is ever left out, so none starves. After a cycle the worker waits
//! for its interval or a wake-up; after an error it backs off; when it is asked to stop it finishes what it holds.
//!
//! Queues and tasks are generic parameters and their methods plain `async` ones: a worker is one type, put behind
//! `tokio`'s own erasure once, when it is spawned. Nothing needs a box per message or a macro per method.

mod back_off;
mod counters;
mod cycle;
mod pace;
mod queue;
mod task;

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::sync::watch;

pub use self::{
    back_off::{BackOff, Jitter},
    counters::{Counters, Mood, Snapshot},
    pace::Pace,
    queue::{Batch, Queue},
    task::{Failure, FailureKind, Outcome, Task},
};

/// How long a worker that was asked to stop may finish what it holds. Below the 30 seconds that systemd and
/// Kubernetes give a process by default.
pub const DRAIN_WITHIN: Duration = Duration::from_secs(20);

/// How long one message may take. Whatever takes longer hangs, and would hold up those behind it for ever.
pub const RUN_WITHIN: Duration = Duration::from_mins(5);

/// A loop over some queues with one task, ready to [`run`](Worker::run).
pub struct Worker<Q, T> {
    name: &'static str,
    queues: Vec<Q>,
    task: T,
    pace: Pace,
    paced_by: Option<watch::Receiver<Pace>>,
    back_off: BackOff,
    jitter: Jitter,
    woken_by: Option<watch::Receiver<()>>,
    drain_within: Duration,
    run_within: Duration,
    counters: Counters,
}

/// The beginning of a worker: how often it looks when nothing wakes it.
#[derive(Debug, Clone, Copy)]
pub struct Every(Duration);

/// A worker whose first queue still lacks its batch size.
#[derive(Debug)]
pub struct ForQueue<Q> {
    interval: Duration,
    queue: Q,
}

/// A worker that lacks only its task. What is not said has a sensible value.
pub struct Plan<Q> {
    queues: Vec<Q>,
    pace: Pace,
    paced_by: Option<watch::Receiver<Pace>>,
    back_off: BackOff,
    jitter: Jitter,
    woken_by: Option<watch::Receiver<()>>,
    drain_within: Duration,
    run_within: Duration,
}

/// Begins a worker that looks at its queues every `interval`, raised to [`Pace::INTERVAL_MIN`].
pub fn every(interval: Duration) -> Every {
    Every(interval)
}

impl Every {
    /// Names the queue that is served first.
    pub fn for_queue<Q: Queue>(self, queue: Q) -> ForQueue<Q> {
        ForQueue { interval: self.0, queue }
    }
}

impl<Q: Queue> ForQueue<Q> {
    /// Takes up to `messages` of it at a time, raised to [`Pace::BATCH_MIN`].
    pub fn batch(self, messages: usize) -> Plan<Q> {
        Plan {
            queues: vec![self.queue],
            pace: Pace {
                interval: self.interval,
                batches: vec![messages],
                iterations_max: Pace::ITERATIONS_MAX_DEFAULT,
            },
            paced_by: None,
            back_off: BackOff::default(),
            jitter: Jitter::random(),
            woken_by: None,
            drain_within: DRAIN_WITHIN,
            run_within: RUN_WITHIN,
        }
    }
}

impl<Q: Queue> Plan<Q> {
    /// Serves `queue` after those named before, up to `messages` at a time.
    #[must_use]
    pub fn and_for(mut self, queue: Q, messages: usize) -> Self {
        self.queues.push(queue);
        self.pace.batches.push(messages);
        self
    }

    /// Ends a cycle after `iterations` rounds over the queues even when more is waiting; the next begins at once.
    #[must_use]
    pub fn iterations_max(mut self, iterations: usize) -> Self {
        self.pace.iterations_max = iterations;
        self
    }

    /// Takes interval, batch sizes and iterations from `pace`, now and whenever it changes.
    #[must_use]
    pub fn paced_by(mut self, mut pace: watch::Receiver<Pace>) -> Self {
        self.pace = pace.borrow_and_update().clone();
        self.paced_by = Some(pace);
        self
    }

    /// Looks at once, not only after the interval, when `bell` changes.
    #[must_use]
    pub fn woken_by(mut self, bell: watch::Receiver<()>) -> Self {
        self.woken_by = Some(bell);
        self
    }

    /// Waits like this after errors.
    #[must_use]
    pub fn back_off(mut self, back_off: BackOff) -> Self {
        self.back_off = back_off;
        self
    }

    /// Spreads the waits after errors by `jitter` instead of chance.
    #[must_use]
    pub fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Lets a worker that was asked to stop finish its batch for this long instead of [`DRAIN_WITHIN`].
    #[must_use]
    pub fn drain_within(mut self, within: Duration) -> Self {
        self.drain_within = within;
        self
    }

    /// Gives each message this long instead of [`RUN_WITHIN`].
    #[must_use]
    pub fn run_within(mut self, within: Duration) -> Self {
        self.run_within = within;
        self
    }

    /// Completes the worker: `name` is what the log and the operator call it, `task` what it does.
    pub fn perform<T: Task<Q::Message>>(self, name: &'static str, task: T) -> Worker<Q, T> {
        Worker {
            name,
            queues: self.queues,
            task,
            pace: self.pace.within_bounds(name),
            paced_by: self.paced_by,
            back_off: self.back_off,
            jitter: self.jitter,
            woken_by: self.woken_by,
            drain_within: self.drain_within,
            run_within: self.run_within,
            counters: Counters::new(name),
        }
    }
}

impl<Q, T> Worker<Q, T> {
    /// What the worker counts; stays readable while it runs and after it ended.
    pub fn counters(&self) -> Counters {
        self.counters.clone()
    }
}
