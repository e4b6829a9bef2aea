//! The gallery of scripts, in the real sandbox: this file is about every template passing its own tests when a member makes
//! it theirs, and about the Big Five scores of the real survey.

use std::{collections::HashMap, time::Duration};

use canvass_model::{
    id::ResponseId,
    script::{TriggerName, gallery},
};
use canvass_storage::annotations;
use reqwest::Method;
use serde_json::Value;

use crate::support::{
    Canvass, Person, Survey,
    bfi::{self, Row},
};

/// Rows in one batch of JSON Lines.
const BATCH: usize = 100;
/// Responses replayed: five scores each, fewer than the differences that are shown.
const REPLAYED: usize = 150;
/// How long the hook may take to work on all responses, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_script_of_the_gallery_passes_its_own_tests() {
    let canvass = Canvass::start_with_scripts().await;
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let carl = canvass.carl().await;
    for template in gallery::templates() {
        let script = make(&carl, template, &survey).await;
        let tests = carl.post_form(&format!("{script}/tests/run"), &[("", "")]).await.expect(200);
        let passed = match template.examples.len() {
            1 => "The test passed.".to_owned(),
            all => format!("All {all} tests passed."),
        };
        assert!(tests.shows(&passed), "{}: {}", template.title, tests.text());
    }
    let list = carl.get("/-/console/adatum/scripts").await.expect(200);
    for template in gallery::templates() {
        assert!(list.shows(&template.title), "{} is listed", template.title);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_case_that_fails_says_so_and_keeps_the_script_from_going_live() {
    let canvass = Canvass::start_with_scripts().await;
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let carl = canvass.carl().await;
    let template = gallery::find("big-five").expect("it is in the gallery");
    let script = make(&carl, template, &survey).await;
    // Somebody forgets that some items are worded the other way round.
    let broken = template.source.as_str().replace("if item in REVERSED else value", "if item in () else value");
    let refused = publish(&carl, &script, &broken).await.expect(422);
    assert!(refused.shows("Not published: 2 tests did not pass."), "{}", refused.text());
    assert!(refused.shows("All items answered"));
    assert!(carl.get(&script).await.expect(200).shows("Not published yet."));
    let right = publish(&carl, &script, template.source.as_str()).await.expect(200);
    assert!(right.shows("Version 1 is live. 3 tests passed."), "{}", right.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_big_five_scores_of_the_real_responses_equal_an_independent_computation() {
    let canvass = Canvass::start_with_scripts().await;
    let survey = canvass.survey("adatum", "bfi", &bfi::definition()).await;
    let carl = canvass.carl().await;
    let template = gallery::find("big-five").expect("it is in the gallery");
    let script = make(&carl, template, &survey).await;
    let rows = bfi::rows();
    let scores = scores();

    // Before it is live: what a replay of the draft says of past responses.
    let (first, rest) = rows.split_at(REPLAYED);
    let mut respondents = send(&survey, first).await;
    canvass.settled().await;
    let wanted = [("survey", survey.id.as_str()), ("limit", "1000")];
    let replay = carl.post_form(&format!("{script}/replay"), &wanted).await.expect(200);
    assert!(replay.shows(&format!("{REPLAYED} of {REPLAYED} responses would differ")), "{}", replay.text());
    let page = replay.text();
    for (respondent, id) in &respondents {
        let shown = cells(&page, id);
        assert_eq!(shown, scores[respondent], "respondent {respondent}, replayed");
    }

    // Live: what the hook notes of responses that come in.
    let template = template.source.as_str();
    publish(&carl, &script, template).await.expect(200);
    respondents = send(&survey, rest).await;
    canvass.settled().await;
    let noted = noted(&canvass, &respondents).await;
    for (respondent, id) in &respondents {
        let found = noted.get(id).cloned().unwrap_or_default();
        assert_eq!(found, scores[respondent], "respondent {respondent}, live");
    }
    assert_eq!(respondents.len(), rows.len() - REPLAYED);
}

/// Makes a script of a template, as the gallery's form does; answers its address in the console.
async fn make(carl: &Person, template: &gallery::Template, survey: &Survey) -> String {
    let bound = matches!(template.trigger, TriggerName::Validate | TriggerName::Responded);
    let mut fields =
        vec![("from", template.name.as_str()), ("title", template.title.as_str()), ("name", template.name.as_str())];
    if bound {
        fields.push(("survey", survey.id.as_str()));
    }
    carl.post_form("/-/console/adatum/scripts", &fields).await.expect(303).location()
}

/// Publishes a program from the editor.
async fn publish(carl: &Person, script: &str, source: &str) -> crate::support::Answer {
    let page = carl.get(script).await.expect(200);
    let filled = page.filled(&format!("{script}/draft"), &[("source", source)]);
    carl.post_form(&format!("{script}/publication"), &filled).await
}

/// Sends responses; answers the id of each respondent's.
async fn send(survey: &Survey, rows: &[Row]) -> HashMap<String, ResponseId> {
    let questions = bfi::questions();
    let mut ids = HashMap::new();
    for batch in rows.chunks(BATCH) {
        let body: String = batch.iter().map(|it| it.submission(&questions).to_string() + "\n").collect();
        let request = survey.program.request(Method::POST, &survey.api("/responses"));
        let answer = survey.program.send(request.header("content-type", "application/x-ndjson").body(body)).await;
        let answer = answer.expect(200).text();
        for (row, line) in batch.iter().zip(answer.lines()) {
            let status: Value = serde_json::from_str(line).unwrap();
            ids.insert(row.key.clone(), ResponseId::parse(status["id"].as_str().unwrap()).unwrap());
        }
    }
    ids
}

/// The scores of every respondent as `scores.py` computed them; a trait without a score is left out.
fn scores() -> HashMap<String, Vec<(String, String)>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bfi/scores.csv");
    let mut reader = csv::Reader::from_path(path).expect("it lies beside the tests");
    let heads = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let scores = heads.iter().zip(record.iter()).skip(1).filter(|(_, score)| !score.is_empty());
        let scores = scores.map(|(name, score)| (name.to_owned(), score.to_owned())).collect();
        (record[0].to_owned(), scores)
    };
    reader.records().map(|it| row(it.unwrap())).collect()
}

/// What the hook noted of these responses, once it has noted something of all that have a score.
async fn noted(canvass: &Canvass, ids: &HashMap<String, ResponseId>) -> HashMap<ResponseId, Vec<(String, String)>> {
    let tenant = canvass.tenant("adatum").await;
    let wanted: Vec<ResponseId> = ids.values().copied().collect();
    let noted = async {
        loop {
            let some = wanted.clone();
            let found = tenant.read(move |tx| annotations::find_many(tx, &some)).await.unwrap();
            if wanted.len() <= found.len() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, noted).await.expect("the hook works on all responses in time");
    let text = |value: &Value| format!("{:.2}", value.as_f64().expect("a score is a number"));
    let fields = |noted: annotations::Noted| {
        noted.fields.iter().map(|(name, value)| (name.to_string(), text(value))).collect::<Vec<_>>()
    };
    found.into_iter().map(|(id, noted)| (id, fields(noted))).collect()
}

/// The cells that a replay's table shows of one response: field and new value.
fn cells(page: &str, id: &ResponseId) -> Vec<(String, String)> {
    let rows = page.split("<tr>").filter(|row| row.contains(&id.to_string()));
    let cell = |row: &str, place: usize| {
        let cell = row.split("<td>").nth(place).and_then(|it| it.split("</td>").next()).unwrap_or_default();
        cell.replace("<strong>", "").replace("</strong>", "")
    };
    let score = |text: String| format!("{:.2}", text.parse::<f64>().unwrap_or(f64::NAN));
    rows.map(|row| (cell(row, 1), score(cell(row, 3)))).collect()
}
