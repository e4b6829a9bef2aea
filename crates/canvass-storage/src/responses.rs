//! Responses: this file is about reading and changing them, in the order in which they were applied, whether they are
//! still rows or sealed in chunks.

use std::collections::HashMap;

use canvass_model::{
    id::{ResponseId, SurveyId},
    response::{Accepted, Response, Source},
    survey::Version,
    time::Timestamp,
    traffic::Span,
};

use crate::{
    Error, ReadTx, Tx, annotations,
    chunks::{reading, writing},
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
    let fresh = decode::first(tx.session, "response", (sql, &[Value::text(id), Value::text(survey)]), response)?;
    if fresh.is_some() {
        return Ok(fresh);
    }
    let Some((chunk, row)) = reading::holding(tx, survey, id)? else { return Ok(None) };
    Ok(chunk.responses(tx, row..row + 1)?.pop())
}

/// Which of these responses are stored; at most [`KNOWN_MAX`] are asked about.
pub fn known(tx: &mut ReadTx<'_>, survey: SurveyId, ids: &[ResponseId]) -> Result<Vec<ResponseId>, Error> {
    let asked = ids.get(..KNOWN_MAX).unwrap_or(ids);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (2..asked.len() + 2).map(|it| format!("${it}")).collect();
    let places = places.join(", ");
    let args = |id: fn(ResponseId) -> Value| -> Vec<Value> {
        [Value::text(survey)].into_iter().chain(asked.iter().map(|it| id(*it))).collect()
    };
    let sql = format!("select id from response where survey = $1 and id in ({places}) limit {KNOWN_MAX}");
    let args_of_fresh = args(Value::text);
    let mut known = decode::list(tx.session, "response", (&sql, &args_of_fresh), |row| row.parsed(ResponseId::parse))?;
    let sql = format!(
        "select s.id from sealed s join chunk c on c.number = s.chunk
        where c.survey = $1 and s.id in ({places}) limit {KNOWN_MAX}"
    );
    let sealed = decode::list(tx.session, "response", (&sql, &args(reading::id_value)), |row| {
        let bytes = row.bytes()?;
        let id = uuid::Uuid::from_slice(&bytes).map_err(|_| row.corrupt(&bytes))?;
        Ok(ResponseId::from(id))
    })?;
    known.extend(sealed);
    Ok(known)
}

