//! The hour's work: this file is about a tenant whose scripts have computed all that an hour allows, and about whom that
//! concerns: itself alone.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{at, page, put, set};
use crate::support::{Answer, Person, Process, Survey, lunch_at, soup};

/// A hundredth of what the plan includes: some six seconds of a processor.
const ENVIRONMENT: [(&str, &str); 2] = [("CANVASS_SCRIPTS__HOUR_PERCENT", "1"), ("CANVASS_SCRIPTS__RUN_PERCENT", "25")];
/// How long scripts may take to start.
const PATIENCE: Duration = Duration::from_mins(4);
/// An hour that ends sooner is not begun with.
const NEEDED: Duration = Duration::from_mins(2);
const HOUR: Duration = Duration::from_hours(1);

const HOOK: &str = "import canvass
def responded(responses):
    return {it.id: {'seen': True} for it in responses}";

const CHECK: &str = "import canvass
def validate(response):
    return canvass.refuse('soup', 'No soup today')";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scripts_that_have_done_an_hours_work_wait_for_the_next_and_lose_nothing() {
    let (mut server, tokens) = Process::spawn_with_tenants(["adatum", "neighbour"], &ENVIRONMENT).await;
    let person = |nth: usize, alias: &str| Person::with_token(alias, server.url(), &tokens[nth]);
    let (program, neighbour) = (person(0, "adatum"), person(1, "neighbour"));
    let survey = settle(&program, "adatum").await;
    settle(&neighbour, "neighbour").await;
    let ray = server.visitor("Ray");
    ray.get("/adatum/menu").await.expect(200);
    assert_eq!(respond(&survey).await.status, StatusCode::UNPROCESSABLE_ENTITY, "the check runs");
    wait_for_a_long_enough_hour().await;

    assert_eq!(spend(&program).await, 5, "the hour has the work of almost five such runs, and what is begun is ended");

    let hour = program.get("/api/v1/tenant").await.expect(200).json()["scripts"].clone();
    assert!(hour["fuel_hour_max"].as_u64().unwrap() <= hour["fuel_hour"].as_u64().unwrap(), "{hour}");
    assert_eq!(hour["fuel_hour_max"].as_u64().unwrap() * 100, hour["limits"]["fuel_hour_max"].as_u64().unwrap());
    assert_later(&program.post_json(&at("endless", "/runs"), &json!({ "parameters": {} })).await);
    for _ in 0..20 {
        assert_later(&ray.get("/adatum/menu").await);
    }
    let body = json!({ "source": "1 + 1" });
    assert_later(&program.post_json(&at("endless", "/runs"), &body).await);
    // A response is never lost to it, and its hook waits.
    respond(&survey).await.expect(201);
    program.until(&at("hook", "/hook"), |it| it["next_response"].is_string()).await;
    let spent = spent_runs(&program).await;
    assert!((1..=2).contains(&spent.len()), "one a minute is told: {spent:?}");
    assert_eq!(spent[0]["error"]["type"], "HourLimit");
    let hook = program.get(&at("hook", "/hook")).await.expect(200).json();
    assert_eq!((&hook["failures"], &hook["stopped_at"]), (&json!(0), &Value::Null), "waiting is no failure");

    // Nobody else has less.
    server.visitor("Ray").get("/neighbour/menu").await.expect(200);
    let other = neighbour.get("/api/v1/tenant").await.expect(200).json()["scripts"].clone();
    assert!(other["fuel_hour"].as_u64().unwrap() < other["fuel_hour_max"].as_u64().unwrap() / 10, "{other}");

    // What was done is known after a start; with more allowed the hook makes up for what it has waited with.
    assert!(server.stop().success());
    server.start_again();
    assert_later(&ray.get("/adatum/menu").await);
    assert!(server.stop().success());
    server.in_environment("CANVASS_SCRIPTS__HOUR_PERCENT", "100");
    server.start_again();
    let all = survey.api("/responses");
    program.until(&all, |it| it["items"][0]["fields"]["seen"] == true).await;
    ray.until_status("/adatum/menu", StatusCode::OK).await;
}

/// Scripts of every kind at a survey.
async fn settle(program: &Person, alias: &str) -> Survey {
    let survey = lunch_at(program, alias).await;
    let deadline = Instant::now() + PATIENCE;
    while put(program, "menu", "def page(request):\n    return '<p>Soup</p>'").await.status != StatusCode::CREATED {
        assert!(Instant::now() < deadline, "scripts do not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    set(program, "menu", json!({ "kind": "page" })).await.expect(200);
    page(program, "menu", "menu", "public").await;
    put(program, "endless", "while True: pass").await.expect(201);
    for (name, source, kind) in [("hook", HOOK, "responded"), ("check", CHECK, "validate")] {
        put(program, name, source).await.expect(201);
        set(program, name, json!({ "kind": kind, "survey": survey.id })).await.expect(200);
    }
    survey
}

/// Lets an endless script run until it is refused; how often it ran.
async fn spend(program: &Person) -> usize {
    for ran in 0..10 {
        let answer = program.post_json(&at("endless", "/runs"), &json!({ "parameters": {} })).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return ran;
        }
        assert_eq!(answer.expect(200).json()["outcome"], "limit_cpu");
    }
    panic!("the hour has no end");
}

async fn respond(survey: &Survey) -> Answer {
    survey.program.post_json(&survey.api("/responses"), &soup()).await
}

#[track_caller]
fn assert_later(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text());
    let seconds: u64 = answer.header("retry-after").parse().expect("a number of seconds");
    assert!((1..=HOUR.as_secs() + 1).contains(&seconds), "{seconds}");
}

async fn spent_runs(program: &Person) -> Vec<Value> {
    let mut spent = Vec::new();
    for name in ["endless", "menu", "check", "hook"] {
        let runs = program.get(&at(name, "/runs?failed=true&limit=500")).await.expect(200).json();
        spent.extend(runs["items"].as_array().expect("a list").iter().filter(|it| it["outcome"] == "spent").cloned());
    }
    spent
}

/// The hour is that of the clock: what is left of it must do for the test.
async fn wait_for_a_long_enough_hour() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    let left = HOUR.saturating_sub(Duration::from_secs(now.as_secs() % HOUR.as_secs()));
    if left < NEEDED {
        tokio::time::sleep(left + Duration::from_secs(1)).await;
    }
}
