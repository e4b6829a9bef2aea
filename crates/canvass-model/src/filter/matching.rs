//! Matching: this file is about which rows of a chunk a filter lets count, and which chunks cannot hold any.

use super::{Filter, Rule, Test};
use crate::{
    answer::from_stored_value,
    chunk::{Chunk, Columns, Damaged, Fact, Head, Part, Vector, Zone},
    definition::{Definition, Kind},
    time::Timestamp,
};

/// Which rows of a chunk count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// One for each row of the chunk; `None` when all count.
    rows: Option<Vec<bool>>,
    total: usize,
}

impl Mask {
    /// Whether a row counts.
    pub fn holds(&self, row: usize) -> bool {
        self.rows.as_ref().is_none_or(|it| it.get(row).copied().unwrap_or_default())
    }

    /// How many rows count.
    pub fn count(&self) -> usize {
        self.rows.as_ref().map_or(self.total, |it| it.iter().filter(|it| **it).count())
    }

    /// One for each row, when not all count.
    pub(crate) fn rows(&self) -> Option<&[bool]> {
        self.rows.as_deref()
    }

    /// All rows of a chunk that count.
    pub fn all(chunk: &Chunk) -> Self {
        let (rows, total) = (chunk.rows(), chunk.head().rows());
        let all = rows == (0..total);
        Self { rows: (!all).then(|| (0..total).map(|it| rows.contains(&it)).collect()), total }
    }

    /// Keeps of the rows that count those that `holds` says.
    fn narrow(&mut self, holds: impl Fn(usize) -> Result<bool, Damaged>) -> Result<(), Damaged> {
        let rows = self.rows.get_or_insert_with(|| vec![true; self.total]);
        for (row, counts) in rows.iter_mut().enumerate().filter(|(_, it)| **it) {
            *counts = holds(row)?;
        }
        Ok(())
    }
}

impl Filter {
    /// The columns that must be read of a chunk beside `wanted`; `None` when no row of it can count.
    pub fn columns(&self, definition: &Definition, head: &Head, wanted: Columns) -> Option<Columns> {
        let mut columns = wanted;
        for rule in &self.rules {
            columns = match rule {
                Rule::Answer(question, test) => {
                    let kind = definition.question(question).map(|it| &it.kind);
                    if !head.zone(question.as_str()).is_none_or(|it| test.may_admit(&it, head.rows(), kind)) {
                        return None;
                    }
                    columns.with(question.as_str())
                }
                Rule::Received(since, until) => match within(head.received(), (*since, *until)) {
                    Overlap::None => return None,
                    Overlap::Some => columns.and(Fact::ReceivedAt),
                    Overlap::All => columns,
                },
                Rule::Version(wanted) => match overlap(head.versions(), wanted) {
                    Overlap::None => return None,
                    Overlap::Some => columns.and(Fact::Version),
                    Overlap::All => columns,
                },
                Rule::Source(wanted) => match overlap(head.sources(), wanted) {
                    Overlap::None => return None,
                    Overlap::Some => columns.and(Fact::Source),
                    Overlap::All => columns,
                },
            }
        }
        Some(columns)
    }

    /// Which rows count; what [`columns`](Self::columns) says must have been read.
    pub fn mask(&self, definition: &Definition, chunk: &Chunk) -> Result<Mask, Damaged> {
        let (mut mask, head) = (Mask::all(chunk), chunk.head());
        for rule in &self.rules {
            match rule {
                Rule::Answer(question, test) => {
                    let kind = definition.question(question).map(|it| &it.kind);
                    test.narrow(&mut mask, chunk.column(question.as_str()), kind)?;
                }
                Rule::Received(since, until) => match within(head.received(), (*since, *until)) {
                    Overlap::All => {}
                    Overlap::Some | Overlap::None => mask.narrow(|row| {
                        let at = Timestamp(chunk.integer(Fact::ReceivedAt, row)?);
                        Ok(since.is_none_or(|it| it <= at) && until.is_none_or(|it| at < it))
                    })?,
                },
                Rule::Version(wanted) => match overlap(head.versions(), wanted) {
                    Overlap::All => {}
                    Overlap::Some | Overlap::None => mask.narrow(|row| Ok(wanted.contains(&chunk.version(row)?)))?,
                },
                Rule::Source(wanted) => match overlap(head.sources(), wanted) {
                    Overlap::All => {}
                    Overlap::Some | Overlap::None => mask.narrow(|row| Ok(wanted.contains(&chunk.source(row)?)))?,
                },
            }
        }
        Ok(mask)
    }
}

