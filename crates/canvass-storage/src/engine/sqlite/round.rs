//! A round of applying: this file is about taking records from a lane into their tenants' files, exactly once.

use std::{path::Path, sync::Arc};

use canvass_model::{id::TenantId, response::Accepted};
use lru::LruCache;
use rusqlite::Connection;

use crate::{
    Error,
    engine::{
        Apply, End, Mode, Session, Value,
        sqlite::{
            connection::is_about_data,
            frame::Record,
            lane::Lane,
            lock,
            log::{open_reader, read_frame},
            tenant_file::Safety,
            tenants::Tenants,
            undertaker::Undertaker,
        },
    },
    intake::Applied,
};

/// What one tenant gets of a round.
pub(super) struct Share {
    pub(super) tenant: TenantId,
    pub(super) sequences: Vec<u64>,
    pub(super) responses: Vec<Accepted>,
}

/// Who applies one lane; one at a time.
pub(super) struct Applier {
    connection: Connection,
    /// Frames read lately: a frame holds records of many tenants, who have their turns one after the other.
    frames: LruCache<u64, Arc<Vec<Record>>>,
    cached_bytes: usize,
}

/// Where a round takes from and puts to.
pub(super) struct Round<'r> {
    pub(super) lane: &'r Lane,
    pub(super) tenants: &'r Tenants,
    pub(super) undertaker: Undertaker<'r>,
}

/// Bytes of frames kept unpacked.
const CACHED_BYTES_MAX: usize = 64 << 20;
/// Bytes of answers in one transaction.
const SHARE_BYTES_MAX: usize = 16 << 20;

impl Applier {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { connection: open_reader(path)?, frames: LruCache::unbounded(), cached_bytes: 0 })
    }

    /// The tenant's next records, at most `count`, fewer when they are large. A frame that cannot be read any more is
    /// given up: it stays in the file for a person to look at.
    fn load(&mut self, lane: &Lane, tenant: TenantId, count: usize) -> Result<Share, Error> {
        let next = lock(&lane.waiting).next(tenant, count);
        let (mut share, mut bytes) = (Share { tenant, sequences: Vec::new(), responses: Vec::new() }, 0);
        for (frame, sequence) in next {
            let Some(records) = self.frame(frame)? else {
                lock(&lane.waiting).give_up(frame);
                break;
            };
            let place = usize::try_from(sequence - frame).unwrap_or(usize::MAX);
            let Some(record) = records.get(place).filter(|it| it.tenant == tenant) else {
                return Err(Error::Corrupt {
                    what: "intake frame",
                    found: format!("no record {sequence} of {tenant}"),
                });
            };
            bytes += record.bytes();
            if SHARE_BYTES_MAX < bytes && !share.sequences.is_empty() {
                break;
            }
            share.sequences.push(sequence);
            share.responses.push(record.response.clone());
        }
        Ok(share)
    }

    fn frame(&mut self, sequence: u64) -> Result<Option<Arc<Vec<Record>>>, Error> {
        if let Some(records) = self.frames.get(&sequence) {
            return Ok(Some(Arc::clone(records)));
        }
        let records = match read_frame(&self.connection, sequence)?.unpack() {
            Ok(records) => Arc::new(records),
            Err(reason) => {
                tracing::error!(frame = sequence, reason, "accepted responses are damaged");
                return Ok(None);
            }
        };
        self.cached_bytes += bytes(&records);
        self.frames.put(sequence, Arc::clone(&records));
        while CACHED_BYTES_MAX < self.cached_bytes && 1 < self.frames.len() {
            let oldest = self.frames.pop_lru();
            self.cached_bytes -= oldest.map_or(0, |(_, it)| bytes(&it));
        }
        Ok(Some(records))
    }
}

