//! Codebooks: this file is about what columns and values mean, in words, as a page of Markdown.
//!
//! Its last line says that it is whole.

use std::io::{self, Write};

use canvass_model::table::{Column, Kind, Row, Table, Writer};

/// Writes the codebook; rows are none of its business.
pub(super) struct Codebook<S> {
    out: S,
}

impl<S: Write> Codebook<S> {
    pub(super) fn begin(table: &Table, mut out: S) -> io::Result<Self> {
        write(table, &mut out)?;
        Ok(Self { out })
    }
}

impl<S: Write> Writer for Codebook<S> {
    fn write(&mut self, _: &[Row]) -> io::Result<()> {
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

/// The whole page.
pub(super) fn write(table: &Table, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# {}\n", escaped(&table.title))?;
    writeln!(
        out,
        "A column for each question, a row for each response. An empty cell is a question without an answer.\n"
    )?;
    writeln!(out, "| Column | What it holds | Kind |\n| --- | --- | --- |")?;
    for it in &table.columns {
        writeln!(out, "| {} | {} | {} |", escaped(&it.name), escaped(&it.label), kind(&it.kind))?;
    }
    for column in table.columns.iter().filter(|it| meanings(it).next().is_some()) {
        writeln!(out, "\n## {}\n\n| Value | Meaning |\n| --- | --- |", escaped(&column.name))?;
        for (value, meaning) in meanings(column) {
            writeln!(out, "| {} | {} |", escaped(&value), escaped(meaning))?;
        }
    }
    writeln!(out, "\nEnd of the codebook: {} columns.", table.columns.len())
}

/// What the cells of a column are, in words.
pub(super) fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "whole number",
        Kind::Scale(_) => "scale",
        Kind::Decimal => "number",
        Kind::Boolean => "yes or no",
        Kind::Moment => "moment, UTC",
        Kind::Day => "day",
        Kind::Choice(_) => "one choice",
        Kind::Choices(_) => "any choices",
    }
}

/// The values of a column that mean something, and what.
pub(super) fn meanings(column: &Column) -> impl Iterator<Item = (String, &str)> {
    let (scale, choices) = match &column.kind {
        Kind::Scale(meanings) => (meanings.as_slice(), &[][..]),
        Kind::Choice(choices) | Kind::Choices(choices) => (&[][..], choices.as_slice()),
        Kind::Text | Kind::Integer | Kind::Decimal | Kind::Boolean | Kind::Moment | Kind::Day => (&[][..], &[][..]),
    };
    let scale = scale.iter().map(|(number, meaning)| (number.to_string(), meaning.as_str()));
    scale.chain(choices.iter().map(|it| (it.id.clone(), it.label.as_str())))
}

/// Text that Markdown shows as it is, in one cell of a table.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        if it.is_control() {
            escaped.push(' ');
            continue;
        }
        if it.is_ascii_punctuation() && !matches!(it, ',' | ';' | '?' | '/' | '%' | '\'' | '"' | '(' | ')') {
            escaped.push('\\');
        }
        escaped.push(it);
    }
    escaped
}
