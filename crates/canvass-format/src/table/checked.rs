//! What stands before every writer: this file is about refusing rows that do not fit their table, and a wrong number of
//! them.

use std::io;

use canvass_model::table::{Cell, Kind, Row, Table, Writer};

use super::Options;

/// A writer that is given nothing but rows of its table.
pub(super) struct Checked {
    kinds: Vec<(String, Expected)>,
    rows: u64,
    rows_expected: Option<u64>,
    inner: Box<dyn Writer + Send>,
}

/// What may stand in a column.
#[derive(Debug, Clone, Copy)]
enum Expected {
    Text,
    Integer,
    Decimal,
    Boolean,
    Moment,
    Day,
    /// One of so many choices.
    Choice(usize),
    /// Any of so many choices.
    Choices(usize),
}

impl Checked {
    pub(super) fn new(table: &Table, options: &Options, rows: u64, inner: Box<dyn Writer + Send>) -> Self {
        let kinds = table.columns.iter().map(|it| (it.name.clone(), Expected::of(&it.kind))).collect();
        let rows_expected = options.extent.as_ref().map(super::Extent::rows);
        Self { kinds, rows, rows_expected, inner }
    }

    fn check(&self, row: &Row) -> io::Result<()> {
        if row.len() != self.kinds.len() {
            let (cells, columns) = (row.len(), self.kinds.len());
            return Err(defect(&format!("a row of {cells} cells in a table of {columns} columns")));
        }
        match self.kinds.iter().zip(row).find(|((_, expected), cell)| !expected.fits(cell)) {
            Some(((name, expected), _)) => Err(defect(&format!("a cell of column {name} that is no {expected:?}"))),
            None => Ok(()),
        }
    }
}

impl Writer for Checked {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.check(row))?;
        self.inner.write(rows)?;
        self.rows += rows.len() as u64;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        match self.rows_expected {
            Some(expected) if expected != self.rows => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "The responses changed while the file was written ({} of {expected}); start it again",
                    self.rows
                ),
            )),
            Some(_) | None => self.inner.finish(),
        }
    }
}

impl Expected {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::Integer | Kind::Scale(_) => Self::Integer,
            Kind::Decimal => Self::Decimal,
            Kind::Boolean => Self::Boolean,
            Kind::Moment => Self::Moment,
            Kind::Day => Self::Day,
            Kind::Choice(choices) => Self::Choice(choices.len()),
            Kind::Choices(choices) => Self::Choices(choices.len()),
        }
    }

    fn fits(self, cell: &Cell) -> bool {
        match (cell, self) {
            (Cell::Missing, _)
            | (Cell::Text(_), Self::Text)
            | (Cell::Integer(_), Self::Integer)
            | (Cell::Boolean(_), Self::Boolean)
            | (Cell::Moment(_), Self::Moment)
            | (Cell::Day(_), Self::Day)
            | (Cell::Other(_), Self::Choice(_)) => true,
            (Cell::Decimal(number), Self::Decimal) => number.is_finite(),
            (Cell::Choice(place), Self::Choice(count)) => *place < count,
            (Cell::Choices(places, _), Self::Choices(count)) => {
                places.is_sorted_by(|one, next| one < next) && places.last().is_none_or(|it| *it < count)
            }
            (
                Cell::Text(_)
                | Cell::Integer(_)
                | Cell::Decimal(_)
                | Cell::Boolean(_)
                | Cell::Moment(_)
                | Cell::Day(_)
                | Cell::Choice(_)
                | Cell::Other(_)
                | Cell::Choices(..),
                Self::Text
                | Self::Integer
                | Self::Decimal
                | Self::Boolean
                | Self::Moment
                | Self::Day
                | Self::Choice(_)
                | Self::Choices(_),
            ) => false,
        }
    }
}

fn defect(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
