//! The table: this file is about what a cross-tab says, in counts, percentages and as JSON.

use serde_json::{Value, json};

use super::{Axis, Cells, ChiSquare};
use crate::number;

/// A finished cross-tab.
#[derive(Debug, Clone)]
pub struct Crosstab {
    /// What the rows are sorted by.
    pub rows: Axis,
    /// What the columns are sorted by.
    pub columns: Axis,
    /// Responses in each row and column.
    pub cells: Vec<Vec<u64>>,
    /// Responses in each row that answered both questions. With several picks per response, less than the sum of its cells.
    pub row_totals: Vec<u64>,
    /// The same of each column.
    pub column_totals: Vec<u64>,
    /// Responses that answered both questions: what everything is a share of.
    pub total: u64,
    /// Responses that answered only the question of the columns, only that of the rows, and neither of them.
    pub missing: [u64; 3],
    /// Pearson's test, or why there is none.
    pub test: Result<ChiSquare, NoTest>,
}

/// Why a table has no test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTest {
    /// A response may be in several cells, which the test does not allow for.
    SeveralPicks,
    /// Fewer than two rows or two columns hold anything.
    TooFew,
}

/// What a cell's percentage is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percentages {
    /// The row.
    Row,
    /// The column.
    Column,
    /// All responses that answered both.
    Total,
}

pub(super) fn of((rows, columns): (&Axis, &Axis), counted: &Cells) -> Crosstab {
    let (down, across) = (rows.order(), columns.order());
    let line = |row: usize| across.iter().map(|it| counted.count(row, *it)).collect();
    let cells: Vec<Vec<u64>> = down.iter().map(|row| line(*row)).collect();
    let test = if rows.is_multiple || columns.is_multiple {
        Err(NoTest::SeveralPicks)
    } else {
        ChiSquare::of(&cells).ok_or(NoTest::TooFew)
    };
    Crosstab {
        row_totals: down.iter().map(|it| counted.row(*it)).collect(),
        column_totals: across.iter().map(|it| counted.column(*it)).collect(),
        rows: in_order(rows.clone(), &down),
        columns: in_order(columns.clone(), &across),
        cells,
        total: counted.both,
        missing: counted.missing,
        test,
    }
}

fn in_order(mut axis: Axis, order: &[usize]) -> Axis {
    axis.categories = order.iter().map(|it| axis.categories[*it].clone()).collect();
    axis
}

impl Crosstab {
    /// A cell's percentage, from 0 to 100; `None` when there is nothing it could be a share of.
    pub fn percentage(&self, (row, column): (usize, usize), of: Percentages) -> Option<f64> {
        let whole = match of {
            Percentages::Row => *self.row_totals.get(row)?,
            Percentages::Column => *self.column_totals.get(column)?,
            Percentages::Total => self.total,
        };
        let cell = *self.cells.get(row)?.get(column)?;
        (0 < whole).then(|| 100.0 * number::count(cell) / number::count(whole))
    }

    /// The table as the API and scripts see it.
    pub fn to_api(&self) -> Value {
        let axis = |it: &Axis, totals: &[u64]| {
            let categories = it.categories.iter().zip(totals);
            json!({
                "question": it.subject.name(),
                "label": it.label,
                "multiple": it.is_multiple,
                "categories": categories
                    .map(|(it, total)| json!({ "id": it.id, "label": it.label, "total": total }))
                    .collect::<Vec<_>>(),
            })
        };
        let shares = |of: Percentages| -> Vec<Vec<Value>> {
            let row = |at: usize, row: &Vec<u64>| {
                (0..row.len()).map(|it| self.percentage((at, it), of).map_or(Value::Null, number::to_json)).collect()
            };
            self.cells.iter().enumerate().map(|(at, it)| row(at, it)).collect()
        };
        let [no_row, no_column, neither] = self.missing;
        json!({
            "rows": axis(&self.rows, &self.row_totals),
            "columns": axis(&self.columns, &self.column_totals),
            "counts": self.cells,
            "row_percentages": shares(Percentages::Row),
            "column_percentages": shares(Percentages::Column),
            "total_percentages": shares(Percentages::Total),
            "total": self.total,
            "missing": { "rows": no_row, "columns": no_column, "both": neither },
            "chi_square": match self.test {
                Ok(it) => json!({ "statistic": it.statistic, "degrees_of_freedom": it.degrees, "p": it.p,
                    "cramers_v": it.cramers_v, "expected_below_5": it.expected_below_5 }),
                Err(_) => Value::Null,
            },
            "no_chi_square": match self.test {
                Ok(_) => Value::Null,
                Err(NoTest::SeveralPicks) => json!("several_picks"),
                Err(NoTest::TooFew) => json!("too_few"),
            },
        })
    }
}
