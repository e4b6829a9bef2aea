//! What waits in a lane: this file is about the index, in memory, of the records that are accepted and not yet applied,
//! and whose turn it is.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use canvass_model::{
    id::{ResponseId, TenantId},
    time::Timestamp,
};
use tokio::time::Instant;

use crate::engine::sqlite::frame::{Frame, Record};

/// The records of a lane that are durable in its file and not yet taken from it.
#[derive(Default)]
pub(super) struct Waiting {
    tenants: HashMap<TenantId, Queue>,
    /// Every tenant with something waiting, once; the first has waited longest for its turn.
    turns: VecDeque<TenantId>,
    /// Frames with something waiting in them, by their first sequence.
    frames: BTreeMap<u64, Remaining>,
    /// Frames from which everything is taken, to be deleted once the tenants' files are on the disk.
    finished: Vec<u64>,
    finished_bytes: u64,
    records: u64,
    /// Records of frames that cannot be read.
    damaged: u64,
    /// The last sequence that stood in the file at the start.
    found_until: u64,
}

/// What one tenant has waiting.
#[derive(Default)]
struct Queue {
    /// In the order of acceptance.
    records: VecDeque<(u64, ResponseId)>,
    /// The newest sequence of each.
    ids: HashMap<ResponseId, u64>,
    failures: u32,
    held_until: Option<Instant>,
}

struct Remaining {
    records: u32,
    stored_bytes: u64,
    accepted_at: Timestamp,
}

/// Whether a response waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Absent,
    /// It stood in the file at the start and may have been applied, or become a dead letter, before.
    Unsure,
    Waiting,
}

/// Whether records were accepted by this process or found at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Accepted,
    Found,
}

/// A turn takes at least so many records, so that a transaction is worth its price.
const TURN_RECORDS_MIN: usize = 16;
/// How long a tenant whose file cannot be used is left alone at first; doubles with every failure.
const HOLD: Duration = Duration::from_secs(1);
/// How long at most.
const HOLD_MAX: Duration = Duration::from_mins(1);

impl Waiting {
    /// Adds the records of a frame that is durable.
    pub(super) fn add(&mut self, frame: &Frame, records: &[Record], accepted_at: Timestamp, origin: Origin) {
        if records.is_empty() {
            return;
        }
        let remaining = Remaining { records: frame.records, stored_bytes: frame.body.len() as u64, accepted_at };
        self.frames.insert(frame.sequence, remaining);
        self.records += u64::from(frame.records);
        if origin == Origin::Found {
            self.found_until = self.found_until.max(frame.sequence + u64::from(frame.records) - 1);
        }
        for (sequence, record) in (frame.sequence..).zip(records) {
            let queue = self.tenants.entry(record.tenant).or_default();
            if queue.records.is_empty() {
                self.turns.push_back(record.tenant);
            }
            queue.records.push_back((sequence, record.response.id));
            queue.ids.insert(record.response.id, sequence);
        }
    }

    pub(super) fn presence(&self, tenant: TenantId, id: ResponseId) -> Presence {
        match self.tenants.get(&tenant).and_then(|it| it.ids.get(&id)) {
            None => Presence::Absent,
            Some(sequence) if *sequence <= self.found_until => Presence::Unsure,
            Some(_) => Presence::Waiting,
        }
    }

    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// How many records cannot be read and are kept for a person to look at.
    pub(super) fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Counts records that were set aside before.
    pub(super) fn note_damaged(&mut self, records: u64) {
        self.damaged += records;
    }

    pub(super) fn records_of(&self, tenant: TenantId) -> u64 {
        self.tenants.get(&tenant).map_or(0, |it| it.records.len() as u64)
    }

    /// When the oldest frame with something waiting was accepted.
    pub(super) fn oldest_at(&self) -> Option<Timestamp> {
        self.frames.first_key_value().map(|(_, it)| it.accepted_at)
    }

    /// How many records of whom to take next, at most `records_max` in all: deficit round robin in the order of turns,
    /// where every record costs the same. Who waits with little gets all of it before who waits with much gets more
    /// than its part.
    pub(super) fn share_out(&self, records_max: usize, now: Instant) -> Vec<(TenantId, usize)> {
        let ready = self.turns.iter().filter_map(|id| {
            let queue = self.tenants.get(id)?;
            queue.held_until.is_none_or(|it| it <= now).then_some((*id, queue.records.len()))
        });
        let ready: Vec<(TenantId, usize)> = ready.collect();
        let quantum = (records_max / ready.len().max(1)).max(TURN_RECORDS_MIN);
        let mut shares: Vec<(TenantId, usize)> = ready.iter().map(|(id, _)| (*id, 0)).collect();
        let mut left = records_max;
        while 0 < left {
            let before = left;
            for ((_, share), (_, waiting)) in shares.iter_mut().zip(&ready) {
                let more = quantum.min(waiting - *share).min(left);
                *share += more;
                left -= more;
            }
            if left == before {
                break;
            }
        }
        shares.retain(|(_, share)| 0 < *share);
        shares
    }

