//! Sealing: this file is about moving a survey's fresh responses into a chunk, in one transaction.

use canvass_model::{chunk::Chunk, id::SurveyId};

use super::writing;
use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    responses::{self, Order},
};

/// When responses are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealing {
    /// How many make a chunk; fewer when they are large.
    pub responses: usize,
    /// How many stay fresh behind them: the newest are looked at, and changed, the most.
    pub stay_fresh: usize,
}

impl Default for Sealing {
    fn default() -> Self {
        Self { responses: Chunk::ROWS_MAX, stay_fresh: 1_024 }
    }
}

/// At most `limit` surveys with enough fresh responses for a chunk, those with the most of them first.
pub fn list_due(tx: &mut ReadTx<'_>, sealing: Sealing, limit: u32) -> Result<Vec<SurveyId>, Error> {
    let sql = "select f.id from (
            select s.id, s.responses - coalesce((select cast(sum(c.responses) as bigint) from chunk c where c.survey = s.id), 0) as fresh
            from survey s
        ) f
        where f.fresh >= $1 order by f.fresh desc, f.id limit $2";
    let args = [Value::count(sealing.responses + sealing.stay_fresh), Value::count(limit)];
    decode::list(tx.session, "survey", (sql, &args), |row| row.parsed(SurveyId::parse))
}

/// Moves the oldest fresh responses of a survey into a chunk, if there are enough; answers how many. Nobody above sees a
/// difference.
pub fn seal(tx: &mut Tx<'_>, survey: SurveyId, sealing: Sealing) -> Result<usize, Error> {
    let enough = sealing.responses + sealing.stay_fresh;
    let sql = "select octet_length(answers) from response where survey = $1 order by position limit $2";
    let args = [Value::text(survey), Value::count(enough)];
    let sizes = decode::list(tx.session, "response", (sql, &args), Columns::count)?;
    if sizes.len() < enough {
        return Ok(0);
    }
    let mut bytes = 0;
    let fitting = sizes.iter().take(sealing.responses.min(Chunk::ROWS_MAX)).take_while(|size| {
        bytes += **size;
        bytes <= Chunk::BYTES_MAX as u64
    });
    let count = fitting.count().max(1);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let some = responses::fresh(tx, survey, Order::OldestFirst, i64::MIN, count)?;
    let Some(last) = some.last() else { return Ok(0) };
    writing::insert(tx, survey, &some)?;
    let sql = "delete from response where survey = $1 and position <= $2";
    let moved = tx.session.execute(sql, &[Value::text(survey), Value::Int(last.position)])?;
    if moved == some.len() as u64 {
        Ok(some.len())
    } else {
        Err(Error::engine(format!("{moved} rows were to move into a chunk of {}", some.len())))
    }
}

/// How many responses of a survey are sealed.
pub fn count(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<u64, Error> {
    let sql = "select coalesce(cast(sum(responses) as bigint), 0) from chunk where survey = $1";
    decode::count(tx.session, "chunk of responses", (sql, &[Value::text(survey)]))
}
