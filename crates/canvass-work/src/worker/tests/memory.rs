//! What the tests work with: this file is about a queue in memory and a task that tells what it does.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::worker::{Batch, Counters, Failure, Outcome, Queue, Task, Worker};

/// A queue in memory. What fails goes to its dead letters at once; `faults` looks fail first.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Inner>);

#[derive(Default)]
struct Inner {
    messages: Mutex<VecDeque<u32>>,
    faults: AtomicUsize,
    looks: AtomicUsize,
    gives_back: bool,
    done: Mutex<Vec<u32>>,
    dead: Mutex<Vec<(u32, Failure)>>,
}

impl Waiting {
    pub(super) fn of(messages: impl IntoIterator<Item = u32>) -> Self {
        let queue = Self::default();
        queue.push(messages);
        queue
    }

    /// A queue that gives back at once what fails.
    pub(super) fn careless(messages: impl IntoIterator<Item = u32>) -> Self {
        let queue = Self(Arc::new(Inner { gives_back: true, ..Inner::default() }));
        queue.push(messages);
        queue
    }

    pub(super) fn push(&self, messages: impl IntoIterator<Item = u32>) {
        self.0.messages.lock().unwrap().extend(messages);
    }

    /// Lets the next `looks` fail.
    pub(super) fn fault(&self, looks: usize) {
        self.0.faults.store(looks, Ordering::SeqCst);
    }

    pub(super) fn failures(&self) -> Vec<Failure> {
        self.0.dead.lock().unwrap().iter().map(|it| it.1.clone()).collect()
    }

    pub(super) fn done(&self) -> Vec<u32> {
        self.0.done.lock().unwrap().clone()
    }

    pub(super) fn dead(&self) -> Vec<u32> {
        self.0.dead.lock().unwrap().iter().map(|it| it.0).collect()
    }

    pub(super) fn looks(&self) -> usize {
        self.0.looks.load(Ordering::SeqCst)
    }

    pub(super) fn left(&self) -> usize {
        self.0.messages.lock().unwrap().len()
    }
}

impl Queue for Waiting {
    type Message = u32;

    fn name(&self) -> &'static str {
        "memory"
    }

    async fn take(&self, max: usize) -> Result<Batch<u32>, Failure> {
        self.0.looks.fetch_add(1, Ordering::SeqCst);
        let fault = self.0.faults.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        if fault.is_ok() {
            return Err(Failure::transient("the store is away"));
        }
        let mut messages = self.0.messages.lock().unwrap();
        let count = max.min(messages.len());
        let lag = (0 < count).then_some(Duration::from_secs(7));
        Ok(Batch { lag, ..Batch::of(messages.drain(..count).collect(), max) })
    }

    async fn done(&self, message: u32) -> Result<(), Failure> {
        self.0.done.lock().unwrap().push(message);
        Ok(())
    }

    async fn failed(&self, message: u32, failure: &Failure) -> Result<(), Failure> {
        if self.0.gives_back {
            self.push([message]);
        } else {
            self.0.dead.lock().unwrap().push((message, failure.clone()));
        }
        Ok(())
    }
}

/// A queue that takes, works off and settles in one go: hands out rounds, and is the task that runs them. One message of
/// each round fails.
#[derive(Clone)]
pub(super) struct Pump(Arc<AtomicUsize>);

impl Pump {
    pub(super) fn over(messages: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(messages)))
    }

    pub(super) fn left(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Queue for Pump {
    type Message = usize;

    fn name(&self) -> &'static str {
        "pump"
    }

    async fn take(&self, max: usize) -> Result<Batch<usize>, Failure> {
        Ok(Batch { messages: vec![max], is_full: false, lag: None })
    }

    async fn done(&self, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    async fn failed(&self, _: usize, _: &Failure) -> Result<(), Failure> {
        Ok(())
    }
}

impl Task<usize> for Pump {
    async fn run(&mut self, max: &usize) -> Result<Outcome, Failure> {
        let taken = self.left().min(*max);
        self.0.fetch_sub(taken, Ordering::SeqCst);
        let failed = taken.min(1);
        Ok(Outcome { done: taken - failed, failed, is_full: taken == *max, lag: None })
    }
}

/// What happened, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Pre,
    Ran(u32),
    Post,
}

/// Says what it does. Each message takes `takes`; one above 900 fails, 999 panics.
pub(super) struct Talker {
    says: mpsc::UnboundedSender<Said>,
    takes: Duration,
}

impl Task<u32> for Talker {
    async fn pre_run(&mut self) -> Result<(), Failure> {
        let _ = self.says.send(Said::Pre);
        Ok(())
    }

    async fn run(&mut self, message: &u32) -> Result<Outcome, Failure> {
        let _ = self.says.send(Said::Ran(*message));
        sleep(self.takes).await;
        assert_ne!(*message, 999, "poison");
        if 900 < *message { Err(Failure::permanent("refused")) } else { Ok(Outcome::DONE) }
    }

    async fn post_run(&mut self) -> Result<(), Failure> {
        let _ = self.says.send(Said::Post);
        Ok(())
    }
}

/// A running worker and what it says.
pub(super) struct Running {
    pub(super) hears: mpsc::UnboundedReceiver<Said>,
    pub(super) counters: Counters,
    shutdown: CancellationToken,
    handle: JoinHandle<()>,
}

pub(super) fn talker(takes: Duration) -> (Talker, mpsc::UnboundedReceiver<Said>) {
    let (says, hears) = mpsc::unbounded_channel();
    (Talker { says, takes }, hears)
}

#[expect(clippy::disallowed_methods, reason = "the test waits for the task it spawns")]
pub(super) fn start<T: Task<u32>>(worker: Worker<Waiting, T>, hears: mpsc::UnboundedReceiver<Said>) -> Running {
    let (counters, shutdown) = (worker.counters(), CancellationToken::new());
    let handle = tokio::spawn(worker.run(shutdown.clone()));
    Running { hears, counters, shutdown, handle }
}

impl Running {
    /// Lets `duration` of paused time pass, then stops the worker and returns all it said.
    pub(super) async fn stop_after(mut self, duration: Duration) -> Vec<Said> {
        sleep(duration).await;
        self.shutdown.cancel();
        self.handle.await.unwrap();
        let mut said = Vec::new();
        while let Ok(it) = self.hears.try_recv() {
            said.push(it);
        }
        said
    }
}
