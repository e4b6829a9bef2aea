//! Exports and processes: this file is about servers that end in the middle, and readers who take their time.

use std::time::Duration;

use super::*;
use crate::support::Process;

/// Responses long enough that a file of them takes several records of its progress.
const RESPONSES: usize = 240;
/// Letters of each of their answers.
const LETTERS: usize = 9_000;

/// A survey of long answers.
fn essays() -> Value {
    let questions: Vec<Value> = (0..20)
        .map(|it| json!({ "id": format!("q{it}"), "type": "long_text", "label": "Why?", "chars_max": 10_000 }))
        .collect();
    json!({ "title": "Essays", "sections": [{ "id": "s1", "questions": questions }] })
}

async fn with_essays(survey: &Survey) {
    for number in 0..RESPONSES {
        let answers: serde_json::Map<String, Value> =
            (0..20).map(|it| (format!("q{it}"), format!("{number} ").repeat(LETTERS / 4).trim().into())).collect();
        let body = json!({ "answers": answers, "submission_key": format!("e{number}") });
        survey.program.post_json(&survey.api("/responses"), &body).await.expect(201);
    }
    survey.program.until(&survey.api("/summary"), |it| it["responses"] == RESPONSES).await;
}

/// A server, and a survey of long answers at one of its tenants.
async fn begin() -> (Process, Survey) {
    let mut server = Process::spawn_with(&["--demo"]);
    server.without("--demo");
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let survey = Survey::publish(program, "adatum", "essays", &essays()).await;
    with_essays(&survey).await;
    (server, survey)
}

/// The server, started again on the same data.
async fn again(mut server: Process) -> Process {
    let started = tokio::task::spawn_blocking(move || {
        server.start_again();
        server
    });
    started.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_goes_on_where_the_file_was() {
    let (mut server, survey) = begin().await;
    let direct = survey.program.get(&survey.api("/export?footer=true")).await.expect(200);

    let at = asked(&survey, &json!({ "footer": true })).await;
    let mut kills = 0;
    loop {
        let export = survey.program.get(&at).await.expect(200).json();
        match export["state"].as_str().unwrap() {
            "done" => break,
            "running" if 0 < export["rows"].as_u64().unwrap() && kills < 3 => {
                server.kill();
                server = again(server).await;
                kills += 1;
            }
            "waiting" | "running" => tokio::time::sleep(Duration::from_millis(2)).await,
            other => panic!("{other}: {export}"),
        }
    }
    assert!(0 < kills, "the file was made before the server could be killed");
    let export = survey.program.get(&at).await.expect(200).json();
    let file = survey.program.get(&format!("{at}/file")).await.expect(200);
    assert_eq!(export["rows"], RESPONSES);
    assert!(file.body == direct.body, "the file is not the one that was never interrupted");
    assert_eq!(export["sha256"], crate::export::sha256(&file.body));
    assert_eq!(crate::export::verified(&file.body), Some(u64::try_from(RESPONSES).unwrap()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_stop_leaves_the_file_to_the_next() {
    let (mut server, survey) = begin().await;
    let at = asked(&survey, &json!({ "format": "jsonl" })).await;
    assert!(server.stop().success());
    let server = again(server).await;
    let export = ended(&survey.program, &at).await;
    assert_eq!((&export["state"], &export["rows"]), (&json!("done"), &json!(RESPONSES)));
    let direct = survey.program.get(&survey.api("/export?format=jsonl")).await.expect(200);
    assert!(survey.program.get(&format!("{at}/file")).await.expect(200).body == direct.body);
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_keeps_nobody_waiting_and_still_gets_the_whole_file() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "essays", &essays()).await;
    with_essays(&survey).await;
    let request = survey.program.request(Method::GET, &survey.api("/export?footer=true"));
    let mut slow = request.send().await.unwrap();
    let mut body = slow.chunk().await.unwrap().unwrap().to_vec();
    // Meanwhile others read and write, and what is erased by then is not in the rest of the file.
    let list = survey.program.get(&survey.api("/responses?order=newest&limit=1")).await.expect(200).json();
    let last = list["items"][0]["id"].as_str().unwrap().to_owned();
    survey.program.delete(&survey.api(&format!("/responses/{last}"))).await.expect(204);
    let body_of_one = json!({ "answers": { "q0": "late" } });
    survey.program.post_json(&survey.api("/responses"), &body_of_one).await.expect(201);
    canvass.settled().await;
    while let Some(more) = slow.chunk().await.unwrap() {
        body.extend_from_slice(&more);
    }
    assert_eq!(crate::export::verified(&body), Some(u64::try_from(RESPONSES - 1).unwrap()));
    assert!(!body.windows(last.len()).any(|it| it == last.as_bytes()));
}
