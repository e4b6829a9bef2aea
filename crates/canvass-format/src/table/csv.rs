//! CSV: this file is about rows of text that every program reads and no spreadsheet runs.
//!
//! UTF-8, RFC 4180, a header of column names. Cells of text that a spreadsheet would take for a formula begin with an
//! apostrophe (OWASP, "CSV Injection"). With a footer, the last line holds the number of rows and the SHA-256 of all
//! bytes before it, so that a file cut short cannot be mistaken for a whole one.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};

use canvass_model::table::{Cell, Choice, Kind, Row, Table, Writer};

use super::{Cells, Options, Sink, moment};

/// Bytes collected before they are passed on; the whole of what this writer keeps, beside one cell.
const BUFFER_BYTES: usize = 64 * 1024;
/// What joins several picks. No choice's id holds it.
const SEPARATOR: char = ';';

/// Writes CSV.
pub(super) struct Csv<S: Write> {
    out: csv::Writer<Sink<S>>,
    words: Words,
    rows: u64,
}

/// What cells say that is no text of their own.
#[derive(Debug, Clone)]
pub(super) struct Words {
    cells: Cells,
    /// What is done to texts that may look like formulas.
    guard: fn(&str) -> Cow<'_, str>,
    /// For each column, its choices.
    choices: Vec<Vec<Choice>>,
    /// The cell being written.
    scratch: String,
}

impl<S: Write> Csv<S> {
    pub(super) fn begin(table: &Table, options: &Options, sink: Sink<S>) -> io::Result<Self> {
        let mut begun = Self::resume(table, options, 0, sink);
        begun.out.write_record(table.columns.iter().map(|it| &it.name))?;
        begun.out.flush()?;
        Ok(begun)
    }

    /// For a program of ours to read, which takes the guard off again.
    pub(super) fn guarded(table: &Table, sink: Sink<S>) -> io::Result<Self> {
        let mut begun = Self::begin(table, &Options::default(), sink)?;
        begun.words.guard = guarded;
        Ok(begun)
    }

    /// Ends the rows, and gives back where they went.
    pub(super) fn into_sink(self) -> io::Result<Sink<S>> {
        self.out.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    pub(super) fn resume(table: &Table, options: &Options, rows: u64, sink: Sink<S>) -> Self {
        let out = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .buffer_capacity(BUFFER_BYTES)
            .from_writer(sink);
        Self { out, words: Words::new(table, options.cells), rows }
    }
}

impl<S: Write> Writer for Csv<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        for row in rows {
            for (column, cell) in row.iter().enumerate() {
                self.out.write_field(self.words.of(column, cell).as_bytes())?;
            }
            self.out.write_record(None::<&[u8]>)?;
        }
        self.rows += rows.len() as u64;
        self.out.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if let Some(hash) = self.out.get_ref().hash() {
            let mut footer = vec![format!("# rows: {}", self.rows), format!("sha256: {hash}")];
            footer.resize(self.words.choices.len().max(footer.len()), String::new());
            self.out.write_record(footer)?;
        }
        self.out.flush()
    }
}

impl Words {
    /// For cells that a spreadsheet reads out of text.
    pub(super) fn new(table: &Table, cells: Cells) -> Self {
        Self { guard: harmless, ..Self::as_they_are(table, cells) }
    }

    /// For cells of which is known that they are texts.
    pub(super) fn as_they_are(table: &Table, cells: Cells) -> Self {
        let choices = table.columns.iter().map(|it| match &it.kind {
            Kind::Choice(choices) | Kind::Choices(choices) => choices.clone(),
            Kind::Text | Kind::Integer | Kind::Scale(_) | Kind::Decimal | Kind::Boolean | Kind::Moment | Kind::Day => {
                Vec::new()
            }
        });
        Self { cells, guard: |text| Cow::Borrowed(text), choices: choices.collect(), scratch: String::new() }
    }

    /// For each column, its choices.
    pub(super) fn choices(&self) -> &[Vec<Choice>] {
        &self.choices
    }

    /// What a cell says.
    pub(super) fn of<'a>(&'a mut self, column: usize, cell: &'a Cell) -> Cow<'a, str> {
        self.scratch.clear();
        let written = match cell {
            Cell::Missing => return Cow::Borrowed(""),
            Cell::Text(text) => return (self.guard)(text),
            Cell::Choice(place) => return self.choice(column, *place),
            Cell::Boolean(yes) => {
                return Cow::Borrowed(match (self.cells, yes) {
                    (Cells::Ids, true) => "yes",
                    (Cells::Ids, false) => "no",
                    (Cells::Labels, true) => "Yes",
                    (Cells::Labels, false) => "No",
                });
            }
            Cell::Other(text) => write!(self.scratch, "{}{text}", self.cells.other()),
            Cell::Choices(places, own) => {
                self.join(column, places, own);
                return (self.guard)(&self.scratch);
            }
            Cell::Integer(number) => write!(self.scratch, "{number}"),
            Cell::Decimal(number) => write!(self.scratch, "{number}"),
            Cell::Moment(it) => match moment::moment(*it) {
                Some(digits) => self.scratch.write_str(ascii(&digits)),
                None => write!(self.scratch, "{it}"),
            },
            Cell::Day(it) => match moment::day(*it) {
                Some(digits) => self.scratch.write_str(ascii(&digits)),
                None => write!(self.scratch, "{it}"),
            },
        };
        // Writing to a string cannot fail.
        let _: std::fmt::Result = written;
        Cow::Borrowed(&self.scratch)
    }

    fn choice(&self, column: usize, place: usize) -> Cow<'_, str> {
        let choice = self.choices.get(column).and_then(|it| it.get(place));
        match self.cells {
            // No id begins like a formula.
            Cells::Ids => Cow::Borrowed(choice.map_or("", |it| it.id.as_str())),
            Cells::Labels => (self.guard)(choice.map_or("", |it| it.label.as_str())),
        }
    }

    fn join(&mut self, column: usize, places: &[usize], own: &[String]) {
        let listed = self.choices.get(column).map_or(&[][..], Vec::as_slice);
        for choice in places.iter().filter_map(|it| listed.get(*it)) {
            separate(&mut self.scratch);
            self.scratch.push_str(match self.cells {
                Cells::Ids => &choice.id,
                Cells::Labels => &choice.label,
            });
        }
        for text in own {
            separate(&mut self.scratch);
            self.scratch.push_str(self.cells.other());
            self.scratch.push_str(text);
        }
    }
}

/// Digits are text.
fn ascii(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

fn separate(joined: &mut String) {
    if !joined.is_empty() {
        joined.push(SEPARATOR);
    }
}

/// The same, so that it can be undone: whatever begins with an apostrophe got it here.
fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with('\'') { Cow::Owned(format!("'{cell}")) } else { harmless(cell) }
}

/// Text that no spreadsheet takes for a formula.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if is_formula && cell.parse::<f64>().is_err() { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}
