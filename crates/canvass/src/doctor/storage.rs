//! The storage: this file is about the data folder or the database, and whether they can be used.

use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use canvass_storage::Directory;
use nix::sys::statvfs::statvfs;

use super::Finding;
use crate::{config::Storage, storage::place};

/// Below it a busy day may fill the disk.
const FREE_BYTES_LOW: u64 = 1024 * 1024 * 1024;
/// Below it nothing should start.
const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// What a mode says of the group and of everybody else.
const OTHERS: u32 = 0o077;

pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    if storage.url.is_some() {
        return vec![contents(storage).await];
    }
    let folder = &storage.data;
    let mut findings = vec![writable(folder), space(folder)];
    if folder.is_dir() {
        findings.push(permissions(folder));
        findings.push(contents(storage).await);
    }
    findings
}

/// Opens the storage as a start would, and asks it something.
async fn contents(storage: &Storage) -> Finding {
    let opened = match Directory::open(&storage.settings()).await {
        Ok(directory) => {
            let answer = directory.describe().await;
            directory.close().await;
            answer
        }
        Err(error) => Err(error),
    };
    match opened {
        Ok(engine) => Finding::ok("storage", format!("{} answers: {engine}", place(storage))),
        Err(error @ canvass_storage::Error::Unusable(_)) if storage.url.is_none() => Finding::warn(
            "storage",
            error.to_string(),
            "If Canvass is running, all is well; stop it to look at its data.",
        ),
        Err(error) => Finding::fail(
            "storage",
            format!("{}: {error}", place(storage)),
            "Check that it is there, reachable, and of a role that is no superuser and owns its database.",
        ),
    }
}

fn writable(folder: &Path) -> Finding {
    let place = nearest_existing(folder);
    match tempfile::tempfile_in(&place) {
        Ok(_) if folder.is_dir() => Finding::ok("data folder", format!("{} is writable", folder.display())),
        Ok(_) => Finding::ok("data folder", format!("{} will be made at the first start", folder.display())),
        Err(error) => Finding::fail(
            "data folder",
            format!("{} is not writable: {error}", place.display()),
            "Give it to the user that runs Canvass, or choose another folder with --data or storage.data.",
        ),
    }
}

fn space(folder: &Path) -> Finding {
    let free = match statvfs(&nearest_existing(folder)) {
        Ok(disk) => disk.blocks_available().saturating_mul(disk.fragment_size()),
        Err(error) => return Finding::warn("free space", error.to_string(), "Find it out with `df`."),
    };
    let found = format!("{} MB", free / 1024 / 1024);
    match free {
        0..FREE_BYTES_MIN => Finding::fail("free space", found, "Make room: responses would be refused."),
        FREE_BYTES_MIN..FREE_BYTES_LOW => Finding::warn("free space", found, "Make room soon."),
        FREE_BYTES_LOW.. => Finding::ok("free space", found),
    }
}

fn permissions(folder: &Path) -> Finding {
    match mode(folder) {
        Ok(mode) if mode & OTHERS == 0 => Finding::ok("permissions", format!("{mode:o}, closed to other users")),
        Ok(mode) => Finding::warn(
            "permissions",
            format!("{mode:o}: other users of this machine can look into {}", folder.display()),
            format!("chmod 700 {}", folder.display()),
        ),
        Err(error) => Finding::warn("permissions", error.to_string(), "Look at them with `ls -ld`."),
    }
}

fn mode(folder: &Path) -> io::Result<u32> {
    Ok(std::fs::metadata(folder)?.mode() & 0o777)
}

/// The folder itself, or the closest one above it that is there.
fn nearest_existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|it| it.exists()).map_or(absolute.clone(), Path::to_owned)
}
