//! Pace: this file is about the settings of a worker that an operator may change while it runs, and their bounds.

use std::time::Duration;

/// How fast a worker works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// How long it waits after a cycle that left nothing behind, unless it is woken.
    pub interval: Duration,
    /// How many messages it takes at a time, for each of its queues in their order.
    pub batches: Vec<usize>,
    /// How many rounds over its queues it makes in one cycle.
    pub iterations_max: usize,
}

impl Pace {
    /// A shorter interval would be a hot loop by another name.
    pub const INTERVAL_MIN: Duration = Duration::from_millis(5);
    /// A smaller batch would leave a queue to starve.
    pub const BATCH_MIN: usize = 1;
    /// A batch is held in memory; this keeps it from being the whole queue.
    pub const BATCH_MAX: usize = 100_000;
    /// Fewer would be none.
    pub const ITERATIONS_MIN: usize = 1;
    /// Enough that setting up and tearing down hardly count, few enough that neither waits long.
    pub const ITERATIONS_MAX_DEFAULT: usize = 10;

    /// This pace with every value inside its bounds; each that was not is reported to the log of `worker`.
    #[must_use]
    pub fn within_bounds(self, worker: &str) -> Self {
        let bounded = Self {
            interval: self.interval.max(Self::INTERVAL_MIN),
            batches: self.batches.iter().map(|it| (*it).clamp(Self::BATCH_MIN, Self::BATCH_MAX)).collect(),
            iterations_max: self.iterations_max.max(Self::ITERATIONS_MIN),
        };
        if bounded != self {
            tracing::warn!(
                worker,
                asked = ?self,
                used = ?bounded,
                "A worker's settings are out of bounds; the nearest values inside are used"
            );
        }
        bounded
    }

    /// The batch size of the queue at `index`; the smallest for a queue that the settings forgot.
    pub(super) fn batch(&self, index: usize) -> usize {
        self.batches.get(index).copied().unwrap_or(Self::BATCH_MIN)
    }
}
