//! A run's time: this file is about what counts against its limit, whoever else wants the processor meanwhile.
//!
//! A run's clock counts what the run computes, what the server takes to answer it, and what it sleeps. It stands still
//! while the run waits for its turn or for a processor, so that a script meets its limit on a full machine where it meets
//! it on an empty one. How long a run may be held up by that has a bound of its own, [`held_up_max`].

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
use tokio::time::{Instant, sleep_until, timeout};

/// How long a run with this limit may wait for its turns and for a processor before it ends at the limit all the same, since
/// somebody may wait for it: what a fifth of a processor leaves it, and a second.
pub(crate) fn held_up_max(limit: Duration) -> Duration {
    limit.saturating_mul(4).saturating_add(Duration::from_secs(1))
}

/// The clock of one run.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    counted: Arc<Counted>,
    max: Duration,
}

#[derive(Debug, Default)]
struct Counted {
    computed_ns: AtomicU64,
    waited_ns: AtomicU64,
}

/// A future whose polling is counted as computing, and which ends when its clock has counted all it may.
pub(crate) struct Timed<F> {
    future: Pin<Box<F>>,
    clock: Clock,
}

/// The clock has counted all that a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overdue;

impl Clock {
    /// A clock that counts to `max`.
    pub(crate) fn new(max: Duration) -> Self {
        Self { counted: Arc::default(), max }
    }

    /// What was computed, as the processor's time.
    pub(crate) fn computed(&self) -> Duration {
        Duration::from_nanos(self.counted.computed_ns.load(Ordering::Relaxed))
    }

    /// Waits for the server's answer, which comes with the time it took there. Never returns when that is more than is left.
    pub(crate) async fn answered<T>(&self, answer: impl Future<Output = Option<(T, Duration)>>) -> Option<T> {
        let left = self.left();
        match timeout(left, answer).await {
            Ok(Some((answer, took))) => {
                self.wait(took.min(left));
                Some(answer)
            }
            Ok(None) => None,
            Err(_) => self.stop(left).await,
        }
    }

    /// Sleeps until then, for ever where there is no such moment. Never returns when that is longer than is left.
    pub(crate) async fn slept(&self, until: Option<Instant>) {
        let (left, now) = (self.left(), Instant::now());
        match until.map(|it| it.saturating_duration_since(now)) {
            // Also where there is nothing to wait for others have their turn.
            Some(Duration::ZERO) => tokio::task::yield_now().await,
            Some(wait) if wait < left => {
                sleep_until(now + wait).await;
                self.wait(wait);
            }
            Some(_) | None => {
                sleep_until(now + left).await;
                self.stop::<()>(left).await;
            }
        }
    }

    fn left(&self) -> Duration {
        self.max.saturating_sub(self.counted())
    }

    fn counted(&self) -> Duration {
        self.computed() + Duration::from_nanos(self.counted.waited_ns.load(Ordering::Relaxed))
    }

    fn wait(&self, time: Duration) {
        self.counted.waited_ns.fetch_add(nanoseconds(time), Ordering::Relaxed);
    }

    /// Counts the rest, and leaves it to [`Timed`] to end the run.
    async fn stop<T>(&self, left: Duration) -> T {
        self.wait(left);
        std::future::pending().await
    }
}

impl<F: Future> Timed<F> {
    /// Counts `future` on `clock`.
    pub(crate) fn new(future: F, clock: Clock) -> Self {
        Self { future: Box::pin(future), clock }
    }
}

impl<F: Future> Future for Timed<F> {
    type Output = Result<F::Output, Overdue>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let before = thread_time();
        let polled = self.future.as_mut().poll(context);
        let computed = thread_time().saturating_sub(before);
        self.clock.counted.computed_ns.fetch_add(nanoseconds(computed), Ordering::Relaxed);
        match polled {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            Poll::Pending if self.clock.left().is_zero() => Poll::Ready(Err(Overdue)),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// How long this thread has been on a processor.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from).unwrap_or_default()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::sleep;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(100);

    /// Computes, on this thread and in turns of a millisecond, for so long.
    async fn compute(time: Duration) {
        let until = thread_time() + time;
        while thread_time() < until {
            let turn = thread_time() + Duration::from_millis(1);
            while thread_time() < turn {
                std::hint::spin_loop();
            }
            tokio::task::yield_now().await;
        }
    }

    /// Others that want the thread as well, and have it for five times the limit.
    async fn others() {
        for _ in 0..10 {
            let until = Instant::now() + LIMIT / 2;
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn computing_counts_and_waiting_for_a_turn_does_not() {
        let clock = Clock::new(LIMIT);
        assert_eq!(Timed::new(compute(LIMIT * 2), clock.clone()).await, Err(Overdue));
        assert!((LIMIT..LIMIT * 3 / 2).contains(&clock.computed()), "{clock:?}");

        let clock = Clock::new(LIMIT);
        let began = Instant::now();
        assert_eq!(tokio::join!(Timed::new(compute(LIMIT / 4), clock.clone()), others()).0, Ok(()));
        assert!(LIMIT < began.elapsed());
        assert!(clock.counted() < LIMIT / 2, "{clock:?}");
    }

    #[tokio::test]
    async fn a_sleep_counts_what_it_was_meant_to_last() {
        let clock = Clock::new(LIMIT);
        let beds = clock.clone();
        let twice = async move {
            for _ in 0..2 {
                beds.slept(Some(Instant::now() + LIMIT / 4)).await;
            }
        };
        assert_eq!(tokio::join!(Timed::new(twice, clock.clone()), others()).0, Ok(()));
        assert!((LIMIT / 3..LIMIT * 2 / 3).contains(&clock.counted()), "{clock:?}");

        for until in [Some(Instant::now() + LIMIT * 9), None] {
            let (clock, began) = (Clock::new(LIMIT), Instant::now());
            let bed = clock.clone();
            assert_eq!(Timed::new(async move { bed.slept(until).await }, clock).await, Err(Overdue));
            assert!((LIMIT..LIMIT * 8).contains(&began.elapsed()), "{:?}", began.elapsed());
        }
    }

    #[tokio::test]
    async fn an_answer_counts_what_it_took_the_server() {
        let clock = Clock::new(LIMIT);
        let desk = clock.clone();
        let late = async move {
            let answer = async {
                sleep(LIMIT / 2).await;
                Some(("answer", LIMIT / 10))
            };
            desk.answered(answer).await
        };
        assert_eq!(Timed::new(late, clock.clone()).await, Ok(Some("answer")));
        assert!(clock.counted() < LIMIT / 3, "{clock:?}");

        let (clock, began) = (Clock::new(LIMIT), Instant::now());
        let desk = clock.clone();
        let never = async move { desk.answered(poll_fn(|_| Poll::<Option<((), Duration)>>::Pending)).await };
        assert_eq!(Timed::new(never, clock).await, Err(Overdue));
        assert!(LIMIT <= began.elapsed());
    }
}
