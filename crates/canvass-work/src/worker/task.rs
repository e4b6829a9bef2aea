//! Tasks: this file is about what a worker does with a message, and how that can fail.

use std::{any::Any, fmt, time::Duration};

/// What is done with the messages of a worker's queues. Messages arrive one at a time, those of the first queue
/// first; a task may gather them in `run` and act in `post_run`, at the price that a failure there concerns them all.
pub trait Task<M>: Send + 'static {
    /// Sets up for a cycle. When it fails nothing is taken.
    fn pre_run(&mut self) -> impl Future<Output = Result<(), Failure>> + Send {
        async { Ok(()) }
    }

    /// Works one message off. It may see a message twice, after a crash; it must then do no harm.
    fn run(&mut self, message: &M) -> impl Future<Output = Result<Outcome, Failure>> + Send;

    /// Tears down after a cycle, also after one with errors, but not after one that was cut off by a drain.
    fn post_run(&mut self) -> impl Future<Output = Result<(), Failure>> + Send {
        async { Ok(()) }
    }
}

/// What working one message off came to. A message may stand for many: a queue that takes, works off and settles in one
/// transaction hands out rounds, and only their end tells how much there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How many were worked off.
    pub done: usize,
    /// How many failed and were settled as such.
    pub failed: usize,
    /// Whether there was as much as could be taken, so that more may wait.
    pub is_full: bool,
    /// How long the oldest of them had waited; `None` when the batch already said so.
    pub lag: Option<Duration>,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Whether trying again can help.
    pub kind: FailureKind,
    /// What happened, for the operator.
    pub reason: String,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The same may work later.
    Transient,
    /// The same will never work.
    Permanent,
    /// Our own mistake: the task panicked. It may work later.
    Panic,
    /// The message is another worker's by now; there is nothing to settle.
    Lost,
}

impl Outcome {
    /// Nothing was there to do.
    pub const NONE: Self = Self { done: 0, failed: 0, is_full: false, lag: None };
    /// One message was worked off.
    pub const DONE: Self = Self { done: 1, ..Self::NONE };
}

impl Failure {
    /// A failure that may pass.
    pub fn transient(reason: impl fmt::Display) -> Self {
        Self { kind: FailureKind::Transient, reason: reason.to_string() }
    }

    /// A failure that will not pass.
    pub fn permanent(reason: impl fmt::Display) -> Self {
        Self { kind: FailureKind::Permanent, reason: reason.to_string() }
    }

    /// The message is another worker's by now.
    pub fn lost(reason: impl fmt::Display) -> Self {
        Self { kind: FailureKind::Lost, reason: reason.to_string() }
    }

    /// The failure that a caught panic stands for.
    pub(super) fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        Self { kind: FailureKind::Panic, reason: format!("the task panicked: {said}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Failure {}
