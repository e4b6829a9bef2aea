//! Parquet: this file is about what pyarrow finds in it.

use std::fs;

use canvass_model::table::{Cell, Kind, Row, Table};
use serde_json::{Value, json};

use super::{
    readers::{python, python_reads},
    support::{column, file, hostile},
};
use crate::table::{Cells, Format, Options};

const READER: &str = include_str!("readers/parquet.py");

fn read(table: &Table, rows: &[Row], options: &Options) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.parquet");
    fs::write(&path, file(Format::Parquet, table, rows, options)).unwrap();
    python(READER, &path)
}

#[test]
fn every_cell_comes_back() {
    let (table, rows) = hostile();
    let found = read(&table, &rows, &Options::default());
    assert_eq!(found["rows"], rows.len());
    let choices = ["yes_1", "no", "long", "_x"];
    for (place, row) in rows.iter().enumerate() {
        for (column, cell) in table.columns.iter().zip(row) {
            let expected = match cell {
                Cell::Missing => Value::Null,
                Cell::Text(text) => json!(text),
                Cell::Integer(number) => json!(number),
                Cell::Boolean(yes) => json!(yes),
                Cell::Moment(moment) => json!(moment.0),
                Cell::Day(day) => json!(day.to_string()),
                Cell::Choice(place) => json!(choices[*place]),
                Cell::Other(text) => json!(format!("other: {text}")),
                Cell::Choices(places, own) => {
                    let picked = places.iter().map(|it| ["a", "b", "c"][*it].to_owned());
                    json!(picked.chain(own.iter().map(|it| format!("other: {it}"))).collect::<Vec<_>>())
                }
                Cell::Decimal(number) => {
                    let read = found["cells"][&column.name][place]["n"].as_str().unwrap().parse::<f64>().unwrap();
                    assert_eq!(read.to_bits(), number.to_bits());
                    continue;
                }
            };
            assert_eq!(found["cells"][&column.name][place], expected, "{} of row {place}", column.name);
        }
    }
}

#[test]
fn columns_have_types_and_the_file_a_codebook() {
    let (table, rows) = hostile();
    let found = read(&table, &rows, &Options::default());
    let types = &found["types"];
    for (name, kind) in [
        ("_received_at", "timestamp[ms, tz=UTC]"),
        ("words", "string"),
        ("nps", "int64"),
        ("price", "double"),
        ("agree", "bool"),
        ("born", "date32[day]"),
        ("one", "string"),
        ("any", "list<element: string not null>"),
    ] {
        assert_eq!(types[name], kind, "{name}");
    }
    assert!(found["dictionaries"].as_array().unwrap().contains(&json!("one")), "{}", found["dictionaries"]);
    let metadata = &found["metadata"];
    assert_eq!(
        (&metadata["canvass.title"], &metadata["canvass.rows"]),
        (&json!(table.title), &json!(rows.len().to_string()))
    );
    let codebook: Value = serde_json::from_str(metadata["canvass.codebook"].as_str().unwrap()).unwrap();
    assert_eq!(codebook[3]["label"], table.columns[3].label.as_str());
    assert_eq!(codebook[6]["values"][1], json!(["10", "=Extremely \"likely\" 😀"]));
    assert_eq!(codebook[10]["values"][1], json!(["no", "=No|<&>`$x'"]));
}

#[test]
fn labels_stand_for_choices_where_they_are_wanted() {
    let (table, rows) = hostile();
    let found = read(&table, &rows, &Options { cells: Cells::Labels, ..Options::default() });
    assert_eq!(found["cells"]["one"][0], "Yes, \"always\"");
    assert_eq!(found["cells"]["any"][3], json!(["+B"]));
}

#[test]
fn rows_come_in_groups_of_bounded_memory() {
    let table = Table { title: String::new(), columns: vec![column("q", "", Kind::Text)] };
    let rows: Vec<Row> = (0..3_000).map(|it| vec![Cell::Text(format!("{it} {}", "x".repeat(16_000)))]).collect();
    let found = read(&table, &rows, &Options::default());
    assert_eq!((&found["rows"], &found["groups"]), (&json!(3_000), &json!(3)));
    assert_eq!(found["cells"]["q"][2_999].as_str().map(|it| &it[..5]), Some("2999 "));
}

#[test]
fn an_empty_table_and_five_hundred_columns_are_files_as_well() {
    let (table, _) = hostile();
    let found = read(&table, &[], &Options::default());
    assert_eq!((&found["rows"], &found["groups"]), (&json!(0), &json!(0)));
    let columns = (0..500).map(|it| column(&format!("q{it}"), "", Kind::Choices(vec![]))).collect();
    let table = Table { title: String::new(), columns };
    let row = (0..500).map(|it| Cell::Choices(vec![], vec![it.to_string()])).collect();
    assert_eq!(read(&table, &[row], &Options::default())["cells"]["q499"], json!([["other: 499"]]));
}

#[test]
fn a_file_that_was_cut_does_not_open() {
    let (table, rows) = hostile();
    let whole = file(Format::Parquet, &table, &rows, &Options::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.parquet");
    for cut in [whole.len() - 1, whole.len() / 2, 4] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(!python_reads(READER, &path), "cut at {cut}");
    }
}
