//! The operator's stop: this file is about scripts that nothing of their tenant's starts again, and why members read it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{answer, at, page, put, run, set, start};
use crate::support::{Person, Process, canvass, lunch, on_postgres, soup};

const TENANT: &str = "/-/operate/tenants/adatum";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_stops_one_script_and_its_members_read_why() {
    let (canvass, program) = start().await;
    let (olga, carl, ray) = (canvass.olga().await, canvass.carl().await, canvass.ray());
    let id = put(&program, "mine", "'<p>coins</p>'").await.expect(201).json()["id"].as_str().unwrap().to_owned();
    put(&program, "good", "1").await.expect(201);
    set(&program, "mine", json!({ "kind": "page" })).await.expect(200);
    page(&program, "mine", "mine", "public").await;
    ray.get("/adatum/mine").await.expect(200);

    let stop = async |fields: &[(&str, &str)]| olga.post_form(&format!("{TENANT}/scripts/stop"), fields).await;
    let refused = stop(&[("scripts-name", "mine"), ("scripts-reason", " ")]).await.expect(422);
    assert!(refused.shows("Say why in 1 to 500 characters"), "{}", refused.text());
    let refused = stop(&[("scripts-name", "nothing"), ("scripts-reason", "No")]).await.expect(422);
    assert!(refused.shows("This tenant has no script of this name"), "{}", refused.text());
    stop(&[("scripts-name", "No Name"), ("scripts-reason", "No")]).await.expect(422);
    stop(&[("scripts-name", "mine"), ("scripts-reason", "It mines coins")]).await.expect(303);

    ray.get("/adatum/mine").await.expect(404);
    assert_eq!(run(&program, "good", json!({})).await["result"], 1, "the others go on");
    assert_eq!(program.get(&at("mine", "")).await.expect(200).json()["stopped_by_operator"], "It mines coins");
    assert!(carl.get(&format!("/-/console/adatum/scripts/{id}")).await.expect(200).shows("It mines coins"));
    // Nothing of the tenant's starts it again.
    program.put_json(&at("mine", "/settings"), &json!({ "enabled": true })).await.expect(200);
    put(&program, "mine", "'<p>more coins</p>'").await.expect(200);
    program.delete(&at("mine", "")).await.expect(204);
    program.post_json("/api/v1/script-trash/mine/restoration", &json!({})).await.expect(200);
    ray.get("/adatum/mine").await.expect(404);
    assert_eq!(program.get(&at("mine", "")).await.expect(200).json()["stopped_by_operator"], "It mines coins");

    let shown = olga.get(TENANT).await.expect(200);
    assert!(shown.shows("Stopped by name") && shown.shows("It mines coins"), "{}", shown.text());
    olga.post_form(&format!("{TENANT}/scripts/allowance"), &[("scripts-name", "mine")]).await.expect(303);
    assert!(ray.get("/adatum/mine").await.expect(200).shows("more coins"));
    let log = canvass.ada().await.get("/-/console/adatum/log").await.expect(200);
    assert!(
        log.shows("stopped the script") && log.shows("mine: It mines coins") && log.shows("let the script run again")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_stops_all_scripts_and_hooks_make_up_for_it_later() {
    let (canvass, program) = start().await;
    let olga = canvass.olga().await;
    let survey = lunch(&program).await;
    let hook = "def responded(responses): return {it.id: {'seen': True} for it in responses}";
    put(&program, "watcher", hook).await.expect(201);
    set(&program, "watcher", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    put(&program, "mine", "1").await.expect(201);

    let reason = [("scripts-name", ""), ("scripts-reason", "A fault of ours")];
    olga.post_form(&format!("{TENANT}/scripts/stop"), &reason).await.expect(303);
    let refused = program.post_json(&at("mine", "/runs"), &json!({})).await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("A fault of ours"), "{refused}");
    let listed = program.get("/api/v1/scripts").await.expect(200).json();
    assert!(listed["items"].as_array().unwrap().iter().all(|it| it["stopped_by_operator"] == "A fault of ours"));
    program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    canvass.settled().await;

    olga.post_form(&format!("{TENANT}/scripts/allowance"), &[("scripts-name", "")]).await.expect(303);
    program.until(&survey.api("/responses"), |it| it["items"][0]["fields"]["seen"] == true).await;
    assert_eq!(answer(&program, "mine", "2").await, 2);
    assert_eq!(program.get(&at("mine", "")).await.expect(200).json()["stopped_by_operator"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_stops_scripts_at_the_command_line() {
    let mut process = Process::spawn_with_scripts();
    let demo = process.ready["demo"].as_array().unwrap();
    let token = demo.iter().find(|it| it["alias"] == "adatum").unwrap()["token"].as_str().unwrap().to_owned();
    process.without("--demo");
    let mine = async |process: &Process| {
        let program = Person::with_token("A program", process.url(), &token);
        program.get(&at("mine", "")).await.expect(200).json()["stopped_by_operator"].clone()
    };
    // The first start prepares the interpreter.
    let deadline = std::time::Instant::now() + Duration::from_mins(2);
    while put(&Person::with_token("A program", process.url(), &token), "mine", "1").await.status != 201 {
        assert!(std::time::Instant::now() < deadline, "scripts do not start");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The embedded storage belongs to one process at a time.
    if !on_postgres() {
        assert!(process.stop().success());
    }
    let place = process.place();
    let does = |arguments: &[&str]| {
        let place: Vec<&str> = place.iter().map(String::as_str).collect();
        canvass(&[&["tenant"], arguments, &place].concat())
    };
    let stopped = does(&["stop-scripts", "adatum", "--script", "mine", "--reason", "It mines coins"]).expect(0);
    assert_eq!(stopped.out, "mine of adatum is stopped. Its members read why.\n");
    does(&["stop-scripts", "adatum", "--reason", "A fault of ours"]).expect(0);
    let shown = does(&["show", "adatum", "--json"]).expect(0).out;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let by_name = json!([{ "name": "mine", "reason": "It mines coins" }]);
    assert_eq!(shown["scripts"], json!({ "stopped": "A fault of ours", "stopped_by_name": by_name }));
    assert!(does(&["show", "adatum"]).expect(0).out.contains("scripts  mine stopped: It mines coins"));

    let nothing = does(&["stop-scripts", "adatum", "--script", "nothing", "--reason", "No"]).expect(5);
    assert!(nothing.err.contains("adatum has no script of this name"), "{}", nothing.err);
    does(&["stop-scripts", "nobody-here", "--reason", "No"]).expect(5);
    does(&["stop-scripts", "adatum", "--script", "No Name", "--reason", "No"]).expect(2);
    does(&["stop-scripts", "adatum", "--reason", ""]).expect(6);
    does(&["stop-scripts", "adatum"]).expect(2);
    does(&["allow-scripts", "adatum"]).expect(0);
    let restart = |process: &mut Process| {
        if !on_postgres() {
            process.start_again();
        }
    };
    restart(&mut process);
    assert_eq!(mine(&process).await, "It mines coins", "it was stopped by name");
    if !on_postgres() {
        assert!(process.stop().success());
    }
    does(&["allow-scripts", "adatum", "--script", "mine"]).expect(0);
    restart(&mut process);
    assert_eq!(mine(&process).await, Value::Null);
}
