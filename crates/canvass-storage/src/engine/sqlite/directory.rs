//! The directory's file: this file is about its one writer and its few readers.

use std::{
    path::PathBuf,
    sync::{Condvar, Mutex, PoisonError},
};

use rusqlite::Connection;

use crate::{
    Error,
    engine::{
        Mode, Work,
        sqlite::{
            closed,
            connection::{self, Health, Kind, meaning},
            folder::{Folder, beside},
            lock, migration, session,
        },
    },
};

/// Readers at once: more than cores, fewer than would cost memory.
const READERS_MAX: usize = 8;
/// Past this size, the log is emptied even if readers must wait a moment: without a gap between readers it would grow
/// without end.
const LOG_BYTES_MAX: u64 = 16 << 20;

/// The directory of all tenants.
pub(super) struct DirectoryFile {
    path: PathBuf,
    health: Health,
    /// `None` once the file is closed.
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Readers>,
    returned: Condvar,
}

#[derive(Default)]
struct Readers {
    idle: Vec<Connection>,
    open: usize,
    is_closed: bool,
}

/// A reader that comes back when its work ends, however it ends.
struct Loan<'d> {
    lender: &'d DirectoryFile,
    /// `None` if it could not be opened.
    reader: Option<Connection>,
}

impl DirectoryFile {
    pub(super) fn open(folder: &Folder, health: Health) -> Result<Self, Error> {
        let path = folder.directory();
        let opened = connection::open(&path, Kind::Durable).and_then(|mut writer| {
            migration::DIRECTORY.bring_up(&mut writer)?;
            Ok(writer)
        });
        let writer = Mutex::new(Some(opened.map_err(|it| connection::unusable_file(&path, it))?));
        Ok(Self { path, health, writer, readers: Mutex::default(), returned: Condvar::new() })
    }

    /// Runs `work` in one transaction: readers side by side, writers one after the other.
    pub(super) fn with(&self, mode: Mode, work: &mut Work<'_>) -> Result<(), Error> {
        match mode {
            Mode::Read => self.read(work),
            Mode::Write => self.write(work),
        }
    }

    /// Closes every connection that is not in use, the others when they come back.
    pub(super) fn close(&self) {
        let mut readers = lock(&self.readers);
        readers.is_closed = true;
        readers.open -= readers.idle.len();
        readers.idle.clear();
        drop(readers);
        self.returned.notify_all();
        lock(&self.writer).take();
    }

    fn write(&self, work: &mut Work<'_>) -> Result<(), Error> {
        let held = lock(&self.writer);
        let writer = held.as_ref().ok_or_else(closed)?;
        session::transact(writer, Mode::Write, &self.health, work)?;
        let log_bytes = beside(&self.path, "wal").metadata().map_or(0, |it| it.len());
        if LOG_BYTES_MAX < log_bytes {
            let emptied = writer.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
            if let Err(error) = emptied {
                tracing::warn!(error = %self.health.judge(error), "the directory's log could not be emptied");
            }
        }
        Ok(())
    }

    fn read(&self, work: &mut Work<'_>) -> Result<(), Error> {
        let mut loan = Loan { lender: self, reader: self.wait_for_reader()? };
        let reader = match loan.reader.take() {
            Some(idle) => idle,
            None => self.open_reader()?,
        };
        session::transact(loan.reader.insert(reader), Mode::Read, &self.health, work)
    }

    /// An idle reader, or leave to open one more.
    fn wait_for_reader(&self) -> Result<Option<Connection>, Error> {
        let mut readers = lock(&self.readers);
        while !readers.is_closed && readers.idle.is_empty() && READERS_MAX <= readers.open {
            readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
        if readers.is_closed {
            return Err(closed());
        }
        let idle = readers.idle.pop();
        if idle.is_none() {
            readers.open += 1;
        }
        Ok(idle)
    }

    fn open_reader(&self) -> Result<Connection, Error> {
        let reader = connection::open(&self.path, Kind::Durable)?;
        reader.execute_batch("pragma query_only = on").map_err(meaning)?;
        Ok(reader)
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let mut readers = lock(&self.lender.readers);
        match self.reader.take() {
            Some(reader) if !readers.is_closed => readers.idle.push(reader),
            Some(_) | None => readers.open -= 1,
        }
        drop(readers);
        self.lender.returned.notify_one();
    }
}
