//! The XML of a sheet: this file is about cells.

use std::fmt::Write as _;

use canvass_model::time::Timestamp;
use time::{Date, OffsetDateTime};

use super::parts::MAIN;

/// Characters of a cell, by Excel, as UTF-16 counts them.
const CELL_UNITS_MAX: usize = 32_767;
/// Up to here Excel keeps every digit of a whole number; longer ones become texts.
const EXACT_MAX: u64 = 999_999_999_999_999;
/// The first day whose number is the same in all of Excel's calendars: the first of March 1900.
const FIRST_DAY: f64 = 61.0;
/// The number of the first of January 1970.
const EPOCH_DAY: f64 = 25_569.0;

/// How a cell looks: its place among the workbook's styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain = 0,
    Header = 1,
    Moment = 2,
    Day = 3,
    /// Text that stays text when somebody edits the cell, even where it looks like a formula.
    Quoted = 4,
}

/// A sheet being written.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What is not packed yet.
    pub(super) xml: String,
    /// Texts that were longer than a cell may be.
    pub(super) cut: u64,
    /// The letters of each column.
    letters: Vec<String>,
    rows: u32,
}

impl Sheet {
    pub(super) fn new(columns: usize) -> Self {
        Self { xml: String::new(), cut: 0, letters: (0..columns).map(letters).collect(), rows: 0 }
    }

    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// The header stays in sight.
    pub(super) fn begin(&mut self, columns: usize) {
        self.rows = 0;
        self.xml.push_str(r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#);
        self.put(format_args!(
            r#"<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>"#
        ));
        if columns != 0 {
            self.put(format_args!(r#"<cols><col min="1" max="{columns}" width="18" customWidth="1"/></cols>"#));
        }
        self.xml.push_str("<sheetData>");
    }

    pub(super) fn end(&mut self) {
        self.xml.push_str("</sheetData></worksheet>");
    }

    pub(super) fn begin_row(&mut self) {
        self.rows += 1;
        let row = self.rows;
        self.put(format_args!(r#"<row r="{row}">"#));
    }

    pub(super) fn end_row(&mut self) {
        self.xml.push_str("</row>");
    }

    /// A row of texts; empty ones are left out.
    pub(super) fn row<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>, style: Style) {
        self.begin_row();
        for (column, text) in texts.into_iter().enumerate() {
            self.text(column, text, style);
        }
        self.end_row();
    }

    pub(super) fn text(&mut self, column: usize, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        let style = match style {
            Style::Plain if text.starts_with(['=', '+', '-', '@', '\'']) => Style::Quoted,
            style @ (Style::Plain | Style::Header | Style::Moment | Style::Day | Style::Quoted) => style,
        };
        self.cell(column, style, r#" t="inlineStr""#);
        self.xml.push_str(r#"<is><t xml:space="preserve">"#);
        match cut(text) {
            None => escape(&mut self.xml, text),
            Some((kept, note)) => {
                self.cut += 1;
                escape(&mut self.xml, kept);
                self.xml.push_str(&note);
            }
        }
        self.xml.push_str("</t></is></c>");
    }

    pub(super) fn integer(&mut self, column: usize, number: i64) {
        if number.unsigned_abs() <= EXACT_MAX {
            self.cell(column, Style::Plain, "");
            self.put(format_args!("<v>{number}</v></c>"));
        } else {
            self.text(column, &number.to_string(), Style::Quoted);
        }
    }

    pub(super) fn decimal(&mut self, column: usize, number: f64) {
        self.cell(column, Style::Plain, "");
        // The shortest text that is this number and no other.
        if (1e-5..1e16).contains(&number.abs()) || number == 0.0 {
            self.put(format_args!("<v>{number}</v></c>"));
        } else {
            self.put(format_args!("<v>{number:e}</v></c>"));
        }
    }

    pub(super) fn boolean(&mut self, column: usize, yes: bool) {
        self.cell(column, Style::Plain, r#" t="b""#);
        self.put(format_args!("<v>{}</v></c>", u8::from(yes)));
    }

    pub(super) fn moment(&mut self, column: usize, moment: Timestamp) {
        match day_number(moment.to_utc()) {
            Some(number) => self.date(column, number, Style::Moment),
            None => self.text(column, &moment.to_string(), Style::Plain),
        }
    }

    pub(super) fn day(&mut self, column: usize, day: Date) {
        match day_number(day.midnight().assume_utc()) {
            Some(number) => self.date(column, number, Style::Day),
            None => self.text(column, &day.to_string(), Style::Plain),
        }
    }

    fn date(&mut self, column: usize, number: f64, style: Style) {
        self.cell(column, style, "");
        self.put(format_args!("<v>{number}</v></c>"));
    }

    /// Opens a cell.
    fn cell(&mut self, column: usize, style: Style, attributes: &str) {
        let letters = self.letters.get(column).map_or("", String::as_str);
        self.xml.push_str(r#"<c r=""#);
        self.xml.push_str(letters);
        let row = self.rows;
        match style {
            Style::Plain => self.put(format_args!(r#"{row}"{attributes}>"#)),
            Style::Header | Style::Moment | Style::Day | Style::Quoted => {
                self.put(format_args!(r#"{row}" s="{}"{attributes}>"#, style as u8));
            }
        }
    }

    fn put(&mut self, content: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _: std::fmt::Result = self.xml.write_fmt(content);
    }
}

/// A moment as Excel counts days; `None` where its calendars differ or end.
fn day_number(moment: OffsetDateTime) -> Option<f64> {
    let milliseconds = moment.unix_timestamp() * 1_000 + i64::from(moment.millisecond());
    let number = float(milliseconds) / float(Timestamp::DAY_MS) + EPOCH_DAY;
    (FIRST_DAY <= number && moment.year() <= 9_999).then_some(number)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of 10,000 years are far below 2^53")]
fn float(whole: i64) -> f64 {
    whole as f64
}

/// What is kept of a text that is too long for a cell, and what says so.
fn cut(text: &str) -> Option<(&str, String)> {
    // No character has more units than bytes.
    if text.len() <= CELL_UNITS_MAX || text.encode_utf16().count() <= CELL_UNITS_MAX {
        return None;
    }
    let note = format!(" [cut: {} characters in all]", text.chars().count());
    let mut units = note.len();
    let end = text.char_indices().find(|(_, it)| {
        units += it.len_utf16();
        CELL_UNITS_MAX < units
    });
    let kept = end.and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    Some((kept, note))
}

/// Adds text to XML. What XML cannot hold is written as Excel does, `_x0001_`, and so is what looks like it.
fn escape(xml: &mut String, text: &str) {
    for (place, it) in text.char_indices() {
        match it {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '\n' | '\t' => xml.push(it),
            '_' if is_escape(text.as_bytes().get(place..).unwrap_or_default()) => xml.push_str("_x005F_"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _: std::fmt::Result = write!(xml, "_x{:04X}_", u32::from(it));
            }
            _ => xml.push(it),
        }
    }
}

/// Whether Excel would take what begins here for a character it wrote itself.
fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'_', b'x', digits @ .., ] if digits.get(..4).is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit)) && digits.get(4) == Some(&b'_'))
}

/// The letters of a column: A to Z, then AA.
fn letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left != 0 {
        left -= 1;
        letters.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ".get(left % 26).copied().unwrap_or(b'A')));
        left /= 26;
    }
    letters.iter().rev().collect()
}
