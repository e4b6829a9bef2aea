//! Real data: this file is about scoring 2,800 respondents of the Big Five, live and by replay, against a computation of
//! our own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{at, put, set, start};
use crate::support::{
    Canvass, Survey,
    bfi::{self, Row},
};

/// Which items count the other way round.
const REVERSED: [&str; 7] = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"];
/// The scales by the letter their items begin with.
const SCALES: [&str; 5] = ["A", "C", "E", "N", "O"];

/// Scores each response: the mean of the answered items of a scale, 7 minus the answer where an item counts the other way.
const SCORING: &str = r#"
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}

def score(answers, scale):
    values = []
    for number in range(1, 6):
        item = f"{scale}{number}"
        if answers.get(item) is not None:
            value = int(answers[item])
            values.append(7 - value if item in REVERSED else value)
    return round(sum(values) / len(values), 6) if values else None

def responded(responses):
    return {it.id: {"big_" + scale.lower(): score(it.answers, scale) for scale in "ACENO"} for it in responses}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_big_five_of_2800_respondents_are_scored_as_we_compute_them() {
    let (canvass, program) = start().await;
    let survey = Survey::publish(program.clone(), "adatum", "bfi", &bfi::definition()).await;
    put(&program, "big-five", SCORING).await.expect(201);
    set(&program, "big-five", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    let (questions, rows) = (bfi::questions(), bfi::rows());
    assert_eq!(rows.len(), 2_800);
    for some in rows.chunks(700) {
        let lines: Vec<String> = some.iter().map(|row| row.submission(&questions).to_string()).collect();
        let lines = lines.join("\n");
        let request = program.request(reqwest::Method::POST, &survey.api("/responses"));
        let request = request.header("content-type", "application/x-ndjson").body(lines);
        program.send(request).await.expect(200);
    }
    canvass.settled().await;
    program.until(&at("big-five", "/hook"), |it| it["next_response"].is_null()).await;
    let expected = expected(&survey, &questions, &rows);
    assert_live(&canvass, &survey, &expected).await;

    // A replay of the same source differs nowhere; of another it does, and stores nothing.
    let replay = async |source: &str| {
        let body = json!({ "survey": survey.id, "source": source, "limit": 10_000 });
        program.post_json(&at("big-five", "/replay"), &body).await.expect(200).json()
    };
    let same = replay(SCORING).await;
    assert_eq!(
        (&same["responses"], &same["changed"], &same["error"]),
        (&json!(2_800), &json!(0), &Value::Null),
        "{same}"
    );
    let other = replay(&SCORING.replace("7 - value", "value")).await;
    let naive =
        |answers: &BTreeMap<String, i64>| SCALES.iter().any(|it| score(answers, it, true) != score(answers, it, false));
    let differing = rows.iter().filter(|row| naive(&items(row, &questions))).count();
    assert_eq!(other["changed"], differing);
    assert_live(&canvass, &survey, &expected).await;
}

type Expected = BTreeMap<String, [Option<f64>; 5]>;

/// What each response must be noted as, by its id.
fn expected(survey: &Survey, questions: &[String], rows: &[Row]) -> Expected {
    let id = canvass_model::id::SurveyId::parse(&survey.id).unwrap();
    let row = |row: &Row| {
        let key = canvass_model::response::SubmissionKey::parse(&row.key).unwrap();
        let answers = items(row, questions);
        (key.response_id(id).to_string(), SCALES.map(|it| score(&answers, it, true)))
    };
    rows.iter().map(row).collect()
}

async fn assert_live(canvass: &Canvass, survey: &Survey, expected: &Expected) {
    let (mut cursor, mut seen) = (None, 0);
    loop {
        let after = cursor.map_or_else(String::new, |it: String| format!("&cursor={it}"));
        let page = survey.program.get(&survey.api(&format!("/responses?limit=500{after}"))).await.expect(200).json();
        for item in page["items"].as_array().unwrap() {
            let wanted = &expected[item["id"].as_str().unwrap()];
            for (scale, score) in SCALES.iter().zip(wanted) {
                let found = item["fields"][format!("big_{}", scale.to_lowercase())].as_f64();
                let same = match (found, score) {
                    (Some(found), Some(score)) => (found - score).abs() < 1e-6,
                    (None, None) => true,
                    _ => false,
                };
                assert!(same, "{scale} of {item}: {score:?}");
            }
            seen += 1;
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, expected.len());
    let _ = canvass;
}

fn items(row: &Row, questions: &[String]) -> BTreeMap<String, i64> {
    let fields = row.fields(questions);
    fields.into_iter().filter_map(|(id, cell)| Some((id.to_owned(), cell.parse().ok()?))).collect()
}

fn score(answers: &BTreeMap<String, i64>, scale: &str, reverse: bool) -> Option<f64> {
    let values: Vec<i64> = (1..=5)
        .filter_map(|number| {
            let item = format!("{scale}{number}");
            let value = *answers.get(&item)?;
            Some(if reverse && REVERSED.contains(&item.as_str()) { 7 - value } else { value })
        })
        .collect();
    if values.is_empty() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "five small numbers")]
    Some(values.iter().sum::<i64>() as f64 / values.len() as f64)
}
