//! The access log: this file is about keeping records of public requests, a batch in a row, and how many there are a day.

use canvass_model::{
    hex::hex,
    time::Timestamp,
    traffic::{AccessRecord, Span},
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// How a day's records fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Day {
    /// In the log.
    pub kept: u64,
    /// In the counts alone: the day's share of the log was full.
    pub counted: u64,
    /// Lost: neither in the log nor in the counts.
    pub dropped: u64,
}

/// One record as a row of the body: minute, page, act, status, microseconds, bytes, client, source, kind.
type Line<'a> = (i64, &'a str, &'a str, u16, u64, u64, String, &'a str, &'a str);

/// The same, as it is read.
type ReadLine = (i64, String, String, u16, u64, u64, String, String, String);

/// Rows looked at for [`newest_micros`]; on a quiet day each holds one record.
const ROWS_MAX: u32 = 200;

/// Appends records of one day. Their moments are kept to the minute, so that a record does not point at the response
/// that was sent with its request.
pub fn insert(tx: &mut Tx<'_>, day: Timestamp, records: &[AccessRecord]) -> Result<(), Error> {
    if records.is_empty() {
        return Ok(());
    }
    let lines: Vec<Line<'_>> = records.iter().map(line).collect();
    let row = [Span::Day.begin(day).into(), Value::count(records.len()), decode::json(&lines)?];
    tx.session.execute("insert into access_log (day, records, body) values ($1, $2, $3)", &row)?;
    Ok(())
}

/// How many microseconds each of the newest requests took, of `limit` at most; none that is older than `since`.
pub fn newest_micros(tx: &mut ReadTx<'_>, since: Timestamp, limit: usize) -> Result<Vec<u64>, Error> {
    let sql = "select body from access_log where day >= $1 order by position desc limit $2";
    let args = [Span::Day.begin(since).into(), Value::count(ROWS_MAX)];
    let bodies = decode::list(tx.session, "access log", (sql, &args), Columns::json::<Vec<ReadLine>>)?;
    let newest = bodies.into_iter().flatten().filter(|it| since.0 <= it.0 + Timestamp::MINUTE_MS);
    Ok(newest.map(|it| it.4).take(limit).collect())
}

/// How the records of a day fared.
pub fn day(tx: &mut ReadTx<'_>, day: Timestamp) -> Result<Day, Error> {
    let sql = "select kept, counted, dropped from access_day where day = $1";
    let found = decode::first(tx.session, "day of traffic", (sql, &[Span::Day.begin(day).into()]), counts)?;
    Ok(found.unwrap_or_default())
}

/// How the records of all days from that of `from` on, and before `to`, fared together.
pub fn days(tx: &mut ReadTx<'_>, from: Timestamp, to: Timestamp) -> Result<Day, Error> {
    let sql = "select cast(coalesce(sum(kept), 0) as bigint), cast(coalesce(sum(counted), 0) as bigint),
            cast(coalesce(sum(dropped), 0) as bigint)
        from access_day where day >= $1 and day < $2";
    let found =
        decode::first(tx.session, "days of traffic", (sql, &[Span::Day.begin(from).into(), to.into()]), counts)?;
    Ok(found.unwrap_or_default())
}

/// Adds to how the records of a day fared.
pub fn add_to_day(tx: &mut Tx<'_>, day: Timestamp, more: Day) -> Result<(), Error> {
    let row =
        [Span::Day.begin(day).into(), Value::count(more.kept), Value::count(more.counted), Value::count(more.dropped)];
    let update =
        "update access_day set kept = kept + $2, counted = counted + $3, dropped = dropped + $4 where day = $1";
    if 0 < tx.session.execute(update, &row)? {
        return Ok(());
    }
    tx.session.execute("insert into access_day (day, kept, counted, dropped) values ($1, $2, $3, $4)", &row)?;
    Ok(())
}

/// Removes at most `limit` rows of the log of days before that of `before`. Answers how many.
pub fn delete_log_before(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from access_log
        where position in (select position from access_log where day < $1 order by position limit $2)";
    tx.session.execute(sql, &[Span::Day.begin(before).into(), Value::count(limit)])
}

/// Removes at most `limit` days before that of `before`. Answers how many.
pub fn delete_days_before(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from access_day where day in (select day from access_day where day < $1 order by day limit $2)";
    tx.session.execute(sql, &[Span::Day.begin(before).into(), Value::count(limit)])
}

fn counts(row: &mut Columns) -> Result<Day, Error> {
    Ok(Day { kept: row.count()?, counted: row.count()?, dropped: row.count()? })
}

fn line(record: &AccessRecord) -> Line<'_> {
    let minute = record.at.0 - record.at.0.rem_euclid(Timestamp::MINUTE_MS);
    let client = hex(&record.client.0);
    (
        minute,
        record.place.as_str(),
        record.act.as_str(),
        record.status,
        record.micros,
        record.bytes,
        client,
        record.source.as_str(),
        record.agent.as_str(),
    )
}
