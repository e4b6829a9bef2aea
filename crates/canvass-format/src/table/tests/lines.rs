//! CSV and JSON Lines: this file is about what they say, how they end, and going on with one.

use canvass_model::{
    hex::hex,
    table::{Cell, Kind, Table},
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::support::{Shared, choices, column, file, hostile, text};
use crate::table::{Cells, Done, End, Extent, Format, Options, harmless, resume, writer};

const FOOTER: Options = Options { cells: Cells::Ids, end: End::Footer, extent: None };

#[test]
fn formulas_are_disarmed_and_numbers_stay_numbers() {
    for attack in ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\t=1", "＝1+1"] {
        assert_eq!(harmless(attack), format!("'{attack}"));
    }
    for plain in ["-5", "+3.5", "words", "", "a=b"] {
        assert_eq!(harmless(plain), plain);
    }
}

#[test]
fn a_cell_reads_as_it_did_before() {
    let table = Table {
        title: String::new(),
        columns: vec![
            column("one", "", Kind::Choice(choices(&[("a", "=A"), ("b", "B")]))),
            column("any", "", Kind::Choices(choices(&[("a", "=A"), ("b", "B")]))),
            column("yes", "", Kind::Boolean),
        ],
    };
    let rows = [
        vec![Cell::Choice(0), Cell::Choices(vec![0, 1], vec!["own".to_owned()]), Cell::Boolean(true)],
        vec![Cell::Other("=x".to_owned()), Cell::Choices(vec![], vec![]), Cell::Boolean(false)],
        vec![Cell::Missing, Cell::Missing, Cell::Missing],
    ];
    let ids = text(file(Format::Csv, &table, &rows, &Options::default()));
    assert_eq!(ids, "one,any,yes\r\na,a;b;other: own,yes\r\nother: =x,,no\r\n,,\r\n");
    let labels = text(file(Format::Csv, &table, &rows, &Options { cells: Cells::Labels, ..Options::default() }));
    assert_eq!(labels, "one,any,yes\r\n'=A,'=A;B;Other: own,Yes\r\nOther: =x,,No\r\n,,\r\n");
    let json = text(file(Format::JsonLines, &table, &rows, &Options::default()));
    assert_eq!(
        json,
        "{\"one\":\"a\",\"any\":[\"a\",\"b\",{\"other\":\"own\"}],\"yes\":true}\n\
         {\"one\":{\"other\":\"=x\"},\"any\":[],\"yes\":false}\n{\"one\":null,\"any\":null,\"yes\":null}\n"
    );
}

#[test]
fn hostile_texts_come_back_from_csv() {
    let (table, rows) = hostile();
    let csv = file(Format::Csv, &table, &rows, &Options::default());
    let mut reader = csv::Reader::from_reader(&csv[..]);
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        table.columns.iter().map(|it| &it.name).collect::<Vec<_>>()
    );
    let read: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(read.len(), rows.len());
    for (read, row) in read.iter().zip(&rows) {
        let Cell::Text(words) = &row[3] else { panic!("a text") };
        assert_eq!(&read[3], harmless(words));
        let Cell::Decimal(price) = &row[7] else { panic!("a decimal") };
        assert_eq!(read[7].parse::<f64>().unwrap().to_bits(), price.to_bits());
        let Cell::Integer(count) = &row[5] else { panic!("an integer") };
        assert_eq!(read[5].parse(), Ok(*count));
    }
}

#[test]
fn hostile_texts_come_back_from_json_lines() {
    let (table, rows) = hostile();
    let lines = text(file(Format::JsonLines, &table, &rows, &FOOTER));
    let lines: Vec<serde_json::Value> = lines.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines.len(), rows.len() + 1);
    assert_eq!(lines[rows.len()]["_rows"], rows.len());
    for (read, row) in lines.iter().zip(&rows) {
        let Cell::Text(words) = &row[3] else { panic!("a text") };
        assert_eq!(read["words"], words.as_str());
        let Cell::Decimal(price) = row[7] else { panic!("a decimal") };
        assert!((read["price"].as_f64().unwrap() - price).abs() <= f64::EPSILON * price.abs());
        let Cell::Integer(count) = row[5] else { panic!("an integer") };
        assert_eq!(read["count"], count);
    }
}

#[test]
fn the_last_line_holds_the_rows_and_the_hash_of_all_before_it() {
    let (table, rows) = hostile();
    let csv = file(Format::Csv, &table, &rows, &FOOTER);
    let start = csv[..csv.len() - 2].iter().rposition(|it| *it == b'\n').unwrap() + 1;
    let expected = format!("# rows: {},sha256: {},,,,,,,,,,,,\r\n", rows.len(), hex(&Sha256::digest(&csv[..start])));
    assert_eq!(text(csv[start..].to_vec()), expected);

    let json = file(Format::JsonLines, &table, &rows, &FOOTER);
    let start = json[..json.len() - 1].iter().rposition(|it| *it == b'\n').unwrap() + 1;
    let expected = format!("{{\"_rows\":{},\"_sha256\":\"{}\"}}\n", rows.len(), hex(&Sha256::digest(&json[..start])));
    assert_eq!(text(json[start..].to_vec()), expected);
}

