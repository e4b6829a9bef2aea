//! A lane's file: this file is about its frames on the disk, written by one connection and read by another.

use std::path::{Path, PathBuf};

use canvass_model::time::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::{
    Error,
    engine::sqlite::{
        connection::{self, Health, Kind, meaning},
        frame::{Frame, Packer, Record},
        migration,
        waiting::{Origin, Waiting},
    },
    transaction::now,
};

/// The writing side of a lane's file.
pub(super) struct Log {
    path: PathBuf,
    health: Health,
    /// `None` after a failure, until the file could be opened again.
    connection: Option<Connection>,
    packer: Packer,
    next_sequence: u64,
    written: Vec<Written>,
    bytes_since_checkpoint: usize,
}

/// A frame that is in the file, with what it holds.
pub(super) struct Written {
    pub(super) frame: Frame,
    pub(super) records: Vec<Record>,
    pub(super) accepted_at: Timestamp,
}

impl Log {
    /// Records in one frame: what a busy lane gathers during one sync, and what reading one back costs at most.
    pub(super) const FRAME_RECORDS_MAX: usize = 1_024;
    /// Bytes in one frame before compression; a single larger record is a frame of its own.
    pub(super) const FRAME_BYTES_MAX: usize = 4 << 20;
    /// SQLite's log is copied into the file past this size.
    const CHECKPOINT_BYTES: usize = 8 << 20;

    /// Opens a lane's file; answers also its epoch and what waits in it.
    pub(super) fn open(path: PathBuf, health: Health) -> Result<(Self, String, Waiting), Error> {
        let named = path.clone();
        Self::try_open(path, health).map_err(|it| connection::unusable_file(&named, it))
    }

    fn try_open(path: PathBuf, health: Health) -> Result<(Self, String, Waiting), Error> {
        let mut connection = connect(&path)?;
        migration::INTAKE.bring_up(&mut connection)?;
        let epoch = begin_epoch(&connection)?;
        let (mut waiting, mut damaged) = (Waiting::default(), Vec::new());
        each_frame(&connection, 0, |found, reason| match reason {
            None => waiting.add(&found.frame, &found.records, found.accepted_at, Origin::Found),
            Some(reason) => damaged.push((found.frame.sequence, reason)),
        })?;
        set_aside(&mut connection, &damaged)?;
        waiting.note_damaged(count_damaged(&connection)?);
        let next_sequence = next_sequence(&connection)?;
        let connection = Some(connection);
        let packer = Packer::new().map_err(Error::engine)?;
        let log =
            Self { path, health, connection, packer, next_sequence, written: Vec::new(), bytes_since_checkpoint: 0 };
        Ok((log, epoch, waiting))
    }

