//! Every format through both doors: this file is about the same rows in each of them.

use super::*;

#[tokio::test]
async fn json_lines_hold_the_rows_of_the_csv() {
    let canvass = Canvass::start().await;
    let survey = with_names(&canvass, &["Ray", "=1+1", "Eve \"x\"\u{1f642}"]).await;
    let csv = survey.program.get(&survey.api("/export")).await.expect(200);
    let mut reader = csv::Reader::from_reader(csv.body.as_slice());
    let ids: Vec<String> = reader.records().map(|it| it.unwrap()[0].to_owned()).collect();
    let lines = survey.program.get(&survey.api("/export?format=jsonl")).await.expect(200);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = lines.text().lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!(lines.iter().map(|it| it["_id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let names: Vec<&str> = lines.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ray", "=1+1", "Eve \"x\"\u{1f642}"], "what only a spreadsheet would run stays as it was written");
    let (at, _) = made(&survey, &json!({ "format": "jsonl" })).await;
    let prepared = survey.program.get(&format!("{at}/file")).await.expect(200);
    assert_eq!(prepared.text().lines().count(), 3);
}
