//! Exports: this file is about the CSV, which a spreadsheet cannot be harmed by and a cut cannot hide in.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Survey, bfi, workshop};

/// Texts that a spreadsheet would run, and what must stand in the cell instead.
const FORMULAS: [&str; 6] =
    ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://x.example\",\"y\")", "＝1"];

/// An export as a table: its head, its rows.
fn read(export: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(export);
    let head = reader.headers().unwrap().iter().map(str::to_owned).collect();
    // The reader refuses rows of another length than the head's: the shape is constant, or this panics.
    let rows = reader.records().map(|it| it.unwrap().iter().map(str::to_owned).collect()).collect();
    (head, rows)
}

async fn with_responses(canvass: &Canvass, answers: &[Value]) -> Survey {
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    for answers in answers {
        survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await.expect(201);
    }
    canvass.settled().await;
    survey
}

async fn export(survey: &Survey, query: &str) -> Answer {
    let export = survey.program.get(&survey.api(&format!("/export?{query}"))).await.expect(200);
    assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
    assert!(export.header("content-disposition").starts_with("attachment; filename=\"after-the-workshop.csv\""));
    export
}

#[tokio::test]
async fn an_export_has_one_shape_whatever_was_answered() {
    let canvass = Canvass::start().await;
    let everything = json!({
        "name": "Ray, \"the\" man\u{1f642}", "age": 31, "fee": 12.5, "topic": { "other": "Tools; and more" },
        "days": ["tue", "mon"], "room": "south", "stars": 4, "pace": 2, "again": false, "recommend": 0,
        "note": "One\nTwo\r\nThree", "thanks": "-5"
    });
    let survey = with_responses(&canvass, &[everything, json!({ "name": "Eve", "topic": "types" })]).await;
    let (head, mut rows) = read(&export(&survey, "format=csv").await.body);
    let questions = "name,age,fee,topic,days,room,stars,pace,again,recommend,note,thanks";
    assert_eq!(head.join(","), format!("_id,_received_at,_version,_source,{questions}"));
    rows.sort_by(|one, other| other[4].cmp(&one[4]));
    assert_eq!(rows.len(), 2);
    let mut expected = vec!["1", "api", "Ray, \"the\" man\u{1f642}", "31", "12.5", "other: Tools; and more"];
    expected.extend(["mon;tue", "south", "4", "2", "no", "0", "One\nTwo\nThree", "-5"]);
    assert_eq!(rows[0][2..], expected);
    assert_eq!(rows[1][2..], ["1", "api", "Eve", "", "", "types", "", "", "", "", "", "", "", ""]);

    let list = survey.program.get(&survey.api("/responses?order=oldest")).await.expect(200).json();
    for item in list["items"].as_array().unwrap() {
        assert!(rows.iter().any(|it| item["id"] == it[0] && item["received_at"] == it[1]), "{item}");
    }
}

#[tokio::test]
async fn an_export_of_nothing_is_a_head() {
    let canvass = Canvass::start().await;
    let survey = with_responses(&canvass, &[]).await;
    let (head, rows) = read(&export(&survey, "").await.body);
    assert_eq!((head.len(), rows.len()), (16, 0));
    survey.program.get(&survey.api("/export?format=docx")).await.expect(400);
}

#[tokio::test]
async fn no_cell_is_a_formula() {
    let canvass = Canvass::start().await;
    let answers: Vec<Value> = FORMULAS
        .iter()
        .map(|it| json!({ "name": it, "topic": { "other": it }, "note": it, "thanks": format!(" {it}") }))
        .collect();
    let survey = with_responses(&canvass, &answers).await;
    for query in ["labels=false", "labels=true"] {
        let (_, rows) = read(&export(&survey, query).await.body);
        assert_eq!(rows.len(), FORMULAS.len());
        for cell in rows.iter().flatten().filter(|it| it.parse::<f64>().is_err()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{query}: {cell}");
        }
        for formula in FORMULAS {
            assert!(rows.iter().any(|it| it[4] == format!("'{formula}")), "{query}: {formula}");
        }
    }
}

#[tokio::test]
async fn labels_replace_ids_on_request_and_are_no_formulas_either() {
    let canvass = Canvass::start().await;
    let answers = json!({ "name": "Ray", "topic": "types", "days": ["wed", "mon"], "room": "north", "again": true });
    let survey = with_responses(&canvass, &[answers, json!({ "name": "Eve", "topic": { "other": "Tools" } })]).await;
    let (head, mut rows) = read(&export(&survey, "labels=true").await.body);
    assert_eq!(head[7], "topic", "columns keep their ids");
    rows.sort_by(|one, other| other[4].cmp(&one[4]));
    assert_eq!(rows[0][7..=9], ["'=Types", "Monday;Wednesday", "North"]);
    assert_eq!(rows[0][12], "Yes");
    assert_eq!(rows[1][7], "Other: Tools");
    survey.program.get(&survey.api("/export?labels=perhaps")).await.expect(400);
}

