//! Cross-tabs: this file is about counting how the answers to two questions, or a question and a fact about responses, go
//! together, one chunk after the other.
//!
//! Reading order: `subject` is what is sorted by, `axis` sorts it into categories, `cells` counts the pairs of two axes, `table` is what comes out,
//! `chi_square` says how much of it may be chance. Which responses count, a [filter](crate::filter) says.

mod axis;
mod cells;
mod chi_square;
mod subject;
mod table;
#[cfg(test)]
mod tests;

use self::{axis::Placed, cells::Cells};
pub use self::{
    axis::{Axis, Category},
    chi_square::{ChiSquare, upper_gamma},
    subject::{About, Period, Subject},
    table::{Crosstab, NoTest, Percentages},
};
use crate::{
    chunk::{Chunk, Columns, Damaged, Head},
    definition::{Definition, Fault, QuestionId},
    filter::Filter,
};

/// Cross-tabs that are being counted: the same memory however many responses there are.
#[derive(Debug, Clone)]
pub struct Counting {
    axes: Vec<Axis>,
    pairs: Vec<Pair>,
    filter: Filter,
}

/// One cross-tab of them.
#[derive(Debug, Clone)]
struct Pair {
    /// The axis of the rows, and that of the columns.
    rows: usize,
    columns: usize,
    cells: Cells,
}

impl Counting {
    /// Begins a cross-tab of two questions, or [facts](About::name). The faults point to `/rows` and `/columns`.
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
        if rows.subject == columns.subject {
            return Err(vec![Fault::new("/columns", "Choose something else than for the rows")]);
        }
        let pair = Pair { rows: 0, columns: 1, cells: Cells::default() };
        Ok(Self { axes: vec![rows, columns], pairs: vec![pair], filter })
    }

    /// Begins the cross-tabs of each of these questions with each that stands behind it, in this order. The faults point
    /// to `/questions/0` and so on.
    pub fn of_each_pair(
        definition: &Definition,
        questions: &[String],
        spread: impl Fn(&QuestionId) -> Option<(f64, f64)>,
        filter: Filter,
    ) -> Result<Self, Vec<Fault>> {
        let (mut axes, mut faults) = (Vec::with_capacity(questions.len()), Vec::new());
        for (at, name) in questions.iter().enumerate() {
            match Axis::of(definition, name, &spread) {
                Ok(found) => axes.push(found),
                Err(message) => faults.push(Fault::new(format!("/questions/{at}"), message)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let behind = |rows: usize| (rows + 1..axes.len()).map(move |columns| (rows, columns));
        let pairs = (0..axes.len()).flat_map(behind);
        let pairs = pairs.map(|(rows, columns)| Pair { rows, columns, cells: Cells::default() }).collect();
        Ok(Self { axes, pairs, filter })
    }

    /// The columns to read of a chunk; `None` when nothing in it counts.
    pub fn columns(&self, definition: &Definition, head: &Head) -> Option<Columns> {
        let asked = Columns::named(self.axes.iter().map(Axis::column));
        self.filter.columns(definition, head, asked)
    }

    /// Counts the responses of a chunk that the filter lets, of which [`columns`](Self::columns) were read.
    pub fn add(&mut self, definition: &Definition, chunk: &Chunk) -> Result<(), Damaged> {
        let mask = self.filter.mask(definition, chunk)?;
        let mut placed: Vec<Placed> = Vec::with_capacity(self.axes.len());
        for axis in &mut self.axes {
            placed.push(axis.place(definition, chunk, &mask)?);
        }
        for pair in &mut self.pairs {
            let sides = (&placed[pair.rows], &placed[pair.columns]);
            let categories = (self.axes[pair.rows].categories.len(), self.axes[pair.columns].categories.len());
            pair.cells.add(sides, categories, &mask);
        }
        Ok(())
    }

    /// What was counted, pair by pair.
    pub fn finish(self) -> Vec<Crosstab> {
        let Self { mut axes, pairs, .. } = self;
        axes.iter_mut().for_each(Axis::fill);
        pairs.into_iter().map(|it| table::of((&axes[it.rows], &axes[it.columns]), &it.cells)).collect()
    }
}
