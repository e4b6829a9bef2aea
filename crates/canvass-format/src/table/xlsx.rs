//! Excel: this file is about a workbook that is written from front to back, a sheet of responses and a codebook.
//!
//! Texts stand in their cells (`inlineStr`) instead of a table of all texts, which would have to be kept. A sheet that is
//! full is followed by a further one. The archive's list of entries comes last, so that a file cut short does not open.

mod parts;
mod sheet;

use std::io::{self, Write};

use canvass_model::table::{Cell, Row, Table, Writer};

use self::sheet::{Sheet, Style};
use super::{
    Options,
    archive::{Archive, Extent},
    csv::Words,
    unfit,
};

/// Columns of a sheet, by Excel.
const COLUMNS_MAX: usize = 16_384;
/// Rows of a sheet, by Excel, the header included.
const ROWS_MAX: u32 = 1_048_576;
/// Bytes of a sheet's XML: half of what an entry of the archive may have.
const SHEET_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// XML collected before it is packed; the whole of what this writer keeps, beside one cell and what packing takes.
const BUFFER_BYTES: usize = 64 * 1024;

/// Writes a workbook.
pub(super) struct Xlsx<S> {
    archive: Archive<S>,
    table: Table,
    words: Words,
    sheet: Sheet,
    /// Sheets of responses so far.
    sheets: u32,
    rows: u64,
}

impl<S: Write> Xlsx<S> {
    pub(super) fn begin(table: &Table, options: &Options, sink: S) -> io::Result<Self> {
        if COLUMNS_MAX < table.columns.len() {
            let columns = table.columns.len();
            return Err(unfit(format!(
                "Excel holds {COLUMNS_MAX} columns, these are {columns}; choose CSV or Parquet"
            )));
        }
        let mut begun = Self {
            archive: Archive::new(sink, Extent::Small),
            table: table.clone(),
            words: Words::as_they_are(table, options.cells),
            sheet: Sheet::new(table.columns.len().max(codebook_header().len())),
            sheets: 0,
            rows: 0,
        };
        begun.begin_sheet()?;
        Ok(begun)
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.archive.begin(&parts::sheet(self.sheets))?;
        self.sheet.begin(self.table.columns.len());
        self.sheet.row(self.table.columns.iter().map(|it| it.name.as_str()), Style::Header);
        Ok(())
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        if self.sheet.rows() == ROWS_MAX || SHEET_BYTES_MAX < self.archive.entry_bytes() {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.sheet.begin_row();
        for (column, cell) in row.iter().enumerate() {
            match cell {
                Cell::Missing => {}
                Cell::Integer(number) => self.sheet.integer(column, *number),
                Cell::Decimal(number) => self.sheet.decimal(column, *number),
                Cell::Boolean(yes) => self.sheet.boolean(column, *yes),
                Cell::Moment(moment) => self.sheet.moment(column, *moment),
                Cell::Day(day) => self.sheet.day(column, *day),
                Cell::Text(_) | Cell::Choice(_) | Cell::Other(_) | Cell::Choices(..) => {
                    self.sheet.text(column, &self.words.of(column, cell), Style::Plain);
                }
            }
            self.pack(BUFFER_BYTES)?;
        }
        self.sheet.end_row();
        Ok(())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.sheet.end();
        self.pack(0)
    }

    fn pack(&mut self, bytes_max: usize) -> io::Result<()> {
        if bytes_max <= self.sheet.xml.len() {
            self.archive.write_all(self.sheet.xml.as_bytes())?;
            self.sheet.xml.clear();
        }
        Ok(())
    }

    /// What columns and values mean, how many rows there are, and what was cut.
    fn codebook(&mut self) -> io::Result<()> {
        self.archive.begin(&parts::sheet(self.sheets + 1))?;
        self.sheet.begin(codebook_header().len());
        self.sheet.row(codebook_header(), Style::Header);
        let (rows, cut) = (self.rows.to_string(), self.sheet.cut.to_string());
        self.sheet.row(["", "Rows", "", &rows, ""], Style::Plain);
        self.sheet.row(["", "Cells that were cut", "", &cut, ""], Style::Plain);
        let table = self.table.clone();
        for column in &table.columns {
            self.sheet.row([&column.name, &column.label, column.kind.words(), "", ""], Style::Plain);
            for (value, meaning) in column.kind.meanings() {
                self.sheet.row([&column.name, "", "", &value, meaning], Style::Plain);
                self.pack(BUFFER_BYTES)?;
            }
        }
        self.end_sheet()
    }
}

impl<S: Write> Writer for Xlsx<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.row(row))?;
        self.rows += rows.len() as u64;
        self.archive.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.end_sheet()?;
        self.codebook()?;
        for (name, content) in parts::others(self.sheets) {
            self.archive.begin(name)?;
            self.archive.write_all(content.as_bytes())?;
        }
        self.archive.finish()
    }
}

fn codebook_header() -> [&'static str; 5] {
    ["Column", "What it holds", "Kind", "Value", "Meaning"]
}
