//! A script's life: this file is about writing, testing, publishing, running, going back and deleting.

use reqwest::Method;
use serde_json::json;

use super::{answer, at, put, run, set, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_put_live_run_changed_and_taken_back() {
    let (_canvass, program) = start().await;
    let made = put(&program, "double", "result = canvass.context.parameters['n'] * 2\nimport canvass\n").await;
    let made = made.expect(201);
    let (first, tag) = (made.json(), made.header("etag").to_owned());
    assert_eq!((&first["version"], &first["enabled"]), (&json!(1), &json!(true)));

    let number = json!({ "name": "n", "kind": "integer", "required": true });
    let trigger = json!({ "kind": "manual", "parameters": [number] });
    set(&program, "double", trigger).await.expect(200);
    let source =
        "import canvass\nprint('n is', canvass.context.parameters['n'])\ncanvass.context.parameters['n'] * 2\n";
    // Whoever is late is told so.
    let late = program.request(Method::PUT, &at("double", "")).header("content-type", "text/x-python");
    program.send(late.header("if-match", tag).body(source)).await.expect(412);
    let second = put(&program, "double", source).await.expect(200).json();
    assert_eq!(second["version"], 2);

    let ended = run(&program, "double", json!({ "n": 21 })).await;
    assert_eq!((&ended["result"], &ended["output"]), (&json!(42), &json!("n is 21\n")), "{ended}");
    assert_eq!((&ended["outcome"], &ended["version"], &ended["cause"]), (&json!("done"), &json!(2), &json!("manual")));
    assert!(0.0 < ended["cpu_ms"].as_f64().unwrap() && 0 < ended["memory_peak_bytes"].as_u64().unwrap());
    let wrong = program.post_json(&at("double", "/runs"), &json!({ "parameters": { "n": "x" } })).await.expect(422);
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/parameters/n");

    let runs = program.get(&at("double", "/runs")).await.expect(200).json();
    assert_eq!(runs["items"][0]["id"], ended["id"]);
    let versions = program.get(&at("double", "/versions")).await.expect(200).json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
    let back = program.post_json(&at("double", "/versions/1/publication"), &json!({})).await.expect(200).json();
    assert_eq!(back["version"], 3);
    let shown = program.get(&at("double", "")).await.expect(200).json();
    assert!(shown["source"].as_str().unwrap().starts_with("result ="), "{shown}");
    assert_eq!(shown["draft"], json!(null));

    let listed = program.get("/api/v1/scripts").await.expect(200).json();
    assert_eq!(listed["items"][0]["name"], "double");
    program.delete(&at("double", "")).await.expect(204);
    program.get(&at("double", "")).await.expect(404);
    program.get(&at("double", "/runs")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_python_is_refused_with_its_line() {
    let (_canvass, program) = start().await;
    let refused = put(&program, "broken", "a = 1\nif a\n    b = 2\n").await.expect(422).json();
    assert!(refused["type"].as_str().unwrap().ends_with("syntax"), "{refused}");
    assert!(refused["detail"].as_str().unwrap().starts_with("Line 2, column 5:"), "{refused}");
    program.get(&at("broken", "")).await.expect(404);
    let request = program.request(Method::PUT, &at("broken", "")).header("content-type", "application/json");
    program.send(request.body("1")).await.expect(415);
    let request = program.request(Method::PUT, &at("broken", "")).header("content-type", "text/x-python");
    program.send(request.body(vec![0xff])).await.expect(400);
    put(&program, "Broken", "1").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_fails_says_where_and_members_find_it() {
    let (_canvass, program) = start().await;
    put(&program, "odd", "import canvass\ncanvass.log.warning('odd')\nprint('before')\n{}['x']\n").await.expect(201);
    let ended = run(&program, "odd", json!({})).await;
    let error = &ended["error"];
    assert_eq!((&error["type"], &error["line"]), (&json!("KeyError"), &json!(4)), "{ended}");
    assert!(error["traceback"].as_str().unwrap().contains("odd"), "{error}");
    assert_eq!((&ended["output"], &ended["outcome"]), (&json!("before\n"), &json!("exception")));
    assert_eq!(ended["log"], json!([{ "level": "warning", "message": "odd" }]));
    let failed = program.get(&at("odd", "/runs?failed=true")).await.expect(200).json();
    assert_eq!(failed["items"][0]["error"], *error);
    put(&program, "odd", "while True: pass").await.expect(200);
    assert_eq!(run(&program, "odd", json!({})).await["outcome"], "limit_cpu");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_goes_live_when_its_test_cases_pass() {
    let (_canvass, program) = start().await;
    put(&program, "sum", "import canvass\ncanvass.context.parameters['n'] + 1").await.expect(201);
    let cases = json!({ "tests": [
        { "name": "adds", "parameters": { "n": 1 }, "expectation": { "result": 2 } },
        { "name": "needs n", "expectation": { "error": "KeyError" } },
        { "name": "at a fixed time", "parameters": { "n": 0 }, "expectation": "ends_well" },
    ] });
    program.put_json(&at("sum", "/tests"), &cases).await.expect(200);
    assert_eq!(
        put(&program, "sum", "import canvass\n1 + canvass.context.parameters['n']").await.expect(200).json()["version"],
        2
    );
    let refused = put(&program, "sum", "import canvass\ncanvass.context.parameters['n'] + 2").await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/tests/0");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("it answered 3"), "{refused}");
    assert_eq!(run(&program, "sum", json!({ "n": 1 })).await["result"], 2);

    let ran = program.post_json(&at("sum", "/tests/runs"), &json!({ "source": "1/0" })).await.expect(200).json();
    assert_eq!(ran["passed"], false);
    assert_eq!(ran["tests"][0]["error"]["type"], "ZeroDivisionError", "{ran}");
    let now = "import canvass\nstr(canvass.now()), canvass.random.random()";
    let twice = [answer(&program, "sum", now).await, answer(&program, "sum", now).await];
    assert_ne!(twice[0], twice[1], "chance and time are real outside of tests");
}

#[tokio::test(flavor = "multi_thread")]
async fn modules_are_shared_between_a_tenants_scripts() {
    let (_canvass, program) = start().await;
    put(&program, "price-list", "def price(thing):\n    return {'soup': 4}[thing]\n").await.expect(201);
    set(&program, "price-list", json!({ "kind": "module" })).await.expect(200);
    put(&program, "menu", "import price_list\nprice_list.price('soup')").await.expect(201);
    assert_eq!(run(&program, "menu", json!({})).await["result"], 4);
    put(&program, "price-list", "def price(thing):\n    return {'soup': 5}[thing]\n").await.expect(200);
    assert_eq!(run(&program, "menu", json!({})).await["result"], 5, "a change shows at once");
    program.post_json(&at("price-list", "/runs"), &json!({})).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_are_for_the_premium_plan() {
    let (canvass, _program) = start().await;
    let eve = canvass.program_of("fabrikam").await;
    let refused = put(&eve, "mine", "1").await.expect(409).json();
    assert!(refused["type"].as_str().unwrap().ends_with("limit-reached"), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("standard plan has no scripts"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_without_scripts_says_so() {
    let canvass = crate::support::Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let refused = put(&program, "mine", "1").await.expect(409).json();
    assert_eq!(refused["detail"], "Scripts are switched off on this installation");
}
