//! SPSS files: this file is about what PSPP and pyreadstat find in them, which reads as R and Stata do.

use std::fs;

use canvass_model::{
    table::{Cell, Column, Kind, Row, Table},
    time::Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    readers::{pspp, python, python_reads},
    support::{Shared, choices, column, file, hostile},
};
use crate::table::{Extent, Format, Options, writer};

const READER: &str = include_str!("readers/sav.py");

fn read(table: &Table, rows: &[Row]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.sav");
    fs::write(&path, file(Format::Sav, table, rows, &Options::default())).unwrap();
    python(READER, &path)
}

/// A text as SPSS keeps it: without the spaces at its end, and a space for a zero.
fn kept(text: &str) -> String {
    text.replace('\0', " ").trim_end_matches(' ').to_owned()
}

/// A number as Python wrote it: every digit of it, which our JSON reader would round.
fn number(cell: &Value) -> Option<f64> {
    cell.as_str().map(|it| it.parse().unwrap())
}

/// A text out of the variables it was put into.
fn joined(found: &Value, name: &str, row: usize) -> String {
    let names = found["names"].as_array().unwrap().iter().filter_map(Value::as_str);
    let parts = names.filter(|it| *it == name || it.starts_with(&format!("{name}_more")));
    parts.map(|it| found["cells"][it][row].as_str().unwrap()).collect()
}

#[test]
fn hostile_texts_and_numbers_come_back() {
    let (table, rows) = hostile();
    let found = read(&table, &rows);
    assert_eq!((&found["rows"], &found["encoding"]), (&json!(rows.len()), &json!("UTF-8")));
    for (place, row) in rows.iter().enumerate() {
        let Cell::Text(words) = &row[3] else { panic!("a text") };
        // Spaces before a cut between two variables belong to the text, those at its end do not.
        assert_eq!(kept(&joined(&found, "words", place)), kept(words), "row {place}");
        let cell = |name: &str| &found["cells"][name][place];
        let Cell::Integer(count) = row[5] else { panic!("an integer") };
        assert_eq!(number(cell("count")), Some(count as f64));
        let Cell::Decimal(price) = row[7] else { panic!("a decimal") };
        // The last floats at both ends mean something else to SPSS.
        let price = price.clamp(f64::MIN.next_up().next_up(), f64::MAX.next_down());
        assert_eq!(number(cell("price")).map(f64::to_bits), Some(price.to_bits()), "{price}");
        let Cell::Moment(moment) = row[1] else { panic!("a moment") };
        let seconds = number(cell("@_received_at")).unwrap() - 12_219_379_200.0;
        assert!((seconds - moment.0 as f64 / 1_000.0).abs() < 0.000_1, "{moment}");
        match &row[8] {
            Cell::Boolean(yes) => assert_eq!(number(cell("agree")), Some(f64::from(u8::from(*yes)))),
            _ => assert_eq!(cell("agree"), &Value::Null),
        }
        match &row[10] {
            Cell::Choice(place) => assert_eq!(number(cell("one")), Some(*place as f64 + 1.0)),
            Cell::Other(text) => {
                assert_eq!(number(cell("one")), Some(5.0));
                assert_eq!(cell("one_other"), kept(text).as_str());
            }
            _ => assert_eq!(cell("one"), &Value::Null),
        }
        match &row[11] {
            Cell::Choices(picks, own) => {
                for (choice, id) in ["a", "b", "c"].iter().enumerate() {
                    let picked = f64::from(u8::from(picks.contains(&choice)));
                    assert_eq!(number(cell(&format!("any_{id}"))), Some(picked));
                }
                assert_eq!(cell("any_other"), kept(&own.join("; ")).as_str());
            }
            _ => assert_eq!(cell("any_a"), &Value::Null),
        }
    }
}

