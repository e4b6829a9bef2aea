//! Every format through both doors: this file is about the same rows in each of them, as other programs read them.

use std::{path::Path, process::Command};

use super::*;

/// The rows of a file: id, name, age and fee of each response.
type Rows = Vec<[String; 4]>;

/// Reads a file of a format with a program that is not Canvass.
fn read(format: Format, file: &[u8]) -> Rows {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = tools.join(".tools/python/bin/python");
    assert!(python.exists(), "{} is missing; run script/bootstrap", python.display());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("file.{}", format.extension()));
    std::fs::write(&path, file).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/read_export.py");
    let output =
        Command::new(python).arg("-X").arg("utf8").arg(script).arg(format.as_str()).arg(path).output().unwrap();
    assert!(output.status.success(), "{format:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The formats that hold rows.
fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|it| it.has_rows())
}

#[tokio::test]
async fn every_format_holds_the_rows_of_the_csv_through_both_doors() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    for answers in [
        json!({ "name": "Ray, \"the\" man\u{1f642}", "age": 31, "fee": 12.5, "topic": { "other": "Tools; and more" },
            "days": ["tue", "mon"], "again": false, "note": "One\nTwo" }),
        json!({ "name": "Eve", "topic": "types", "stars": 4, "pace": 2, "recommend": 0, "room": "south" }),
        json!({ "name": "-5", "age": 99, "fee": 0, "topic": "tests" }),
    ] {
        survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await.expect(201);
    }
    canvass.settled().await;
    let expected = read(Format::Csv, &survey.program.get(&survey.api("/export")).await.expect(200).body);
    let mut cells: Vec<&[String]> = expected.iter().map(|it| &it[1..]).collect();
    cells.sort_unstable();
    assert_eq!(cells, [["-5", "99", "0"], ["Eve", "", ""], ["Ray, \"the\" man\u{1f642}", "31", "12.5"]]);
    let ann = canvass.ann().await;
    for format in formats() {
        let name = format.as_str();
        let direct = survey.program.get(&survey.api(&format!("/export?format={name}"))).await.expect(200);
        assert_eq!(direct.header("content-type"), format.media());
        let ending = format!("filename=\"after-the-workshop.{}\"", format.extension());
        assert!(direct.header("content-disposition").contains(&ending), "{}", direct.header("content-disposition"));
        assert_eq!(read(format, &direct.body), expected, "{name} at once");
        let (at, export) = made(&survey, &json!({ "format": name })).await;
        assert_eq!(export["rows"], 3, "{name}");
        let prepared = survey.program.get(&format!("{at}/file")).await.expect(200);
        assert_eq!(prepared.header("content-type"), format.media());
        assert_eq!(export["sha256"], crate::export::sha256(&prepared.body));
        assert_eq!(read(format, &prepared.body), expected, "{name} in the background");
        ann.get(&survey.console(&format!("/export?format={name}&labels=yes"))).await.expect(200);
    }
}

#[tokio::test]
async fn a_survey_without_responses_is_a_file_without_rows() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &[]).await;
    for format in formats() {
        let direct = survey.program.get(&survey.api(&format!("/export?format={}", format.as_str()))).await.expect(200);
        assert_eq!(read(format, &direct.body), Rows::new(), "{format:?}");
        let (_, export) = made(&survey, &json!({ "format": format.as_str() })).await;
        assert_eq!((&export["rows"], &export["rows_expected"]), (&json!(0), &json!(0)));
    }
}

#[tokio::test]
async fn a_codebook_says_what_columns_mean_and_nothing_of_anybody() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Mallory"]).await;
    let book = survey.program.get(&survey.api("/export?format=codebook")).await.expect(200);
    assert_eq!(book.header("content-type"), "text/markdown; charset=utf-8");
    let text = book.text();
    assert!(text.contains("What did you pay?") && text.contains("Monday") && !text.contains("Mallory"), "{text}");
    let (at, _) = made(&survey, &json!({ "format": "codebook" })).await;
    assert_eq!(survey.program.get(&format!("{at}/file")).await.expect(200).body, book.body);
}