/// At most `limit` responses beyond the position `after` in this order: page 1 and page 10,000 cost the same.
pub fn list(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    order: Order,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<Response>, Error> {
    // Sealed responses stand before fresh ones.
    match order {
        Order::OldestFirst => {
            let after = after.unwrap_or(i64::MIN);
            let (mut found, passed) = sealed(tx, survey, order, after, limit)?;
            let left = left(limit, &found);
            if 0 < left {
                found.extend(fresh(tx, survey, order, passed, left)?);
            }
            Ok(found)
        }
        Order::NewestFirst => {
            let before = after.unwrap_or(i64::MAX);
            let mut found = fresh(tx, survey, order, before, limit)?;
            let left = left(limit, &found);
            if 0 < left {
                let before = found.last().map_or(before, |it| it.position);
                found.extend(sealed(tx, survey, order, before, left)?.0);
            }
            Ok(found)
        }
    }
}

/// The responses at these positions, of which there are few and which grow; those at which there is none are left out.
pub fn list_at(tx: &mut ReadTx<'_>, survey: SurveyId, positions: &[i64]) -> Result<Vec<Response>, Error> {
    let (mut found, mut left) = (Vec::with_capacity(positions.len()), positions);
    while let Some(next) = left.first()
        && let Some(chunk) = reading::first_after(tx, survey, next.saturating_sub(1))?
    {
        let last = chunk.head.positions().1;
        let (in_it, behind) = left.split_at(left.partition_point(|it| *it <= last));
        found.extend(chunk.responses_at(tx, in_it)?);
        left = behind;
    }
    for some in left.chunks(KNOWN_MAX) {
        let places: Vec<String> = (2..some.len() + 2).map(|it| format!("${it}")).collect();
        let sql = format!(
            "select position, id, survey, version, received_at, source, answers from response
            where survey = $1 and position in ({}) order by position limit {KNOWN_MAX}",
            places.join(", ")
        );
        let args: Vec<Value> = [Value::text(survey)].into_iter().chain(some.iter().map(|it| Value::Int(*it))).collect();
        found.extend(decode::list(tx.session, "response", (&sql, &args), response)?);
    }
    Ok(found)
}

/// At most `limit` responses that are not sealed, beyond a position in this order.
pub(crate) fn fresh(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    order: Order,
    beyond: i64,
    limit: u32,
) -> Result<Vec<Response>, Error> {
    let sql = match order {
        Order::NewestFirst => {
            "select position, id, survey, version, received_at, source, answers from response
            where survey = $1 and position < $2 order by position desc limit $3"
        }
        Order::OldestFirst => {
            "select position, id, survey, version, received_at, source, answers from response
            where survey = $1 and position > $2 order by position limit $3"
        }
    };
    let args = [Value::text(survey), Value::Int(beyond), Value::count(limit)];
    decode::list(tx.session, "response", (sql, &args), response)
}

/// At most `limit` responses that are sealed, beyond a position in this order; and which position was passed.
fn sealed(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    order: Order,
    beyond: i64,
    limit: u32,
) -> Result<(Vec<Response>, i64), Error> {
    let (mut found, mut passed) = (Vec::new(), beyond);
    loop {
        let left = left(limit, &found);
        let next = match order {
            _ if left == 0 => None,
            Order::OldestFirst => reading::first_after(tx, survey, passed)?,
            Order::NewestFirst => reading::last_before(tx, survey, passed)?,
        };
        let Some(chunk) = next else { return Ok((found, passed)) };
        let (first, last) = chunk.head.positions();
        match order {
            Order::OldestFirst => {
                found.extend(chunk.responses_after(tx, passed, left as usize)?);
                passed = last;
            }
            Order::NewestFirst => {
                found.extend(chunk.responses_before(tx, passed, left as usize)?);
                passed = first;
            }
        }
    }
}

fn left(limit: u32, found: &[Response]) -> u32 {
    limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// The position of the response of a survey that was applied last; 0 before the first.
pub fn last_position(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<i64, Error> {
    Ok(list(tx, survey, Order::NewestFirst, None, 1)?.pop().map(|it| it.position).unwrap_or_default())
}

/// The responses before and after a position, in the order of application.
pub fn neighbours(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    position: i64,
) -> Result<(Option<ResponseId>, Option<ResponseId>), Error> {
    let before = list(tx, survey, Order::NewestFirst, Some(position), 1)?.pop();
    let after = list(tx, survey, Order::OldestFirst, Some(position), 1)?.pop();
    Ok((before.map(|it| it.accepted.id), after.map(|it| it.accepted.id)))
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

/// Replaces the answers of a response; `false` when there is none. Its place, its time and its count stay.
pub fn update(tx: &mut Tx<'_>, survey: SurveyId, id: ResponseId, answers: &str) -> Result<bool, Error> {
    let sql = "update response set answers = $3 where id = $1 and survey = $2";
    if tx.session.execute(sql, &[Value::text(id), Value::text(survey), answers.into()])? != 0 {
        return Ok(true);
    }
    let Some((chunk, row)) = reading::holding(tx, survey, id)? else { return Ok(false) };
    let mut all = chunk.responses(tx, 0..chunk.head.rows())?;
    if let Some(changed) = all.get_mut(row) {
        answers.clone_into(&mut changed.accepted.answers);
    }
    writing::rewrite(tx, &chunk, &all)?;
    Ok(true)
}

/// Erases a response with what was noted of it, and takes it off its survey's count; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, survey: SurveyId, id: ResponseId) -> Result<bool, Error> {
    let sql = "delete from response where id = $1 and survey = $2";
    let is_fresh = tx.session.execute(sql, &[Value::text(id), Value::text(survey)])? != 0;
    if !is_fresh && !delete_sealed(tx, survey, id)? {
        return Ok(false);
    }
    annotations::delete_of_response(tx, id)?;
    tx.session.execute("update survey set responses = responses - 1 where id = $1", &[Value::text(survey)])?;
    Ok(true)
}

/// Writes the chunk of a response again without it; `false` when it is in none.
fn delete_sealed(tx: &mut Tx<'_>, survey: SurveyId, id: ResponseId) -> Result<bool, Error> {
    let Some((chunk, row)) = reading::holding(tx, survey, id)? else { return Ok(false) };
    let mut all = chunk.responses(tx, 0..chunk.head.rows())?;
    all.remove(row);
    writing::rewrite(tx, &chunk, &all)?;
    tx.session.execute("delete from sealed where id = $1", &[reading::id_value(id)])?;
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
