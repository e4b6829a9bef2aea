//! Responses as an SQLite database of their own: this file is about writing one, for whoever wants to ask it in SQL.
//!
//! `response` holds the answers, a column each, strictly typed; `codebook_column` and `codebook_value` say what they mean.
//! The one row of `file` comes last, with the number of rows and a `whole` that is `yes`: a database without it is not
//! whole. Nor is one whose file has fewer pages than the first says, which SQLite notices itself.

#[cfg(test)]
mod tests;

use std::{collections::HashSet, fmt::Write as _, fs::OpenOptions, io, os::unix::fs::OpenOptionsExt, path::Path};

use canvass_model::table::{Cell, Choice, Column, Kind, Row, Table, Writer};
use rusqlite::{Connection, ErrorCode, OpenFlags, params, params_from_iter, types::Value};
use serde_json::json;

/// The columns a table of SQLite may have.
const COLUMNS_MAX: usize = 2_000;
/// A file nobody else sees needs no journal and no syncs; what this writer keeps is 8 MiB of its pages.
const PRAGMAS: &str = "pragma journal_mode = off;
    pragma synchronous = off;
    pragma locking_mode = exclusive;
    pragma cache_size = -8192;";
/// Filled last. Its row is longer than a page, so its last word lies in the last page of the file, with nothing behind it:
/// where only some bytes of that page are missing, which SQLite takes for zeros, the word is not `yes`.
const FILE: &str = "create table file (
        title text not null,
        rows integer not null,
        columns integer not null,
        padding blob not null,
        whole text not null
    ) strict";
const CODEBOOK: &str = "create table codebook_column (
        name text primary key,
        original_name text not null,
        label text not null,
        kind text not null,
        position integer not null
    ) strict, without rowid;
    create table codebook_value (
        name text not null references codebook_column (name),
        position integer not null,
        value text not null,
        meaning text not null,
        primary key (name, position)
    ) strict, without rowid;";

/// Writes the database.
struct TableFile {
    connection: Connection,
    title: String,
    kinds: Vec<Kind>,
    insert: String,
    rows: u64,
}

