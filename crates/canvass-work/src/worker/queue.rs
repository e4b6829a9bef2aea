//! Queues: this file is about what a worker needs of a place where work waits.

use std::time::Duration;

use super::Failure;

/// A place where messages wait. Several workers, in several processes, may share one: whatever is taken is hidden
/// from the others until it is settled or its lease runs out.
pub trait Queue: Send + Sync + 'static {
    /// A unit of work.
    type Message: Send + Sync + 'static;

    /// The queue's name in the log.
    fn name(&self) -> &str;

    /// Takes up to `max` messages, in the order in which they shall be worked off. Called once per iteration.
    ///
    /// A message that cannot be read must not fail the batch it is in: the queue sets it aside by itself.
    fn take(&self, max: usize) -> impl Future<Output = Result<Batch<Self::Message>, Failure>> + Send;

    /// Settles a message that was worked off. When this fails the message will come again.
    fn done(&self, message: Self::Message) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Settles a message that could not be worked off: the queue decides, by the failure and the tries so far,
    /// whether it comes again later or goes to the dead letters. When this fails the worker backs off.
    fn failed(&self, message: Self::Message, failure: &Failure) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What one look into a queue brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<M> {
    /// The messages, first come first.
    pub messages: Vec<M>,
    /// Whether the queue gave all that was asked for, so that more may wait.
    pub is_full: bool,
    /// How long the oldest of them waited, where the queue knows.
    pub lag: Option<Duration>,
}

impl<M> Batch<M> {
    /// A batch of single messages out of at most `max`.
    pub fn of(messages: Vec<M>, max: usize) -> Self {
        Self { is_full: max <= messages.len(), messages, lag: None }
    }
}
