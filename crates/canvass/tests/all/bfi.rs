//! The real survey, through every door: this file is about 2,800 rows in, and the same 2,800 rows and figures out.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::{
    Answer, Canvass, Person, Survey,
    bfi::{self, Row},
};

/// How many clients send at the same time.
const CLIENTS: usize = 8;
/// Every so many-th submission is sent more than once.
const REPEATED_EVERY: usize = 50;
/// How many of the form's respondents go from section to section as without script.
const SECTION_BY_SECTION: usize = 5;
/// Rows in one batch of JSON Lines.
const BATCH: usize = 100;
/// How far a mean or variance may be from the exact one.
const TOLERANCE: f64 = 1e-9;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_a_real_survey_is_counted_once_whichever_door_it_took() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let rows = bfi::rows();
    let (form, api) = rows.split_at(rows.len() / 2);
    let (single, lines) = api.split_at(api.len() / 2);

    send_by_form(&canvass.ray(), &survey, form).await;
    send_one_by_one(&survey, single).await;
    send_by_lines(&survey, lines).await;
    canvass.settled().await;

    let summary = survey.program.get(&survey.api("/summary")).await.expect(200).json();
    assert_same_figures(&summary, &bfi::figures());
    let ada = canvass.ada().await;
    assert_results_page(&ada, &survey, &bfi::figures()).await;
    assert_eq!(rows_of_table(&ada, &survey).await, rows.len());
    assert_export(&survey, &rows).await;
}

/// Fills the public form in as browsers do: with script in one go, some without it section by section.
async fn send_by_form(ray: &Person, survey: &Survey, rows: &[Row]) {
    let questions = bfi::questions();
    each_at_once(rows, |place, row| {
        let (ray, survey, questions) = (ray.clone(), survey.clone(), questions.clone());
        async move {
            let page = ray.get(&survey.page).await.expect(200);
            let fields = row.fields(&questions);
            let mut filled = if place < SECTION_BY_SECTION {
                walk(&ray, &survey, &fields, page).await
            } else {
                page.filled(&survey.page, &fields)
            };
            filled.push(("_go".to_owned(), "submit".to_owned()));
            for _ in 0..=usize::from(place % REPEATED_EVERY == 0) {
                let thanks = ray.post_form(&survey.page, &filled).await.expect(303).location();
                assert!(ray.get(&thanks).await.expect(200).shows("Thank you for taking part."));
            }
        }
    })
    .await;
}

/// Goes from section to section, each with its own answers, and comes back with the last section's form filled in.
async fn walk(ray: &Person, survey: &Survey, fields: &[(&str, &str)], mut page: Answer) -> Vec<(String, String)> {
    let definition = bfi::definition();
    let sections = definition["sections"].as_array().unwrap();
    for (place, section) in sections.iter().enumerate() {
        assert!(page.shows(&format!("Section {} of {}", place + 1, sections.len())));
        let asked = |id: &str| section["questions"].as_array().unwrap().iter().any(|it| it["id"] == id);
        let given: Vec<_> = fields.iter().copied().filter(|(id, _)| asked(id)).collect();
        let mut filled = page.filled(&survey.page, &given);
        if place + 1 == sections.len() {
            return filled;
        }
        filled.push(("_go".to_owned(), "next".to_owned()));
        page = ray.post_form(&survey.page, &filled).await.expect(200);
    }
    unreachable!("a survey has sections")
}

/// Sends each row as a request of its own; some again afterwards, some three times at the same moment.
async fn send_one_by_one(survey: &Survey, rows: &[Row]) {
    let questions = bfi::questions();
    each_at_once(rows, |place, row| {
        let (survey, body) = (survey.clone(), row.submission(&questions));
        async move {
            let path = survey.api("/responses");
            let send = || survey.program.post_json(&path, &body);
            let answers = match place % (2 * REPEATED_EVERY) {
                0 => Vec::from(<[_; 3]>::from(tokio::join!(send(), send(), send()))),
                REPEATED_EVERY => {
                    let first = send().await.expect(201);
                    vec![first, send().await.expect(200)]
                }
                _ => vec![send().await.expect(201)],
            };
            // Of those sent at the same moment one is new, as of those sent one after the other.
            let new = answers.iter().filter(|it| it.status == StatusCode::CREATED).count();
            assert_eq!(new, 1, "{answers:?}");
            assert!(answers.iter().all(|it| it.status.is_success()), "{answers:?}");
            assert!(answers.iter().all(|it| it.json()["id"] == answers[0].json()["id"]));
        }
    })
    .await;
}

/// Sends the rows as JSON Lines, the last of each batch twice.
async fn send_by_lines(survey: &Survey, rows: &[Row]) {
    let questions = bfi::questions();
    for batch in rows.chunks(BATCH) {
        let repeated = batch.iter().chain(batch.last());
        let body: String = repeated.map(|it| it.submission(&questions).to_string() + "\n").collect();
        let request = survey.program.request(Method::POST, &survey.api("/responses"));
        let answer = survey.program.send(request.header("content-type", "application/x-ndjson").body(body)).await;
        let answer = answer.expect(200).text();
        let statuses: Vec<Value> = answer.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        let (last, new) = statuses.split_last().unwrap();
        assert!(new.iter().all(|it| it["status"] == 201), "{answer}");
        assert_eq!(last["status"], 200, "{answer}");
        assert_eq!(new.last().unwrap()["id"], last["id"]);
    }
}