/// Begins a database at `path`, where nothing or an empty file may be. It can be opened by others once the writer has finished.
///
/// Fails with [`io::ErrorKind::InvalidInput`] when SQLite cannot hold the table; the message is for whoever asked.
pub fn create(path: &Path, table: &Table) -> io::Result<Box<dyn Writer + Send>> {
    if COLUMNS_MAX < table.columns.len() {
        let message =
            format!("SQLite holds {COLUMNS_MAX} columns, these are {}; choose CSV or Parquet", table.columns.len());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    // For the user who serves, alone: it holds what people answered.
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.len() != 0 {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let begun = TableFile::begin(connection, table).map_err(failed)?;
    Ok(Box::new(begun))
}

impl TableFile {
    fn begin(connection: Connection, table: &Table) -> rusqlite::Result<Self> {
        connection.execute_batch(PRAGMAS)?;
        connection.execute_batch("begin")?;
        connection.execute_batch(CODEBOOK)?;
        let names = names(&table.columns);
        let defined = |(name, column): (&String, &Column)| format!("{} {}", quoted(name), type_of(&column.kind));
        let columns: Vec<String> = names.iter().zip(&table.columns).map(defined).collect();
        connection.execute_batch(&format!("create table response ({}) strict", columns.join(", ")))?;
        for (position, (name, column)) in names.iter().zip(&table.columns).enumerate() {
            describe(&connection, position, name, column)?;
        }
        let places: Vec<String> = (1..=names.len()).map(|it| format!("?{it}")).collect();
        let insert = format!("insert into response values ({})", places.join(", "));
        let kinds = table.columns.iter().map(|it| it.kind.clone()).collect();
        Ok(Self { connection, title: table.title.clone(), kinds, insert, rows: 0 })
    }
}

impl Writer for TableFile {
    fn write(&mut self, rows: &[Row]) -> io::Result<()> {
        let mut insert = self.connection.prepare_cached(&self.insert).map_err(failed)?;
        for row in rows {
            let values = self.kinds.iter().zip(row).map(|(kind, cell)| value(kind, cell));
            insert.execute(params_from_iter(values)).map_err(failed)?;
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.connection.execute_batch(FILE).map_err(failed)?;
        let rows = self.rows.cast_signed();
        let noted = self.connection.execute(
            "insert into file (title, rows, columns, padding, whole) values (?1, ?2, ?3, zeroblob(4096), 'yes')",
            params![self.title, rows, int(self.kinds.len())],
        );
        noted.map_err(failed)?;
        self.connection.execute_batch("commit").map_err(failed)?;
        self.connection.close().map_err(|(_, error)| failed(error))
    }
}

/// Puts a column into the codebook.
fn describe(connection: &Connection, position: usize, name: &str, column: &Column) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "insert into codebook_column (name, original_name, label, kind, position) values (?1, ?2, ?3, ?4, ?5)",
    )?;
    insert.execute(params![name, column.name, column.label, column.kind.words(), int(position)])?;
    let mut insert = connection
        .prepare_cached("insert into codebook_value (name, position, value, meaning) values (?1, ?2, ?3, ?4)")?;
    for (position, (value, meaning)) in column.kind.meanings().enumerate() {
        insert.execute(params![name, int(position), value, meaning])?;
    }
    Ok(())
}

/// The columns' names, made different where SQL does not tell large letters from small ones.
fn names(columns: &[Column]) -> Vec<String> {
    let mut given: HashSet<String> = HashSet::new();
    let mut different = |column: &Column| {
        let mut name = column.name.clone();
        let mut next = 1;
        while !given.insert(name.to_ascii_lowercase()) {
            next += 1;
            name = format!("{}_{next}", column.name);
        }
        name
    };
    columns.iter().map(&mut different).collect()
}

/// A count as SQLite has it; none here comes near its bound.
fn int(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn type_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Moment | Kind::Day | Kind::Choice(_) | Kind::Choices(_) => "text",
        Kind::Integer | Kind::Scale(_) | Kind::Boolean => "integer",
        Kind::Decimal => "real",
    }
}

/// What a cell is in SQL: moments and days as SQLite's own functions take them, several picks as a JSON array.
fn value(kind: &Kind, cell: &Cell) -> Value {
    match cell {
        Cell::Missing => Value::Null,
        Cell::Text(text) => Value::Text(text.clone()),
        Cell::Integer(number) => Value::Integer(*number),
        Cell::Decimal(number) => Value::Real(*number),
        Cell::Boolean(yes) => Value::Integer(i64::from(*yes)),
        Cell::Moment(moment) => Value::Text(moment.to_string()),
        Cell::Day(day) => Value::Text(day.to_string()),
        Cell::Choice(place) => choices(kind).get(*place).map_or(Value::Null, |it| Value::Text(it.id.clone())),
        Cell::Other(text) => Value::Text(format!("other: {text}")),
        Cell::Choices(places, own) => Value::Text(picks(choices(kind), places, own)),
    }
}

fn choices(kind: &Kind) -> &[Choice] {
    match kind {
        Kind::Choice(choices) | Kind::Choices(choices) => choices,
        Kind::Text | Kind::Integer | Kind::Scale(_) | Kind::Decimal | Kind::Boolean | Kind::Moment | Kind::Day => &[],
    }
}

fn picks(choices: &[Choice], places: &[usize], own: &[String]) -> String {
    let mut json = String::from("[");
    let listed = places.iter().filter_map(|it| choices.get(*it)).map(|it| json!(it.id));
    for pick in listed.chain(own.iter().map(|it| json!({ "other": it }))) {
        let comma = if json.len() == 1 { "" } else { "," };
        // Writing to a string cannot fail.
        let _: std::fmt::Result = write!(json, "{comma}{pick}");
    }
    json.push(']');
    json
}

fn failed(error: rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => io::Error::new(io::ErrorKind::StorageFull, error),
        Some(_) | None => io::Error::other(error),
    }
}