impl Test {
    /// Whether it may admit an answer of a zone.
    fn may_admit(&self, zone: &Zone, rows: usize, kind: Option<&Kind>) -> bool {
        if zone.answered < rows && self.admits(None) {
            return true;
        }
        if zone.answered == 0 {
            return false;
        }
        if let Some(values) = &zone.values {
            // What cannot be read is found when it is counted.
            let admitted = |it: &serde_json::Value| {
                from_stored_value(kind, it.clone()).is_none_or(|answer| self.admits(Some(&answer)))
            };
            return values.iter().any(admitted);
        }
        match (self, zone.span) {
            (Self::Between(least, most), Some((smallest, largest))) => {
                least.is_none_or(|it| it <= largest) && most.is_none_or(|it| smallest <= it)
            }
            (Self::Between(..) | Self::Is(_) | Self::Not(_) | Self::Contains(_), _) => true,
        }
    }

    fn narrow(&self, mask: &mut Mask, parts: &[Part], kind: Option<&Kind>) -> Result<(), Damaged> {
        let of_none = self.admits(None);
        let verdicts: Vec<Verdicts> = parts.iter().map(|it| self.verdicts(it, kind)).collect();
        let place = std::cell::Cell::new(0);
        mask.narrow(|row| {
            // Rows come in order, and so do parts.
            while parts.get(place.get()).is_some_and(|it| it.rows().end <= row) {
                place.set(place.get() + 1);
            }
            let Some(part) = parts.get(place.get()).filter(|it| it.rows().contains(&row)) else { return Ok(of_none) };
            let at = row - part.rows().start;
            if let (Vector::Codes { codes, .. }, Some(listed)) = (part.vector(), &verdicts[place.get()]) {
                let verdict = codes.get(at).and_then(|it| listed.get(usize::from(*it))).copied().flatten();
                return verdict.ok_or_else(|| unreadable(part));
            }
            match part.vector().value(at)? {
                None => Ok(of_none),
                Some(value) => {
                    let answer = from_stored_value(kind, value).ok_or_else(|| unreadable(part))?;
                    Ok(self.admits(Some(&answer)))
                }
            }
        })
    }

    /// What becomes of each code of listed values, so that every value is asked about once; `None` where none are listed.
    fn verdicts(&self, part: &Part, kind: Option<&Kind>) -> Verdicts {
        let Vector::Codes { entries, .. } = part.vector() else { return None };
        let of_entry = |at: usize| {
            let answer = from_stored_value(kind, part.vector().entry(at).ok()??)?;
            Some(self.admits(Some(&answer)))
        };
        Some(std::iter::once(Some(self.admits(None))).chain((0..entries.len()).map(of_entry)).collect())
    }
}

/// For each code whether it is admitted; `None` for one that cannot be read.
type Verdicts = Option<Vec<Option<bool>>>;

/// How much of some is among what is wanted.
enum Overlap {
    All,
    Some,
    None,
}

fn overlap<T: PartialEq>(there: &[T], wanted: &[T]) -> Overlap {
    match there.iter().filter(|it| wanted.contains(it)).count() {
        0 => Overlap::None,
        all if all == there.len() => Overlap::All,
        _ => Overlap::Some,
    }
}

fn within((first, last): (Timestamp, Timestamp), (since, until): (Option<Timestamp>, Option<Timestamp>)) -> Overlap {
    let (all_after, none_after) = (since.is_none_or(|it| it <= first), since.is_some_and(|it| last < it));
    let (all_before, none_before) = (until.is_none_or(|it| last < it), until.is_some_and(|it| it <= first));
    if none_after || none_before {
        Overlap::None
    } else if all_after && all_before {
        Overlap::All
    } else {
        Overlap::Some
    }
}

fn unreadable(part: &Part) -> Damaged {
    Damaged(format!("the answer to {}", part.name()))
}
