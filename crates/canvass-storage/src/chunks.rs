//! Chunks: this file is about walking over a survey's responses column by column, the sealed ones and then the fresh ones.
//!
//! Reading order: `reading` finds chunks and reads of them what is asked for, `sealing` moves fresh responses into a new
//! one, `writing` stores chunks, and writes one again when a response in it changes. What a chunk is, the
//! [model](canvass_model::chunk) knows.

pub(crate) mod reading;
mod sealing;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod writing;

use canvass_model::{
    chunk::{Chunk, Columns, Damaged, Fact, Head},
    id::SurveyId,
};

pub use self::sealing::{Sealing, count, list_due, seal};
use crate::{
    Error, ReadTx,
    responses::{self, Order},
};

/// A way over the responses of a survey, a chunk at a time. It may go on in another transaction: what was sealed in between
/// is not seen twice.
#[derive(Debug, Clone)]
pub struct Walk {
    survey: SurveyId,
    order: Order,
    /// The position of the last response that was passed.
    passed: i64,
}

/// Fresh responses read at once: some megabytes.
const FRESH_AT_ONCE: u32 = 2_000;

impl Walk {
    /// A way that begins before the first response, and goes on in the order of application.
    pub fn over(survey: SurveyId) -> Self {
        Self::beyond(survey, Order::OldestFirst, None)
    }

    /// A way in this order that begins beyond a position. The rows of a chunk always stand in the order of application.
    pub fn beyond(survey: SurveyId, order: Order, position: Option<i64>) -> Self {
        let start = match order {
            Order::OldestFirst => i64::MIN,
            Order::NewestFirst => i64::MAX,
        };
        Self { survey, order, passed: position.unwrap_or(start) }
    }

    /// The next responses with the columns that `columns` asks for of them; `None` when there are no more. Those of which it
    /// asks for nothing are passed over, sealed ones without being read.
    pub fn next(
        &mut self,
        tx: &mut ReadTx<'_>,
        columns: &dyn Fn(&Head) -> Option<Columns>,
    ) -> Result<Option<Chunk>, Error> {
        // Sealed responses stand before fresh ones.
        match self.order {
            Order::OldestFirst => match self.next_sealed(tx, columns)? {
                Some(chunk) => Ok(Some(chunk)),
                None => self.next_fresh(tx, columns),
            },
            Order::NewestFirst => match self.next_fresh(tx, columns)? {
                Some(chunk) => Ok(Some(chunk)),
                None => self.next_sealed(tx, columns),
            },
        }
    }

    fn next_sealed(
        &mut self,
        tx: &mut ReadTx<'_>,
        columns: &dyn Fn(&Head) -> Option<Columns>,
    ) -> Result<Option<Chunk>, Error> {
        loop {
            let stored = match self.order {
                Order::OldestFirst => reading::first_after(tx, self.survey, self.passed)?,
                Order::NewestFirst => reading::last_before(tx, self.survey, self.passed)?,
            };
            let Some(stored) = stored else { return Ok(None) };
            let (first, last) = stored.head.positions();
            let far_end = match self.order {
                Order::OldestFirst => last,
                Order::NewestFirst => first,
            };
            let passed = std::mem::replace(&mut self.passed, far_end);
            let Some(wanted) = columns(&stored.head) else { continue };
            if passed < first || last < passed {
                return stored.read_whole(tx, &wanted).map(Some);
            }
            // Some of it was passed: a page ended there, or it was sealed since.
            let chunk = stored.read_whole(tx, &wanted.and(Fact::Position))?;
            let left = match self.order {
                Order::OldestFirst => chunk.after(passed),
                Order::NewestFirst => chunk.before(passed),
            };
            return left.map(Some).map_err(|it| corrupt(self.survey, &it));
        }
    }

    fn next_fresh(
        &mut self,
        tx: &mut ReadTx<'_>,
        columns: &dyn Fn(&Head) -> Option<Columns>,
    ) -> Result<Option<Chunk>, Error> {
        loop {
            let mut some = responses::fresh(tx, self.survey, self.order, self.passed, FRESH_AT_ONCE)?;
            let Some(last) = some.last() else { return Ok(None) };
            self.passed = last.position;
            if self.order == Order::NewestFirst {
                some.reverse();
            }
            if let Some(chunk) = Chunk::fresh(self.survey, &some, columns).map_err(|it| corrupt(self.survey, &it))? {
                return Ok(Some(chunk));
            }
        }
    }
}

/// What is wrong with stored responses of a survey, for its operator.
pub(crate) fn corrupt(survey: SurveyId, damage: &Damaged) -> Error {
    Error::Corrupt { what: "chunk of responses", found: format!("survey {survey}: {damage}") }
}
