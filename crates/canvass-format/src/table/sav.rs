//! SPSS: this file is about a system file (.sav) with labels, value labels and multiple-response sets.
//!
//! The layout is that of the GNU PSPP developers' guide, "System File Format". Its beginning holds the number of rows and
//! the width of every text, so an [`Extent`](super::Extent) is needed; a reader that finds fewer rows knows that the file
//! was cut. Rows are compressed as SPSS does by default, one byte for a small number or for eight spaces.

mod data;
mod dictionary;
mod names;
mod plan;

use std::io::{self, Write};

use canvass_model::table::{Cell, Row, Table, Writer};
use time::{Date, OffsetDateTime, Time};

use self::{
    data::Codes,
    plan::{Place, Plan},
};
use super::{Options, extent::OWN_SEPARATOR, unfit};

/// Bytes collected before they are passed on; the whole of what this writer keeps, beside one row's cell.
const BUFFER_BYTES: usize = 64 * 1024;
/// Seconds from the beginning of the Gregorian calendar, with which SPSS counts, to the Unix epoch.
const EPOCH_SECONDS: f64 = 12_219_379_200.0;

/// The floats at both ends are words of SPSS: missing, "lowest" and "highest"; these are the numbers next to them.
const LOWEST: f64 = f64::MIN.next_up().next_up();
const HIGHEST: f64 = f64::MAX.next_down();

/// Writes an SPSS system file.
pub(super) struct Sav<S> {
    out: S,
    places: Vec<Place>,
    codes: Codes,
    /// The answers of one's own of a cell, joined.
    scratch: String,
}

impl<S: Write> Sav<S> {
    pub(super) fn begin(table: &Table, options: &Options, mut out: S) -> io::Result<Self> {
        let extent = options.extent.as_ref();
        let extent = extent.ok_or_else(|| unfit("An SPSS file needs to know its number of rows first".to_owned()))?;
        let plan = Plan::of(table, extent);
        if plan.variables.is_empty() {
            return Err(unfit("There is nothing to put into an SPSS file".to_owned()));
        }
        dictionary::write(&mut out, &table.title, &plan, extent.rows())?;
        Ok(Self { out, places: plan.places, codes: Codes::default(), scratch: String::new() })
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        for (place, cell) in self.places.iter().zip(row) {
            let codes = &mut self.codes;
            match place {
                Place::Number => codes.number(number(cell)),
                Place::Text(widths) => texts(codes, text(cell), widths)?,
                Place::Choice { codes: choices, other, own } => {
                    codes.number(match cell {
                        Cell::Choice(place) => choices.get(*place).copied(),
                        Cell::Other(_) => *other,
                        Cell::Missing
                        | Cell::Text(_)
                        | Cell::Integer(_)
                        | Cell::Decimal(_)
                        | Cell::Boolean(_)
                        | Cell::Moment(_)
                        | Cell::Day(_)
                        | Cell::Choices(..) => None,
                    });
                    texts(codes, text(cell), own)?;
                }
                Place::Choices { count, own } => {
                    let (picks, written) = picks(cell).unzip();
                    let mut picks = picks.map(|it| it.iter().peekable());
                    for place in 0..*count {
                        let is_picked = picks.as_mut().map(|it| it.next_if_eq(&&place).is_some());
                        codes.number(is_picked.map(|it| f64::from(u8::from(it))));
                    }
                    join(&mut self.scratch, written.unwrap_or_default());
                    texts(codes, &self.scratch, own)?;
                }
            }
            if BUFFER_BYTES <= codes.bytes.len() {
                self.out.write_all(&codes.bytes)?;
                codes.bytes.clear();
            }
        }
        Ok(())
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.codes.bytes)?;
        self.codes.bytes.clear();
        self.out.flush()
    }
}

impl<S: Write> Writer for Sav<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.row(row))?;
        self.pass_on()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.codes.end();
        self.pass_on()
    }
}

/// The number a cell holds, as SPSS counts: moments and days in seconds since the beginning of the Gregorian calendar.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(number) => Some(float(*number)),
        Cell::Decimal(number) => Some(number.clamp(LOWEST, HIGHEST)),
        Cell::Boolean(yes) => Some(f64::from(u8::from(*yes))),
        Cell::Moment(moment) => Some(EPOCH_SECONDS + float(moment.0) / 1_000.0),
        Cell::Day(day) => Some(EPOCH_SECONDS + float(midnight(*day).unix_timestamp())),
        Cell::Missing | Cell::Text(_) | Cell::Choice(_) | Cell::Other(_) | Cell::Choices(..) => None,
    }
}

fn midnight(day: Date) -> OffsetDateTime {
    day.with_time(Time::MIDNIGHT).assume_utc()
}

#[expect(clippy::cast_precision_loss, reason = "SPSS has no other numbers; exact up to 2^53")]
fn float(whole: i64) -> f64 {
    whole as f64
}

fn text(cell: &Cell) -> &str {
    match cell {
        Cell::Text(text) | Cell::Other(text) => text,
        Cell::Missing
        | Cell::Integer(_)
        | Cell::Decimal(_)
        | Cell::Boolean(_)
        | Cell::Moment(_)
        | Cell::Day(_)
        | Cell::Choice(_)
        | Cell::Choices(..) => "",
    }
}

fn picks(cell: &Cell) -> Option<(&[usize], &[String])> {
    match cell {
        Cell::Choices(picks, own) => Some((picks, own)),
        Cell::Missing
        | Cell::Text(_)
        | Cell::Integer(_)
        | Cell::Decimal(_)
        | Cell::Boolean(_)
        | Cell::Moment(_)
        | Cell::Day(_)
        | Cell::Choice(_)
        | Cell::Other(_) => None,
    }
}

fn join(joined: &mut String, texts: &[String]) {
    joined.clear();
    for (place, text) in texts.iter().enumerate() {
        joined.push_str(if place == 0 { "" } else { OWN_SEPARATOR });
        joined.push_str(text);
    }
}

/// Puts a text into its variables: one, or several where it is longer than SPSS allows one to be.
fn texts(codes: &mut Codes, text: &str, widths: &[usize]) -> io::Result<()> {
    let mut rest = text;
    for width in widths {
        let (part, behind) = rest.split_at(rest.floor_char_boundary(*width));
        codes.text(part, *width);
        rest = behind;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(unfit("An answer changed while the file was written; start it again".to_owned()))
    }
}
