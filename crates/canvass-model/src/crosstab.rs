//! Cross-tabs: this file is about counting how the answers to two questions go together, one response after the other.
//!
//! Reading order: `axis` sorts an answer into categories, `filter` says which responses count, `pick` reads no more of a
//! response than is asked for, `table` is what comes out, `chi_square` says how much of it may be chance.

mod axis;
mod chi_square;
mod filter;
mod pick;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use self::{
    axis::{Axis, Category},
    chi_square::{ChiSquare, upper_gamma},
    filter::Filter,
    table::{Crosstab, NoTest, Percentages},
};
use crate::{
    answer::Unreadable,
    definition::{Definition, Fault, QuestionId},
    survey::Version,
    time::Timestamp,
};

/// A cross-tab that is being counted: the same memory however many responses there are.
#[derive(Debug, Clone)]
pub struct Counting {
    rows: Axis,
    columns: Axis,
    filter: Filter,
    /// The questions read of each response: rows, columns, then those of the filter.
    wanted: Vec<QuestionId>,
    cells: HashMap<(usize, usize), u64>,
    row_totals: HashMap<usize, u64>,
    column_totals: HashMap<usize, u64>,
    /// Responses that answered both questions.
    both: u64,
    /// Responses that answered only the question of the columns, only that of the rows, or neither.
    missing: [u64; 3],
}

/// A stored response, as far as a cross-tab looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the order of application.
    pub position: i64,
    /// The version it answered.
    pub version: Version,
    /// When it came.
    pub received_at: Timestamp,
    /// Its answers as stored.
    pub answers: String,
}

impl Counting {
    /// Begins a cross-tab of two questions. The faults point to `/rows` and `/columns`.
    pub fn new(
        definition: &Definition,
        (rows, columns): (&str, &str),
        spread: impl Fn(&QuestionId) -> Option<(f64, f64)>,
        filter: Filter,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut axis = |name: &str, pointer: &str| {
            Axis::of(definition, name, &spread).map_err(|message| faults.push(Fault::new(pointer, message))).ok()
        };
        let found = (axis(rows, "/rows"), axis(columns, "/columns"));
        let (Some(rows), Some(columns)) = found else { return Err(faults) };
        if rows.question == columns.question {
            return Err(vec![Fault::new("/columns", "Choose another question than for the rows")]);
        }
        let wanted = [rows.question.clone(), columns.question.clone()].into_iter().chain(filter.questions()).collect();
        Ok(Self {
            rows,
            columns,
            filter,
            wanted,
            cells: HashMap::new(),
            row_totals: HashMap::new(),
            column_totals: HashMap::new(),
            both: 0,
            missing: [0; 3],
        })
    }

    /// Counts one response, if the filter lets it.
    pub fn add(&mut self, definition: &Definition, row: &Row) -> Result<(), Unreadable> {
        if !self.filter.admits(row) {
            return Ok(());
        }
        let answers = pick::answers(definition, &self.wanted, &row.answers)?;
        let [in_rows, in_columns, rest @ ..] = answers.as_slice() else { return Ok(()) };
        if !self.filter.matches(rest) {
            return Ok(());
        }
        let rows = in_rows.as_ref().map(|it| self.rows.places(it)).unwrap_or_default();
        let columns = in_columns.as_ref().map(|it| self.columns.places(it)).unwrap_or_default();
        match (rows.is_empty(), columns.is_empty()) {
            (false, false) => self.both += 1,
            (true, false) => self.missing[0] += 1,
            (false, true) => self.missing[1] += 1,
            (true, true) => self.missing[2] += 1,
        }
        if rows.is_empty() || columns.is_empty() {
            return Ok(());
        }
        for row in &rows {
            *self.row_totals.entry(*row).or_default() += 1;
            for column in &columns {
                *self.cells.entry((*row, *column)).or_default() += 1;
            }
        }
        for column in &columns {
            *self.column_totals.entry(*column).or_default() += 1;
        }
        Ok(())
    }

    /// What was counted.
    pub fn finish(self) -> Crosstab {
        table::of(self)
    }
}
