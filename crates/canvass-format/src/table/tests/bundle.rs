//! Archives with a script: this file is about R running it, what is in Stata's, and the codebook.

use std::{fs, path::Path};

use canvass_model::table::{Cell, Column, Kind, Row, Table};
use serde_json::json;

use super::{
    readers::{python, r},
    support::{choices, column, file, hostile, text},
};
use crate::table::{Format, Options};

const UNPACK: &str = "import sys, json, zipfile, os\n\
    z = zipfile.ZipFile(sys.argv[1])\n\
    assert z.testzip() is None\n\
    z.extractall(os.path.dirname(sys.argv[1]))\n\
    print(json.dumps(z.namelist()))";

/// Unpacks the archive of a table into a folder.
fn unpack(folder: &Path, format: Format, table: &Table, rows: &[Row]) {
    let path = folder.join("file.zip");
    fs::write(&path, file(format, table, rows, &Options::default())).unwrap();
    let script = if format == Format::R { "responses.R" } else { "responses.do" };
    assert_eq!(python(UNPACK, &path), json!(["responses.csv", script, "codebook.md"]));
}

/// Runs R's script, then a check.
fn check(folder: &Path, check: &str) -> (bool, String) {
    let output = r(folder, &format!("options(warn = 2)\nsource(\"responses.R\")\n{check}"));
    (
        output.status.success(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}

#[test]
fn r_reads_types_labels_and_hostile_texts() {
    let (table, rows) = hostile();
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path(), Format::R, &table, &rows);
    // R reads every line end as one, and no text as none.
    let words = rows.iter().map(|row| match &row[3] {
        Cell::Text(text) => text.replace("\r\n", "\n").replace('\r', "\n"),
        _ => String::new(),
    });
    fs::write(folder.path().join("words.txt"), words.collect::<Vec<_>>().join("\u{0}")).unwrap();
    let (good, said) = check(
        folder.path(),
        r#"
        raw <- readBin("words.txt", "raw", 1e7)
        ends <- c(which(raw == 0), length(raw) + 1)
        starts <- c(1, head(ends, -1) + 1)
        words <- mapply(function(from, to) if (to < from) NA else rawToChar(raw[from:to]), starts, ends - 1)
        Encoding(words) <- "UTF-8"
        for (place in seq_along(words)) {
          if (!identical(words[place], responses$words[place])) {
            stop("row ", place, ": ", substr(words[place], 1, 50), " is ", substr(responses$words[place], 1, 50))
          }
        }
        stopifnot(is.numeric(responses$count), is.logical(responses$agree), inherits(responses$born, "Date"))
        stopifnot(inherits(responses$`_received_at`, "POSIXct"), is.factor(responses$one))
        stopifnot(identical(levels(responses$one)[1:2], c("Yes, \"always\"", "=No|<&>`$x'")))
        stopifnot(as.integer(responses$one)[1:5] == 1:5, is.na(responses$one[6]), is.na(responses$one.other[1]))
        stopifnot(identical(responses$any.a[c(1, 4)], c(TRUE, FALSE)), is.na(responses$any.a[3]))
        stopifnot(startsWith(responses$any.other[1], "x; y"), is.na(responses$any.other[4]))
        stopifnot(attr(responses$words, "label") == "Your 'words', \"please\" | *now* \\ $x `y`")
        stopifnot(attr(responses$nps, "labels")[["=Extremely \"likely\" \U{1f600}"]] == 10)
        stopifnot(responses$price[6] == .Machine$double.xmax, responses$price[3] == 0.1)
        stopifnot(format(responses$`_received_at`[1], "%Y-%m-%d %H:%M") == "1970-01-01 00:00")
        cat("as expected")
        "#,
    );
    assert!(good && said.contains("as expected"), "{said}");
}

#[test]
fn r_refuses_rows_that_are_not_all() {
    let (table, rows) = hostile();
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path(), Format::R, &table, &rows);
    let path = folder.path().join("responses.csv");
    let csv = fs::read_to_string(&path).unwrap();
    let end = csv.trim_end().rfind("\r\n0000").unwrap();
    fs::write(&path, &csv[..end + 2]).unwrap();
    let (good, said) = check(folder.path(), "");
    assert!(!good && said.contains("not whole"), "{said}");
}

