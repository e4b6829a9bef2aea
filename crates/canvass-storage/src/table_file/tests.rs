//! Responses as SQLite databases: this file is about what Python's sqlite3 finds in them.

use std::{fs, path::Path, process::Command};

use canvass_model::{
    table::{Cell, Choice, Column, Kind, Row, Table},
    time::Timestamp,
};
use serde_json::{Value, json};

use super::create;

const READER: &str = r#"
import json, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
plain = lambda it: repr(it) if isinstance(it, float) else it
every = lambda table: [[plain(it) for it in row] for row in db.execute(f"select * from {table} order by 1").fetchall()]
print(json.dumps({
    "file": [[plain(it) for it in row] for row in db.execute("select title, rows, columns from file where whole = 'yes'")], "columns": every("codebook_column"), "values": every("codebook_value"),
    "names": [(row[1], row[2]) for row in db.execute("pragma table_info(response)")],
    "rows": [[plain(it) for it in row] for row in db.execute("select * from response order by rowid")],
    "picked": db.execute("select count(*) from response, json_each(response.any) where json_each.value = 'b'").fetchone()
              if "--picks" in sys.argv else None,
    "journal": db.execute("pragma journal_mode").fetchone()[0],
}))
"#;

fn read(path: &Path, arguments: &[&str]) -> Option<Value> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python/bin/python");
    let output = Command::new(&python).args(["-X", "utf8", "-c", READER]).arg(path).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}; run script/bootstrap", python.display()));
    output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
}

fn write(path: &Path, table: &Table, rows: &[Row]) {
    let mut writer = create(path, table).unwrap();
    rows.chunks(3).for_each(|it| writer.write(it).unwrap());
    writer.finish().unwrap();
}

fn column(name: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), label: format!("About \"{name}\"; drop table response"), kind }
}

fn table() -> Table {
    let choices = ["a", "b"].map(|id| Choice { id: id.to_owned(), label: format!("'{id}' -- ") });
    Table {
        title: "It's \"quoted\"".to_owned(),
        columns: vec![
            column("_id", Kind::Text),
            column("words", Kind::Text),
            column("Words", Kind::Text),
            column("select", Kind::Integer),
            column("_fields.\"x", Kind::Decimal),
            column("nps", Kind::Scale(vec![(0, "No".to_owned()), (10, "Yes".to_owned())])),
            column("agree", Kind::Boolean),
            column("at", Kind::Moment),
            column("day", Kind::Day),
            column("one", Kind::Choice(choices.to_vec())),
            column("any", Kind::Choices(choices.to_vec())),
        ],
    }
}

fn texts() -> Vec<String> {
    let controls: String = (1..32).chain(127..160).filter_map(char::from_u32).collect();
    let long = ["long ".repeat(20_000), "😀".repeat(20_000), controls];
    let short = ["", "'", "\"", "'; drop table response; --", "=1+1", "\r\n", "\u{fffd}", "😀", "\u{202e}x", "NULL"];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

#[test]
fn every_cell_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.sqlite");
    let moment = Timestamp::parse("2026-12-01T11:30:05.250Z").unwrap();
    let day = time::Date::from_calendar_date(2026, time::Month::December, 1).unwrap();
    let integers = [i64::MAX, i64::MIN, 0, -1];
    let decimals = [f64::MAX, f64::MIN, 5e-324, 0.1];
    let texts = texts();
    let rows: Vec<Row> = texts
        .iter()
        .enumerate()
        .map(|(place, text)| {
            vec![
                Cell::Text(place.to_string()),
                Cell::Text(text.clone()),
                Cell::Missing,
                Cell::Integer(integers[place % 4]),
                Cell::Decimal(decimals[place % 4]),
                Cell::Integer(10),
                Cell::Boolean(place % 2 == 0),
                Cell::Moment(moment),
                Cell::Day(day),
                if place % 2 == 0 { Cell::Choice(1) } else { Cell::Other(text.clone()) },
                Cell::Choices(vec![0, 1], vec![text.clone()]),
            ]
        })
        .collect();
    write(&path, &table(), &rows);
    let found = read(&path, &["--picks"]).unwrap();
    assert_eq!(found["file"], json!([["It's \"quoted\"", rows.len(), 11]]));
    assert_eq!((&found["picked"], &found["journal"]), (&json!([rows.len()]), &json!("delete")));
    for (place, text) in texts.iter().enumerate() {
        let row = &found["rows"][place];
        assert_eq!((&row[0], &row[1], &row[2]), (&json!(place.to_string()), &json!(text), &Value::Null));
        assert_eq!(row[3], integers[place % 4]);
        assert!(row[4].as_str().unwrap().parse() == Ok(decimals[place % 4]));
        assert_eq!((&row[5], &row[6]), (&json!(10), &json!(u8::from(place % 2 == 0))));
        assert_eq!((&row[7], &row[8]), (&json!("2026-12-01T11:30:05.250Z"), &json!("2026-12-01")));
        assert_eq!(row[9], if place % 2 == 0 { "b".to_owned() } else { format!("other: {text}") });
        let picks: Value = serde_json::from_str(row[10].as_str().unwrap()).unwrap();
        assert_eq!(picks, json!(["a", "b", { "other": text }]));
    }
}

