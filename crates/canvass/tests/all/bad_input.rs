//! Bad input: this file is about requests that are wrong, each with an answer that says how, and nothing stored.

mod databases;
mod doors;
mod sockets;
mod tokens;

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Survey, workshop};

/// Insists on a problem document (RFC 9457) with a status and a code.
#[track_caller]
fn assert_problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(problem["type"].as_str().unwrap().ends_with(&format!("/{code}")), "{problem}");
    for member in ["title", "detail", "request_id"] {
        assert!(problem[member].as_str().is_some_and(|it| !it.is_empty()), "{member}: {problem}");
    }
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

/// Sends a body to the responses of a survey as it is.
async fn send(survey: &Survey, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = survey.program.request(Method::POST, &survey.api("/responses"));
    survey.program.send(request.header(header::CONTENT_TYPE, kind).body(body.into())).await
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_with_its_line_and_column() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let deep = format!("{{\"answers\": {{\"name\": {}{}}}}}", "[".repeat(5_000), "]".repeat(5_000));
    let cases: [(&[u8], &str); 9] = [
        (b"{\"answers\":\n  {\"name\": }}", "line 2 column"),
        (b"{\"answers\": {\"name\": \"Ray\"", "line 1 column"),
        (b"", "line 1 column 0"),
        (b"{\"answers\": {\"name\": \"\xff\xfe\"}}", "line 1 column"),
        (b"{\"answers\": {\"name\": \"\\ud800\"}}", "line 1 column"),
        (b"{\"answers\": {\"name\": \"a\0b\"}}", "line 1 column"),
        (b"{\"answers\": {\"age\": 1e999}}", "line 1 column"),
        (b"{\"answers\": {}} {}", "line 1 column"),
        (deep.as_bytes(), "line 1 column"),
    ];
    for (body, place) in cases {
        let problem = assert_problem(&send(&survey, "application/json", body).await, 400, "bad-request");
        assert!(problem.to_string().contains(place), "{problem}");
    }
    assert_problem(&survey.program.post_json("/api/v1/surveys", &json!([])).await, 422, "invalid");
    assert_nothing_stored(&canvass, &survey).await;
}

#[tokio::test]
async fn every_wrong_answer_is_named_by_its_json_pointer() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let long = "x".repeat(41);
    let cases = [
        (json!({ "answers": [] }), "/answers"),
        (json!({ "answers": "x" }), "/answers"),
        (json!({}), ""),
        (json!({ "answers": {}, "surprise": 1 }), "/surprise"),
        (with("age", "old".into()), "/answers/age"),
        (with("age", "31".into()), "/answers/age"),
        (with("age", 31.5.into()), "/answers/age"),
        (with("age", 1e308.into()), "/answers/age"),
        (with("age", u64::MAX.into()), "/answers/age"),
        (with("age", i64::MIN.into()), "/answers/age"),
        (with("fee", (-0.01).into()), "/answers/fee"),
        (with("name", 5.into()), "/answers/name"),
        (with("name", Value::Null), "/answers/name"),
        (with("name", "   ".into()), "/answers/name"),
        (with("name", long.into()), "/answers/name"),
        (with("name", "a\u{0}b".into()), "/answers/name"),
        (with("name", "a\u{1b}[2Jb".into()), "/answers/name"),
        (with("name", "two\nlines".into()), "/answers/name"),
        (with("note", "a\u{7}b".into()), "/answers/note"),
        (with("topic", "nonsense".into()), "/answers/topic"),
        (with("topic", json!(["types"])), "/answers/topic"),
        (with("topic", json!({ "other": "" })), "/answers/topic/other"),
        (with("topic", json!({ "else": "x" })), "/answers/topic"),
        (with("days", json!("mon")), "/answers/days"),
        (with("days", json!(["mon", "mon"])), "/answers/days"),
        (with("days", json!(["mon", "tue", "wed"])), "/answers/days"),
        (with("days", json!([{ "other": "x" }])), "/answers/days"),
        (with("stars", 6.into()), "/answers/stars"),
        (with("again", "perhaps".into()), "/answers/again"),
        (with("recommend", json!({ "deep": { "er": 1 } })), "/answers/recommend"),
        (with("nonsense", 1.into()), "/answers/nonsense"),
        (with("a/b~c", 1.into()), "/answers/a~1b~0c"),
    ];
    for (body, pointer) in cases {
        let problem = assert_problem(&send(&survey, "application/json", body.to_string()).await, 422, "invalid");
        let faults = problem["errors"].as_array().unwrap();
        assert!(faults.iter().any(|it| it["pointer"] == pointer), "{body}: {problem}");
        assert!(faults.iter().all(|it| it["message"].as_str().is_some_and(|it| !it.is_empty())), "{problem}");
    }
    let keys = ["", "two words", "caf\u{e9}", &"k".repeat(101)];
    for key in keys {
        let body = json!({ "answers": right(), "submission_key": key });
        let problem = assert_problem(&send(&survey, "application/json", body.to_string()).await, 422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/submission_key");
    }
    assert_nothing_stored(&canvass, &survey).await;
}

