//! Responses as a table: this file is about what a column is and what a cell holds, whatever file the table becomes.
//!
//! Rows are made a batch at a time and handed to a [`Writer`]; nobody holds a whole table.

use time::Date;

use crate::time::Timestamp;

/// What a table is like before its first row.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it is called: the survey's title, one line.
    pub title: String,
    /// Its columns, from left to right; their names differ from one another.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name: a question's id, or one of the table's own, which begin with an underscore.
    pub name: String,
    /// What it holds, in words: a question's label; one line, may be empty.
    pub label: String,
    /// What its cells hold.
    pub kind: Kind,
}

/// What the cells of a column hold. A cell may be [`Cell::Missing`] whatever its column's kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text of any length: [`Cell::Text`].
    Text,
    /// Whole numbers: [`Cell::Integer`].
    Integer,
    /// Whole numbers of which some have a meaning, like the ends of a scale: [`Cell::Integer`], and what they mean.
    Scale(Vec<(i64, String)>),
    /// Numbers with decimals: [`Cell::Decimal`].
    Decimal,
    /// Yes or no: [`Cell::Boolean`].
    Boolean,
    /// Moments: [`Cell::Moment`].
    Moment,
    /// Days: [`Cell::Day`].
    Day,
    /// One of these: [`Cell::Choice`], or [`Cell::Other`] for an answer of one's own.
    Choice(Vec<Choice>),
    /// Any of these: [`Cell::Choices`].
    Choices(Vec<Choice>),
}

impl Kind {
    /// What the cells are, in words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "whole number",
            Self::Scale(_) => "scale",
            Self::Decimal => "number",
            Self::Boolean => "yes or no",
            Self::Moment => "moment, UTC",
            Self::Day => "day",
            Self::Choice(_) => "one choice",
            Self::Choices(_) => "any choices",
        }
    }

    /// The values that mean something, and what: numbers of a scale, ids of choices.
    pub fn meanings(&self) -> impl Iterator<Item = (String, &str)> {
        let (scale, choices) = match self {
            Self::Scale(meanings) => (meanings.as_slice(), &[][..]),
            Self::Choice(choices) | Self::Choices(choices) => (&[][..], choices.as_slice()),
            Self::Text | Self::Integer | Self::Decimal | Self::Boolean | Self::Moment | Self::Day => (&[][..], &[][..]),
        };
        let scale = scale.iter().map(|(number, meaning)| (number.to_string(), meaning.as_str()));
        scale.chain(choices.iter().map(|it| (it.id.clone(), it.label.as_str())))
    }
}

/// One of a column's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Never changes.
    pub id: String,
    /// What respondents read.
    pub label: String,
}

/// What stands in one row of one column. What does not fit its column's kind is a defect of whoever made the row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing: not answered, or not known.
    Missing,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with decimals; finite.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Moment(Timestamp),
    /// A day.
    Day(Date),
    /// The place of the pick among the column's choices.
    Choice(usize),
    /// An answer of one's own where the column has choices.
    Other(String),
    /// The places of the picks among the column's choices, growing, and the answers of one's own.
    Choices(Vec<usize>, Vec<String>),
}

/// A row: a cell for each column.
pub type Row = Vec<Cell>;

/// Makes a file of a table. Made for one table and one sink; costs the same memory however many rows come.
pub trait Writer {
    /// Adds rows.
    fn write(&mut self, rows: &[Row]) -> std::io::Result<()>;

    /// Writes what belongs at the end. A file whose writer did not finish is cut short, and is known to be.
    fn finish(self: Box<Self>) -> std::io::Result<()>;
}
