//! What the machine allows this process: this file is about how many files it may have open.

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
