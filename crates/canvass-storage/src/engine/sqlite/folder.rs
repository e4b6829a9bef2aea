//! The data folder: this file is about where each file lies, who may read it, and that one process serves it.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Mutex,
};

use canvass_model::{id::TenantId, plan::Lane};

use crate::{Error, engine::sqlite::lock};

/// Folders are for the user who serves, alone: they hold what people answered.
const FOLDER_MODE: u32 = 0o700;
/// So are files. SQLite gives its own files beside a database the database's mode.
pub(super) const FILE_MODE: u32 = 0o600;

/// The data folder of an embedded installation, held by this process.
pub(super) struct Folder {
    root: PathBuf,
    /// Kept open from the beginning, so that the kernel reports every failed write since through it.
    handle: File,
    /// Locked as long as this process serves the folder.
    held: Mutex<Option<Held>>,
}

/// The lock of the data folder.
///
/// Unlocked in words instead of by closing: a program that is being started has every open file of ours from its fork
/// until its exec, and would keep the lock as long.
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the data folder's lock could not be released; it ends with this process");
        }
    }
}

impl Folder {
    /// Makes the folder where it is missing and holds it against other processes.
    pub(super) fn open(root: &Path) -> Result<Self, Error> {
        let unwritable = |error: io::Error| unusable(root, &error);
        if root.exists() && !root.is_dir() {
            return Err(Error::Unusable(format!(
                "the data folder {} is a file; move the file away or name another folder",
                root.display()
            )));
        }
        make_folder(root).map_err(unwritable)?;
        let held = hold(root)?;
        for name in ["intake", "tenants"] {
            make_folder(&root.join(name)).map_err(unwritable)?;
        }
        let handle = File::open(root).map_err(unwritable)?;
        Ok(Self { root: root.to_owned(), handle, held: Mutex::new(Some(held)) })
    }

    /// Lets another process serve the folder.
    pub(super) fn release(&self) {
        lock(&self.held).take();
    }

    /// Writes everything of the file system to the disk. An error means that something written since the folder was
    /// opened is lost.
    pub(super) fn sync(&self) -> Result<(), Error> {
        nix::unistd::syncfs(&self.handle).map_err(Error::engine)
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.root.join("directory.db")
    }

    pub(super) fn template(&self) -> PathBuf {
        self.root.join("template.db")
    }

    pub(super) fn intake(&self, lane: Lane) -> PathBuf {
        self.root.join("intake").join(lane.as_str()).with_extension("db")
    }

    /// A tenant's file. The folder is named by the id's last two digits, which are random; its first are the time.
    pub(super) fn tenant(&self, tenant: TenantId) -> PathBuf {
        let name = tenant.to_string();
        let digits = name.get(name.len().saturating_sub(2)..).unwrap_or_default();
        self.root.join("tenants").join(digits).join(&name).with_extension("db")
    }

    /// The folder of what a tenant uploaded, beside its file.
    pub(super) fn contents(&self, tenant: TenantId) -> PathBuf {
        self.tenant(tenant).with_extension("files")
    }

    /// All tenants that have a file.
    pub(super) fn tenants(&self) -> Result<Vec<TenantId>, Error> {
        let mut tenants = Vec::new();
        for entry in fs::read_dir(self.root.join("tenants")).map_err(Error::engine)? {
            let folder = entry.map_err(Error::engine)?.path();
            if !folder.is_dir() {
                continue;
            }
            for file in fs::read_dir(folder).map_err(Error::engine)? {
                let name = file.map_err(Error::engine)?.file_name();
                let id = name.to_str().and_then(|it| it.strip_suffix(".db")).and_then(TenantId::parse);
                tenants.extend(id);
            }
        }
        tenants.sort_unstable();
        Ok(tenants)
    }
}

/// Makes a folder and those above it, for this user alone; leaves one that is there as it is.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

/// Makes an empty file for this user alone, unless it is there: SQLite would make it readable for everybody.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).mode(FILE_MODE).open(path).map(drop)
}

/// Makes what happened to the names in a file's folder durable.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// A database file's companion: its write-ahead log (`wal`) and the like.
pub(super) fn beside(path: &Path, kind: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-");
    name.push(kind);
    PathBuf::from(name)
}

/// Removes a file; one that is not there is removed already.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn hold(root: &Path) -> Result<Held, Error> {
    let path = root.join("canvass.lock");
    let mut options = OpenOptions::new();
    let file = options.append(true).create(true).mode(FILE_MODE).open(&path).map_err(|it| unusable(root, &it))?;
    match file.try_lock() {
        Ok(()) => Ok(Held(file)),
        Err(TryLockError::WouldBlock) => Err(Error::Unusable(format!(
            "the data folder {} is in use by another Canvass process; stop that one first, or do the same in its \
             operator console",
            root.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unusable(root, &error)),
    }
}

fn unusable(root: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull => Error::Full,
        io::ErrorKind::NotADirectory => Error::Unusable(format!(
            "the data folder {} cannot be made because a file is in its way; name another folder",
            root.display()
        )),
        _ => Error::Unusable(format!(
            "the data folder {} cannot be written ({error}); give the user who runs Canvass the right to write \
             there, or name another folder",
            root.display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_released_folder_is_free_although_a_program_being_started_has_its_files() {
        let root = TempDir::with_prefix("canvass-").unwrap();
        let folder = Folder::open(root.path()).unwrap();
        // What a fork does to a file: one more descriptor of the same opening.
        let forked = lock(&folder.held).as_ref().unwrap().0.try_clone().unwrap();
        assert!(Folder::open(root.path()).is_err(), "it is held");
        folder.release();
        Folder::open(root.path()).unwrap();
        drop(forked);
    }
}
