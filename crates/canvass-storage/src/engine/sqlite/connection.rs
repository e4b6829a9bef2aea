//! Connections: this file is about how each kind of file is opened, and what SQLite's errors mean here.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use crate::{Error, engine::sqlite::folder};

/// How long one connection waits for another of this process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What a caller who found the database busy waits before trying again.
const RETRY_AFTER_MS: u64 = 1_000;

/// Whether the disk still keeps what it is given. Once it failed to, nothing is accepted until Canvass starts again:
/// after a failed sync the kernel may have forgotten what it could not write, and asking again would succeed.
#[derive(Clone, Default)]
pub(super) struct Health(Arc<OnceLock<String>>);

/// How a file is opened.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Shared by connections of this process; every commit is on the disk when it returns.
    Durable,
    /// Owned by one connection, which keeps the index of the log in its memory: no third file, two descriptors, and
    /// opening again is many times cheaper. A commit is on the disk soon after it returns.
    Tenant,
}

impl Health {
    /// Refuses once the disk has failed.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.0.get() {
            None => Ok(()),
            Some(reason) => Err(Error::Unusable(format!(
                "Canvass failed to keep what was written ({reason}); stop it, look at the disk, start it again"
            ))),
        }
    }

    /// Notes that the disk failed.
    pub(super) fn fail(&self, reason: &dyn std::fmt::Display) {
        tracing::error!(%reason, "what was written may not be kept; nothing more is accepted");
        let _ = self.0.set(reason.to_string());
    }

    /// What an error of SQLite means; a failed sync is noted.
    pub(super) fn judge(&self, error: rusqlite::Error) -> Error {
        if let Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC) = extended_code(&error) {
            self.fail(&error);
        }
        meaning(error)
    }
}

/// Opens a database file, which must be there unless `kind` is durable.
pub(super) fn open(path: &Path, kind: Kind) -> Result<Connection, Error> {
    if let Kind::Durable = kind {
        folder::make_file(path).map_err(Error::engine)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(meaning)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(meaning)?;
    connection.execute_batch(pragmas(kind)).map_err(meaning)?;
    connection.set_prepared_statement_cache_capacity(statements_max(kind));
    Ok(connection)
}

fn pragmas(kind: Kind) -> &'static str {
    match kind {
        Kind::Durable => {
            "pragma journal_mode = wal;
            pragma synchronous = full;
            pragma foreign_keys = on;
            pragma cache_size = -4096;
            pragma journal_size_limit = 16777216;"
        }
        Kind::Tenant => {
            "pragma locking_mode = exclusive;
            pragma synchronous = normal;
            pragma foreign_keys = on;
            pragma cache_size = -256;
            pragma journal_size_limit = 4194304;"
        }
    }
}

/// Bounds the memory of prepared statements: a few kB each, times thousands of tenants.
fn statements_max(kind: Kind) -> usize {
    match kind {
        Kind::Durable => 128,
        Kind::Tenant => 24,
    }
}

/// Why the installation cannot start when a file without which there is none cannot be opened.
pub(super) fn unusable_file(path: &Path, error: Error) -> Error {
    let advice = match &error {
        Error::Corrupt { .. } => "restore the data folder from a backup",
        Error::Engine(_) => "check the disk and the rights of the user who runs Canvass",
        Error::Busy { .. } => "another program has it open; close that one",
        Error::Conflict(_) | Error::Rejected(_) | Error::Full | Error::Unusable(_) | Error::Unreachable(_) => {
            return error;
        }
    };
    Error::Unusable(format!("{} cannot be used ({error}); {advice}", path.display()))
}

/// What an error of SQLite means in Canvass.
pub(super) fn meaning(error: rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::ConstraintViolation) => constraint(error),
        Some(ErrorCode::DiskFull) => Error::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy { retry_after_ms: RETRY_AFTER_MS },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::Corrupt { what: "database file", found: error.to_string() }
        }
        _ => Error::engine(error),
    }
}

/// A taken unique value names its columns, as in `page.page_key`.
fn constraint(error: rusqlite::Error) -> Error {
    let text = error.to_string();
    match (extended_code(&error), text.split_once("failed: ")) {
        (Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY), Some((_, columns))) => {
            Error::Conflict(columns.to_owned())
        }
        _ => Error::engine(error),
    }
}

/// Whether the same statement with the same values fails always: a constraint other than a unique one.
pub(super) fn is_about_data(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let cause = error.downcast_ref::<rusqlite::Error>();
    cause.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::ConstraintViolation)
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|it| it.extended_code)
}
