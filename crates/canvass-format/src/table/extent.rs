//! How much a table holds: this file is about what some formats have to say before their first row.

use canvass_model::table::{Cell, Row, Table};

/// How many rows there are, and how long the longest text of each column is. Found by walking all rows once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    rows: u64,
    text_bytes: Vec<usize>,
}

impl Extent {
    /// Of a table without rows.
    pub fn new(table: &Table) -> Self {
        Self { rows: 0, text_bytes: vec![0; table.columns.len()] }
    }

    /// Takes rows into account.
    pub fn add(&mut self, rows: &[Row]) {
        self.rows += rows.len() as u64;
        for row in rows {
            for (longest, cell) in self.text_bytes.iter_mut().zip(row) {
                *longest = (*longest).max(text_bytes(cell));
            }
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The bytes of the longest text in a column: of a text, or of an answer of one's own.
    pub(super) fn text_bytes(&self, column: usize) -> usize {
        self.text_bytes.get(column).copied().unwrap_or(0)
    }
}

/// What joins several answers of one's own where a format has one place for them.
pub(super) const OWN_SEPARATOR: &str = "; ";

fn text_bytes(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Other(text) => text.len(),
        Cell::Choices(_, own) => {
            own.iter().map(String::len).sum::<usize>() + OWN_SEPARATOR.len() * own.len().saturating_sub(1)
        }
        Cell::Missing
        | Cell::Integer(_)
        | Cell::Decimal(_)
        | Cell::Boolean(_)
        | Cell::Moment(_)
        | Cell::Day(_)
        | Cell::Choice(_) => 0,
    }
}
