//! Counters: this file is about what a worker tells the operator of itself.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Failure, Outcome};

/// The running counts of one worker. Clones share them.
#[derive(Debug, Clone)]
pub struct Counters(Arc<Mutex<Counts>>);

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Waiting for its interval or a wake-up.
    Waiting,
    /// Working through a cycle.
    Working,
    /// Waiting after an error.
    BackingOff,
    /// Ended, after it was asked to.
    Ended,
}

/// The counts of one worker at one moment, since it started.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Snapshot {
    /// Which worker.
    pub worker: &'static str,
    /// What it is doing.
    pub mood: Mood,
    /// Cycles begun.
    pub cycles: u64,
    /// Rounds over its queues.
    pub iterations: u64,
    /// Messages taken and not yet settled. What a drain left in hand comes again after its lease.
    pub in_hand: u64,
    /// Messages worked off.
    pub done: u64,
    /// Messages that failed, each time counted.
    pub failed: u64,
    /// Errors that concern no single message: setting up, taking, settling, tearing down.
    pub errors: u64,
    /// Caught panics; each is also counted under `failed` or `errors`.
    pub panics: u64,
    /// The last failure or error.
    pub last_error: Option<String>,
    /// How long ago that was, in milliseconds.
    pub last_error_ago_ms: Option<u64>,
    /// How long the oldest message of the last batch had waited, in milliseconds.
    pub lag_ms: Option<u64>,
}

impl Snapshot {
    /// Counts one message in hand as settled.
    pub(super) fn settle(&mut self, outcome: Outcome) {
        self.in_hand = self.in_hand.saturating_sub(1);
        self.done += outcome.done as u64;
        self.failed += outcome.failed as u64;
    }
}

#[derive(Debug)]
struct Counts {
    snapshot: Snapshot,
    last_error_at: Option<Instant>,
}

impl Counters {
    /// The counts now.
    pub fn snapshot(&self) -> Snapshot {
        let counts = self.lock();
        let last_error_ago_ms = counts.last_error_at.map(|it| whole_ms(it.elapsed()));
        Snapshot { last_error_ago_ms, ..counts.snapshot.clone() }
    }

    pub(super) fn new(worker: &'static str) -> Self {
        let snapshot = Snapshot {
            worker,
            mood: Mood::Waiting,
            cycles: 0,
            iterations: 0,
            in_hand: 0,
            done: 0,
            failed: 0,
            errors: 0,
            panics: 0,
            last_error: None,
            last_error_ago_ms: None,
            lag_ms: None,
        };
        Self(Arc::new(Mutex::new(Counts { snapshot, last_error_at: None })))
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.lock().snapshot);
    }

    pub(super) fn feel(&self, mood: Mood) {
        self.count(|it| it.mood = mood);
    }

    /// Remembers how long messages wait.
    pub(super) fn lag(&self, lag: Duration) {
        self.count(|it| it.lag_ms = Some(whole_ms(lag)));
    }

    /// Remembers `failure` as the last error.
    pub(super) fn remember(&self, failure: &Failure) {
        let mut counts = self.lock();
        counts.snapshot.last_error = Some(failure.reason.clone());
        counts.last_error_at = Some(Instant::now());
    }

    /// A panic elsewhere leaves counts that are at worst one behind: better to read them than to panic too.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn whole_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
