//! Two processes on one database: this file is about everything that one of them does and the other must know.

mod cache;
mod domains;
mod sign_ups;

use std::time::Duration;

use canvass_storage::{STALE_MAX, WATCH_EVERY};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::support::{PASSWORD, Person, Process, Survey, Token, lunch, postgres::Postgres, soup};

/// What a request with its transactions, and the workers' next round, may take on top of what the product allows itself:
/// the machine compiles and tests other things at the same time.
const ALLOWANCE: Duration = Duration::from_secs(2);
/// Until when a process sees what another one changed.
const SEEN_MAX: Duration = STALE_MAX.saturating_add(ALLOWANCE);
/// Until when who watches at one process hears of what another one applied.
const HEARD_MAX: Duration = WATCH_EVERY.saturating_add(ALLOWANCE);
/// The product's promise, without the allowance: within a second.
const _: () = assert!(STALE_MAX.as_millis() < 1_000 && WATCH_EVERY.as_millis() < 1_000);
/// How often each bound is measured: a change meets the other process's memory at another age each time.
const ROUNDS: usize = 4;
/// How often to look.
const POLL: Duration = Duration::from_millis(10);
/// Longer than a process takes to stop, shorter than the time after which a draining server cuts connections.
const STOPPED_MAX: Duration = Duration::from_secs(15);

/// Two processes with the demonstration, and a program of Adatum at the first.
fn nodes() -> (Process, Process, Person) {
    let one = Process::spawn_on(&Postgres::shared().database(), &["--demo"]);
    let other = one.beside(&[]);
    let token = one.ready["demo"][0]["token"].as_str().unwrap().to_owned();
    let program = Person::with_token("A program", one.url(), &token);
    (one, other, program)
}

/// Ada, signed in at a process on the demonstration's data, in a browser of its own each time.
async fn ada(one: &Process) -> Person {
    let ada = one.visitor("Ada");
    let password = one.ready["demo"][0]["password"].as_str().unwrap();
    ada.post_form("/-/login", &[("email", "ada@adatum.example"), ("password", password)]).await.expect(303);
    ada
}

/// Olga, who becomes the operator by the link that the process printed which started last.
async fn olga(last: &Process) -> Person {
    let olga = last.visitor("Olga");
    let link = last.ready["operator_setup_url"].as_str().unwrap();
    let new = [("person", "Olga"), ("email", "olga@canvass.example"), ("password", PASSWORD)];
    olga.post_form(&link[link.find("/-/operate").unwrap()..], &new).await.expect(303);
    olga.post_form("/-/operate/login", &new[1..]).await.expect(303);
    olga
}

/// Asks until the answer has a status, and insists that it has it in time; answers how long it took.
async fn assert_seen(person: &Person, path: &str, wanted: StatusCode) -> Duration {
    assert_comes(path, wanted, async || person.get(path).await.status).await
}

/// The same of a response to a survey: accepted or refused.
async fn assert_answered(person: &Person, survey: &Survey, wanted: StatusCode) -> Duration {
    let path = survey.api("/responses");
    assert_comes(&path, wanted, async || person.post_json(&path, &soup()).await.status).await
}

async fn assert_comes(what: &str, wanted: StatusCode, ask: impl AsyncFn() -> StatusCode) -> Duration {
    let begun = Instant::now();
    loop {
        let asked = begun.elapsed();
        let status = ask().await;
        if status == wanted {
            return begun.elapsed();
        }
        assert!(asked < SEEN_MAX, "{what} still answers {status} after {asked:?}, and not {wanted}");
        sleep(POLL).await;
    }
}

/// The next event of a stream that is more than a sign of life, if it comes in time.
async fn heard(live: &mut Response, within: Duration) -> Option<String> {
    let event = async {
        loop {
            let piece = live.chunk().await.unwrap().expect("the stream goes on");
            let text = String::from_utf8_lossy(&piece).into_owned();
            if text.contains("data") {
                return text;
            }
        }
    };
    timeout(within, event).await.ok()
}

#[tokio::test]
async fn a_session_of_one_is_good_at_the_other_until_it_is_signed_out() {
    let (one, other, _) = nodes();
    let (ada, elsewhere) = (ada(&one).await, ada(&one).await);
    for browser in [&ada, &elsewhere] {
        browser.at(other.url()).get("/-/console/adatum").await.expect(200);
    }
    ada.post_form("/-/account/sessions/revocation", &[] as &[(&str, &str)]).await.expect(303);
    elsewhere.at(other.url()).get("/-/console/adatum").await.expect(303);
    ada.at(other.url()).get("/-/console/adatum").await.expect(200);

    ada.post_form("/-/logout", &[("", "")]).await.expect(303);
    ada.at(other.url()).get("/-/console/adatum").await.expect(303);
}

