//! Tenants' files: this file is about making, opening, lending and removing them, with a bounded number open at once.

use std::{
    fs, io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use canvass_model::id::TenantId;
use lru::LruCache;
use nix::sys::resource::{Resource, getrlimit};

use crate::{
    Error,
    engine::{
        End, Mode, Value, Work,
        sqlite::{
            closed,
            connection::Health,
            contents,
            folder::{self, Folder, beside},
            lock,
            tenant_file::{Safety, TenantFile, build_template},
        },
    },
};

/// Every tenant's file, the recently used ones open.
pub(super) struct Tenants {
    folder: Arc<Folder>,
    health: Health,
    open_max: usize,
    slots: Mutex<LruCache<TenantId, Arc<Slot>>>,
    /// Looked at with a slot's lock held, so that no file is opened after all were closed.
    is_closed: AtomicBool,
}

/// The place of one tenant's connection. Whoever works on the tenant's file holds its lock, so that a file is never
/// opened twice, and never removed or closed while it is in use.
#[derive(Default)]
struct Slot {
    file: Mutex<Option<TenantFile>>,
}

/// A file and its log.
const DESCRIPTORS_PER_TENANT: usize = 2;
/// Descriptors left for connections, the directory and the intake.
const OTHER_DESCRIPTORS: usize = 2_000;

impl Tenants {
    pub(super) fn open(folder: Arc<Folder>, health: Health, open_max: usize) -> Result<Self, Error> {
        build_template(&folder.template())?;
        let (slots, is_closed) = (Mutex::new(LruCache::unbounded()), AtomicBool::new(false));
        Ok(Self { folder, health, open_max: open_max.min(affordable()).max(1), slots, is_closed })
    }

    /// Copies the template, durably, unless the tenant has its file already.
    pub(super) fn create(&self, tenant: TenantId) -> Result<(), Error> {
        self.health.check()?;
        let slot = self.slot(tenant);
        let _held = lock(&slot.file);
        self.check_open()?;
        self.copy_template(tenant).map_err(full_or_failed)
    }

    /// Removes the tenant's file, what SQLite keeps beside it, and what the tenant uploaded.
    pub(super) fn remove(&self, tenant: TenantId) -> Result<(), Error> {
        let slot = self.slot(tenant);
        let mut held = lock(&slot.file);
        self.check_open()?;
        held.take();
        let path = self.folder.tenant(tenant);
        if !path.parent().is_some_and(std::path::Path::exists) {
            return Ok(());
        }
        // The log goes first: one left behind would be taken for that of a later file of the same name.
        let parts = [beside(&path, "wal"), beside(&path, "shm"), beside(&path, "journal"), beside(&path, "new"), path];
        for part in &parts {
            folder::remove_file(part).map_err(Error::engine)?;
        }
        contents::remove_all(&self.folder.contents(tenant)).map_err(Error::engine)?;
        let [.., path] = parts;
        folder::sync_folder_of(&path).map_err(Error::engine)
    }

    /// Runs `work` in one transaction of the tenant's file.
    pub(super) fn with(&self, tenant: TenantId, mode: Mode, safety: Safety, work: &mut Work<'_>) -> Result<(), Error> {
        let slot = self.slot(tenant);
        let mut held = lock(&slot.file);
        self.check_open()?;
        let mut file = match held.take() {
            Some(file) => file,
            None => TenantFile::open(&self.folder.tenant(tenant))?,
        };
        let ended = file.transact(mode, safety, &self.health, work);
        // After an error of the file itself its connection is not trusted again.
        if !matches!(ended, Err(Error::Corrupt { .. } | Error::Engine(_))) {
            *held = Some(file);
        }
        ended
    }

    /// Runs `work` while the tenant's file is there, and is not removed meanwhile.
    pub(super) fn undisturbed<T>(&self, tenant: TenantId, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        self.health.check()?;
        let slot = self.slot(tenant);
        let _held = lock(&slot.file);
        self.check_open()?;
        if !self.folder.tenant(tenant).exists() {
            return Err(Error::Unusable("this tenant has no database".to_owned()));
        }
        work()
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn health(&self) -> &Health {
        &self.health
    }

    /// Brings every tenant's file to the newest version, telling `progress` (done, of how many). Goes on after a file
    /// that cannot be, and tells of the first such at the end.
    pub(super) fn migrate(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error> {
        let tenants = self.folder.tenants()?;
        let (mut failed, mut first) = (0, None);
        progress(0, tenants.len());
        for (done, tenant) in tenants.iter().enumerate() {
            let opened = self.with(*tenant, Mode::Read, Safety::Synced, &mut |_| Ok(End::RollBack));
            if let Err(error) = opened {
                tracing::error!(%tenant, %error, "a tenant's database could not be migrated");
                failed += 1;
                first.get_or_insert(format!("{tenant}: {error}"));
            }
            progress(done + 1, tenants.len());
        }
        match first {
            None => Ok(()),
            Some(first) => Err(Error::Unusable(format!(
                "{failed} of {} tenants' databases could not be migrated; the first is {first}",
                tenants.len()
            ))),
        }
    }

    /// Has SQLite read every tenant's file from end to end; tells of each that is damaged.
    pub(super) fn examine(&self, tell: &mut dyn FnMut(TenantId, String)) -> Result<(), Error> {
        for tenant in self.folder.tenants()? {
            let mut verdict = String::new();
            let read = self.with(tenant, Mode::Read, Safety::Synced, &mut |session| {
                if let Some([Value::Text(found)]) =
                    session.query("pragma quick_check(1)", &[])?.first().map(Vec::as_slice)
                {
                    verdict.clone_from(found);
                }
                Ok(End::RollBack)
            });
            match read {
                Ok(()) if verdict == "ok" => {}
                Ok(()) => tell(tenant, verdict),
                Err(error) => tell(tenant, error.to_string()),
            }
        }
        Ok(())
    }

    /// Closes every file, each when its transaction has ended; opens none from now on.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let slots: Vec<_> = lock(&self.slots).iter().map(|(_, slot)| Arc::clone(slot)).collect();
        for slot in slots {
            lock(&slot.file).take();
        }
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.is_closed.load(Ordering::SeqCst) { Err(closed()) } else { Ok(()) }
    }

    /// The tenant's place, after making room for it by closing what was unused the longest.
    fn slot(&self, tenant: TenantId) -> Arc<Slot> {
        let (slot, surplus) = {
            let mut slots = lock(&self.slots);
            let slot = Arc::clone(slots.get_or_insert(tenant, Arc::default));
            let count = slots.len().saturating_sub(self.open_max);
            let idle = slots.iter().rev().filter(|(_, it)| Arc::strong_count(it) == 1);
            let surplus: Vec<_> = idle.take(count).map(|(id, it)| (*id, Arc::clone(it))).collect();
            (slot, surplus)
        };
        for (tenant, idle) in surplus {
            self.close_slot(tenant, &idle);
        }
        slot
    }

    /// Closes a file and gives up its place, unless somebody else came for it meanwhile.
    fn close_slot(&self, tenant: TenantId, slot: &Arc<Slot>) {
        let mut held = lock(&slot.file);
        if let Some(file) = held.take() {
            file.close();
        }
        drop(held);
        let mut slots = lock(&self.slots);
        // Two: the table's and ours. With the table locked, nobody can get a third.
        if Arc::strong_count(slot) == 2 && lock(&slot.file).is_none() {
            slots.pop(&tenant);
        }
    }

    fn copy_template(&self, tenant: TenantId) -> io::Result<()> {
        let path = self.folder.tenant(tenant);
        if let Some(shelf) = path.parent().filter(|it| !it.exists()) {
            folder::make_folder(shelf)?;
            folder::sync_folder_of(shelf)?;
        }
        if !path.exists() {
            for stale in ["wal", "shm", "journal"] {
                folder::remove_file(&beside(&path, stale))?;
            }
            let copy = beside(&path, "new");
            fs::copy(self.folder.template(), &copy)?;
            fs::File::open(&copy)?.sync_all().inspect_err(|it| self.health.fail(it))?;
            fs::rename(&copy, &path)?;
        }
        // Also for a file that was there: a crash may have come before this line.
        folder::sync_folder_of(&path).inspect_err(|it| self.health.fail(it))
    }
}

/// How many tenants can be open with the descriptors this process may have.
fn affordable() -> usize {
    let Ok((granted, _)) = getrlimit(Resource::RLIMIT_NOFILE) else { return usize::MAX };
    let granted = usize::try_from(granted).unwrap_or(usize::MAX);
    // The rest is for people: at least half of a small limit.
    granted.saturating_sub(OTHER_DESCRIPTORS).max(granted / 2) / DESCRIPTORS_PER_TENANT
}

/// What a failed write means.
pub(super) fn full_or_failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::engine(error),
    }
}
