//! Codebooks: this file is about what columns and values mean, in words, as a page of Markdown.
//!
//! Its last line says that it is whole.

use std::io::{self, Write};

use canvass_model::table::{Row, Table, Writer};

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
        writeln!(out, "| {} | {} | {} |", escaped(&it.name), escaped(&it.label), it.kind.words())?;
    }
    for column in table.columns.iter().filter(|it| it.kind.meanings().next().is_some()) {
        writeln!(out, "\n## {}\n\n| Value | Meaning |\n| --- | --- |", escaped(&column.name))?;
        for (value, meaning) in column.kind.meanings() {
            writeln!(out, "| {} | {} |", escaped(&value), escaped(meaning))?;
        }
    }
    writeln!(out, "\nEnd of the codebook: {} columns.", table.columns.len())
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