#[test]
fn labels_meanings_and_sets_are_there() {
    let (table, rows) = hostile();
    let found = read(&table, &rows);
    assert_eq!(found["labels"]["words"], table.columns[3].label.as_str());
    assert_eq!(found["labels"]["Words_2"], &table.columns[4].label[..255]);
    assert_eq!(found["meanings"]["agree"], json!({ "0.0": "No", "1.0": "Yes" }));
    assert_eq!(found["meanings"]["nps"]["10.0"], "=Extremely \"likely\" 😀");
    let one = &found["meanings"]["one"];
    assert_eq!(
        (&one["1.0"], &one["2.0"], &one["5.0"]),
        (&json!("Yes, \"always\""), &json!("=No|<&>`$x'"), &json!("Other"))
    );
    let long = one["3.0"].as_str().unwrap();
    assert!(long.len() <= 120 && 116 < long.len() && "Länge ".repeat(80).starts_with(long), "{long}");
    assert_eq!(found["measures"]["nps"], "ordinal");
    assert_eq!(found["formats"]["@_received_at"], "DATETIME24.3");
    assert_eq!(found["formats"]["born"], "SDATE10");
    let set = &found["sets"]["any"];
    assert_eq!(set["counted_value"], json!(1), "{}", found["sets"]);
    assert_eq!(set["variable_list"].as_array().map(Vec::len), Some(3));
}

#[test]
fn choices_that_are_numbers_keep_them() {
    let coded = choices(&[("3", "Three"), ("1", "One"), ("20", "Twenty")]);
    let table = Table { title: String::new(), columns: vec![column("q", "", Kind::Choice(coded))] };
    let rows = [vec![Cell::Choice(0)], vec![Cell::Choice(2)], vec![Cell::Other("x".to_owned())], vec![Cell::Missing]];
    let found = read(&table, &rows);
    assert_eq!(found["cells"]["q"], json!(["3.0", "20.0", "21.0", null]));
    assert_eq!(found["meanings"]["q"], json!({ "3.0": "Three", "1.0": "One", "20.0": "Twenty", "21.0": "Other" }));
}

#[test]
fn pspp_reads_it_without_complaint() {
    let (table, rows) = hostile();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.sav"), file(Format::Sav, &table, &rows, &Options::default())).unwrap();
    let output = pspp(
        folder.path(),
        "GET FILE='file.sav'.\nMRSETS /DISPLAY NAME=ALL.\nDESCRIPTIVES count.\nCROSSTABS one BY agree.\n\
         SAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /FIELDNAMES /KEEP=count nps one any_a any_b born.\n",
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("warning") && !said.contains("error") && output.stderr.is_empty(), "{said}");
    assert!(said.contains("$any"), "{said}");
    let csv = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "count,nps,one,any_a,any_b,born");
    assert_eq!(lines.len(), rows.len() + 1);
    assert_eq!(lines[2], "1,1,2,0,0,10/14/1582");
}

#[test]
fn an_empty_table_and_one_row_are_files_as_well() {
    let (table, rows) = hostile();
    let found = read(&table, &[]);
    assert_eq!((&found["rows"], found["names"].as_array().map(Vec::len)), (&json!(0), Some(16)));
    assert_eq!(read(&table, &rows[..1])["rows"], 1);
}

#[test]
fn five_hundred_questions_of_every_length_of_name_fit() {
    let question = |it: usize| {
        let name = format!("{}{it}", "very_long_name_".repeat(it % 5));
        column(
            &name[name.len().saturating_sub(64)..],
            "Question",
            if it.is_multiple_of(2) { Kind::Text } else { Kind::Decimal },
        )
    };
    let columns: Vec<Column> = (0..500)
        .map(question)
        .map(|it| Column { name: format!("q{}", &it.name[..it.name.len().min(63)]), ..it })
        .collect();
    let row = |number: usize| -> Row {
        (0..500)
            .map(
                |it: usize| {
                    if it.is_multiple_of(2) { Cell::Text("x".repeat(it)) } else { Cell::Decimal(number as f64 / 7.0) }
                },
            )
            .collect()
    };
    let table = Table { title: "Many".to_owned(), columns };
    let found = read(&table, &(0..20).map(row).collect::<Vec<_>>());
    let names = found["names"].as_array().unwrap();
    assert_eq!(names.len(), 500);
    let last = names[498].as_str().unwrap();
    assert_eq!(found["cells"][last][19], "x".repeat(498));
    assert_eq!(number(&found["cells"][names[499].as_str().unwrap()][19]), Some(19.0 / 7.0));
}

