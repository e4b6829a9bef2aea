//! Responses: this file is about their rows, in the order in which they were applied.

use std::collections::HashMap;

use canvass_model::{
    id::{ResponseId, SurveyId},
    response::{Accepted, Response, Source},
    survey::Version,
    time::Timestamp,
    traffic::Span,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    meta, traffic,
};

/// In which order to walk through responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The last applied first.
    #[default]
    NewestFirst,
    /// The first applied first.
    OldestFirst,
}

/// Responses asked about at once.
pub const KNOWN_MAX: usize = 500;

/// The response with this id.
pub fn find(tx: &mut ReadTx<'_>, survey: SurveyId, id: ResponseId) -> Result<Option<Response>, Error> {
    let sql = "select position, id, survey, version, received_at, source, answers from response
        where id = $1 and survey = $2";
    decode::first(tx.session, "response", (sql, &[Value::text(id), Value::text(survey)]), response)
}

/// Which of these responses are stored; at most [`KNOWN_MAX`] are asked about.
pub fn known(tx: &mut ReadTx<'_>, survey: SurveyId, ids: &[ResponseId]) -> Result<Vec<ResponseId>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let args: Vec<Value> =
        [Value::text(survey)].into_iter().chain(ids.iter().take(KNOWN_MAX).map(Value::text)).collect();
    let places: Vec<String> = (2..=args.len()).map(|it| format!("${it}")).collect();
    let sql = format!("select id from response where survey = $1 and id in ({}) limit {KNOWN_MAX}", places.join(", "));
    decode::list(tx.session, "response", (&sql, &args), |row| row.parsed(ResponseId::parse))
}

/// At most `limit` responses beyond the position `after` in this order: page 1 and page 10,000 cost the same.
pub fn list(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    order: Order,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<Response>, Error> {
    let (sql, after) = match order {
        Order::NewestFirst => (
            "select position, id, survey, version, received_at, source, answers from response
            where survey = $1 and position < $2 order by position desc limit $3",
            after.unwrap_or(i64::MAX),
        ),
        Order::OldestFirst => (
            "select position, id, survey, version, received_at, source, answers from response
            where survey = $1 and position > $2 order by position limit $3",
            after.unwrap_or(i64::MIN),
        ),
    };
    let args = [Value::text(survey), Value::Int(after), Value::count(limit)];
    decode::list(tx.session, "response", (sql, &args), response)
}

/// The position of the response of a survey that was applied last; 0 before the first.
pub fn last_position(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<i64, Error> {
    let sql = "select position from response where survey = $1 order by position desc limit 1";
    Ok(decode::first(tx.session, "response", (sql, &[Value::text(survey)]), Columns::int)?.unwrap_or_default())
}

/// The responses before and after a position, in the order of application.
pub fn neighbours(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    position: i64,
) -> Result<(Option<ResponseId>, Option<ResponseId>), Error> {
    let before = "select id from response where survey = $1 and position < $2 order by position desc limit 1";
    let after = "select id from response where survey = $1 and position > $2 order by position limit 1";
    let args = [Value::text(survey), Value::Int(position)];
    let before = decode::first(tx.session, "response", (before, &args), |row| row.parsed(ResponseId::parse))?;
    let after = decode::first(tx.session, "response", (after, &args), |row| row.parsed(ResponseId::parse))?;
    Ok((before, after))
}

/// How many responses were received in the calendar month (UTC) of `month`, over all surveys, the erased ones too:
/// what a plan limits. Kept as a running count, so that asking costs one look-up.
pub fn count_in_month(tx: &mut ReadTx<'_>, month: Timestamp) -> Result<u64, Error> {
    let name = usage_name(month);
    let sql = "select value from meta where name = $1";
    let count = decode::first(tx.session, "usage", (sql, &[name.into()]), |row| row.parsed(|it| it.parse().ok()))?;
    Ok(count.unwrap_or_default())
}

/// Stores responses, passing over those already there; answers, for each, whether it is new. Counts the new ones at their surveys,
/// in their months and in the tenant's traffic.
pub fn insert_many(tx: &mut Tx<'_>, responses: &[Accepted]) -> Result<Vec<bool>, Error> {
    let new = tx.session.insert_responses(responses)?;
    let mut surveys: HashMap<SurveyId, u64> = HashMap::new();
    let mut months: HashMap<String, u64> = HashMap::new();
    let mut hours: HashMap<Timestamp, u64> = HashMap::new();
    for (response, _) in responses.iter().zip(&new).filter(|(_, new)| **new) {
        *surveys.entry(response.survey).or_default() += 1;
        *months.entry(usage_name(response.received_at)).or_default() += 1;
        *hours.entry(Span::Hour.begin(response.received_at)).or_default() += 1;
    }
    for (survey, count) in surveys {
        let sql = "update survey set responses = responses + $2 where id = $1";
        tx.session.execute(sql, &[Value::text(survey), Value::count(count)])?;
    }
    for (name, count) in months {
        meta::add(tx.session, &name, count)?;
    }
    for (hour, count) in hours {
        traffic::add_responses(tx.session, hour, count)?;
    }
    Ok(new)
}

/// Erases a response and takes it off its survey's count; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, survey: SurveyId, id: ResponseId) -> Result<bool, Error> {
    let sql = "delete from response where id = $1 and survey = $2";
    if tx.session.execute(sql, &[Value::text(id), Value::text(survey)])? == 0 {
        return Ok(false);
    }
    tx.session.execute("update survey set responses = responses - 1 where id = $1", &[Value::text(survey)])?;
    Ok(true)
}

fn response(row: &mut Columns) -> Result<Response, Error> {
    Ok(Response {
        position: row.int()?,
        accepted: Accepted {
            id: row.parsed(ResponseId::parse)?,
            survey: row.parsed(SurveyId::parse)?,
            version: Version(row.small()?),
            received_at: row.time()?,
            source: row.parsed(Source::parse)?,
            answers: row.text()?,
        },
    })
}

/// Under which name the responses of a month are counted, like `responses 2026-11`.
fn usage_name(at: Timestamp) -> String {
    let utc = at.to_utc();
    format!("responses {:04}-{:02}", utc.year(), u8::from(utc.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_utc() {
        let midnight = Timestamp::parse("2026-12-01T00:00:00Z").unwrap();
        assert_eq!(usage_name(midnight), "responses 2026-12");
        assert_eq!(usage_name(midnight.plus_ms(-1)), "responses 2026-11");
    }
}
