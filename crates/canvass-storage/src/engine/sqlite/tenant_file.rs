//! One tenant's file: this file is about its only connection, and how safe each of its commits is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, config::DbConfig};

use crate::{
    Error,
    engine::{
        Mode, Work,
        sqlite::{
            connection::{self, Health, Kind, meaning},
            folder::{self, beside},
            migration, session,
        },
    },
};

/// How safe a commit is when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Safety {
    /// On the disk.
    Synced,
    /// In order, but perhaps not on the disk yet: for what the intake can replay.
    Replayable,
}

/// An open tenant's file.
pub(super) struct TenantFile {
    connection: Connection,
    path: PathBuf,
    sync: Sync,
}

/// What SQLite does at a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sync {
    /// Nothing, and the log is not copied into the file: only right for the first transaction of a new log, which
    /// has no older frames that could be mistaken for its own. Saves the sync of the log's header, which is what
    /// the first touch of a thousand tenants would otherwise wait for.
    Off,
    /// Syncs only around a checkpoint and at the start of a log.
    Normal,
    /// Syncs the log.
    Full,
}

/// Checkpoint when the log has so many pages: 4 MB.
const CHECKPOINT_PAGES: u32 = 1_000;
/// A log larger than this is copied into its file when the file is closed to make room. A smaller one stays: closing
/// costs no sync, and opening reads it in less than a millisecond.
const LEFT_LOG_BYTES_MAX: u64 = 256 << 10;

impl TenantFile {
    /// Opens a tenant's file and brings it to the newest version.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Corrupt { what: "tenant's database", found: format!("no file {}", path.display()) });
        }
        let is_new_log = beside(path, "wal").metadata().map_or(0, |it| it.len()) == 0;
        let mut connection = connection::open(path, Kind::Tenant)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(meaning)?;
        migration::TENANT.bring_up(&mut connection)?;
        let mut file = Self { connection, path: path.to_owned(), sync: Sync::Normal };
        if is_new_log {
            file.set_sync(Sync::Off)?;
        }
        Ok(file)
    }

    /// Runs `work` in one transaction.
    pub(super) fn transact(
        &mut self,
        mode: Mode,
        safety: Safety,
        health: &Health,
        work: &mut Work<'_>,
    ) -> Result<(), Error> {
        match (mode, safety) {
            (Mode::Write, Safety::Synced) => self.set_sync(Sync::Full)?,
            (Mode::Write, Safety::Replayable) if self.sync == Sync::Full => self.set_sync(Sync::Normal)?,
            (Mode::Read, _) | (Mode::Write, Safety::Replayable) => {}
        }
        session::transact(&self.connection, mode, health, work)?;
        if mode == Mode::Write && self.sync == Sync::Off {
            self.set_sync(Sync::Normal)?;
        }
        Ok(())
    }

    /// Closes the file, with its log copied into it when that is large. Dropping it instead leaves the log, which costs
    /// nothing now and a moment at the next opening.
    pub(super) fn close(self) {
        let log_bytes = beside(&self.path, "wal").metadata().map_or(0, |it| it.len());
        // Never without syncs: a checkpoint that is not synced can break the file.
        if LEFT_LOG_BYTES_MAX < log_bytes && self.sync != Sync::Off {
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }

    fn set_sync(&mut self, sync: Sync) -> Result<(), Error> {
        if self.sync == sync {
            return Ok(());
        }
        let (level, pages) = match sync {
            Sync::Off => ("off", 0),
            Sync::Normal => ("normal", CHECKPOINT_PAGES),
            Sync::Full => ("full", CHECKPOINT_PAGES),
        };
        let pragmas = format!("pragma synchronous = {level}; pragma wal_autocheckpoint = {pages}");
        self.connection.execute_batch(&pragmas).map_err(meaning)?;
        self.sync = sync;
        Ok(())
    }
}

/// Builds the file every new tenant's is a copy of. Built at every start, in milliseconds, so that it can never be
/// that of another version.
pub(super) fn build_template(path: &Path) -> Result<(), Error> {
    let new = beside(path, "new");
    let build = || -> Result<(), Error> {
        folder::remove_file(&new).map_err(Error::engine)?;
        folder::make_file(&new).map_err(Error::engine)?;
        let mut connection = Connection::open(&new).map_err(meaning)?;
        connection.execute_batch("pragma synchronous = off; pragma journal_mode = memory").map_err(meaning)?;
        migration::TENANT.bring_up(&mut connection)?;
        connection.execute_batch("pragma journal_mode = wal").map_err(meaning)?;
        connection.close().map_err(|(_, error)| meaning(error))?;
        let finish = || -> io::Result<()> {
            fs::File::open(&new)?.sync_all()?;
            fs::rename(&new, path)?;
            folder::sync_folder_of(path)
        };
        finish().map_err(Error::engine)
    };
    build()
}