#[tokio::test]
async fn a_token_revoked_at_one_opens_nothing_at_the_other() {
    let (one, other, _) = nodes();
    let ada = ada(&one).await;
    let token = Token::made_by(&ada).await;
    let there = token.program.at(other.url());
    there.get("/api/v1/surveys").await.expect(200);
    token.revoke(&ada).await;
    println!("revoked: {:?}", assert_seen(&there, "/api/v1/surveys", StatusCode::UNAUTHORIZED).await);
    let refused = there.get("/api/v1/surveys").await.expect(401).json();
    assert!(refused["type"].as_str().unwrap().ends_with("/sign-in-required"), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("revoked"), "{refused}");
}

#[tokio::test]
async fn a_survey_published_at_one_is_answered_at_the_other_and_closed_for_both() {
    let (_one, other, program) = nodes();
    let there = program.at(other.url());
    there.get("/adatum/lunch").await.expect(404);
    let lunch = lunch(&program).await;
    println!("published: {:?}", assert_seen(&there, "/adatum/lunch", StatusCode::OK).await);
    there.post_json(&lunch.api("/responses"), &soup()).await.expect(201);
    program.until(&lunch.api("/summary"), |it| it["responses"] == 1).await;

    for _ in 0..ROUNDS {
        program.delete(&lunch.api("/publication")).await.expect(200);
        println!("closed: {:?}", assert_answered(&there, &lunch, StatusCode::CONFLICT).await);
        program.post_json(&lunch.api("/publication"), &json!({ "page": "lunch" })).await.expect(201);
        println!("open again: {:?}", assert_answered(&there, &lunch, StatusCode::CREATED).await);
    }
}

#[tokio::test]
async fn a_tenant_suspended_at_one_is_closed_at_the_other_and_open_again_when_it_resumes() {
    let (one, _, program) = nodes();
    // What it knows of the tenant, it learns by being asked: it has no workers that look.
    let other = one.beside(&["--role", "web"]);
    let (olga, ada) = (olga(&other).await.at(one.url()), ada(&one).await.at(other.url()));
    let ray = other.visitor("Ray");
    let there = program.at(other.url());
    for _ in 0..ROUNDS {
        ray.get("/adatum").await.expect(200);
        ada.get("/-/console/adatum").await.expect(200);
        olga.post_form("/-/operate/tenants/adatum/suspension", &[("reason", "unpaid")]).await.expect(303);
        println!("suspended: {:?}", assert_seen(&ray, "/adatum", StatusCode::SERVICE_UNAVAILABLE).await);
        assert_seen(&ada, "/-/console/adatum", StatusCode::SERVICE_UNAVAILABLE).await;
        assert_seen(&there, "/api/v1/surveys", StatusCode::SERVICE_UNAVAILABLE).await;

        olga.post_form("/-/operate/tenants/adatum/resumption", &[("reason", "paid")]).await.expect(303);
        println!("resumed: {:?}", assert_seen(&ray, "/adatum", StatusCode::OK).await);
        assert_seen(&there, "/api/v1/surveys", StatusCode::OK).await;
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
    let (lunch, there) = (lunch(&program).await, program.at(other.url()));
    assert_seen(&there, "/adatum/lunch", StatusCode::OK).await;
    let mut live = ada(&one).await.listen(&lunch.console("/results/events")).await;
    // What changed before one began to watch, nobody knows: the first event comes at once.
    heard(&mut live, HEARD_MAX).await.expect("a stream begins with an event");
    assert_eq!(heard(&mut live, WATCH_EVERY * 2).await, None, "nothing has changed");

    for answered in 1..=ROUNDS {
        there.post_json(&lunch.api("/responses"), &soup()).await.expect(201);
        let begun = Instant::now();
        heard(&mut live, HEARD_MAX).await.expect("news come in time");
        println!("heard after {:?}", begun.elapsed());
        assert_eq!(program.get(&lunch.api("/summary")).await.expect(200).json()["responses"], answered);
    }

    // Who watches does not keep a process from stopping.
    let asked = Instant::now();
    assert!(one.stop().success());
    assert!(asked.elapsed() < STOPPED_MAX);
    there.get("/api/v1/surveys").await.expect(200);
}

#[tokio::test]
async fn visits_at_one_and_at_the_other_are_counted_together() {
    let (one, other, program) = nodes();
    for node in [&one, &other, &other] {
        node.visitor("Ray").get("/adatum").await.expect(200);
    }
    let requests = |it: &Value| it["items"][0]["requests"].as_u64();
    program.until("/api/v1/traffic?by=page", |it| requests(it) == Some(3)).await;
    assert_eq!(requests(&program.at(other.url()).get("/api/v1/traffic?by=status").await.expect(200).json()), Some(3));
}
