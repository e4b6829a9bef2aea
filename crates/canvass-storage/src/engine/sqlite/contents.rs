//! The bytes of files: this file is about a folder beside each tenant's database with one file for each content.
//!
//! A content is written under a name of its own, synced, and renamed when it is whole: whoever finds it under its final
//! name finds all of it. What a crash left behind is listed like the rest, and swept because no row names it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use canvass_model::id::{ContentId, TenantId};

use super::{
    folder::{self, FILE_MODE},
    tenants::{Tenants, full_or_failed},
};
use crate::{Error, engine::CHUNK_BYTES};

/// What stands behind the name of a content on its way in.
const ARRIVING: &str = "new";

impl Tenants {
    /// Adds a piece to a content; the first one makes its file.
    pub(super) fn store_chunk(
        &self,
        tenant: TenantId,
        content: ContentId,
        nth: u64,
        bytes: &[u8],
    ) -> Result<(), Error> {
        let path = self.arriving(tenant, content);
        let file = if nth == 0 {
            // Not while the tenant is removed: its folder would come back.
            self.undisturbed(tenant, || make(&path).map_err(full_or_failed))?
        } else {
            OpenOptions::new().write(true).open(&path).map_err(full_or_failed)?
        };
        file.write_all_at(bytes, nth * CHUNK_BYTES as u64).map_err(full_or_failed)
    }

    /// Makes a whole content durable, and gives it its name.
    pub(super) fn keep_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        let (arriving, path) = (self.arriving(tenant, content), self.content(tenant, content));
        let failed = |error: io::Error| full_or_failed(error);
        File::open(&arriving).map_err(failed)?.sync_all().inspect_err(|it| self.health().fail(it)).map_err(failed)?;
        fs::rename(&arriving, &path).map_err(failed)?;
        folder::sync_folder_of(&path).inspect_err(|it| self.health().fail(it)).map_err(failed)
    }

    /// Makes what is stored so far of a content durable, under the name it has on its way in.
    pub(super) fn keep_chunks(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        let arriving = self.arriving(tenant, content);
        let synced =
            File::open(&arriving).and_then(|it| it.sync_all()).and_then(|()| folder::sync_folder_of(&arriving));
        synced.inspect_err(|it| self.health().fail(it)).map_err(full_or_failed)
    }

    /// Goes back to the first `bytes` of a content on its way in; `false` when there are fewer.
    pub(super) fn cut_chunks(&self, tenant: TenantId, content: ContentId, bytes: u64) -> Result<bool, Error> {
        let file = match OpenOptions::new().write(true).open(self.arriving(tenant, content)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(Error::engine(error)),
        };
        if file.metadata().map_err(Error::engine)?.len() < bytes {
            return Ok(false);
        }
        file.set_len(bytes).map_err(full_or_failed)?;
        Ok(true)
    }

    /// Some bytes of a content from `from` on; `None` when there is no such content, nothing at its end.
    pub(super) fn read_content(
        &self,
        tenant: TenantId,
        content: ContentId,
        from: u64,
    ) -> Result<Option<Vec<u8>>, Error> {
        read(&self.content(tenant, content), from)
    }

    /// The same of a content on its way in.
    pub(super) fn read_chunks(
        &self,
        tenant: TenantId,
        content: ContentId,
        from: u64,
    ) -> Result<Option<Vec<u8>>, Error> {
        read(&self.arriving(tenant, content), from)
    }

    /// Removes a content, whole or not. One that is not there is removed already.
    pub(super) fn remove_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        for path in [self.arriving(tenant, content), self.content(tenant, content)] {
            folder::remove_file(&path).map_err(Error::engine)?;
        }
        Ok(())
    }

    /// Every content there are bytes of, whole or not.
    pub(super) fn list_contents(&self, tenant: TenantId) -> Result<Vec<ContentId>, Error> {
        let entries = match fs::read_dir(self.folder().contents(tenant)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::engine(error)),
        };
        let mut contents = Vec::new();
        for entry in entries {
            let name = entry.map_err(Error::engine)?.file_name();
            let stem = name.to_str().map(|it| it.split('.').next().unwrap_or_default());
            contents.extend(stem.and_then(ContentId::parse));
        }
        contents.sort_unstable();
        contents.dedup();
        Ok(contents)
    }

    fn content(&self, tenant: TenantId, content: ContentId) -> PathBuf {
        self.folder().contents(tenant).join(content.to_string())
    }

    fn arriving(&self, tenant: TenantId, content: ContentId) -> PathBuf {
        self.content(tenant, content).with_extension(ARRIVING)
    }
}

/// At most [`CHUNK_BYTES`] of a file from `from` on; `None` when it is not there.
fn read(path: &Path, from: u64) -> Result<Option<Vec<u8>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::engine(error)),
    };
    let mut bytes = vec![0; CHUNK_BYTES];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|it| !it.is_empty()) {
        match file.read_at(room, from + filled as u64) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::engine(error)),
        }
    }
    bytes.truncate(filled);
    Ok(Some(bytes))
}

/// Makes a content's file, and the folder around it when it is the tenant's first.
fn make(path: &Path) -> io::Result<File> {
    if let Some(around) = path.parent().filter(|it| !it.exists()) {
        folder::make_folder(around)?;
        folder::sync_folder_of(around)?;
    }
    // What was kept so far is never cut off: the first piece may be stored again with more in it.
    OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(path)
}

/// Removes all contents of a tenant.
pub(super) fn remove_all(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