#[test]
fn columns_are_typed_and_the_codebook_says_what_they_mean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.sqlite");
    write(&path, &table(), &[]);
    let found = read(&path, &[]).unwrap();
    let names = found["names"].as_array().unwrap();
    assert_eq!(
        names[1..5],
        [
            json!(["words", "TEXT"]),
            json!(["Words_2", "TEXT"]),
            json!(["select", "INTEGER"]),
            json!(["_fields.\"x", "REAL"])
        ]
    );
    let columns = found["columns"].as_array().unwrap();
    assert!(
        columns.contains(&json!(["Words_2", "Words", "About \"Words\"; drop table response", "text", 2])),
        "{columns:?}"
    );
    assert_eq!(found["values"].as_array().map(Vec::len), Some(6));
    assert!(found["values"].as_array().unwrap().contains(&json!(["any", 1, "b", "'b' -- "])));
    assert_eq!((&found["rows"], &found["file"][0][1]), (&json!([]), &json!(0)));
}

#[test]
fn five_hundred_columns_fit_and_more_than_sqlite_has_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.sqlite");
    let columns = (0..500).map(|it| column(&format!("q{it}"), Kind::Integer)).collect();
    write(&path, &Table { title: String::new(), columns }, &[(0..500).map(Cell::Integer).collect()]);
    assert_eq!(read(&path, &[]).unwrap()["rows"][0][499], 499);
    let columns = (0..2_001).map(|it| column(&format!("q{it}"), Kind::Integer)).collect();
    let refused = create(&folder.path().join("other"), &Table { title: String::new(), columns }).err().unwrap();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn a_database_that_is_not_whole_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("responses.sqlite");
    let row = |it: i64| {
        let mut row = vec![Cell::Missing; 11];
        row[1] = Cell::Text("x".repeat(500));
        row[3] = Cell::Integer(it);
        row
    };
    let rows: Vec<Row> = (0..200).map(row).collect();
    let mut left = create(&path, &table()).unwrap();
    left.write(&rows).unwrap();
    drop(left);
    assert!(read(&path, &[]).is_none_or(|it| it["file"] == json!([])), "nobody finished it");
    fs::remove_file(&path).unwrap();
    write(&path, &table(), &rows);
    assert_eq!(read(&path, &[]).unwrap()["file"][0][1], 200);
    assert!(create(&path, &table()).is_err(), "what is there is not written over");
    let whole = fs::read(&path).unwrap();
    let (len, found) = (whole.len(), read(&path, &[]));
    // Behind the last word of the last page there is nothing that could be lost.
    let end = whole.windows(3).rposition(|it| it == b"yes").unwrap() + 3;
    assert!(len - 4_096 < end, "the last word is in the last page");
    for cut in [len / 2, len - 4_097, len - 4_096, len - 4_095, end - 3, end - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(read(&path, &[]).is_none_or(|it| it["file"] == json!([])), "cut at {cut} of {len}");
    }
    fs::write(&path, &whole[..end]).unwrap();
    assert_eq!(read(&path, &[]), found);
}
