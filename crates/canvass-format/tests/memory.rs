//! Memory of exports: this file is about every format costing the same however many rows come. It runs in a process of
//! its own, whose memory is nobody else's.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "in a test a panic is the report, and its numbers are small"
)]

use std::{fs, io};

use canvass_format::table::{Extent, Format, Options, writer};
use canvass_model::{
    table::{Cell, Choice, Column, Kind, Row, Table},
    time::Timestamp,
};

/// Rows after which a writer has everything it keeps.
const FEW: u64 = 15_000;
const MANY: u64 = 100_000;
/// What the allocator, and not the writer, may keep more: a quarter of what the smallest writer would if it kept a byte
/// of each cell.
const GROWTH_KB_MAX: u64 = 1_024;
const ROWS_AT_ONCE: usize = 1_000;

#[test]
fn memory_stays_the_same_however_many_rows_come() {
    let table = table();
    let rows: Vec<Row> = (0..ROWS_AT_ONCE).map(row).collect();
    for format in
        [Format::Csv, Format::JsonLines, Format::Xlsx, Format::Parquet, Format::Sav, Format::R, Format::Codebook]
    {
        write(format, &table, &rows, FEW);
        let few = peak_kb(|| write(format, &table, &rows, FEW));
        let many = peak_kb(|| write(format, &table, &rows, MANY));
        assert!(many <= few + GROWTH_KB_MAX, "{format:?}: {few} kB for {FEW} rows, {many} kB for {MANY}");
    }
}

fn write(format: Format, table: &Table, rows: &[Row], count: u64) {
    let batches = count / rows.len() as u64;
    let mut extent = Extent::new(table);
    (0..batches).for_each(|_| extent.add(rows));
    let options = Options { extent: Some(extent), ..Options::default() };
    let mut writer = writer(format, table, &options, io::sink()).unwrap();
    (0..batches).for_each(|_| writer.write(rows).unwrap());
    writer.finish().unwrap();
}

/// The most memory this process has while it does something.
fn peak_kb(work: impl FnOnce()) -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    work();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Twenty columns, as a survey has them.
fn table() -> Table {
    let choices: Vec<Choice> =
        (0..5).map(|it| Choice { id: format!("c{it}"), label: format!("Choice {it}") }).collect();
    let kinds = [
        Kind::Text,
        Kind::Moment,
        Kind::Integer,
        Kind::Scale(vec![(0, "Never".to_owned()), (10, "Always".to_owned())]),
        Kind::Decimal,
        Kind::Boolean,
        Kind::Day,
        Kind::Choice(choices.clone()),
        Kind::Choices(choices),
        Kind::Text,
    ];
    let column =
        |(place, kind): (usize, Kind)| Column { name: format!("q{place}"), label: format!("Question {place}"), kind };
    Table {
        title: "Memory".to_owned(),
        columns: kinds.clone().into_iter().chain(kinds).enumerate().map(column).collect(),
    }
}

fn row(number: usize) -> Row {
    let half = [
        Cell::Text(format!("01980000-0000-7000-8000-{number:012}")),
        Cell::Moment(Timestamp(1_795_203_453_017 + number as i64)),
        Cell::Integer(number as i64),
        Cell::Integer((number % 11) as i64),
        Cell::Decimal(number as f64 / 7.0),
        Cell::Boolean(number.is_multiple_of(2)),
        Cell::Day(time::Date::from_ordinal_date(2026, (number % 365) as u16 + 1).unwrap()),
        Cell::Choice(number % 5),
        Cell::Choices(vec![number % 2, 2 + number % 3], Vec::new()),
        Cell::Text(format!("Answer {number}, in some words")),
    ];
    [half.clone(), half].concat()
}
