//! Workbooks: this file is about what openpyxl finds in them.

use std::{fs, io};

use canvass_model::{
    table::{Cell, Kind, Row, Table},
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{
    readers::{python, python_reads},
    support::{Shared, column, file, hostile},
};
use crate::table::{Cells, Format, Options, writer};

const READER: &str = include_str!("readers/xlsx.py");

fn read(table: &Table, rows: &[Row], options: &Options) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.xlsx");
    fs::write(&path, file(Format::Xlsx, table, rows, options)).unwrap();
    python(READER, &path)
}

fn number(cell: &Value) -> Option<f64> {
    cell["n"].as_str().map(|it| it.parse().unwrap())
}

#[test]
fn hostile_texts_and_numbers_come_back() {
    let (table, rows) = hostile();
    let found = read(&table, &rows, &Options::default());
    assert_eq!(found["sheets"], json!(["Responses", "Codebook"]));
    let read = found["rows"]["Responses"].as_array().unwrap();
    let header: Vec<_> = table.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!((&read[0], read.len()), (&json!(header), rows.len() + 1));
    for (read, row) in read[1..].iter().zip(&rows) {
        let Cell::Text(words) = &row[3] else { panic!("a text") };
        match read[3].as_str() {
            None => assert_eq!(words, ""),
            Some(found) if 32_767 < words.encode_utf16().count() => {
                let (kept, note) = found.rsplit_once(" [cut: ").unwrap();
                assert!(words.starts_with(kept) && note == format!("{} characters in all]", words.chars().count()));
                assert!((32_766..=32_767).contains(&found.encode_utf16().count()));
            }
            Some(found) => assert_eq!(found, words),
        }
        let Cell::Integer(count) = row[5] else { panic!("an integer") };
        match count.unsigned_abs() {
            0..=999_999_999_999_999 => assert_eq!(read[5]["n"], count.to_string()),
            _ => assert_eq!(read[5], count.to_string()),
        }
        let Cell::Decimal(price) = row[7] else { panic!("a decimal") };
        assert!(number(&read[7]) == Some(price), "{price}");
        match row[8] {
            Cell::Boolean(yes) => assert_eq!(read[8], yes),
            _ => assert_eq!(read[8], Value::Null),
        }
    }
    assert_eq!(found["frozen"], "A2");
}

#[test]
fn nothing_is_a_formula() {
    let (table, rows) = hostile();
    let found = read(&table, &rows, &Options::default());
    assert!(found["types"].as_array().unwrap().iter().all(|it| it != "f"));
    let place = rows.iter().position(|it| it[3] == Cell::Text("=1+1".to_owned())).unwrap();
    let quoted = found["quoted"].as_array().unwrap();
    assert!(quoted.contains(&json!(format!("D{}", place + 2))), "{quoted:?}");
    assert!(!quoted.contains(&json!("D4")), "{quoted:?}");
}

#[test]
fn choices_read_as_in_csv_and_the_codebook_says_what_they_mean() {
    let (table, rows) = hostile();
    let ids = read(&table, &rows, &Options::default());
    let labels = read(&table, &rows, &Options { cells: Cells::Labels, ..Options::default() });
    assert_eq!(
        (&ids["rows"]["Responses"][1][10], &labels["rows"]["Responses"][1][10]),
        (&json!("yes_1"), &json!("Yes, \"always\""))
    );
    assert_eq!((&ids["rows"]["Responses"][4][11], &labels["rows"]["Responses"][4][11]), (&json!("b"), &json!("+B")));
    let codebook = ids["rows"]["Codebook"].as_array().unwrap();
    assert_eq!(codebook[0], json!(["Column", "What it holds", "Kind", "Value", "Meaning"]));
    assert_eq!(codebook[1], json!([null, "Rows", null, rows.len().to_string(), null]));
    let cut = rows.iter().filter(|it| matches!(&it[3], Cell::Text(it) if 32_767 < it.encode_utf16().count())).count();
    assert_ne!(cut, 0);
    assert!(codebook[2][3].as_str().unwrap().parse::<usize>().unwrap() >= cut);
    assert!(codebook.contains(&json!(["one", null, null, "no", "=No|<&>`$x'"])));
    assert!(codebook.contains(&json!(["nps", null, null, "10", "=Extremely \"likely\" 😀"])));
}

