//! Two processes on one database: this file is about everything that one of them does and the other must know.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::support::{Person, Process, lunch, postgres::Postgres, soup};

/// Longer than anything here takes, shorter than the time after which a draining server cuts connections.
const SOON: Duration = Duration::from_secs(15);

/// Two processes with the demonstration, and a program of Adatum at the first.
fn nodes() -> (Process, Process, Person) {
    let one = Process::spawn_on(&Postgres::shared().database(), &["--demo"]);
    let other = one.beside(&[]);
    let token = one.ready["demo"][0]["token"].as_str().unwrap().to_owned();
    let program = Person::with_token("A program", one.url(), &token);
    (one, other, program)
}

/// Ada, signed in at the first process.
async fn ada(one: &Process) -> Person {
    let ada = one.visitor("Ada");
    let password = one.ready["demo"][0]["password"].as_str().unwrap();
    ada.post_form("/-/login", &[("email", "ada@adatum.example"), ("password", password)]).await.expect(303);
    ada
}

#[tokio::test]
async fn a_session_of_one_is_good_at_the_other_until_it_is_signed_out() {
    let (one, other, _) = nodes();
    let ada = ada(&one).await;
    ada.at(other.url()).get("/-/console/adatum").await.expect(200);
    ada.post_form("/-/logout", &[("", "")]).await.expect(303);
    ada.at(other.url()).get("/-/console/adatum").await.expect(303);
}

#[tokio::test]
async fn a_survey_published_at_one_is_answered_at_the_other_and_closed_for_both() {
    let (_one, other, program) = nodes();
    program.at(other.url()).get("/adatum/lunch").await.expect(404);
    let lunch = lunch(&program).await;

    let there = program.at(other.url());
    there.until_status("/adatum/lunch", reqwest::StatusCode::OK).await;
    there.post_json(&lunch.api("/responses"), &soup()).await.expect(201);
    program.until(&lunch.api("/summary"), |it| it["responses"] == 1).await;

    program.delete(&lunch.api("/publication")).await.expect(200);
    let deadline = Instant::now() + SOON;
    while there.post_json(&lunch.api("/responses"), &soup()).await.status.is_success() {
        assert!(Instant::now() < deadline, "the other process never heard that the survey is closed");
    }
}

#[tokio::test]
async fn one_process_answers_while_another_works() {
    let works = Process::spawn_on(&Postgres::shared().database(), &["--role", "worker", "--demo"]);
    let mut answers = works.beside(&["--role", "web"]);
    assert_eq!((&works.ready["url"], &works.ready["operator_setup_url"]), (&Value::Null, &Value::Null));
    let token = works.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", answers.url(), token);

    let lunch = lunch(&program).await;
    program.post_json(&lunch.api("/responses"), &soup()).await.expect(201);
    program.until(&lunch.api("/summary"), |it| it["responses"] == 1).await;
    assert!(answers.stop().success());
}

#[tokio::test]
async fn who_watches_at_one_sees_what_is_answered_at_the_other() {
    let (mut one, other, program) = nodes();
    let lunch = lunch(&program).await;
    let mut live = ada(&one).await.listen(&lunch.console("/results/events")).await;

    program.at(other.url()).post_json(&lunch.api("/responses"), &soup()).await.expect(201);
    let event = timeout(SOON, live.chunk()).await.expect("news come soon").unwrap().unwrap();
    assert!(String::from_utf8_lossy(&event).contains("data"), "{event:?}");

    // Who watches does not keep a process from stopping.
    let asked = Instant::now();
    assert!(one.stop().success());
    assert!(asked.elapsed() < SOON);
    program.at(other.url()).get("/api/v1/surveys").await.expect(200);
}