#[test]
fn a_file_that_was_cut_is_refused_by_its_readers() {
    let (table, rows) = hostile();
    let whole = file(Format::Sav, &table, &rows, &Options::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.sav");
    for cut in [1_000, whole.len() / 2, whole.len() - 2_000] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(!python_reads(READER, &path), "cut at {cut} of {}", whole.len());
    }
    // Between two rows, where nothing but their number tells.
    let table = Table {
        title: String::new(),
        columns: (0..8).map(|it| column(&format!("q{it}"), "", Kind::Integer)).collect(),
    };
    let rows = vec![vec![Cell::Integer(1); 8]; 10];
    let whole = file(Format::Sav, &table, &rows, &Options::default());
    fs::write(&path, &whole).unwrap();
    assert!(python_reads(READER, &path));
    fs::write(&path, &whole[..whole.len() - 16]).unwrap();
    assert!(!python_reads(READER, &path));
}

#[test]
fn a_file_needs_to_know_how_much_comes_and_gets_no_more() {
    let table = Table { title: String::new(), columns: vec![column("q", "", Kind::Text)] };
    assert!(writer(Format::Sav, &table, &Options::default(), Shared::default()).is_err());
    let mut extent = Extent::new(&table);
    extent.add(&[vec![Cell::Text("short".to_owned())]]);
    let options = Options { extent: Some(extent), ..Options::default() };
    let mut longer = writer(Format::Sav, &table, &options, Shared::default()).unwrap();
    assert!(longer.write(&[vec![Cell::Text("longer".to_owned())]]).is_err());
}

#[test]
fn moments_are_shown_as_they_are() {
    let table =
        Table { title: String::new(), columns: vec![column("at", "", Kind::Moment), column("day", "", Kind::Day)] };
    let day = time::Date::from_calendar_date(2026, time::Month::December, 1).unwrap();
    let at = Timestamp::parse("2026-12-01T11:30:05.250Z").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let rows = [vec![Cell::Moment(at), Cell::Day(day)]];
    fs::write(folder.path().join("file.sav"), file(Format::Sav, &table, &rows, &Options::default())).unwrap();
    pspp(folder.path(), "GET FILE='file.sav'.\nSAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /CELLS=VALUES.\n");
    let csv = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(csv.trim(), "12/01/2026 11:30:05,12/01/2026");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_texts_and_numbers_come_back(cells in prop::collection::vec((any::<String>(), "[a-z😀 ]{0,700}", any::<f64>(), any::<i32>()), 1..40)) {
        let columns = [("a", Kind::Text), ("b", Kind::Text), ("n", Kind::Decimal), ("i", Kind::Integer)];
        let table = Table { title: String::new(), columns: columns.map(|(name, kind)| column(name, "", kind)).into() };
        let decimal = |it: f64| if it.is_finite() { Cell::Decimal(it) } else { Cell::Missing };
        let rows: Vec<Row> = cells.iter().map(|(a, b, n, i)| {
            vec![Cell::Text(a.clone()), Cell::Text(b.clone()), decimal(*n), Cell::Integer(i64::from(*i))]
        }).collect();
        let found = read(&table, &rows);
        for (place, (a, b, n, i)) in cells.iter().enumerate() {
            prop_assert_eq!(&found["cells"]["a"][place], &json!(kept(a)));
            prop_assert_eq!(&found["cells"]["b"][place], &json!(kept(b)));
            prop_assert_eq!(number(&found["cells"]["n"][place]), n.is_finite().then_some(*n));
            prop_assert_eq!(number(&found["cells"]["i"][place]), Some(f64::from(*i)));
        }
    }
}
