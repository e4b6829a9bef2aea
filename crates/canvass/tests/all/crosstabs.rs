//! Cross-tabs: this file is about a real survey's answers set against each other, with figures by `SciPy`, and about what
//! cannot be counted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Canvass, Survey, bfi};

/// Rows in one batch of JSON Lines.
const BATCH: usize = 700;

/// The real survey with all of its responses.
async fn collected(canvass: &Canvass) -> Survey {
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let questions = bfi::questions();
    for batch in bfi::rows().chunks(BATCH) {
        let body: String = batch.iter().map(|it| it.submission(&questions).to_string() + "\n").collect();
        let request = survey.program.request(Method::POST, &survey.api("/responses"));
        survey.program.send(request.header("content-type", "application/x-ndjson").body(body)).await.expect(200);
    }
    canvass.settled().await;
    survey
}

fn assert_close(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
    let tolerance = 1e-9 * expected.abs().max(1e-300);
    assert!((found - expected).abs() <= tolerance, "{what} is {found}, and {expected} by SciPy");
}

fn assert_same(found: &Value, expected: &Value) {
    let what = format!("{} by {}", expected["rows"], expected["columns"]);
    assert_eq!(found["counts"], expected["counts"], "{what}");
    assert_eq!(found["missing"], expected["missing"], "{what}");
    let test = &found["chi_square"];
    assert_eq!(test["degrees_of_freedom"], expected["degrees_of_freedom"], "{what}");
    assert_eq!(test["expected_below_5"], expected["expected_below_5"], "{what}");
    assert_close(&test["statistic"], &expected["statistic"], &what);
    assert_close(&test["p"], &expected["p"], &what);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_surveys_cross_tabs_are_scipys() {
    let canvass = Canvass::start().await;
    let survey = collected(&canvass).await;
    let figures = bfi::crosstabs();
    for expected in figures["pairs"].as_array().unwrap() {
        let (rows, columns) = (expected["rows"].as_str().unwrap(), expected["columns"].as_str().unwrap());
        let path = survey.api(&format!("/crosstab?rows={rows}&columns={columns}"));
        assert_same(&survey.program.get(&path).await.expect(200).json(), expected);
    }
    let expected = &figures["filtered"];
    let filter = expected["filter"].to_string();
    let request = survey.program.request(Method::GET, &survey.api("/crosstab?rows=A1&columns=A2"));
    assert_same(&survey.program.send(request.query(&[("filter", &filter)])).await.expect(200).json(), expected);

    let ages = survey.program.get(&survey.api("/crosstab?rows=age&columns=gender")).await.expect(200).json();
    let total = |axis: &Value| -> u64 {
        axis["categories"].as_array().unwrap().iter().map(|it| it["total"].as_u64().unwrap()).sum()
    };
    assert_eq!((total(&ages["rows"]), total(&ages["columns"]), &ages["total"]), (2_800, 2_800, &json!(2_800)));
    for fact in ["_received_day", "_received_week", "_received_month", "_version", "_source"] {
        let path = survey.api(&format!("/crosstab?rows={fact}&columns=gender"));
        let by = survey.program.get(&path).await.expect(200).json();
        assert_eq!((&by["rows"]["question"], total(&by["rows"])), (&json!(fact), 2_800), "{by}");
    }
    let sources = survey.program.get(&survey.api("/crosstab?rows=gender&columns=_source")).await.expect(200).json();
    assert_eq!(sources["columns"]["categories"], json!([{ "id": "api", "label": "The API", "total": 2_800 }]));
    let page = canvass.ann().await.get(&survey.console("/crosstab?rows=gender&columns=education&of=column")).await;
    let page = page.expect(200);
    assert!(page.shows("The answers go together more than chance would explain: chi-square 21.67 with 4 degrees"));
    assert!(page.shows("p below 0.001") && page.shows("Left out: 223 responses"), "{}", page.text());
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_in_words() {
    let canvass = Canvass::start().await;
    let definition = json!({ "title": "Lunch", "sections": [{ "id": "s1", "questions": [
        { "id": "taste", "type": "stars", "label": "How <b>was</b> it?" },
        { "id": "again", "type": "yes_no", "label": "Again?" },
        { "id": "why", "type": "long_text", "label": "Why?" }] }] });
    let survey = canvass.survey("adatum", "lunch", &definition).await;
    for answers in [json!({ "taste": 5, "again": true }), json!({ "taste": 1, "again": false }), json!({ "taste": 1 })]
    {
        survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await.expect(201);
    }
    canvass.settled().await;
    for (query, status, pointer) in [
        ("rows=taste&columns=again", 200, ""),
        ("rows=taste", 422, "/columns"),
        ("rows=why&columns=again", 422, "/rows"),
        ("rows=nothing&columns=again", 422, "/rows"),
        ("rows=again&columns=again", 422, "/columns"),
        ("rows=taste&columns=again&filter={", 400, ""),
        ("rows=taste&columns=again&filter=[]", 422, "/filter"),
        ("rows=taste&columns=again&filter={\"x\":1}", 422, "/filter/x"),
        ("rows=taste&columns=again&since=yesterday", 400, ""),
    ] {
        let answer = survey.program.get(&survey.api(&format!("/crosstab?{query}"))).await.expect(status);
        if status == 422 {
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{query}: {}", answer.text());
        }
    }
    for (query, total) in [
        ("since=2020-01-01T00:00:00Z", 2),
        ("until=2020-01-01T00:00:00Z", 0),
        ("version=1", 2),
        ("version=2", 0),
        ("filter={\"again\":true}", 1),
        ("filter={\"taste\":[1,2]}", 1),
    ] {
        let path = survey.api(&format!("/crosstab?rows=taste&columns=again&{query}"));
        assert_eq!(survey.program.get(&path).await.expect(200).json()["total"], total, "{query}");
    }
    let ann = canvass.ann().await;
    let page = ann.get(&survey.console("/crosstab?rows=taste&columns=again&filter={\"again\":true}")).await.expect(200);
    assert!(page.shows("How <b>was</b> it?") && !page.text().contains("<b>was"), "{}", page.text());
    assert!(page.shows("too few different answers"));
    let wrong = ann.get(&survey.console("/crosstab?rows=why&columns=again")).await.expect(200);
    assert!(wrong.shows("The answers to \"why\" are no categories"), "{}", wrong.text());
    let eve = canvass.eve().await;
    eve.get(&survey.console("/crosstab")).await.expect(404);
}