/// Lets some clients work through all rows at the same time.
async fn each_at_once<F: Future<Output = ()> + Send + 'static>(rows: &[Row], work: impl Fn(usize, Row) -> F) {
    let mut clients = JoinSet::new();
    for (place, row) in rows.iter().enumerate() {
        if CLIENTS <= clients.len() {
            clients.join_next().await.unwrap().unwrap();
        }
        clients.spawn(work(place, row.clone()));
    }
    clients.join_all().await;
}

/// Compares a summary with figures that were computed without Canvass.
pub fn assert_same_figures(summary: &Value, figures: &Value) {
    assert_eq!(summary["responses"], figures["responses"]);
    let questions = figures["questions"].as_object().unwrap();
    assert_eq!(summary["questions"].as_object().unwrap().len(), questions.len());
    for (id, expected) in questions {
        let shown = &summary["questions"][id];
        for (name, value) in expected.as_object().unwrap() {
            match name.as_str() {
                "mean" | "variance" => {
                    let distance = (shown[name].as_f64().unwrap() - value.as_f64().unwrap()).abs();
                    assert!(distance <= TOLERANCE, "{id}: the {name} is {} instead of {value}", shown[name]);
                }
                _ => assert_eq!(shown[name], *value, "{id}: {name}"),
            }
        }
    }
}

/// Compares what a member sees.
async fn assert_results_page(ada: &Person, survey: &Survey, figures: &Value) {
    let page = ada.get(&survey.console("/results")).await.expect(200).text();
    assert!(page.contains("<dt>responses</dt><dd>2,800</dd>"));
    for (id, expected) in figures["questions"].as_object().unwrap() {
        let result = between(&page, &format!("id=\"result-{id}\""), "</article>");
        let answered = grouped(expected["answered"].as_u64().unwrap());
        assert!(result.contains(&format!("{answered} of 2,800 answered")), "{id}: {result}");
        let Some(choices) = expected["choices"].as_object() else {
            let deviation = expected["variance"].as_f64().unwrap().sqrt();
            let mean = format!("{:.2} years", expected["mean"].as_f64().unwrap());
            for fact in [mean, format!("{deviation:.2}"), expected["min"].to_string(), expected["max"].to_string()] {
                assert!(result.contains(&format!("<dd class=\"num\">{fact}</dd>")), "{id}: {fact}: {result}");
            }
            continue;
        };
        let counts: Vec<String> = result
            .split("<td class=\"num\">")
            .skip(1)
            .filter(|it| !it.split('<').next().unwrap().ends_with('%'))
            .map(|it| it.split('<').next().unwrap().to_owned())
            .collect();
        let expected: Vec<String> = choices.values().map(|it| grouped(it.as_u64().unwrap())).collect();
        assert_eq!(counts, expected, "{id}");
    }
}

/// Walks the table of responses from its first page to its last, and counts.
async fn rows_of_table(ada: &Person, survey: &Survey) -> usize {
    let mut rows = 0;
    let mut next = survey.console("/responses");
    loop {
        let page = ada.get(&next).await.expect(200).text();
        assert!(page.contains("Responses<span class=\"num\">2,800</span>"));
        rows += page.matches("<tr><th scope=\"row\">").count();
        let Some(end) = page.find("\" rel=\"next\"") else { return rows };
        let query = page[..end].rsplit("href=\"").next().unwrap().replace("&amp;", "&");
        next = survey.console(&format!("/responses{query}"));
    }
}

/// Compares the exported rows with those that were sent, whatever their order.
async fn assert_export(survey: &Survey, rows: &[Row]) {
    let export = survey.program.get(&survey.api("/export?format=csv")).await.expect(200);
    let mut reader = csv::Reader::from_reader(export.body.as_slice());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(head[..4], ["_id", "_received_at", "_version", "_source"]);
    assert_eq!(head[4..], bfi::questions());
    let mut sources: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        *sources.entry(record[3].to_owned()).or_default() += 1;
        found.push(record.iter().skip(4).map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(sources, BTreeMap::from([("api".to_owned(), 1_400), ("form".to_owned(), 1_400)]));
    let mut sent: Vec<_> = rows.iter().map(|it| it.cells.clone()).collect();
    found.sort();
    sent.sort();
    assert!(found == sent, "the export holds other rows than were sent");
    assert_same_rows(survey, &export.body).await;
}

/// Compares what is prepared in the background, as JSON Lines, with the CSV: the same rows in the same order.
async fn assert_same_rows(survey: &Survey, csv: &[u8]) {
    let asked = survey.program.post_json(&survey.api("/exports"), &serde_json::json!({ "format": "jsonl" })).await;
    let at = asked.expect(202).header("location").to_owned();
    let made = survey.program.until(&at, |it| it["state"] == "done").await;
    assert_eq!(made["rows"], 2_800);
    let lines = survey.program.get(&format!("{at}/file")).await.expect(200).text();
    let mut lines = lines.lines();
    let mut reader = csv::Reader::from_reader(csv);
    let head = reader.headers().unwrap().clone();
    for record in reader.records() {
        let line: Value = serde_json::from_str(lines.next().expect("a line for each row")).unwrap();
        for (name, cell) in head.iter().zip(&record.unwrap()) {
            let text = match &line[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert_eq!(text, cell, "{name}");
        }
    }
    assert_eq!(lines.next(), None);
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let rest = text.split(begin).nth(1).unwrap_or_else(|| panic!("there is no {begin}"));
    rest.split(end).next().unwrap()
}

/// A number as pages show it.
fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}
