//! Rounds: this file is about queues whose work is taken, done and settled in one go, so that there is no message to hold.

use crate::worker::{Batch, Failure, Queue};

/// Hands out one round at every look. What a round came to, only running it tells.
pub(crate) struct Rounds<R> {
    name: &'static str,
    of: R,
}

/// One round of work on `of`, up to `max` of whatever it is.
pub(crate) struct Round<R> {
    pub(crate) of: R,
    pub(crate) max: usize,
}

impl<R> Rounds<R> {
    /// Rounds of work on `of`; `name` is what the log calls them.
    pub(crate) fn of(name: &'static str, of: R) -> Self {
        Self { name, of }
    }
}

impl<R: Copy + Send + Sync + 'static> Queue for Rounds<R> {
    type Message = Round<R>;

    fn name(&self) -> &str {
        self.name
    }

    async fn take(&self, max: usize) -> Result<Batch<Round<R>>, Failure> {
        Ok(Batch { messages: vec![Round { of: self.of, max }], is_full: false, lag: None })
    }

    async fn done(&self, _: Round<R>) -> Result<(), Failure> {
        Ok(())
    }

    /// A round that fails is no message's fault but that of the store: the worker backs off, and the next round is the
    /// next try.
    async fn failed(&self, _: Round<R>, failure: &Failure) -> Result<(), Failure> {
        Err(failure.clone())
    }
}
