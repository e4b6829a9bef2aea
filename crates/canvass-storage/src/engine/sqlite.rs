//! The embedded engine: this file is about one SQLite file per tenant, one for the directory and one per lane of the
//! intake, put together.

mod connection;
mod contents;
mod directory;
mod folder;
mod frame;
mod horizon;
mod lane;
mod log;
mod migration;
mod round;
mod session;
mod tenant_file;
mod tenants;
#[cfg(test)]
mod tests;
mod undertaker;
mod waiting;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use canvass_model::{
    id::{ContentId, ResponseId, TenantId},
    plan,
    response::Accepted,
};

use super::{Apply, End, Engine, Later, Mode, Work};
use crate::{
    Error, Receipt,
    directory::blocking,
    engine::sqlite::{
        connection::Health,
        directory::DirectoryFile,
        folder::Folder,
        horizon::Horizon,
        lane::Lane,
        log::Log,
        round::{Applier, Round},
        tenant_file::Safety,
        tenants::Tenants,
        undertaker::Undertaker,
        waiting::Presence,
    },
    intake::{Applied, Backlog},
};

/// Opens the data folder, which only one process can hold at a time.
pub(crate) async fn open(folder: &Path, open_tenants_max: usize) -> Result<Arc<dyn Engine>, Error> {
    let folder = folder.to_owned();
    blocking(move || Ok(Arc::new(Files::open(&folder, open_tenants_max)?) as Arc<dyn Engine>)).await
}

/// The files of an embedded installation.
struct Files {
    folder: Arc<Folder>,
    health: Health,
    directory: DirectoryFile,
    tenants: Tenants,
    premium: OpenLane,
    standard: OpenLane,
    horizon: Arc<Horizon>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// A lane and who applies it, one round at a time.
struct OpenLane {
    lane: Arc<Lane>,
    /// `None` once the lane is closed.
    applier: Mutex<Option<Applier>>,
}

impl Files {
    fn open(folder: &Path, open_tenants_max: usize) -> Result<Self, Error> {
        let (folder, health) = (Arc::new(Folder::open(folder)?), Health::default());
        let directory = DirectoryFile::open(&folder, health.clone())?;
        let tenants = Tenants::open(Arc::clone(&folder), health.clone(), open_tenants_max)?;
        let (premium, premium_log) = open_lane(&folder, &health, plan::Lane::Premium)?;
        let (standard, standard_log) = open_lane(&folder, &health, plan::Lane::Standard)?;
        let lanes = vec![Arc::clone(&premium.lane), Arc::clone(&standard.lane)];
        let horizon = Horizon::new(Arc::clone(&folder), health.clone(), lanes);
        let files = Self { folder, health, directory, tenants, premium, standard, horizon, threads: Mutex::default() };
        // From here on, dropping the files ends the threads that were started.
        for (lane, log) in [(&files.premium, premium_log), (&files.standard, standard_log)] {
            let thread = lane::start_writing(&lane.lane, log, files.health.clone())?;
            lock(&files.threads).push(thread);
        }
        let thread = files.horizon.start()?;
        lock(&files.threads).push(thread);
        Ok(files)
    }

    fn lane(&self, lane: plan::Lane) -> &OpenLane {
        match lane {
            plan::Lane::Premium => &self.premium,
            plan::Lane::Standard => &self.standard,
        }
    }

    /// Ends everything in the order in which it depends on each other. A second call finds nothing left to end.
    fn end(&self) {
        let threads = std::mem::take(&mut *lock(&self.threads));
        self.premium.lane.refuse();
        self.standard.lane.refuse();
        lock(&self.premium.applier).take();
        lock(&self.standard.applier).take();
        let is_watcher = |it: &JoinHandle<()>| it.thread().name() == Some(Horizon::THREAD);
        let (watchers, writers): (Vec<_>, Vec<_>) = threads.into_iter().partition(is_watcher);
        self.horizon.end();
        join(watchers);
        self.premium.lane.end();
        self.standard.lane.end();
        join(writers);
        self.tenants.close();
        self.directory.close();
        self.folder.release();
    }
}

impl Engine for Files {
    fn create_tenant(&self, tenant: TenantId) -> Result<(), Error> {
        self.tenants.create(tenant)
    }