    /// Makes records durable, in one transaction. After an error none of them may be acknowledged; some may be in the
    /// file all the same, and are then among [`Self::take_written`].
    pub(super) fn append(&mut self, records: Vec<Record>) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        self.health.check()?;
        self.reconnect()?;
        let frames = pack(&mut self.packer, self.next_sequence, records)?;
        match self.transact(|it| frames.iter().try_for_each(|frame| insert(it, frame))) {
            Ok(()) => {
                self.next_sequence += frames.iter().map(|it| u64::from(it.frame.records)).sum::<u64>();
                self.bytes_since_checkpoint += frames.iter().map(|it| it.frame.body.len()).sum::<usize>();
                self.written.extend(frames);
                Ok(())
            }
            Err(error) => {
                self.distrust();
                Err(error)
            }
        }
    }

    /// The frames that came into the file since the last call.
    pub(super) fn take_written(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.written)
    }

    /// Deletes frames whose records are all on the disk in their tenants' files.
    pub(super) fn delete(&mut self, frames: &[u64]) -> Result<(), Error> {
        self.health.check()?;
        self.reconnect()?;
        let next_sequence = self.next_sequence;
        let deleted = self.transact(|transaction| {
            // Kept apart from the frames, so that no sequence is ever used twice: a second record with one would be
            // taken for applied.
            transaction.execute("update meta set next_sequence = ?1", [next_sequence.cast_signed()])?;
            let mut delete = transaction.prepare_cached("delete from frame where sequence = ?1")?;
            frames.iter().try_for_each(|it| delete.execute([it.cast_signed()]).map(drop))
        });
        deleted.inspect_err(|_| self.distrust())
    }

    /// Copies SQLite's log into the file when it has grown. Called when nobody waits for an acknowledgement.
    pub(super) fn tidy(&mut self) {
        let Some(connection) = &self.connection else { return };
        if self.bytes_since_checkpoint < Self::CHECKPOINT_BYTES {
            return;
        }
        match connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0)) {
            Ok(0) => self.bytes_since_checkpoint = 0,
            // A reader is in the way: after the next commit, then.
            Ok(_) => {}
            Err(error) => {
                let error = self.health.judge(error);
                tracing::warn!(%error, "the intake's log could not be copied into its file; trying again later");
            }
        }
    }

    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        let limit = format!("pragma wal_checkpoint(truncate); pragma max_page_count = {pages}");
        self.connection.as_ref().map(|it| it.execute_batch(&limit)).transpose().map_err(meaning).map(drop).ok();
    }

    fn transact(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), Error> {
        let Some(connection) = &mut self.connection else {
            return Err(Error::engine("the intake's file is not open"));
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let done = transaction.and_then(|it| work(&it).and_then(|()| it.commit()));
        done.map_err(|it| self.health.judge(it))
    }

    /// Lets go of a connection whose state is unknown.
    fn distrust(&mut self) {
        self.connection = None;
        if let Err(error) = self.reconnect() {
            tracing::error!(%error, "the intake's file could not be opened again; trying with the next response");
        }
    }

    /// Opens the file again if it had to be closed, and looks what is really in it: a commit that failed may have left
    /// its frames.
    fn reconnect(&mut self) -> Result<(), Error> {
        if self.connection.is_some() {
            return Ok(());
        }
        self.health.check()?;
        let connection = connect(&self.path)?;
        let mut left = Vec::new();
        each_frame(&connection, self.next_sequence, |found, reason| {
            if reason.is_none() {
                left.push(found);
            }
        })?;
        self.next_sequence = next_sequence(&connection)?.max(self.next_sequence);
        self.written.extend(left);
        self.connection = Some(connection);
        Ok(())
    }
}

/// Opens the file for reading beside the one that writes.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = connection::open(path, Kind::Durable)?;
    connection.execute_batch("pragma query_only = on").map_err(meaning)?;
    Ok(connection)
}

/// The frame that begins with `sequence`.
pub(super) fn read_frame(connection: &Connection, sequence: u64) -> Result<Frame, Error> {
    let sql = "select sequence, records, bytes, crc, body from frame where sequence = ?1";
    let mut statement = connection.prepare_cached(sql).map_err(meaning)?;
    statement.query_row([sequence.cast_signed()], frame).map_err(meaning)
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = connection::open(path, Kind::Durable)?;
    // Checkpoints are made between commits instead, so that no acknowledgement waits for one and no error is missed.
    connection.execute_batch("pragma wal_autocheckpoint = 0").map_err(meaning)?;
    Ok(connection)
}

/// The file's random name, made with it: positions in tenants' files belong to one file of frames only.
fn begin_epoch(connection: &Connection) -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(Error::engine)?;
    let epoch = uuid::Builder::from_random_bytes(bytes).into_uuid().to_string();
    let sql = "insert into meta (id, epoch, next_sequence) values (1, ?1, 1) on conflict (id) do nothing";
    connection.execute(sql, [epoch]).map_err(meaning)?;
    connection.query_row("select epoch from meta", [], |row| row.get(0)).map_err(meaning)
}

fn next_sequence(connection: &Connection) -> Result<u64, Error> {
    let sql = "select max(next_sequence, coalesce((select max(sequence + records) from frame), 0),
        coalesce((select max(sequence + records) from damaged), 0)) from meta";
    connection.query_row(sql, [], |row| row.get(0)).map(i64::cast_unsigned).map_err(meaning)
}

