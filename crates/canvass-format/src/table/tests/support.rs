//! Tables to write, and where writing goes: this file is about what the tests of all formats need.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use canvass_model::{
    table::{Cell, Choice, Column, Kind, Row, Table},
    time::Timestamp,
};
use time::{Date, Month};

use crate::table::{Extent, Format, Options, writer};

/// A sink that lets the test look at what arrived.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The whole file, its rows given in batches of three; the extent is found first.
pub(super) fn file(format: Format, table: &Table, rows: &[Row], options: &Options) -> Vec<u8> {
    let mut extent = Extent::new(table);
    rows.chunks(3).for_each(|it| extent.add(it));
    let options = Options { extent: Some(extent), ..options.clone() };
    let sink = Shared::default();
    let mut writer = writer(format, table, &options, sink.clone()).unwrap();
    for batch in rows.chunks(3) {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    sink.bytes()
}

pub(super) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

pub(super) fn column(name: &str, label: &str, kind: Kind) -> Column {
    Column { name: name.to_owned(), label: label.to_owned(), kind }
}

pub(super) fn choices(choices: &[(&str, &str)]) -> Vec<Choice> {
    choices.iter().map(|(id, label)| Choice { id: (*id).to_owned(), label: (*label).to_owned() }).collect()
}

/// Texts that break writers: what respondents may write, what scripts may note beyond it, and what readers stumble over.
pub(super) fn hostile_texts() -> Vec<String> {
    let controls: String = (1..32).chain(127..160).filter_map(char::from_u32).collect();
    let mut texts: Vec<String> = [
        "",
        " ",
        "plain",
        "  spaces  ",
        "a,b;c\td",
        "line\nbreak",
        "carriage\rreturn",
        "both\r\n",
        "\"",
        "\"\"",
        "'",
        "a\"b'c`d",
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "＝1+1",
        "'=1",
        "-5",
        "1e999",
        "NA",
        "NULL",
        "NaN",
        "TRUE",
        "<b>&amp;</b>",
        "]]>",
        "_x000D_",
        "_x0041_ _x",
        "\\",
        "\\N",
        "\\\"",
        "${x} $x `x'",
        "%s%n",
        "😀👩‍👩‍👧",
        "שלום עולם",
        "\u{202e}abc",
        "\u{fffd}",
        "\u{feff}bom",
        "\u{fffe}\u{ffff}",
        "\u{10ffff}",
        "e\u{301}",
        "\u{2028}\u{2029}",
        "#",
        "# rows: 1",
        "0x10",
        "1,5",
        "2026-12-01",
        ".",
        "-",
        "~",
        "PAR1",
        "$FL2",
    ]
    .map(str::to_owned)
    .into();
    texts.push(controls);
    texts.push("long ".repeat(9_000));
    texts.push("😀".repeat(20_000));
    texts.push("a".repeat(255));
    texts.push("ä".repeat(128));
    texts.push("x".repeat(32_767));
    texts.push("\u{1}".repeat(300));
    texts
}

/// A table with a column of each kind, and rows that are hard to write.
pub(super) fn hostile() -> (Table, Vec<Row>) {
    let scale = vec![(0, "Not at all likely".to_owned()), (10, "=Extremely \"likely\" 😀".to_owned())];
    let one = choices(&[
        ("yes_1", "Yes, \"always\""),
        ("no", "=No|<&>`$x'"),
        ("long", &"Länge ".repeat(80)),
        ("_x", "_x0041_"),
    ]);
    let any = choices(&[("a", "A; b"), ("b", "+B"), ("c", "")]);
    let table = Table {
        title: "What \"people\" = `think` $of <it> & 😀".to_owned(),
        columns: vec![
            column("_id", "", Kind::Text),
            column("_received_at", "Received", Kind::Moment),
            column("_version", "", Kind::Integer),
            column("words", "Your 'words', \"please\" | *now* \\ $x `y`", Kind::Text),
            column("Words", &"A very long label. ".repeat(50), Kind::Text),
            column("count", "How many?", Kind::Integer),
            column("nps", "Would you?", Kind::Scale(scale)),
            column("price", "Price (€)", Kind::Decimal),
            column("agree", "", Kind::Boolean),
            column("born", "Born", Kind::Day),
            column("one", "Pick one", Kind::Choice(one)),
            column("any", "Pick any", Kind::Choices(any)),
            column("with", "A word that programs keep for themselves", Kind::Integer),
            column("_fields.score", "Score", Kind::Decimal),
        ],
    };
    (table, hostile_rows())
}

fn hostile_rows() -> Vec<Row> {
    let texts = hostile_texts();
    let moments = [0, 1_795_203_453_017, -1, -2_208_988_800_000, 253_402_300_799_999, -62_135_596_800_000];
    let integers = [0, 1, -1, 100, 151, 152, -99, -100, 1 << 53, -(1 << 53), i64::MAX, i64::MIN];
    let decimals =
        [0.0, -0.0, 0.1, -2.5, 3.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e300, 1e15 + 0.5, 0.1 + 0.2];
    let days = [
        (2026, Month::December, 1),
        (1582, Month::October, 14),
        (1, Month::January, 1),
        (9999, Month::December, 31),
        (1900, Month::February, 28),
    ];
    let row = |(place, text): (usize, &String)| {
        let (year, month, day) = days[place % days.len()];
        let own = texts[(place + 7) % texts.len()].clone();
        vec![
            Cell::Text(format!("00000000-0000-7000-8000-{place:012}")),
            Cell::Moment(Timestamp(moments[place % moments.len()])),
            Cell::Integer(1),
            Cell::Text(text.clone()),
            if place % 2 == 0 { Cell::Missing } else { Cell::Text(own.clone()) },
            Cell::Integer(integers[place % integers.len()]),
            if place % 5 == 0 { Cell::Missing } else { Cell::Integer((place % 11) as i64) },
            Cell::Decimal(decimals[place % decimals.len()]),
            if place % 3 == 0 { Cell::Missing } else { Cell::Boolean(place % 3 == 1) },
            Cell::Day(Date::from_calendar_date(year, month, day).unwrap()),
            match place % 6 {
                4 => Cell::Other(own.chars().take(500).collect()),
                5 => Cell::Missing,
                choice => Cell::Choice(choice),
            },
            match place % 5 {
                0 => Cell::Choices(vec![0, 2], vec!["x; y".to_owned(), text.chars().take(500).collect()]),
                1 => Cell::Choices(vec![], vec![]),
                2 => Cell::Missing,
                3 => Cell::Choices(vec![1], vec![]),
                _ => Cell::Choices(vec![0, 1, 2], vec![]),
            },
            Cell::Integer(place as i64),
            Cell::Missing,
        ]
    };
    texts.iter().enumerate().map(row).collect()
}
