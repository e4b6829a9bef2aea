//! Writing: this file is about storing a chunk, and writing it again when one of its responses changes or goes.

use canvass_model::{
    chunk::{Chunk, Sealed},
    id::SurveyId,
    response::Response,
};

use super::{
    corrupt,
    reading::{Stored, id_value},
};
use crate::{Error, Tx, decode, engine::Value};

/// How many ids one statement stores: few sizes, so that few statements are prepared.
const IDS_AT_ONCE: [usize; 4] = [512, 64, 8, 1];

/// Stores responses of one survey as a new chunk.
pub(super) fn insert(tx: &mut Tx<'_>, survey: SurveyId, responses: &[Response]) -> Result<(), Error> {
    let sealed = Chunk::seal(responses).map_err(|it| corrupt(survey, &it))?;
    let sql = "insert into chunk (survey, first_position, last_position, responses, head)
        values ($1, $2, $3, $4, $5) returning number";
    let [first, last] = ends(responses);
    let row = [Value::text(survey), first, last, Value::count(responses.len()), Value::Blob(sealed.head.clone())];
    let number = decode::first(tx.session, "chunk of responses", (sql, &row), decode::Columns::int)?;
    let number = number.ok_or_else(|| Error::engine("a new chunk has no number"))?;
    insert_parts(tx, number, sealed)?;
    insert_ids(tx, number, responses)
}

/// Stores what became of a chunk's responses, of which at most one was taken out; without any it is removed.
pub(crate) fn rewrite(tx: &mut Tx<'_>, stored: &Stored, responses: &[Response]) -> Result<(), Error> {
    let number = Value::Int(stored.number);
    if responses.is_empty() {
        tx.session.execute("delete from chunk where number = $1", &[number])?;
        return Ok(());
    }
    let sealed = Chunk::seal(responses).map_err(|it| stored.corrupt(&it))?;
    tx.session.execute("delete from chunk_part where chunk = $1", std::slice::from_ref(&number))?;
    let sql = "update chunk set first_position = $2, last_position = $3, responses = $4, head = $5 where number = $1";
    let [first, last] = ends(responses);
    let row = [number, first, last, Value::count(responses.len()), Value::Blob(sealed.head.clone())];
    tx.session.execute(sql, &row)?;
    insert_parts(tx, stored.number, sealed)
}

/// Removes all chunks of a survey.
pub(crate) fn delete_of_survey(tx: &mut Tx<'_>, survey: SurveyId) -> Result<(), Error> {
    let args = [Value::text(survey)];
    tx.session.execute("delete from sealed where chunk in (select number from chunk where survey = $1)", &args)?;
    tx.session.execute("delete from chunk where survey = $1", &args)?;
    Ok(())
}

fn insert_parts(tx: &mut Tx<'_>, number: i64, sealed: Sealed) -> Result<(), Error> {
    let sql = "insert into chunk_part (chunk, name, first_row, last_row, body) values ($1, $2, $3, $4, $5)";
    for part in sealed.parts {
        let rows = [Value::count(part.first_row), Value::count(part.last_row)];
        let [first, last] = rows;
        tx.session.execute(sql, &[Value::Int(number), part.name.into(), first, last, Value::Blob(part.body)])?;
    }
    Ok(())
}

fn insert_ids(tx: &mut Tx<'_>, number: i64, responses: &[Response]) -> Result<(), Error> {
    let mut left = responses;
    for at_once in IDS_AT_ONCE {
        let rows: Vec<String> = (2..at_once + 2).map(|it| format!("(${it}, $1)")).collect();
        let sql = format!("insert into sealed (id, chunk) values {}", rows.join(", "));
        while let Some((some, rest)) = left.split_at_checked(at_once) {
            let ids = some.iter().map(|it| id_value(it.accepted.id));
            let args: Vec<Value> = std::iter::once(Value::Int(number)).chain(ids).collect();
            tx.session.execute(&sql, &args)?;
            left = rest;
        }
    }
    Ok(())
}

/// The positions of the first and the last.
fn ends(responses: &[Response]) -> [Value; 2] {
    [responses.first(), responses.last()].map(|it| Value::Int(it.map(|it| it.position).unwrap_or_default()))
}