/// Moves frames that cannot be read out of the way, where they are kept for a person to look at.
fn set_aside(connection: &mut Connection, damaged: &[(u64, String)]) -> Result<(), Error> {
    if damaged.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(meaning)?;
    for (sequence, reason) in damaged {
        tracing::error!(frame = sequence, reason, "accepted responses are damaged; their frame is set aside");
        let sql = "insert into damaged (sequence, records, bytes, accepted_at, crc, body, reason)
            select sequence, records, bytes, accepted_at, crc, body, ?2 from frame where sequence = ?1";
        transaction.execute(sql, params![sequence.cast_signed(), reason]).map_err(meaning)?;
        transaction.execute("delete from frame where sequence = ?1", [sequence.cast_signed()]).map_err(meaning)?;
    }
    transaction.commit().map_err(meaning)
}

/// How many records are in frames that were set aside.
fn count_damaged(connection: &Connection) -> Result<u64, Error> {
    let sql = "select coalesce(sum(records), 0) from damaged";
    connection.query_row(sql, [], |row| row.get(0)).map(i64::cast_unsigned).map_err(meaning)
}

/// Lends every frame from `first` on, one at a time; of a damaged one no records, but the reason.
fn each_frame(connection: &Connection, first: u64, mut lend: impl FnMut(Written, Option<String>)) -> Result<(), Error> {
    let sql = "select sequence, records, bytes, crc, body, accepted_at from frame where sequence >= ?1
        order by sequence";
    let mut statement = connection.prepare(sql).map_err(meaning)?;
    let mut rows = statement.query([first.cast_signed()]).map_err(meaning)?;
    while let Some(row) = rows.next().map_err(meaning)? {
        let frame = frame(row).map_err(meaning)?;
        let accepted_at = Timestamp(row.get(5).map_err(meaning)?);
        match frame.unpack() {
            Ok(records) => lend(Written { frame, records, accepted_at }, None),
            Err(reason) => lend(Written { frame, records: Vec::new(), accepted_at }, Some(reason)),
        }
    }
    Ok(())
}

fn frame(row: &rusqlite::Row<'_>) -> rusqlite::Result<Frame> {
    Ok(Frame {
        sequence: row.get::<_, i64>(0)?.cast_unsigned(),
        records: row.get(1)?,
        bytes: row.get::<_, i64>(2)?.cast_unsigned(),
        crc: row.get(3)?,
        body: row.get(4)?,
    })
}

/// Packs records into frames, each within its bounds.
fn pack(packer: &mut Packer, first: u64, records: Vec<Record>) -> Result<Vec<Written>, Error> {
    let (mut frames, mut sequence, accepted_at) = (Vec::new(), first, now());
    let mut rest = records.into_iter().peekable();
    while rest.peek().is_some() {
        let (mut group, mut bytes) = (Vec::new(), 0);
        let fits = |it: &Record, count: usize, bytes: usize| {
            count < Log::FRAME_RECORDS_MAX && (count == 0 || bytes + it.bytes() <= Log::FRAME_BYTES_MAX)
        };
        while let Some(record) = rest.next_if(|it| fits(it, group.len(), bytes)) {
            bytes += record.bytes();
            group.push(record);
        }
        let frame = packer.pack(sequence, &group).map_err(Error::engine)?;
        sequence += group.len() as u64;
        frames.push(Written { frame, records: group, accepted_at });
    }
    Ok(frames)
}

fn insert(transaction: &Transaction<'_>, Written { frame, accepted_at, .. }: &Written) -> rusqlite::Result<()> {
    let sql = "insert into frame (sequence, records, bytes, accepted_at, crc, body) values (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = transaction.prepare_cached(sql)?;
    let (sequence, bytes) = (frame.sequence.cast_signed(), frame.bytes.cast_signed());
    statement.execute(params![sequence, frame.records, bytes, accepted_at.0, frame.crc, frame.body]).map(drop)
}