#[test]
fn moments_and_days_are_dates() {
    let table =
        Table { title: String::new(), columns: vec![column("at", "", Kind::Moment), column("day", "", Kind::Day)] };
    let day = |year, month, day| Cell::Day(time::Date::from_calendar_date(year, month, day).unwrap());
    let rows = [
        vec![Cell::Moment(Timestamp::parse("2026-12-01T11:30:05.250Z").unwrap()), day(2026, time::Month::December, 1)],
        vec![Cell::Moment(Timestamp::parse("1900-03-01T00:00:00Z").unwrap()), day(1900, time::Month::March, 1)],
        vec![Cell::Moment(Timestamp::parse("1900-02-28T23:59:59Z").unwrap()), day(1900, time::Month::February, 28)],
        vec![Cell::Moment(Timestamp::parse("9999-12-31T23:59:59Z").unwrap()), day(9999, time::Month::December, 31)],
    ];
    let found = read(&table, &rows, &Options::default());
    let sheet = &found["rows"]["Responses"];
    assert_eq!(sheet[1], json!(["2026-12-01T11:30:05.250000", "2026-12-01T00:00:00"]));
    assert_eq!(sheet[2], json!(["1900-03-01T00:00:00", "1900-03-01T00:00:00"]));
    assert_eq!(
        sheet[3],
        json!(["1900-02-28T23:59:59.000Z", "1900-02-28"]),
        "Excel believes that 1900 had a 29 February"
    );
    assert_eq!(sheet[4], json!(["9999-12-31T23:59:59", "9999-12-31T00:00:00"]));
}

#[test]
fn an_empty_table_and_many_columns_are_workbooks_as_well() {
    let (table, _) = hostile();
    assert_eq!(read(&table, &[], &Options::default())["rows"]["Responses"].as_array().map(Vec::len), Some(1));
    let columns = (0..800).map(|it| column(&format!("q{it}"), "", Kind::Integer)).collect();
    let table = Table { title: String::new(), columns };
    let found = read(&table, &[(0..800).map(Cell::Integer).collect()], &Options::default());
    assert_eq!(found["rows"]["Responses"][1][799]["n"], "799");
}

#[test]
fn more_columns_than_excel_has_are_refused() {
    let columns = (0..16_385).map(|it| column(&format!("q{it}"), "", Kind::Integer)).collect();
    let table = Table { title: String::new(), columns };
    let refused = writer(Format::Xlsx, &table, &Options::default(), Shared::default()).err().unwrap();
    assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    assert!(refused.to_string().contains("16384 columns"), "{refused}");
}

#[test]
fn rows_that_excel_has_no_place_for_go_to_a_further_sheet() {
    let table = Table { title: String::new(), columns: vec![column("q", "", Kind::Boolean)] };
    let sink = Shared::default();
    let mut writer = writer(Format::Xlsx, &table, &Options::default(), sink.clone()).unwrap();
    let rows = vec![vec![Cell::Boolean(true)]; 1_000];
    for _ in 0..1_049 {
        writer.write(&rows).unwrap();
    }
    writer.finish().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.xlsx");
    fs::write(&path, sink.bytes()).unwrap();
    let counted = "import sys, json, zipfile\n\
        z = zipfile.ZipFile(sys.argv[1])\n\
        count = lambda n: z.read(f'xl/worksheets/sheet{n}.xml').count(b'<row ')\n\
        print(json.dumps([z.testzip(), count(1), count(2), b'Responses 2' in z.read('xl/workbook.xml')]))";
    assert_eq!(python(counted, &path), json!([null, 1_048_576, 426, true]));
}

#[test]
fn a_workbook_that_was_cut_does_not_open() {
    let (table, rows) = hostile();
    let whole = file(Format::Xlsx, &table, &rows, &Options::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.xlsx");
    for cut in [whole.len() - 1, whole.len() / 2, 100] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(!python_reads(READER, &path), "cut at {cut}");
    }
}