#[test]
fn an_empty_table_has_a_header_and_an_end() {
    let (table, _) = hostile();
    let csv = text(file(Format::Csv, &table, &[], &FOOTER));
    assert!(csv.starts_with("_id,_received_at,") && csv.contains("\r\n# rows: 0,sha256: "), "{csv}");
    let json = text(file(Format::JsonLines, &table, &[], &FOOTER));
    assert!(json.starts_with("{\"_rows\":0,\"_sha256\":\"e3b0c442"), "{json}");
}

#[test]
fn a_file_is_gone_on_with_at_every_batch() {
    let (table, rows) = hostile();
    for format in [Format::Csv, Format::JsonLines] {
        let whole = file(format, &table, &rows, &FOOTER);
        for cut in [0, 1, 3, rows.len()] {
            let (first, second) = (Shared::default(), Shared::default());
            let mut begun = writer(format, &table, &FOOTER, first.clone()).unwrap();
            begun.write(&rows[..cut]).unwrap();
            // The writer is lost here, and what the sink has is all there is.
            let kept = first.bytes();
            drop(begun);
            assert_eq!(first.bytes(), kept, "nothing was held back");
            let done = Done { rows: cut as u64, hash: Sha256::new_with_prefix(&kept) };
            let mut rest = resume(format, &table, &FOOTER, done, second.clone()).unwrap();
            rest.write(&rows[cut..]).unwrap();
            rest.finish().unwrap();
            assert!([kept, second.bytes()].concat() == whole, "{format:?} gone on with at row {cut}");
        }
    }
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let (table, rows) = hostile();
    let wrong = |place: usize, cell: Cell| {
        let mut row = rows[0].clone();
        row[place] = cell;
        let mut writer = writer(Format::Csv, &table, &FOOTER, Shared::default()).unwrap();
        writer.write(&[row]).is_err()
    };
    assert!(!wrong(3, Cell::Missing));
    assert!(wrong(3, Cell::Integer(1)));
    assert!(wrong(7, Cell::Decimal(f64::NAN)));
    assert!(wrong(7, Cell::Decimal(f64::INFINITY)));
    assert!(wrong(10, Cell::Choice(4)));
    assert!(wrong(11, Cell::Choices(vec![3], vec![])));
    assert!(wrong(11, Cell::Choices(vec![1, 0], vec![])));
    assert!(wrong(11, Cell::Choices(vec![1, 1], vec![])));
    let mut short = writer(Format::Csv, &table, &FOOTER, Shared::default()).unwrap();
    assert!(short.write(&[rows[0][1..].to_vec()]).is_err());
}

#[test]
fn a_writer_that_was_given_fewer_rows_than_announced_does_not_finish() {
    let (table, rows) = hostile();
    let mut extent = Extent::new(&table);
    extent.add(&rows);
    let sink = Shared::default();
    let options = Options { extent: Some(extent), ..FOOTER };
    let mut writer = writer(Format::Csv, &table, &options, sink.clone()).unwrap();
    writer.write(&rows[1..]).unwrap();
    assert_eq!(writer.finish().unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    assert!(!text(sink.bytes()).contains("sha256: "));
}

proptest! {
    #[test]
    fn any_texts_come_back(texts in prop::collection::vec(any::<String>(), 1..20)) {
        let table = Table {
            title: String::new(),
            columns: vec![column("a", "", Kind::Text), column("b", "", Kind::Choice(vec![]))],
        };
        let rows: Vec<_> = texts.iter().map(|it| vec![Cell::Text(it.clone()), Cell::Other(it.clone())]).collect();
        let csv = file(Format::Csv, &table, &rows, &Options::default());
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let read: Vec<String> = reader.records().map(|it| it.unwrap()[0].to_owned()).collect();
        prop_assert_eq!(read, texts.iter().map(|it| harmless(it).into_owned()).collect::<Vec<_>>());

        let json = text(file(Format::JsonLines, &table, &rows, &Options::default()));
        let read: Vec<serde_json::Value> = json.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        for (read, text) in read.iter().zip(&texts) {
            prop_assert_eq!(read["a"].as_str(), Some(text.as_str()));
            prop_assert_eq!(read["b"]["other"].as_str(), Some(text.as_str()));
        }
        prop_assert_eq!(read.len(), texts.len());
    }
}
