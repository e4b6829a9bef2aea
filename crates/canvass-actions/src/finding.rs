//! Finding: this file is about a page of those responses that a filter lets.

use std::sync::Arc;

use canvass_model::{
    chunk::{Columns, Fact, Head},
    definition::Definition,
    filter::Filter,
    id::SurveyId,
    response::Response,
};
use canvass_storage::{
    ReadTx,
    chunks::Walk,
    responses::{self, Order},
};

use crate::{Error, Steps, error::stored_responses};

/// A page on its way: each step looks at some chunks, until enough was found.
#[derive(Debug, Clone)]
pub struct Finding {
    survey: SurveyId,
    definition: Arc<Definition>,
    filter: Filter,
    order: Order,
    limit: usize,
    walk: Walk,
    /// The positions of what was found, in this order.
    found: Vec<i64>,
}

/// Responses that are looked at in one step.
const ROWS_AT_ONCE: usize = 50_000;

impl Finding {
    /// Begins to look for at most `limit` responses beyond the position `after` that a filter of the newest definition lets.
    pub fn new(
        survey: SurveyId,
        (definition, filter): (Arc<Definition>, Filter),
        order: Order,
        after: Option<i64>,
        limit: u32,
    ) -> Self {
        let walk = Walk::beyond(survey, order, after);
        Self { survey, definition, filter, order, limit: limit as usize, walk, found: Vec::new() }
    }

    /// Reads what was found. One that was erased meanwhile is left out.
    pub fn read(&self, tx: &mut ReadTx<'_>) -> Result<Vec<Response>, Error> {
        let mut positions = self.found.clone();
        positions.sort_unstable();
        let mut found = responses::list_at(tx, self.survey, &positions)?;
        if self.order == Order::NewestFirst {
            found.reverse();
        }
        Ok(found)
    }

    /// Beyond which position the next page begins; `None` when there is none.
    pub fn next(&self) -> Option<i64> {
        self.found.last().copied().filter(|_| self.found.len() == self.limit)
    }
}

impl Steps for Finding {
    fn step(&mut self, tx: &mut ReadTx<'_>) -> Result<bool, Error> {
        let mut passed = 0;
        while passed < ROWS_AT_ONCE && self.found.len() < self.limit {
            let asked = || Columns::named([Fact::Position.name()]);
            let columns = |head: &Head| self.filter.columns(&self.definition, head, asked());
            let Some(chunk) = self.walk.next(tx, &columns)? else { return Ok(false) };
            let mask = self.filter.mask(&self.definition, &chunk).map_err(|it| stored_responses(&it))?;
            let rows = chunk.rows().filter(|it| mask.holds(*it));
            let rows: Vec<usize> = match self.order {
                Order::OldestFirst => rows.collect(),
                Order::NewestFirst => rows.rev().collect(),
            };
            for row in rows.into_iter().take(self.limit - self.found.len()) {
                self.found.push(chunk.position(row).map_err(|it| stored_responses(&it))?);
            }
            passed += chunk.rows().len();
        }
        Ok(self.found.len() < self.limit)
    }
}
