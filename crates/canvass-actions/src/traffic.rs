//! Traffic: this file is about keeping what visits to public pages left behind, within bounds, and about reading it.

mod channel;
mod overview;

use std::collections::{BTreeMap, BTreeSet};

use canvass_model::{
    time::Timestamp,
    traffic::{AccessRecord, Facet, Place, Source, Span, Tally},
};
use canvass_storage::{
    ReadTx, Tx, pages,
    traffic::{self as storage, Day, Group},
};

pub use self::{
    channel::{Losses, Recorder, Visit, Visits, channel},
    overview::{Item, Overview, by_time, by_value, dropped, overview, range},
};
use crate::Error;

/// Records that a tenant's log takes in one day (about 4 MB); further requests are counted and not listed, so that a
/// flood fills nobody's disk.
pub const RECORDS_DAY_MAX: u64 = 50_000;
/// Sites told apart in one day; the rest is counted together. Anybody can make up names of sites.
pub const SOURCES_DAY_MAX: usize = 200;
/// Records of one tenant written at once.
pub const BATCH_MAX: usize = 500;
/// How long counts by the hour are kept.
pub const HOURS_KEPT_MS: i64 = 35 * Timestamp::DAY_MS;
/// How long counts by the day are kept.
pub const DAYS_KEPT_MS: i64 = 400 * Timestamp::DAY_MS;

/// What one tenant's public pages left behind since the last time.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The records, at most [`BATCH_MAX`].
    pub records: Vec<AccessRecord>,
    /// How many more there were that got lost.
    pub dropped: u64,
}

/// Keeps a batch: counts every record, and puts into the log what the day still has room for. Whatever is made up by those
/// who ask is folded first: addresses without a page, and sites beyond [`SOURCES_DAY_MAX`].
pub fn keep(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), Error> {
    let mut days: BTreeMap<Timestamp, Vec<AccessRecord>> = BTreeMap::new();
    for record in fold_places(tx, &batch.records)? {
        days.entry(Span::Day.begin(record.at)).or_default().push(record);
    }
    for (day, mut records) in days {
        fold_sources(tx, day, &mut records)?;
        for (group, tally) in count(&records) {
            storage::add(tx, &group, &tally)?;
        }
        let room = RECORDS_DAY_MAX.saturating_sub(storage::day(tx, day)?.kept);
        let kept = records.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        storage::insert(tx, day, &records[..kept])?;
        let counted = (records.len() - kept) as u64;
        storage::add_to_day(tx, day, Day { kept: kept as u64, counted, dropped: 0 })?;
    }
    if 0 < batch.dropped {
        let now = tx.now();
        storage::add_to_day(tx, now, Day { dropped: batch.dropped, ..Day::default() })?;
    }
    Ok(())
}

/// Removes what has had its time: records after `log_days`, counts after theirs; at most `limit` rows of each. Answers
/// how many rows went.
pub fn forget(tx: &mut Tx<'_>, log_days: u32, limit: u32) -> Result<u64, Error> {
    let now = tx.now();
    let log = storage::delete_log_before(tx, now.plus_ms(-i64::from(log_days) * Timestamp::DAY_MS), limit)?;
    let hours = storage::delete_before(tx, Span::Hour, now.plus_ms(-HOURS_KEPT_MS), SPANS_AT_ONCE)?;
    let days = storage::delete_before(tx, Span::Day, now.plus_ms(-DAYS_KEPT_MS), SPANS_AT_ONCE)?;
    Ok(log + hours + days + storage::delete_days_before(tx, now.plus_ms(-DAYS_KEPT_MS), limit)?)
}

/// Hours or days whose counts go at once; each has some hundreds.
const SPANS_AT_ONCE: u32 = 10;

/// The records, those of addresses without a page folded into one place. The index is always there.
fn fold_places(tx: &mut ReadTx<'_>, records: &[AccessRecord]) -> Result<Vec<AccessRecord>, Error> {
    let asked: BTreeSet<&str> = records.iter().map(|it| it.place.as_str()).collect();
    let asked: Vec<&str> = asked.into_iter().filter(|it| ![Place::INDEX, Place::ELSEWHERE].contains(it)).collect();
    let mut known = BTreeSet::from([Place::INDEX.to_owned()]);
    for keys in asked.chunks(pages::KEYS_MAX) {
        known.extend(pages::spellings(tx, keys)?.into_keys());
    }
    let fold = |it: &AccessRecord| {
        if known.contains(it.place.as_str()) {
            it.clone()
        } else {
            AccessRecord { place: Place::Elsewhere, ..it.clone() }
        }
    };
    Ok(records.iter().map(fold).collect())
}

/// Folds the sites that are too many on `day`.
fn fold_sources(tx: &mut ReadTx<'_>, day: Timestamp, records: &mut [AccessRecord]) -> Result<(), Error> {
    let known = storage::values(tx, Span::Day, day, Facet::Source, SOURCES_DAY_MAX)?;
    let mut known: BTreeSet<String> = known.into_iter().collect();
    for record in records {
        let Source::Site(site) = &record.source else { continue };
        if known.contains(site.as_str()) {
            continue;
        }
        if known.len() < SOURCES_DAY_MAX {
            known.insert(site.as_str().to_owned());
        } else {
            record.source = Source::Other;
        }
    }
    Ok(())
}

/// Every count that these records of one day belong to.
fn count(records: &[AccessRecord]) -> BTreeMap<Group, Tally> {
    let mut counts: BTreeMap<Group, Tally> = BTreeMap::new();
    for record in records {
        let status = record.status.to_string();
        let values = [
            (Facet::All, ""),
            (Facet::Page, record.place.as_str()),
            (Facet::Source, record.source.as_str()),
            (Facet::Agent, record.agent.as_str()),
            (Facet::Status, &status),
        ];
        for span in Span::ALL {
            for (facet, value) in values {
                let group = Group { span, began_at: span.begin(record.at), facet, value: value.to_owned() };
                *counts.entry(group).or_default() += record.tally();
            }
        }
    }
    counts
}
