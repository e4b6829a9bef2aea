//! Traffic: this file is about the counts of a tenant's public requests, by hour and by day.

mod log;

use canvass_model::{
    time::Timestamp,
    traffic::{Facet, Span, Tally},
};

pub use self::log::{Day, add_to_day, day, days, delete_days_before, delete_log_before, insert, newest_micros};
use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::{Session, Value},
};

/// What one count is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// Over which time.
    pub span: Span,
    /// When that began.
    pub began_at: Timestamp,
    /// By what.
    pub facet: Facet,
    /// Which page, source, kind or status; empty for all.
    pub value: String,
}

/// From when to when, of counts over one span: those that began at `from` or later, and before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Whether hours or days are read.
    pub span: Span,
    /// The first moment.
    pub from: Timestamp,
    /// The first moment that is out.
    pub to: Timestamp,
}

/// Adds to a count, which is 0 at first.
pub fn add(tx: &mut Tx<'_>, group: &Group, tally: &Tally) -> Result<(), Error> {
    add_in(tx.session, group, tally)
}

/// Adds responses received at `at` to the counts of their hour and day.
pub(crate) fn add_responses(session: &mut dyn Session, at: Timestamp, responses: u64) -> Result<(), Error> {
    for span in Span::ALL {
        let group = Group { span, began_at: span.begin(at), facet: Facet::All, value: String::new() };
        add_in(session, &group, &Tally { responses, ..Tally::default() })?;
    }
    Ok(())
}

fn add_in(session: &mut dyn Session, group: &Group, tally: &Tally) -> Result<(), Error> {
    let row = [
        group.span.as_str().into(),
        group.began_at.into(),
        group.facet.as_str().into(),
        group.value.as_str().into(),
        Value::count(tally.requests),
        Value::count(tally.views),
        Value::count(tally.responses),
        Value::count(tally.bytes),
        Value::count(tally.micros),
    ];
    let update = "update traffic set requests = requests + $5, views = views + $6, responses = responses + $7,
            bytes = bytes + $8, micros = micros + $9
        where span = $1 and began_at = $2 and facet = $3 and value = $4";
    if 0 < session.execute(update, &row)? {
        return Ok(());
    }
    let insert = "insert into traffic (span, began_at, facet, value, requests, views, responses, bytes, micros)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    session.execute(insert, &row)?;
    Ok(())
}

/// The counts of all requests, span by span, the earliest first; spans without any are left out.
pub fn series(tx: &mut ReadTx<'_>, range: Range) -> Result<Vec<(Timestamp, Tally)>, Error> {
    let sql = "select began_at, requests, views, responses, bytes, micros from traffic
        where span = $1 and facet = 'all' and began_at >= $2 and began_at < $3 order by began_at limit $4";
    let args = [range.span.as_str().into(), range.from.into(), range.to.into(), Value::count(SPANS_MAX)];
    decode::list(tx.session, "traffic", (sql, &args), |row| Ok((row.time()?, tally(row)?)))
}

/// The counts by a facet's values over a range, the most requests first; at most `limit`.
pub fn list(tx: &mut ReadTx<'_>, range: Range, facet: Facet, limit: u32) -> Result<Vec<(String, Tally)>, Error> {
    let sql = "select value, cast(sum(requests) as bigint) as asked, cast(sum(views) as bigint),
            cast(sum(responses) as bigint), cast(sum(bytes) as bigint), cast(sum(micros) as bigint)
        from traffic where span = $1 and facet = $2 and began_at >= $3 and began_at < $4
        group by value order by asked desc, value limit $5";
    let args =
        [range.span.as_str().into(), facet.as_str().into(), range.from.into(), range.to.into(), Value::count(limit)];
    decode::list(tx.session, "traffic", (sql, &args), |row| Ok((row.text()?, tally(row)?)))
}

/// The values of a facet that were counted in one span; at most `limit`.
pub fn values(
    tx: &mut ReadTx<'_>,
    span: Span,
    began_at: Timestamp,
    facet: Facet,
    limit: usize,
) -> Result<Vec<String>, Error> {
    let sql = "select value from traffic where span = $1 and facet = $2 and began_at = $3 order by value limit $4";
    let args = [span.as_str().into(), facet.as_str().into(), began_at.into(), Value::count(limit)];
    decode::list(tx.session, "traffic", (sql, &args), Columns::text)
}

/// Removes the counts of at most `limit` hours or days that began before `before`. Answers how many counts went.
pub fn delete_before(tx: &mut Tx<'_>, span: Span, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from traffic where span = $1 and began_at < $2 and began_at in
        (select began_at from traffic where span = $1 and facet = 'all' and began_at < $2 order by began_at limit $3)";
    tx.session.execute(sql, &[span.as_str().into(), before.into(), Value::count(limit)])
}

fn tally(row: &mut Columns) -> Result<Tally, Error> {
    Ok(Tally {
        requests: row.count()?,
        views: row.count()?,
        responses: row.count()?,
        bytes: row.count()?,
        micros: row.count()?,
    })
}

/// The hours of 41 days, or the days of almost three years: more than is ever kept.
const SPANS_MAX: u32 = 1_000;
