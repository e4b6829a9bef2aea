//! The storage: this file is about the data folder or the database, and whether they can be used.

use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use canvass_model::{id::TenantId, plan::Lane};
use canvass_storage::{Directory, Error};
use nix::sys::statvfs::statvfs;

use super::Finding;
use crate::{config::Storage, storage::place};

/// Below it a busy day may fill the disk.
const FREE_BYTES_LOW: u64 = 1024 * 1024 * 1024;
/// Below it nothing should start.
const FREE_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// Damaged tenants that are named; a disk that has damaged more needs no longer list.
const NAMED_MAX: usize = 20;

/// What a mode says of the group and of everybody else.
const OTHERS: u32 = 0o077;

pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    if storage.url.is_some() {
        return contents(storage).await;
    }
    let folder = &storage.data;
    let mut findings = vec![writable(folder), space(folder)];
    if folder.is_dir() {
        findings.push(permissions(folder));
        findings.extend(contents(storage).await);
    }
    findings
}

/// Opens the storage as a start would, asks it something, and reads everything once.
async fn contents(storage: &Storage) -> Vec<Finding> {
    let opened = match Directory::open(&storage.settings()).await {
        Ok(directory) => {
            let answer = directory.describe().await;
            let looked = async { Ok((damaged_responses(&directory).await?, directory.examine().await?)) }.await;
            directory.close().await;
            answer.map(|engine| (engine, looked))
        }
        Err(error) => Err(error),
    };
    let answers = |engine| Finding::ok("storage", format!("{} answers: {engine}", place(storage)));
    match opened {
        Ok((engine, Ok((responses, tenants)))) => vec![answers(engine), integrity(responses, &tenants)],
        Ok((engine, Err(error))) => vec![answers(engine), unreadable(&error)],
        Err(error) => vec![closed(storage, &error)],
    }
}

/// How many accepted responses cannot be read any more.
async fn damaged_responses(directory: &Directory) -> Result<u64, Error> {
    let mut count = 0;
    for lane in Lane::ALL {
        count += directory.intake().backlog(lane).await?.damaged;
    }
    Ok(count)
}

fn integrity(responses: u64, tenants: &[(TenantId, String)]) -> Finding {
    let mut found = Vec::new();
    if 0 < responses {
        found.push(format!("{responses} accepted responses are damaged and were set aside"));
    }
    found.extend(tenants.iter().take(NAMED_MAX).map(|(tenant, how)| format!("the database of tenant {tenant}: {how}")));
    if NAMED_MAX < tenants.len() {
        found.push(format!("{} more tenants' databases", tenants.len() - NAMED_MAX));
    }
    if found.is_empty() {
        return Finding::ok("integrity", "no damage was found");
    }
    Finding::fail(
        "integrity",
        found.join("; "),
        "Look at the disk first. Put a damaged tenant's file back from a backup; everybody else can be served meanwhile. \
         Responses that were set aside stay in the table `damaged` of the intake's file (docs/durability.md).",
    )
}

fn unreadable(error: &Error) -> Finding {
    Finding::fail("integrity", format!("not everything can be read: {error}"), "Look at the disk.")
}

/// Why the storage cannot be opened.
fn closed(storage: &Storage, error: &Error) -> Finding {
    match error {
        Error::Unusable(_) if storage.url.is_none() => Finding::warn(
            "storage",
            error.to_string(),
            "If Canvass is running, all is well; stop it to look at its data.",
        ),
        Error::Unusable(_)
        | Error::Busy { .. }
        | Error::Conflict(_)
        | Error::Rejected(_)
        | Error::Full
        | Error::Corrupt { .. }
        | Error::Unreachable(_)
        | Error::Engine(_) => Finding::fail(
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
