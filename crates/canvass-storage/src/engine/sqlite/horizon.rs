//! The durable horizon: this file is about deleting applied frames, but only after what was applied is on the disk.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::{
    Error,
    engine::sqlite::{connection::Health, folder::Folder, lane::Lane, lock},
};

/// Frames wait at most about so long for the sync that lets them be deleted: one sync serves everything applied since
/// the last, and is not free for whoever else writes to the disk.
const TRIM_EVERY: Duration = Duration::from_secs(3);
/// Past so many bytes of applied frames, sooner.
const TRIM_BYTES: u64 = 64 << 20;

/// Syncs the data folder now and then, and has the lanes delete what is safe elsewhere.
pub(super) struct Horizon {
    folder: Arc<Folder>,
    health: Health,
    lanes: Vec<Arc<Lane>>,
    news: Mutex<News>,
    told: Condvar,
}

#[derive(Default)]
struct News {
    something_applied: bool,
    much_applied: bool,
    is_ending: bool,
}

impl Horizon {
    /// The name of its thread.
    pub(super) const THREAD: &str = "horizon";

    pub(super) fn new(folder: Arc<Folder>, health: Health, lanes: Vec<Arc<Lane>>) -> Arc<Self> {
        Arc::new(Self { folder, health, lanes, news: Mutex::default(), told: Condvar::new() })
    }

    /// Starts the thread that watches.
    pub(super) fn start(self: &Arc<Self>) -> Result<thread::JoinHandle<()>, Error> {
        let horizon = Arc::clone(self);
        thread::Builder::new().name(Self::THREAD.to_owned()).spawn(move || horizon.watch()).map_err(Error::engine)
    }

    /// Hears that records were applied.
    pub(super) fn tell(&self) {
        let finished_bytes: u64 = self.lanes.iter().map(|it| lock(&it.waiting).finished_bytes()).sum();
        let mut news = lock(&self.news);
        news.something_applied = true;
        news.much_applied |= TRIM_BYTES < finished_bytes;
        drop(news);
        self.told.notify_one();
    }

    /// Trims a last time and ends the thread.
    pub(super) fn end(&self) {
        lock(&self.news).is_ending = true;
        self.told.notify_one();
    }

    fn watch(&self) {
        loop {
            let news = lock(&self.news);
            let news = self.told.wait_while(news, |it| !it.something_applied && !it.is_ending);
            let news = news.unwrap_or_else(PoisonError::into_inner);
            let later = self.told.wait_timeout_while(news, TRIM_EVERY, |it| !it.much_applied && !it.is_ending);
            let (mut news, _) = later.unwrap_or_else(PoisonError::into_inner);
            let is_ending = news.is_ending;
            *news = News { is_ending, ..News::default() };
            drop(news);
            self.trim();
            if is_ending {
                return;
            }
        }
    }

    /// The order is the argument: first see what is applied, then make it durable, then delete.
    pub(super) fn trim(&self) {
        let finished: Vec<Vec<u64>> = self.lanes.iter().map(|it| lock(&it.waiting).take_finished()).collect();
        if finished.iter().all(Vec::is_empty) || self.health.check().is_err() {
            return;
        }
        match self.folder.sync() {
            Ok(()) => {
                for (lane, frames) in self.lanes.iter().zip(finished).filter(|(_, it)| !it.is_empty()) {
                    lane.trim(frames);
                }
            }
            Err(error) => self.health.fail(&error),
        }
    }
}
