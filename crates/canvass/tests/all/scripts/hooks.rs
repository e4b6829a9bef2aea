//! Hooks: this file is about scripts that work on responses once each, whatever ends in between, and that keep times.

use std::time::Duration;

use canvass_actions::scripts as actions;
use canvass_model::{
    script::{Schedule, ScriptName},
    time::Timestamp,
};
use canvass_storage::{Tenant, scripts as stored, scripts::hooks::Hook};
use serde_json::{Value, json};

use super::{answer, at, put, set, start};
use crate::support::{Person, Process, Survey, lunch, soup};

const HOOK: &str = r#"
import canvass

def responded(responses):
    store = canvass.store
    store.put("count", store.get("count", 0) + len(responses))
    return {it.id: {"soup": it.answers.soup, "times": it.fields.get("times", 0) + 1, "tags": ["seen"]} for it in responses}
"#;

const COUNT: &str = "import canvass\ncanvass.store.get('count', 0)";

async fn send(survey: &Survey, count: usize) {
    let lines = format!("{}\n", soup()).repeat(count);
    let request = survey.program.request(reqwest::Method::POST, &survey.api("/responses"));
    let request = request.header("content-type", "application/x-ndjson").body(lines);
    survey.program.send(request).await.expect(200);
}

/// Every response with what scripts noted of it, once all have been worked on.
async fn worked_on(survey: &Survey, count: usize) -> Vec<Value> {
    let path = survey.api("/responses?limit=500");
    let all = survey.program.until(&path, |it| {
        let items = it["items"].as_array().unwrap();
        items.len() == count && items.iter().all(|it| it["fields"]["times"].is_number())
    });
    all.await["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_works_once_on_each_response_from_now_on() {
    let (canvass, program) = start().await;
    let survey = lunch(&program).await;
    send(&survey, 3).await;
    canvass.settled().await;
    put(&program, "watcher", HOOK).await.expect(201);
    set(&program, "watcher", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    send(&survey, 200).await;
    let path = survey.api("/responses?limit=500");
    let all = program.until(&path, |it| {
        it["items"].as_array().unwrap().iter().filter(|it| it["tags"] == json!(["seen"])).count() == 200
    });
    let all = all.await;
    let items = all["items"].as_array().unwrap();
    assert!(items.iter().filter(|it| !it["fields"]["times"].is_null()).all(|it| it["fields"]["times"] == 1));
    assert_eq!(items.iter().filter(|it| it["fields"] == json!({})).count(), 3, "those from before are left alone");
    assert_eq!(answer(&program, "watcher", COUNT).await, 200);

    // What came while it was off is made up for.
    program.put_json(&at("watcher", "/settings"), &json!({ "enabled": false })).await.expect(200);
    send(&survey, 5).await;
    canvass.settled().await;
    let hook = program.get(&at("watcher", "/hook")).await.expect(200).json();
    assert!(hook["next_response"].is_string() && hook["stopped_at"].is_null(), "{hook}");
    program.put_json(&at("watcher", "/settings"), &json!({ "enabled": true })).await.expect(200);
    program.until(&at("watcher", "/hook"), |it| it["next_response"].is_null()).await;
    assert_eq!(answer(&program, "watcher", COUNT).await, 205);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_fails_finds_its_response_stops_and_goes_on_when_told() {
    let (canvass, program) = start().await;
    let question = json!({ "id": "n", "type": "integer", "label": "N" });
    let definition = json!({ "title": "Numbers", "sections": [{ "id": "all", "questions": [question] }] });
    let survey = Survey::publish(program.clone(), "adatum", "numbers", &definition).await;
    let source = "import canvass
def responded(responses):
    canvass.store.put('count', canvass.store.get('count', 0) + len(responses))
    return {it.id: {'half': 100 / it.answers.n} for it in responses}";
    put(&program, "halves", source).await.expect(201);
    set(&program, "halves", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    // Another hook of the same survey goes on meanwhile.
    put(&program, "other", HOOK.replace("it.answers.soup", "1").replace("count", "others").as_str()).await.expect(201);
    set(&program, "other", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    for n in [1, 2, 0, 4] {
        let body = json!({ "answers": { "n": n } });
        program.post_json(&survey.api("/responses"), &body).await.expect(201);
    }
    canvass.settled().await;
    let tenant = canvass.tenant("adatum").await;
    let stopped = until_stopped(&program, &tenant, "halves").await;
    let newest = program.get(&survey.api("/responses?order=oldest")).await.expect(200).json();
    let zero = newest["items"].as_array().unwrap().iter().find(|it| it["answers"]["n"] == 0).unwrap().clone();
    assert_eq!(stopped["next_response"], zero["id"], "the one it cannot work on: {stopped}");
    let run = program.get(&at("halves", "/runs?failed=true")).await.expect(200).json();
    assert_eq!(run["items"][0]["error"]["type"], "ZeroDivisionError");
    assert_eq!(answer(&program, "other", "import canvass\ncanvass.store.get('others')").await, 4);

    let wrong = json!({ "skip": newest["items"][0]["id"] });
    program.post_json(&at("halves", "/hook/resumption"), &wrong).await.expect(409);
    program.post_json(&at("halves", "/hook/resumption"), &json!({ "skip": zero["id"] })).await.expect(204);
    program.until(&at("halves", "/hook"), |it| it["next_response"].is_null()).await;
    assert_eq!(answer(&program, "halves", COUNT).await, 3);
    let all = program.get(&survey.api("/responses?order=oldest")).await.expect(200).json();
    let halves: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|it| &it["fields"]["half"]).collect();
    assert_eq!(halves, [&json!(100.0), &json!(50.0), &Value::Null, &json!(25.0)]);
}

/// Waits until a hook has stopped, and spares it its waiting.
async fn until_stopped(program: &Person, tenant: &Tenant, name: &str) -> Value {
    for _ in 0..2_000 {
        let hook = program.get(&at(name, "/hook")).await.expect(200).json();
        if hook["stopped_at"].is_string() {
            return hook;
        }
        if hook["retry_at"].is_string() {
            change(tenant, name, |hook| hook.retry_at = None).await;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{name} does not stop");
}

async fn change(tenant: &Tenant, name: &str, change: fn(&mut Hook)) {
    let name = ScriptName::parse(name).unwrap();
    let changed = tenant.write(move |tx| {
        let script = stored::find(tx, &name)?.unwrap();
        if let Some(mut hook) = stored::hooks::find(tx, script.id)? {
            change(&mut hook);
            stored::hooks::put(tx, &hook)?;
        }
        Ok::<_, canvass_storage::Error>(())
    });
    changed.await.unwrap();
    tenant.ring_duty().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_runs_at_its_time_and_once_for_all_it_missed() {
    let (canvass, program) = start().await;
    put(&program, "clock", "import canvass\ncanvass.store.put('count', canvass.store.get('count', 0) + 1)")
        .await
        .expect(201);
    let trigger = json!({ "kind": "schedule", "schedule": { "cron": "*/5 * * * *", "time_zone": "Europe/Vienna" } });
    let shown = set(&program, "clock", trigger.clone()).await.expect(200).json();
    assert_eq!(shown["trigger"], trigger);
    let wrong = json!({ "kind": "schedule", "schedule": { "cron": "never", "time_zone": "UTC" } });
    set(&program, "clock", wrong).await.expect(422);
    let due = program.get(&at("clock", "/hook")).await.expect(200).json();
    let due = Timestamp::parse(due["due_at"].as_str().unwrap()).unwrap();
    let tenant = canvass.tenant("adatum").await;
    assert!(tenant.now() < due && due.0 % (5 * Timestamp::MINUTE_MS) == 0);

    // The server was away for a day.
    change(&tenant, "clock", |hook| hook.due_at = hook.due_at.map(|it| it.plus_ms(-Timestamp::DAY_MS))).await;
    let ran = program.until(&at("clock", "/runs"), |it| it["items"][0]["cause"] == "schedule").await;
    assert_eq!(ran["items"].as_array().unwrap().len(), 1);
    let next = program.until(&at("clock", "/hook"), |it| it["due_at"].is_string()).await;
    let next = Timestamp::parse(next["due_at"].as_str().unwrap()).unwrap();
    let schedule = Schedule::cron("*/5 * * * *", "Europe/Vienna").unwrap();
    assert!(tenant.now() < next && Some(next) <= schedule.next(tenant.now(), tenant.now()).map(|it| it.plus_ms(1)));
    assert_eq!(answer(&program, "clock", COUNT).await, 1);
    let name = ScriptName::parse("clock").unwrap();
    assert!(tenant.read(move |tx| actions::hooked(tx, &name)).await.unwrap().is_some());
}

/// The server is killed again and again while hooks work.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_no_response_out_and_works_on_none_twice() {
    const ROUNDS: usize = 4;
    const EACH: usize = 60;
    let mut process = Process::spawn_with_scripts();
    let token =
        process.ready["demo"].as_array().unwrap().iter().find(|it| it["alias"] == "adatum").unwrap()["token"].clone();
    let program = Person::with_token("A program", process.url(), token.as_str().unwrap());
    process.without("--demo");
    let question = json!({ "id": "soup", "type": "yes_no", "label": "Soup?" });
    let definition = json!({ "title": "Killed", "sections": [{ "id": "all", "questions": [question] }] });
    let survey = Survey::publish(program.clone(), "adatum", "killed", &definition).await;
    // The first start prepares the interpreter.
    let deadline = std::time::Instant::now() + Duration::from_mins(2);
    while put(&program, "watcher", HOOK).await.status != 201 {
        assert!(std::time::Instant::now() < deadline, "scripts do not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    set(&program, "watcher", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    for round in 0..ROUNDS {
        send(&survey, EACH).await;
        tokio::time::sleep(Duration::from_millis(40 * round as u64)).await;
        process.kill();
        process.start_again();
    }
    let all = worked_on(&survey, ROUNDS * EACH).await;
    assert!(all.iter().all(|it| it["fields"]["times"] == 1), "each once");
    assert_eq!(answer(&program, "watcher", COUNT).await, ROUNDS * EACH, "the counter is exact");
}
