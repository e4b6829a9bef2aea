//! Parquet: this file is about typed columns for data tools, a group of rows at a time.
//!
//! One pick is a text, its chunk a dictionary; several are a list of texts. The file's own metadata hold title, rows and
//! codebook; they come last, and without them no reader opens the file.

mod columns;

use std::{io, sync::Arc};

use canvass_model::table::{Column, Row, Table, Writer};
use parquet::{
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::SerializedFileWriter,
    },
    schema::types::Type,
};
use serde_json::json;

use self::columns::Buffer;
use super::{Cells, Options};

/// Rows of a group at most: readers skip and share work by groups.
const GROUP_ROWS_MAX: usize = 128 * 1024;
/// Memory of a group's rows at most, beside one batch: what this writer keeps. Packing a column takes as much again
/// of that column.
const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of a chunk's dictionary at most; a chunk of more different texts has none.
const DICTIONARY_BYTES_MAX: usize = 256 * 1024;

/// Writes Parquet.
pub(super) struct Parquet<S: io::Write + Send> {
    out: SerializedFileWriter<S>,
    table: Table,
    buffers: Vec<Buffer>,
    cells: Cells,
    /// Rows in the buffers.
    waiting: usize,
    rows: u64,
}

impl<S: io::Write + Send> Parquet<S> {
    pub(super) fn begin(table: &Table, options: &Options, sink: S) -> io::Result<Self> {
        let columns = table.columns.iter().map(columns::schema).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("responses").with_fields(columns).build().map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_created_by("Canvass".to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .set_dictionary_page_size_limit(DICTIONARY_BYTES_MAX)
            .build();
        let out = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        Ok(Self {
            out,
            table: table.clone(),
            buffers: table.columns.iter().map(|it| Buffer::of(&it.kind, options.cells)).collect(),
            cells: options.cells,
            waiting: 0,
            rows: 0,
        })
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        for (buffer, cell) in self.buffers.iter_mut().zip(row) {
            buffer.push(cell, self.cells.other());
        }
        self.waiting += 1;
        let bytes: usize = self.buffers.iter().map(Buffer::bytes).sum();
        if GROUP_ROWS_MAX <= self.waiting || GROUP_BYTES_MAX <= bytes { self.pass_on() } else { Ok(()) }
    }

    /// Writes the rows that wait as a group.
    fn pass_on(&mut self) -> io::Result<()> {
        let mut group = self.out.next_row_group().map_err(failed)?;
        for buffer in &mut self.buffers {
            if let Some(mut column) = group.next_column().map_err(failed)? {
                buffer.pass_on(&mut column).map_err(failed)?;
                column.close().map_err(failed)?;
            }
        }
        group.close().map_err(failed)?;
        self.waiting = 0;
        Ok(())
    }
}

impl<S: io::Write + Send> Writer for Parquet<S> {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        rows.iter().try_for_each(|row| self.row(row))?;
        self.rows += rows.len() as u64;
        self.out.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.waiting != 0 {
            self.pass_on()?;
        }
        let column = |it: &Column| {
            let meanings: Vec<_> = it.kind.meanings().collect();
            json!({ "name": it.name, "label": it.label, "kind": it.kind.words(), "values": meanings })
        };
        let codebook: Vec<_> = self.table.columns.iter().map(column).collect();
        for (key, value) in [
            ("canvass.title", self.table.title.clone()),
            ("canvass.rows", self.rows.to_string()),
            ("canvass.codebook", json!(codebook).to_string()),
        ] {
            self.out.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
        }
        self.out.finish().map_err(failed)?;
        self.out.flush()
    }
}

/// What went wrong below comes out again as what it was.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
