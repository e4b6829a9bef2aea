//! Responses as files: this file is about which formats there are and how a writer of each is made.
//!
//! A [`Table`] is known before its first row, rows come a batch at a time, bytes leave while they come, and nothing grows
//! with the number of rows. Each format has a file of its own; `checked` stands before all of them.

mod archive;
mod bundle;
mod checked;
mod codebook;
mod csv;
mod extent;
mod json;
mod moment;
mod parquet;
mod sav;
mod sink;
#[cfg(test)]
mod tests;
mod xlsx;

use std::io;

use canvass_model::table::{Table, Writer};
use sha2::Sha256;

use self::{checked::Checked, sink::Sink};
pub use self::{csv::harmless, extent::Extent};

/// The formats that are written from front to back, to wherever bytes can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values (RFC 4180) in UTF-8.
    Csv,
    /// A JSON object a line.
    JsonLines,
    /// A workbook for Excel and other spreadsheets.
    Xlsx,
    /// Apache Parquet.
    Parquet,
    /// An SPSS system file.
    Sav,
    /// An archive with the CSV, a script that reads it into R with types and labels, and the codebook.
    R,
    /// The same for Stata.
    Stata,
    /// What columns and values mean, as Markdown. Has no rows.
    Codebook,
}

/// How choices are written where a format has no labels beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cells {
    /// As ids, which never change.
    #[default]
    Ids,
    /// As labels.
    Labels,
}

/// How the end of a CSV or JSON Lines file is told. The other formats tell it themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// By the end of the transfer alone: nothing but rows is in the file.
    #[default]
    Plain,
    /// By a last line with the number of rows and the SHA-256 of all bytes before it.
    Footer,
}

/// What is the same for all rows.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How choices are written.
    pub cells: Cells,
    /// How the end is told.
    pub end: End,
    /// How much will come, where it is known: a writer that was given less or more then refuses to finish.
    pub extent: Option<Extent>,
}

/// The part of a file that is written already.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// Rows in it.
    pub rows: u64,
    /// Of all its bytes.
    pub hash: Sha256,
}

/// A writer of a file of that format.
///
/// Fails with [`io::ErrorKind::InvalidInput`] when the format cannot hold the table; the message is for whoever asked.
pub fn writer<S: io::Write + Send + 'static>(
    format: Format,
    table: &Table,
    options: &Options,
    sink: S,
) -> io::Result<Box<dyn Writer + Send>> {
    let inner: Box<dyn Writer + Send> = match format {
        Format::Csv => Box::new(csv::Csv::begin(table, options, Sink::new(options.end, sink))?),
        Format::JsonLines => Box::new(json::JsonLines::begin(table, options, Sink::new(options.end, sink))?),
        Format::Xlsx => Box::new(xlsx::Xlsx::begin(table, options, sink)?),
        Format::Parquet => Box::new(parquet::Parquet::begin(table, options, sink)?),
        Format::Sav => Box::new(sav::Sav::begin(table, options, sink)?),
        Format::R => Box::new(bundle::Bundle::begin(table, bundle::Script::R, sink)?),
        Format::Stata => Box::new(bundle::Bundle::begin(table, bundle::Script::Stata, sink)?),
        Format::Codebook => Box::new(codebook::Codebook::begin(table, sink)?),
    };
    Ok(Box::new(Checked::new(table, options, 0, inner)))
}

/// A writer that goes on behind what is done: the sink gets what is missing.
///
/// Only for formats that [can be resumed](Format::can_resume).
pub fn resume<S: io::Write + Send + 'static>(
    format: Format,
    table: &Table,
    options: &Options,
    done: Done,
    sink: S,
) -> io::Result<Box<dyn Writer + Send>> {
    let rows = done.rows;
    let inner: Box<dyn Writer + Send> = match format {
        Format::Csv => Box::new(csv::Csv::resume(table, options, rows, Sink::after(done.hash, options.end, sink))),
        Format::JsonLines => {
            Box::new(json::JsonLines::resume(table, options, rows, Sink::after(done.hash, options.end, sink)))
        }
        Format::Xlsx | Format::Parquet | Format::Sav | Format::R | Format::Stata | Format::Codebook => {
            return Err(unfit("This format cannot be gone on with; start it again".to_owned()));
        }
    };
    Ok(Box::new(Checked::new(table, options, rows, inner)))
}

impl Format {
    /// Whether a file can be gone on with where its writing stopped, once some calls of `write` had returned.
    pub fn can_resume(self) -> bool {
        match self {
            Self::Csv | Self::JsonLines => true,
            Self::Xlsx | Self::Parquet | Self::Sav | Self::R | Self::Stata | Self::Codebook => false,
        }
    }

    /// Whether [`Options::extent`] must be given: the beginning of the file says how much comes.
    pub fn needs_extent(self) -> bool {
        match self {
            Self::Sav => true,
            Self::Csv | Self::JsonLines | Self::Xlsx | Self::Parquet | Self::R | Self::Stata | Self::Codebook => false,
        }
    }
}

impl Cells {
    /// What stands before an answer of one's own. No choice's id holds a colon.
    fn other(self) -> &'static str {
        match self {
            Self::Ids => "other: ",
            Self::Labels => "Other: ",
        }
    }
}

/// The error of a table or file that a format cannot hold; the message is for whoever asked for the file.
fn unfit(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