    fn remove_tenant(&self, tenant: TenantId) -> Result<(), Error> {
        self.tenants.remove(tenant)
    }

    fn with_tenant(&self, tenant: TenantId, mode: Mode, work: &mut Work<'_>) -> Result<(), Error> {
        self.tenants.with(tenant, mode, Safety::Synced, work)
    }

    fn with_directory(&self, mode: Mode, work: &mut Work<'_>) -> Result<(), Error> {
        self.directory.with(mode, work)
    }

    fn append(&self, tenant: TenantId, lane: plan::Lane, records: Vec<Accepted>) -> Later<Result<Vec<Receipt>, Error>> {
        self.lane(lane).lane.append(tenant, records)
    }

    fn is_waiting(&self, tenant: TenantId, response: ResponseId) -> Result<bool, Error> {
        let mut lanes = [&self.premium, &self.standard].into_iter();
        Ok(lanes.any(|it| lock(&it.lane.waiting).presence(tenant, response) != Presence::Absent))
    }

    fn apply(&self, lane: plan::Lane, records_max: usize, apply: &mut Apply<'_>) -> Result<Applied, Error> {
        self.health.check()?;
        let undertaker = Undertaker { directory: &self.directory, lane };
        let OpenLane { lane, applier } = self.lane(lane);
        let round = Round { lane, tenants: &self.tenants, undertaker };
        let mut held = lock(applier);
        let applied = round.run(held.as_mut().ok_or_else(closed)?, records_max, apply)?;
        if 0 < applied.taken {
            self.horizon.tell();
        }
        Ok(applied)
    }

    fn backlog(&self, lane: plan::Lane) -> Result<Backlog, Error> {
        let waiting = lock(&self.lane(lane).lane.waiting);
        Ok(Backlog { records: waiting.records(), oldest_at: waiting.oldest_at(), damaged: waiting.damaged() })
    }

    fn store_chunk(&self, tenant: TenantId, content: ContentId, nth: u64, bytes: &[u8]) -> Result<(), Error> {
        self.tenants.store_chunk(tenant, content, nth, bytes)
    }

    fn keep_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        self.tenants.keep_content(tenant, content)
    }

    fn keep_chunks(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        self.tenants.keep_chunks(tenant, content)
    }

    fn cut_chunks(&self, tenant: TenantId, content: ContentId, bytes: u64) -> Result<bool, Error> {
        self.tenants.cut_chunks(tenant, content, bytes)
    }

    fn read_chunks(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error> {
        self.tenants.read_chunks(tenant, content, from)
    }

    fn read_content(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error> {
        self.tenants.read_content(tenant, content, from)
    }

    fn remove_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        self.tenants.remove_content(tenant, content)
    }

    fn list_contents(&self, tenant: TenantId) -> Result<Vec<ContentId>, Error> {
        self.tenants.list_contents(tenant)
    }

    fn migrate(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error> {
        self.tenants.migrate(progress)
    }

    fn examine(&self, tell: &mut dyn FnMut(TenantId, String)) -> Result<(), Error> {
        self.tenants.examine(tell)
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), Error> {
        self.health.check()?;
        self.directory.with(Mode::Read, &mut |session| {
            session.query("select count(*) from operator", &[])?;
            Ok(End::RollBack)
        })
    }

    fn describe(&self) -> Result<String, Error> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    fn close(&self) {
        self.end();
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.end();
    }
}

fn open_lane(folder: &Folder, health: &Health, lane: plan::Lane) -> Result<(OpenLane, Log), Error> {
    let path = folder.intake(lane);
    let (log, epoch, waiting) = Log::open(path.clone(), health.clone())?;
    let applier = Mutex::new(Some(Applier::open(&path)?));
    Ok((OpenLane { lane: Arc::new(Lane::new(epoch, waiting)), applier }, log))
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if thread.join().is_err() {
            tracing::error!("a thread of the intake panicked");
        }
    }
}

/// A lock that outlives a panic: whatever these guard is changed only in steps that leave it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> Error {
    Error::Unusable("Canvass is shutting down; try again in a moment".to_owned())
}
