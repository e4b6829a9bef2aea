//! The server's end of one script host: this file is about which runs it has, how worn it is, and how it is ended.

use std::{
    collections::HashMap,
    fs,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};

use crate::{
    Settings,
    status::HostStatus,
    wire::{Ended, FromHost, Outbox, ToHost},
};

/// Frames of one run that may wait for it: it has one call under way at a time, and then its end.
const FRAMES_MAX: usize = 2;

/// Looking at a host's memory is a system call: it is done once in so many runs.
const RUNS_BETWEEN_LOOKS: u64 = 32;

/// Bytes in a page of memory.
const PAGE_BYTES: u64 = 4_096;

/// A script host, seen from the server.
pub(crate) struct Link {
    process: u32,
    outbox: Outbox,
    /// `None` once the host is gone.
    runs: Mutex<Option<HashMap<u64, mpsc::Sender<FromHost>>>>,
    next: AtomicU64,
    load: AtomicUsize,
    served: AtomicU64,
    since: Instant,
    wear: Wear,
    is_retired: AtomicBool,
    /// Rung when the host shall end: at once, or because nothing runs in it any more.
    end: Notify,
}

/// After how much a host is replaced by a fresh one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wear {
    /// Runs.
    pub runs_max: u64,
    /// Time since it started.
    pub age_max: Duration,
    /// Resident memory, in bytes.
    pub resident_bytes_max: u64,
}

/// One conversation with a host: about a run, or about a script that is read. Dropping it before its end ends the run.
pub(crate) struct Talk<'a> {
    link: &'a Link,
    pub(crate) id: u64,
    frames: mpsc::Receiver<FromHost>,
    has_ended: bool,
}

impl Link {
    pub(crate) fn new(process: u32, outbox: Outbox, settings: &Settings) -> Self {
        Self {
            process,
            outbox,
            runs: Mutex::new(Some(HashMap::new())),
            next: AtomicU64::new(1),
            load: AtomicUsize::new(0),
            served: AtomicU64::new(0),
            since: Instant::now(),
            wear: settings.wear,
            is_retired: AtomicBool::new(false),
            end: Notify::new(),
        }
    }

    /// Begins a conversation.
    pub(crate) fn talk(&self) -> Talk<'_> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, frames) = mpsc::channel(FRAMES_MAX);
        if let Some(runs) = self.runs().as_mut() {
            runs.insert(id, sender);
        }
        Talk { link: self, id, frames, has_ended: false }
    }

    /// Passes a frame to the conversation it belongs to.
    pub(crate) fn pass(&self, frame: FromHost) -> Result<(), Ended> {
        let id = match &frame {
            FromHost::Hello { .. } => return Err(Ended::Violation("a second greeting".to_owned())),
            FromHost::Checked { id, .. } | FromHost::Call { id, .. } | FromHost::Done { id, .. } => *id,
        };
        if self.next.load(Ordering::Relaxed) <= id {
            return Err(Ended::Violation(format!("run {id} was never ordered")));
        }
        // One that is over, because nobody waits for it any more, may still be heard of.
        let Some(sender) = self.runs().as_ref().and_then(|runs| runs.get(&id)).cloned() else { return Ok(()) };
        match sender.try_send(frame) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(Ended::Violation(format!("run {id} says too much at once"))),
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// The host is gone: whoever talks with it hears of it, and so does whoever tries to from now on.
    pub(crate) fn hang_up(&self) {
        *self.runs() = None;
    }

    /// Ends the host at once, whatever runs in it.
    pub(crate) fn kill(&self) {
        self.end.notify_one();
    }

    /// Waits until the host shall end.
    pub(crate) async fn shall_end(&self) {
        self.end.notified().await;
    }

    /// How many runs it has.
    pub(crate) fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }

    pub(crate) fn take(&self) {
        self.load.fetch_add(1, Ordering::Relaxed);
    }

    /// A run has ended. Answers whether the host goes on after it.
    pub(crate) fn leave(&self) -> bool {
        self.served.fetch_add(1, Ordering::Relaxed);
        let left = self.load.fetch_sub(1, Ordering::Relaxed) - 1;
        if self.is_retired() && left == 0 {
            self.kill();
        }
        !self.is_retired()
    }

    /// Whether it has run enough.
    pub(crate) fn is_worn(&self) -> bool {
        let served = self.served.load(Ordering::Relaxed);
        self.wear.runs_max <= served
            || self.wear.age_max <= self.since.elapsed()
            || served.is_multiple_of(RUNS_BETWEEN_LOOKS) && self.wear.resident_bytes_max <= self.resident_bytes()
    }

    /// Lets the host end as soon as nothing runs in it.
    pub(crate) fn retire(&self) {
        self.is_retired.store(true, Ordering::Relaxed);
        if self.load() == 0 {
            self.kill();
        }
    }

    pub(crate) fn is_retired(&self) -> bool {
        self.is_retired.load(Ordering::Relaxed)
    }

    pub(crate) fn status(&self) -> HostStatus {
        HostStatus {
            process: self.process,
            running: self.load(),
            runs: self.served.load(Ordering::Relaxed),
            age: self.since.elapsed(),
            resident_bytes: self.resident_bytes(),
        }
    }

    /// What the host has in memory; 0 where the machine does not say.
    fn resident_bytes(&self) -> u64 {
        let pages = fs::read_to_string(format!("/proc/{}/statm", self.process));
        pages.ok().and_then(|it| it.split(' ').nth(1)?.parse::<u64>().ok()).unwrap_or(0) * PAGE_BYTES
    }

    fn runs(&self) -> MutexGuard<'_, Option<HashMap<u64, mpsc::Sender<FromHost>>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Talk<'_> {
    pub(crate) async fn say(&self, order: &ToHost) {
        self.link.outbox.send(order).await;
    }

    /// What the host says next; `None` when it is gone.
    pub(crate) async fn hear(&mut self) -> Option<FromHost> {
        let frame = self.frames.recv().await;
        self.has_ended |= !matches!(frame, Some(FromHost::Call { .. }));
        frame
    }
}

impl Drop for Talk<'_> {
    fn drop(&mut self) {
        if let Some(runs) = self.link.runs().as_mut() {
            runs.remove(&self.id);
        }
        // A host that does not even take this word is stuck.
        if !self.has_ended && !self.link.outbox.try_send(&ToHost::Cancel { id: self.id }) {
            self.link.kill();
        }
    }
}