#[test]
fn r_reads_an_empty_table() {
    let (table, _) = hostile();
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path(), Format::R, &table, &[]);
    let (good, said) = check(folder.path(), "stopifnot(nrow(responses) == 0, is.factor(responses$one))");
    assert!(good, "{said}");
}

#[test]
fn choices_of_one_label_stay_two() {
    let alike = choices(&[("a", "Same"), ("b", "Same"), ("c", "Other"), ("d", "")]);
    let table = Table { title: String::new(), columns: vec![column("q", "", Kind::Choice(alike))] };
    let rows: Vec<Row> = (0..4).map(|it| vec![Cell::Choice(it)]).collect();
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path(), Format::R, &table, &rows);
    let expected = r#"c("Same (a)", "Same (b)", "Other (c)", "d")"#;
    let (good, said) = check(folder.path(), &format!("stopifnot(as.character(responses$q) == {expected})"));
    assert!(good, "{said}");
}

#[test]
fn stata_finds_nothing_to_expand_and_names_it_takes() {
    let (mut table, rows) = hostile();
    let long = "x".repeat(64);
    for (name, kind) in
        [(long.as_str(), Kind::Text), ("v3", Kind::Text), ("str20", Kind::Text), ("_all", Kind::Boolean)]
    {
        table.columns.push(column(name, "$(evil) `=exit'\"'", kind));
    }
    let rows: Vec<Row> = rows.into_iter().map(|row| [row, vec![Cell::Missing; 4]].concat()).collect();
    let folder = tempfile::tempdir().unwrap();
    unpack(folder.path(), Format::Stata, &table, &rows);
    let script = fs::read_to_string(folder.path().join("responses.do")).unwrap();
    assert!(!script.contains(['$', '`', '\\']), "nothing that Stata expands");
    for line in script.lines() {
        assert_eq!(line.matches('"').count() % 2, 0, "{line}");
    }
    assert!(script.contains(&format!("if (_N != {} | ", rows.len())), "{script}");
    let names: Vec<&str> = script
        .lines()
        .filter_map(|it| it.strip_prefix("generate "))
        .filter_map(|it| it.split_whitespace().nth(1))
        .filter(|it| !["_p", "_o"].contains(it))
        .collect();
    let mut different = names.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), names.len());
    assert!(names.iter().all(|it| it.len() <= 32 && it.starts_with(|it: char| it.is_ascii_alphabetic())), "{names:?}");
    for expected in ["x_id", "words", "Words", "xwith", "xstr20", "v3", "x_all", "any_a", "any_other", "one_other"] {
        assert!(names.contains(&expected), "{expected} in {names:?}");
    }
    assert!(script.contains("mata: st_vlmodify(\"nps\", 10, uchar(61) + \"Extremely \" + uchar(34)"), "{script}");
}

#[test]
fn a_codebook_shows_labels_as_they_are() {
    let (table, rows) = hostile();
    let codebook = text(file(Format::Codebook, &table, &rows, &Options::default()));
    assert!(codebook.starts_with("# What \"people\" \\= \\`think\\` \\$of \\<it\\> \\& 😀\n"), "{codebook}");
    assert!(codebook.contains("| price | Price (€) | number |"), "{codebook}");
    assert!(codebook.contains("| no | \\=No\\|\\<\\&\\>\\`\\$x' |"), "{codebook}");
    assert!(codebook.ends_with("\nEnd of the codebook: 14 columns.\n"), "{codebook}");
    let columns = vec![Column { name: "q".to_owned(), label: "a\u{1}\nb".to_owned(), kind: Kind::Text }];
    let table = Table { title: String::new(), columns };
    assert!(text(file(Format::Codebook, &table, &[], &Options::default())).contains("| q | a  b | text |"));
}
