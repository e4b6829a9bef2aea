//! JSON Lines: this file is about a JSON object a line, its keys the columns in their order.
//!
//! With a footer, the last line is an object as well: `{"_rows":…,"_sha256":…}`, the hash of all bytes before it.

use std::io::{self, Write};

use canvass_model::table::{Cell, Row, Table, Writer};
use serde_json::json;

use super::{Cells, Options, Sink, csv::Words, moment};

/// Bytes collected before they are passed on; the whole of what this writer keeps, beside one row.
const BUFFER_BYTES: usize = 64 * 1024;
/// Up to here floats hold every whole number, which are then written without decimals: 3, not 3.0.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Writes JSON Lines.
pub(super) struct JsonLines<S: Write> {
    out: Sink<S>,
    /// What stands before each cell: the key, and what separates it from the cell before.
    keys: Vec<Vec<u8>>,
    /// For each column the JSON of its choices.
    choices: Vec<Vec<Vec<u8>>>,
    rows: u64,
    buffer: Vec<u8>,
}

impl<S: Write> JsonLines<S> {
    pub(super) fn begin(table: &Table, options: &Options, sink: Sink<S>) -> io::Result<Self> {
        let mut begun = Self::resume(table, options, 0, sink);
        begun.out.flush()?;
        Ok(begun)
    }

    pub(super) fn resume(table: &Table, options: &Options, rows: u64, out: Sink<S>) -> Self {
        let key = |(place, name): (usize, &String)| {
            let opening = if place == 0 { '{' } else { ',' };
            format!("{opening}{}:", json!(name)).into_bytes()
        };
        let keys = table.columns.iter().map(|it| &it.name).enumerate().map(key).collect();
        let words = Words::new(table, options.cells);
        let choice = |it: &canvass_model::table::Choice| {
            let words = match options.cells {
                Cells::Ids => &it.id,
                Cells::Labels => &it.label,
            };
            json!(words).to_string().into_bytes()
        };
        let choices = words.choices().iter().map(|it| it.iter().map(choice).collect()).collect();
        Self { out, keys, choices, rows, buffer: Vec::new() }
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        for (column, cell) in row.iter().enumerate() {
            self.buffer.extend_from_slice(self.keys.get(column).map_or(&[], Vec::as_slice));
            self.cell(column, cell)?;
        }
        self.buffer.extend_from_slice(if row.is_empty() { b"{}\n" } else { b"}\n" });
        Ok(())
    }

    fn cell(&mut self, column: usize, cell: &Cell) -> io::Result<()> {
        let out = &mut self.buffer;
        let choices = self.choices.get(column).map_or(&[][..], Vec::as_slice);
        match cell {
            Cell::Missing => out.extend_from_slice(b"null"),
            Cell::Text(text) => string(out, text)?,
            Cell::Integer(number) => write!(out, "{number}")?,
            Cell::Decimal(number) if number.fract() == 0.0 && number.abs() <= WHOLE_MAX => write!(out, "{number}")?,
            Cell::Decimal(number) => serde_json::to_writer(out, number)?,
            Cell::Boolean(yes) => write!(out, "{yes}")?,
            Cell::Moment(it) => match moment::moment(*it) {
                Some(digits) => quoted(out, &digits),
                None => write!(out, "\"{it}\"")?,
            },
            Cell::Day(it) => match moment::day(*it) {
                Some(digits) => quoted(out, &digits),
                None => write!(out, "\"{it}\"")?,
            },
            Cell::Choice(place) => out.extend_from_slice(choices.get(*place).map_or(b"null", Vec::as_slice)),
            Cell::Other(text) => other(out, text)?,
            Cell::Choices(places, own) => {
                let mut opening = b'[';
                for choice in places.iter().filter_map(|it| choices.get(*it)) {
                    out.push(std::mem::replace(&mut opening, b','));
                    out.extend_from_slice(choice);
                }
                for text in own {
                    out.push(std::mem::replace(&mut opening, b','));
                    other(out, text)?;
                }
                out.extend_from_slice(if opening == b'[' { b"[]" } else { b"]" });
            }
        }
        Ok(())
    }
}

impl<S: Write> Writer for JsonLines<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        for row in rows {
            self.row(row)?;
            if BUFFER_BYTES <= self.buffer.len() {
                self.out.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        self.out.write_all(&self.buffer)?;
        self.buffer.clear();
        self.rows += rows.len() as u64;
        self.out.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if let Some(hash) = self.out.hash() {
            writeln!(self.out, "{}", json!({ "_rows": self.rows, "_sha256": hash }))?;
        }
        self.out.flush()
    }
}

/// An answer of one's own, as answers are written everywhere else.
fn other(out: &mut Vec<u8>, text: &str) -> io::Result<()> {
    out.extend_from_slice(br#"{"other":"#);
    string(out, text)?;
    out.push(b'}');
    Ok(())
}

fn quoted(out: &mut Vec<u8>, plain: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(plain);
    out.push(b'"');
}

fn string(out: &mut Vec<u8>, text: &str) -> io::Result<()> {
    Ok(serde_json::to_writer(out, text)?)
}