#[tokio::test]
async fn a_footer_counts_the_rows_and_sums_the_bytes_up_so_that_no_cut_goes_unseen() {
    let canvass = Canvass::start().await;
    let answers: Vec<Value> = (0..7).map(|it| json!({ "name": format!("Ray {it}"), "topic": "tests" })).collect();
    let survey = with_responses(&canvass, &answers).await;
    let ada = canvass.ada().await;
    let from_console = ada.get(&survey.console("/export")).await.expect(200);
    let from_api = export(&survey, "footer=true").await;
    assert_eq!(from_console.body, from_api.body);

    let whole = from_api.body;
    assert_eq!(verified(&whole), Some(7));
    let (_, rows) = read(&whole);
    assert_eq!(rows.len(), 8, "the footer has the shape of a row");
    for end in 0..whole.len() {
        assert_eq!(verified(&whole[..end]), None, "a file cut after {end} bytes looks whole");
    }
    let mut changed = whole.clone();
    let place = changed.iter().position(|it| *it == b'5').unwrap();
    changed[place] = b'6';
    assert_eq!(verified(&changed), None);
    let plain = export(&survey, "footer=false").await.body;
    assert!(whole.starts_with(&plain) && plain.len() < whole.len());
}

#[tokio::test]
async fn an_export_is_streamed_without_a_length_and_ends_as_a_whole() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let questions = bfi::questions();
    let rows = &bfi::rows()[..1_200];
    let body: String = rows.iter().map(|it| it.submission(&questions).to_string() + "\n").collect();
    let request = survey.program.request(Method::POST, &survey.api("/responses"));
    survey.program.send(request.header("content-type", "application/x-ndjson").body(body)).await.expect(200);
    canvass.settled().await;
    let export = survey.program.get(&survey.api("/export?footer=true")).await.expect(200);
    assert_eq!(export.header("content-length"), "");
    assert_eq!(verified(&export.body), Some(1_200));
}

#[tokio::test]
async fn a_question_that_was_removed_keeps_its_column() {
    let canvass = Canvass::start().await;
    let before = json!({ "title": "Tea", "sections": [{ "id": "s1", "questions": [
        { "id": "gone", "type": "short_text", "label": "Gone?" },
        { "id": "tea", "type": "single_choice", "label": "Tea?",
            "choices": [{ "id": "black", "label": "Black" }, { "id": "green", "label": "Green" }] },
        { "id": "cups", "type": "integer", "label": "Cups?" },
    ] }] });
    let survey = canvass.survey("adatum", "tea", &before).await;
    let answers = json!({ "gone": "still here", "tea": "black", "cups": 3 });
    survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await.expect(201);
    let after = json!({ "title": "Tea", "sections": [{ "id": "s1", "questions": [
        { "id": "cups", "type": "decimal", "label": "Cups?" },
        { "id": "tea", "type": "single_choice", "label": "Tea?",
            "choices": [{ "id": "green", "label": "Green tea" }, { "id": "mint", "label": "Mint" }] },
    ] }] });
    let request = survey.program.request(Method::PUT, &survey.api("/draft")).header("if-match", "*");
    survey.program.send(request.json(&after)).await.expect(200);
    survey.program.post_json(&survey.api("/publication"), &json!({ "page": "tea" })).await.expect(201);
    let answers = json!({ "cups": 2.5, "tea": "green" });
    survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await.expect(201);
    canvass.settled().await;

    let export = survey.program.get(&survey.api("/export?labels=true")).await.expect(200);
    let (head, rows) = read(&export.body);
    assert_eq!(head[4..], ["cups", "tea", "gone"]);
    assert_eq!(rows[0][4..], ["3", "Black", "still here"]);
    assert_eq!(rows[1][4..], ["2.5", "Green tea", ""]);
}

/// How many rows a file with a footer has; `None` when it is not whole, or not as it left.
pub fn verified(file: &[u8]) -> Option<u64> {
    let text = str::from_utf8(file).ok()?;
    let rows_end = text.strip_suffix("\r\n")?.rfind("\r\n")? + 2;
    let (rows, footer) = text.split_at(rows_end);
    let mut cells = footer.trim_end().trim_end_matches(',').split(',');
    let count = cells.next()?.strip_prefix("# rows: ")?.parse().ok()?;
    let sum = cells.next()?.strip_prefix("sha256: ")?;
    (sum == sha256(rows.as_bytes())).then_some(count)
}

/// The checksum by a program that is not Canvass.
pub fn sha256(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    let output = std::process::Command::new("sha256sum").arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}
