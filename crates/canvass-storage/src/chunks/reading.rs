//! Reading: this file is about finding a survey's chunks, and reading of one no more than is asked for.

use std::ops::Range;

use canvass_model::{
    chunk::{Chunk, Columns, Damaged, Fact, Head, Part},
    id::{ResponseId, SurveyId},
    response::Response,
};

use super::corrupt;
use crate::{Error, ReadTx, decode, engine::Value};

/// A chunk that is stored, of which only its head was read.
pub(crate) struct Stored {
    pub(crate) number: i64,
    pub(crate) head: Head,
}

/// The most parts of a chunk: a hundred thousand bytes of names, far more columns than a survey can have.
const PARTS_MAX: u32 = 10_000;

/// The first chunk with a response behind a position.
pub(crate) fn first_after(tx: &mut ReadTx<'_>, survey: SurveyId, position: i64) -> Result<Option<Stored>, Error> {
    let sql = "select number, first_position, last_position, head from chunk
        where survey = $1 and last_position > $2 order by last_position limit 1";
    find(tx, survey, (sql, &[Value::text(survey), Value::Int(position)]))
}

/// The last chunk with a response before a position.
pub(crate) fn last_before(tx: &mut ReadTx<'_>, survey: SurveyId, position: i64) -> Result<Option<Stored>, Error> {
    let sql = "select number, first_position, last_position, head from chunk
        where survey = $1 and first_position < $2 order by last_position desc limit 1";
    find(tx, survey, (sql, &[Value::text(survey), Value::Int(position)]))
}

/// The chunk that holds a response, and the response's row in it.
pub(crate) fn holding(tx: &mut ReadTx<'_>, survey: SurveyId, id: ResponseId) -> Result<Option<(Stored, usize)>, Error> {
    let sql = "select number, first_position, last_position, head from chunk
        where survey = $1 and number = (select chunk from sealed where id = $2)";
    let Some(stored) = find(tx, survey, (sql, &[Value::text(survey), id_value(id)]))? else { return Ok(None) };
    let ids = stored.read_whole(tx, &Columns::named([Fact::Id.name()]))?;
    let row = ids.row_of(id).map_err(|it| stored.corrupt(&it))?;
    let lost = || stored.corrupt(&Damaged(format!("the response {id} is not in it")));
    let row = row.ok_or_else(lost)?;
    Ok(Some((stored, row)))
}

/// An id as it is stored of sealed responses.
pub(crate) fn id_value(id: ResponseId) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

impl Stored {
    /// Columns of all rows.
    pub(crate) fn read_whole(&self, tx: &mut ReadTx<'_>, columns: &Columns) -> Result<Chunk, Error> {
        self.read(tx, columns, 0..self.head.rows())
    }

    /// Everything of some rows.
    pub(crate) fn responses(&self, tx: &mut ReadTx<'_>, rows: Range<usize>) -> Result<Vec<Response>, Error> {
        let chunk = self.read(tx, &Columns::All, rows.clone())?;
        chunk.responses(rows).map_err(|it| self.corrupt(&it))
    }

    /// At most `limit` responses behind a position, the first applied first.
    pub(crate) fn responses_after(
        &self,
        tx: &mut ReadTx<'_>,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Response>, Error> {
        let start = self.rows_up_to(tx, position)?;
        self.responses(tx, start..start.saturating_add(limit).min(self.head.rows()))
    }

    /// At most `limit` responses before a position, the last applied first.
    pub(crate) fn responses_before(
        &self,
        tx: &mut ReadTx<'_>,
        position: i64,
        limit: usize,
    ) -> Result<Vec<Response>, Error> {
        let end = self.rows_up_to(tx, position.saturating_sub(1))?;
        let mut found = self.responses(tx, end.saturating_sub(limit)..end)?;
        found.reverse();
        Ok(found)
    }

    /// The responses at these positions, which grow.
    pub(crate) fn responses_at(&self, tx: &mut ReadTx<'_>, wanted: &[i64]) -> Result<Vec<Response>, Error> {
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return Ok(Vec::new()) };
        let rows = self.rows_up_to(tx, first.saturating_sub(1))?..self.rows_up_to(tx, *last)?;
        let mut found = self.responses(tx, rows)?;
        found.retain(|it| wanted.binary_search(&it.position).is_ok());
        Ok(found)
    }

    /// How many of its rows stand at a position or before.
    fn rows_up_to(&self, tx: &mut ReadTx<'_>, position: i64) -> Result<usize, Error> {
        let (first, last) = self.head.positions();
        if position < first {
            return Ok(0);
        }
        if last <= position {
            return Ok(self.head.rows());
        }
        let positions = self.read_whole(tx, &Columns::named([Fact::Position.name()]))?;
        positions.rows_up_to(position).map_err(|it| self.corrupt(&it))
    }

    /// Columns of the parts that have some of these rows.
    fn read(&self, tx: &mut ReadTx<'_>, columns: &Columns, rows: Range<usize>) -> Result<Chunk, Error> {
        let mut args = vec![Value::Int(self.number), Value::count(rows.end), Value::count(rows.start)];
        let named = match columns {
            Columns::All => String::new(),
            Columns::Named(names) => {
                args.extend(names.iter().map(|it| Value::from(it.as_str())));
                let places: Vec<String> = (4..=args.len()).map(|it| format!("${it}")).collect();
                if places.is_empty() { "and 1 = 0".to_owned() } else { format!("and name in ({})", places.join(", ")) }
            }
        };
        let sql = format!(
            "select body from chunk_part where chunk = $1 and first_row < $2 and last_row >= $3 {named}
            order by name, first_row limit {PARTS_MAX}"
        );
        let bodies = decode::list(tx.session, "chunk of responses", (&sql, &args), decode::Columns::bytes)?;
        let parts: Result<Vec<Part>, Damaged> = bodies.iter().map(|it| Part::open(it)).collect();
        let chunk = parts.and_then(|parts| Chunk::assemble(self.head.clone(), parts, rows));
        chunk.map_err(|it| self.corrupt(&it))
    }

    /// What is wrong with it, for its operator.
    pub(crate) fn corrupt(&self, damage: &Damaged) -> Error {
        corrupt(self.head.survey(), &Damaged(format!("chunk {}: {damage}", self.number)))
    }
}

fn find(tx: &mut ReadTx<'_>, survey: SurveyId, query: (&str, &[Value])) -> Result<Option<Stored>, Error> {
    let found = decode::first(tx.session, "chunk of responses", query, |row| {
        Ok((row.int()?, (row.int()?, row.int()?), row.bytes()?))
    })?;
    let Some((number, positions, head)) = found else { return Ok(None) };
    let damaged = |it: &Damaged| corrupt(survey, &Damaged(format!("chunk {number}: {it}")));
    let head = Head::open(&head).map_err(|it| damaged(&it))?;
    if head.survey() != survey || head.positions() != positions {
        return Err(damaged(&Damaged("the head is that of another chunk".to_owned())));
    }
    Ok(Some(Stored { number, head }))
}