impl Round<'_> {
    /// Takes at most `records_max` records. Ends early when the disk is full; goes on after a tenant whose file
    /// cannot be used, who is left alone for a while.
    pub(super) fn run(
        &self,
        applier: &mut Applier,
        records_max: usize,
        apply: &mut Apply<'_>,
    ) -> Result<Applied, Error> {
        let shares = lock(&self.lane.waiting).share_out(records_max, tokio::time::Instant::now());
        let (mut total, mut failure) = (Applied::default(), None);
        for (tenant, count) in shares {
            let settled = applier.load(self.lane, tenant, count).and_then(|share| {
                let dead = self.settle(&share, apply)?;
                Ok((share.sequences.len(), dead))
            });
            match settled {
                Ok((taken, dead)) => {
                    lock(&self.lane.waiting).take(tenant, taken);
                    total.taken += taken;
                    total.dead += dead;
                }
                Err(Error::Full) => {
                    failure = Some(Error::Full);
                    break;
                }
                Err(error) => {
                    tracing::error!(%tenant, %error, "a tenant's responses could not be applied; trying again later");
                    lock(&self.lane.waiting).hold(tenant, tokio::time::Instant::now());
                    failure.get_or_insert(error);
                }
            }
        }
        match failure {
            Some(error) if total.taken == 0 => Err(error),
            Some(_) | None => Ok(total),
        }
    }

    /// Applies or buries a whole share; answers how many records were buried.
    fn settle(&self, share: &Share, apply: &mut Apply<'_>) -> Result<usize, Error> {
        match self.commit(share, 0..share.sequences.len(), &mut || Ok(()), apply) {
            Ok(()) => Ok(0),
            Err(error) if is_poison(&error) => self.settle_one_by_one(share, apply),
            Err(error) => Err(error),
        }
    }

    fn settle_one_by_one(&self, share: &Share, apply: &mut Apply<'_>) -> Result<usize, Error> {
        let count = share.sequences.len();
        let mut dead: Vec<(usize, String)> = Vec::new();
        let mut buried = 0;
        for index in 0..count {
            // A position may pass a dead record only when its letter is on the disk.
            let mut bury = || self.undertaker.bury(self.lane, share, &dead[buried..]);
            match self.commit(share, index..index + 1, &mut bury, apply) {
                Ok(()) => buried = dead.len(),
                Err(error) if is_poison(&error) => dead.push((index, error.to_string())),
                Err(error) => return Err(error),
            }
        }
        self.undertaker.bury(self.lane, share, &dead[buried..])?;
        if let Err(error) = self.commit(share, 0..count, &mut || Ok(()), &mut |_, _, _| Ok(())) {
            // Then the position stays behind; after a restart the same letters are written again, over themselves.
            tracing::warn!(tenant = %share.tenant, %error, "the position after dead letters could not be kept");
        }
        Ok(dead.len())
    }

    /// Lends those of a share's records that are beyond the tenant's position to `apply`, in one transaction that also
    /// moves the position.
    fn commit(
        &self,
        share: &Share,
        range: std::ops::Range<usize>,
        before_commit: &mut dyn FnMut() -> Result<(), Error>,
        apply: &mut Apply<'_>,
    ) -> Result<(), Error> {
        let (sequences, responses) = (&share.sequences[range.clone()], &share.responses[range]);
        self.tenants.with(share.tenant, Mode::Write, Safety::Replayable, &mut |session| {
            let position = position(session, &self.lane.epoch)?;
            let applied = sequences.partition_point(|it| *it <= position);
            let Some(last) = sequences[applied..].last() else { return Ok(End::RollBack) };
            apply(share.tenant, session, &responses[applied..])?;
            before_commit()?;
            let sql = "insert into applied (epoch, sequence) values ($1, $2)
                on conflict (epoch) do update set sequence = excluded.sequence";
            let epoch = Value::Text(self.lane.epoch.clone());
            session.execute(sql, &[epoch, Value::Int(last.cast_signed())])?;
            Ok(End::Commit)
        })
    }
}

/// How far the lane has been applied to this tenant.
fn position(session: &mut dyn Session, epoch: &str) -> Result<u64, Error> {
    let rows = session.query("select sequence from applied where epoch = $1", &[Value::Text(epoch.to_owned())])?;
    match rows.first().map(Vec::as_slice) {
        None => Ok(0),
        Some([Value::Int(sequence)]) => Ok(sequence.cast_unsigned()),
        Some(other) => Err(Error::Corrupt { what: "intake position", found: format!("{other:?}") }),
    }
}

/// Whether an error comes from the record or the tenant's file, and will come again.
fn is_poison(error: &Error) -> bool {
    match error {
        Error::Rejected(_) | Error::Corrupt { .. } | Error::Conflict(_) => true,
        Error::Engine(cause) => is_about_data(cause.as_ref()),
        Error::Busy { .. } | Error::Full | Error::Unusable(_) | Error::Unreachable(_) => false,
    }
}

fn bytes(records: &[Record]) -> usize {
    records.iter().map(Record::bytes).sum()
}
