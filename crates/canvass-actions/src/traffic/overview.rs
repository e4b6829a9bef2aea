//! Reading traffic: this file is about a tenant's counts over a time, for its page, its file and its programs.

use canvass_model::{
    time::Timestamp,
    traffic::{Facet, Place, Span, Tally},
};
use canvass_storage::{
    ReadTx, pages,
    traffic::{self as storage, Day, Range},
};

use super::HOURS_KEPT_MS;
use crate::Error;

/// Values shown of one facet, the most frequent ones.
const VALUES_MAX: u32 = 100;
/// Requests whose times are looked at.
const TIMED_MAX: usize = 10_000;
/// Up to here counts are read by the hour: a week has 168 of them.
const BY_HOUR_MAX_MS: i64 = 8 * Timestamp::DAY_MS;

/// A tenant's traffic over a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Over which time, in whole hours or days.
    pub range: Range,
    /// Everything together.
    pub total: Tally,
    /// Every hour or day, also those without a request.
    pub series: Vec<(Timestamp, Tally)>,
    /// By page.
    pub pages: Vec<Item>,
    /// By the site that led there.
    pub sources: Vec<Item>,
    /// By the kind of client.
    pub agents: Vec<Item>,
    /// By the status of the answer.
    pub statuses: Vec<Item>,
    /// How the records of these days fared.
    pub fared: Day,
    /// How many microseconds each of the newest requests took, in ascending order.
    pub micros: Vec<u64>,
}

/// One value and what was counted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The value as stored: a page's key, a host, a kind, a status.
    pub value: String,
    /// The value as people know it: a page in its own spelling; else the same.
    pub label: String,
    /// The counts.
    pub tally: Tally,
}

/// The whole hours or days that `from` and `to` lie in, hours for up to eight days that are not long past.
pub fn range(from: Timestamp, to: Timestamp, now: Timestamp) -> Range {
    let is_short = to.ms_since(from) <= BY_HOUR_MAX_MS && now.ms_since(from) < HOURS_KEPT_MS;
    let span = if is_short { Span::Hour } else { Span::Day };
    let end = span.begin(to);
    let end = if end == to { end } else { end.plus_ms(span.ms()) };
    Range { span, from: span.begin(from), to: end }
}

/// Everything that is counted over a time.
pub fn overview(tx: &mut ReadTx<'_>, range: Range) -> Result<Overview, Error> {
    let series = by_time(tx, range)?;
    let mut total = Tally::default();
    for (_, tally) in &series {
        total += *tally;
    }
    let mut micros = storage::newest_micros(tx, range.from, TIMED_MAX)?;
    micros.sort_unstable();
    Ok(Overview {
        range,
        total,
        series,
        pages: by_value(tx, range, Facet::Page)?,
        sources: by_value(tx, range, Facet::Source)?,
        agents: by_value(tx, range, Facet::Agent)?,
        statuses: by_value(tx, range, Facet::Status)?,
        fared: storage::days(tx, range.from, range.to)?,
        micros,
    })
}

/// Requests of the days of a range that are in no count.
pub fn dropped(tx: &mut ReadTx<'_>, range: Range) -> Result<u64, Error> {
    Ok(storage::days(tx, range.from, range.to)?.dropped)
}

/// The counts of every hour or day of a range, also of those without a request.
pub fn by_time(tx: &mut ReadTx<'_>, range: Range) -> Result<Vec<(Timestamp, Tally)>, Error> {
    let mut counted = storage::series(tx, range)?.into_iter().peekable();
    let spans = range.to.ms_since(range.from).max(0) / range.span.ms();
    let series = (0..spans).map(|nth| {
        let at = range.from.plus_ms(nth * range.span.ms());
        (at, counted.next_if(|(it, _)| *it == at).map(|(_, tally)| tally).unwrap_or_default())
    });
    Ok(series.collect())
}

/// The most frequent values of a facet; pages by their own spelling, as long as they are there.
pub fn by_value(tx: &mut ReadTx<'_>, range: Range, facet: Facet) -> Result<Vec<Item>, Error> {
    let found = storage::list(tx, range, facet, VALUES_MAX)?;
    let spellings = match facet {
        Facet::Page => pages::spellings(tx, &found.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())?,
        Facet::All | Facet::Source | Facet::Agent | Facet::Status => std::collections::HashMap::new(),
    };
    let item = |(value, tally): (String, Tally)| {
        let label = spellings.get(&value).filter(|_| value != Place::ELSEWHERE).unwrap_or(&value).clone();
        Item { value, label, tally }
    };
    Ok(found.into_iter().map(item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_week_is_read_by_the_hour_and_a_month_by_the_day() {
        let now = at("2026-11-21T14:06:00Z");
        let week = range(now.plus_ms(-7 * Timestamp::DAY_MS), now, now);
        assert_eq!((week.span, week.from.to_string().as_str()), (Span::Hour, "2026-11-14T14:00:00.000Z"));
        assert_eq!(week.to.to_string(), "2026-11-21T15:00:00.000Z");
        let month = range(now.plus_ms(-30 * Timestamp::DAY_MS), now, now);
        assert_eq!((month.span, month.to.to_string().as_str()), (Span::Day, "2026-11-22T00:00:00.000Z"));
    }

    #[test]
    fn hours_that_are_no_longer_kept_are_read_as_days() {
        let now = at("2026-11-21T14:06:00Z");
        let then = now.plus_ms(-HOURS_KEPT_MS);
        assert_eq!(range(then, then.plus_ms(Timestamp::HOUR_MS), now).span, Span::Day);
    }

    #[test]
    fn a_range_that_ends_on_the_hour_does_not_begin_the_next() {
        let (from, to) = (at("2026-11-21T13:00:00Z"), at("2026-11-21T14:00:00Z"));
        assert_eq!(range(from, to, to), Range { span: Span::Hour, from, to });
    }
}