    /// The sequences of the tenant's next records, each with the frame that holds it.
    pub(super) fn next(&self, tenant: TenantId, count: usize) -> Vec<(u64, u64)> {
        let queue = self.tenants.get(&tenant);
        let sequences = queue.into_iter().flat_map(|it| it.records.iter().take(count)).map(|(it, _)| *it);
        sequences.filter_map(|it| Some((*self.frames.range(..=it).next_back()?.0, it))).collect()
    }

    /// Forgets that a response waits, because it becomes a dead letter: from now on the same response is accepted anew.
    pub(super) fn forget(&mut self, tenant: TenantId, id: ResponseId) {
        if let Some(queue) = self.tenants.get_mut(&tenant) {
            queue.ids.remove(&id);
        }
    }

    /// Takes the tenant's first `count` records out; its next turn comes after everybody else's.
    pub(super) fn take(&mut self, tenant: TenantId, count: usize) {
        let Some(queue) = self.tenants.get_mut(&tenant) else { return };
        (queue.failures, queue.held_until) = (0, None);
        let taken: Vec<(u64, ResponseId)> = queue.records.drain(..count.min(queue.records.len())).collect();
        for (sequence, id) in &taken {
            queue.forget(*id, *sequence);
        }
        if queue.records.is_empty() {
            self.tenants.remove(&tenant);
        }
        self.end_turn(tenant);
        self.records -= taken.len() as u64;
        for (sequence, _) in taken {
            self.finish(sequence);
        }
    }

    /// Gives up a frame that can no longer be read: its records leave the index, the frame stays in the file.
    pub(super) fn give_up(&mut self, frame: u64) {
        let Some(remaining) = self.frames.remove(&frame) else { return };
        let end = self.frames.range(frame..).next().map_or(u64::MAX, |(next, _)| *next);
        for queue in self.tenants.values_mut() {
            let (lost, kept) = queue.records.drain(..).partition(|(it, _)| (frame..end).contains(it));
            queue.records = kept;
            let lost: VecDeque<(u64, ResponseId)> = lost;
            for (sequence, id) in lost {
                queue.forget(id, sequence);
            }
        }
        self.tenants.retain(|_, queue| !queue.records.is_empty());
        self.turns.retain(|it| self.tenants.contains_key(it));
        self.records -= u64::from(remaining.records);
        self.damaged += u64::from(remaining.records);
    }

    /// Leaves a tenant alone for a while, because its file cannot be used.
    pub(super) fn hold(&mut self, tenant: TenantId, now: Instant) {
        if let Some(queue) = self.tenants.get_mut(&tenant) {
            let delay = HOLD.saturating_mul(1 << queue.failures.min(6)).min(HOLD_MAX);
            queue.failures += 1;
            queue.held_until = Some(now + delay);
        }
        self.end_turn(tenant);
    }

    /// Bytes of frames that could be deleted once the tenants' files are on the disk.
    pub(super) fn finished_bytes(&self) -> u64 {
        self.finished_bytes
    }

    /// The frames from which everything was taken before this call.
    pub(super) fn take_finished(&mut self) -> Vec<u64> {
        self.finished_bytes = 0;
        std::mem::take(&mut self.finished)
    }

    /// Puts back frames that could not be deleted.
    pub(super) fn put_back_finished(&mut self, frames: Vec<u64>) {
        self.finished.extend(frames);
    }

    /// Moves the tenant to the end of the turns, or out of them when nothing of it waits. Whoever has its turn stands
    /// near the front.
    fn end_turn(&mut self, tenant: TenantId) {
        if let Some(place) = self.turns.iter().position(|it| *it == tenant) {
            self.turns.remove(place);
        }
        if self.tenants.contains_key(&tenant) {
            self.turns.push_back(tenant);
        }
    }

    fn finish(&mut self, sequence: u64) {
        let Some((first, remaining)) = self.frames.range_mut(..=sequence).next_back() else { return };
        let first = *first;
        remaining.records = remaining.records.saturating_sub(1);
        if remaining.records == 0 {
            self.finished_bytes += remaining.stored_bytes;
            self.finished.push(first);
            self.frames.remove(&first);
        }
    }
}

impl Queue {
    /// Forgets an id, unless a later record has it too.
    fn forget(&mut self, id: ResponseId, sequence: u64) {
        if self.ids.get(&id) == Some(&sequence) {
            self.ids.remove(&id);
        }
    }
}
