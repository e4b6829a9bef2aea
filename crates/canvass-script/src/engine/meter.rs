//! Time on a processor: this file is about measuring what one of several interleaved futures uses of it.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use nix::time::{ClockId, clock_gettime};

/// A future, and the processor's time that polling it took.
pub(crate) struct Metered<F> {
    future: Pin<Box<F>>,
    used: Used,
}

/// Time on a processor, still growing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used(Arc<AtomicU64>);

impl<F: Future> Metered<F> {
    /// Measures `future` into `used`.
    pub(crate) fn new(future: F, used: &Used) -> Self {
        Self { future: Box::pin(future), used: used.clone() }
    }
}

impl Used {
    pub(crate) fn so_far(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let before = thread_ns();
        let polled = self.future.as_mut().poll(context);
        self.used.0.fetch_add(thread_ns().saturating_sub(before), Ordering::Relaxed);
        polled
    }
}

/// Nanoseconds this thread has been on a processor.
fn thread_ns() -> u64 {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default();
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
