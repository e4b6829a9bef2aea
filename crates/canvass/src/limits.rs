//! What the machine allows this process: this file is about how many files it may have open, and what a process that draws may do.

use std::io;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors for everything but tenants' files: connections, the directory, the intake, logs.
pub(crate) const DESCRIPTORS_BESIDE_TENANTS: u64 = 2_000;
/// Descriptors an open tenant's file takes.
pub(crate) const DESCRIPTORS_PER_TENANT: u64 = 2;

/// How many files may be open: now, and at most after asking.
pub(crate) fn open_files() -> Result<(u64, u64), nix::Error> {
    getrlimit(Resource::RLIMIT_NOFILE)
}

/// Asks for as many open files as the machine gives; distributions start programs with 1,024, for the sake of old
/// programs that break with more.
pub(crate) fn raise_open_files() {
    let raised = open_files().and_then(|(soft, hard)| {
        if soft < hard {
            setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        }
        Ok(hard)
    });
    match raised {
        Ok(limit) => tracing::debug!(limit, "files that may be open"),
        Err(error) => tracing::warn!(%error, "the limit of open files could not be raised"),
    }
}

/// What a process that draws may take: seconds of one core, and bytes of memory.
const DRAWING_CPU_SECONDS_MAX: u64 = 3;
const DRAWING_MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Walls that stand on every machine; without one of these nothing is drawn. Those that a machine may refuse, and script
/// hosts then do without, are told by the doctor.
const DRAWING_NEEDS: [&str; 2] = ["no_new_privileges", "resource_limits"];

/// Takes from this process what drawing does not need: it stands behind the walls of script hosts, can open no file or
/// socket, start no process, write no file and leave no core, and is ended when it takes more time or memory than a
/// drawing may, or when its server is gone. Nothing gives it back.
pub(crate) fn confine_drawing() -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CPU, DRAWING_CPU_SECONDS_MAX, DRAWING_CPU_SECONDS_MAX)?;
    setrlimit(Resource::RLIMIT_DATA, DRAWING_MEMORY_BYTES_MAX, DRAWING_MEMORY_BYTES_MAX)?;
    let walls = canvass_script::process::confine();
    let is_needed = |name: &str| DRAWING_NEEDS.contains(&name);
    match walls.into_iter().filter(|it| is_needed(&it.name)).find_map(|it| it.missing) {
        Some(why) => Err(io::Error::other(why)),
        None => Ok(()),
    }
}