#[tokio::test]
async fn a_definition_with_faults_is_refused_with_all_of_them() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let mut definition = workshop();
    definition["sections"][0]["questions"][0]["type"] = "telepathy".into();
    definition["sections"][0]["questions"][1]["min"] = "low".into();
    definition["sections"][1]["questions"][0]["choices"][1]["id"] = "types".into();
    definition["sections"][2]["surprise"] = true.into();
    let problem = assert_problem(&program.post_json("/api/v1/surveys", &definition).await, 422, "invalid");
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|it| it["pointer"].as_str().unwrap()).collect();
    for pointer in [
        "/sections/0/questions/0/type",
        "/sections/0/questions/1/min",
        "/sections/1/questions/0/choices/1/id",
        "/sections/2/surprise",
    ] {
        assert!(pointers.contains(&pointer), "{pointer}: {problem}");
    }
    let surveys = program.get("/api/v1/surveys").await.expect(200).json();
    assert!(surveys["items"].as_array().unwrap().iter().all(|it| it["title"] != "After the workshop"), "{surveys}");
}

#[tokio::test]
async fn a_batch_keeps_its_good_lines_and_says_what_is_wrong_with_the_others() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let good = |key: &str| json!({ "answers": right(), "submission_key": key }).to_string();
    let lines = [
        good("1"),
        "{\"answers\": ".to_owned(),
        with("age", 5.into()).to_string(),
        String::new(),
        good("2"),
        good("1"),
        json!({ "answers": right(), "surprise": 1 }).to_string(),
        good("3"),
    ];
    // Without an end of line after the last one.
    let answer = send(&survey, "application/x-ndjson", lines.join("\n")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let results: Vec<Value> = answer.text().lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let statuses: Vec<u64> = results.iter().map(|it| it["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 422, 201, 200, 422, 201], "{results:?}");
    assert!(results.iter().zip(1..).all(|(it, line)| it["line"] == line), "{results:?}");
    assert_eq!(results[0]["id"], results[4]["id"]);
    assert_eq!(results[2]["errors"][0]["pointer"], "/answers/age");
    canvass.settled().await;
    assert_eq!(survey.counted().await, 3);

    let long = format!("{}\n{}", good("4"), "x".repeat(2 * 1024 * 1024));
    assert_problem(&send(&survey, "application/x-ndjson", long).await, 413, "too-large");
    let many = "{}\n".repeat(10_001);
    assert_problem(&send(&survey, "application/x-ndjson", many).await, 400, "bad-request");
    assert!(send(&survey, "application/x-ndjson", "\n\n").await.expect(200).body.is_empty());
}

/// Answers that are right.
fn right() -> Value {
    json!({ "name": "Ray", "topic": "types" })
}

/// A submission that is right but for one answer.
fn with(question: &str, answer: Value) -> Value {
    let mut answers = right();
    answers[question] = answer;
    json!({ "answers": answers })
}

async fn assert_nothing_stored(canvass: &Canvass, survey: &Survey) {
    canvass.settled().await;
    assert_eq!(survey.counted().await, 0);
}
