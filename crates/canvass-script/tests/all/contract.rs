//! The module `canvass`: these tests are about what a script asks the host for, and what it answers to its trigger.

use canvass_script::{Call, Failure, Order};
use serde_json::{Value, json};

use crate::support::{Desk, ended, order, run, sandbox};

#[tokio::test]
async fn every_host_call_takes_and_gives_what_the_contract_says() {
    let sandbox = sandbox().await;
    let source = r#"
import canvass, datetime
since = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
survey = canvass.surveys.list()[0]
found = [
    survey.title,
    canvass.surveys.get(survey).definition.questions,
    [response.answers["A1"] for response in canvass.responses.iterate(survey, since=since, A1=[1, 2])],
    canvass.responses.get(survey, "r1").id,
    canvass.summary.get("lunch").count,
    canvass.crosstab("lunch", "food", "drink", filter={"food": "pie"}),
    canvass.store.get("count", 0), canvass.store.get("count", 0),
    dict(canvass.store.list("a")),
    canvass.secrets.get("key"),
]
canvass.responses.annotate(survey, {"id": "r1"}, {"score": 3}, ["good"])
canvass.store.put("count", None)
canvass.store.delete("old")
canvass.log.info("%d of %d", 1, 2)
canvass.log.error("plain 100%")
found
"#;
    let mut desk = Desk::default()
        .with("surveys.list", json!([{"id": "s1", "title": "Lunch", "state": "open", "page": "lunch"}]))
        .with("surveys.get", json!({"id": "s1", "title": "Lunch", "definition": {"questions": ["food"]}}))
        .with("responses.page", json!({"items": [{"answers": {"A1": 1}}, {"answers": {"A1": 2}}], "next": "c1"}))
        .with("responses.page", json!({"items": [{"answers": {"A1": 1}}], "next": null}))
        .with("responses.get", json!({"id": "r1"}))
        .with("summary.get", json!({"count": 3}))
        .with("crosstab", json!({"cells": [[1]]}))
        .with("store.get", Value::Null)
        .with("store.get", json!(41))
        .with("store.list", json!({"items": [{"key": "a1", "value": 1}], "next": "a1"}))
        .with("store.list", json!({"items": [{"key": "a2", "value": [2]}], "next": null}))
        .with("secrets.get", json!("sesame"))
        .with("responses.annotate", json!({}))
        .with("store.put", json!({}))
        .with("store.delete", json!({}));

    let report = sandbox.run(order(source), &mut desk).await;

    assert_eq!(
        report.outcome,
        Ok(json!([
            "Lunch", ["food"], [1, 2, 1], "r1", 3, {"cells": [[1]]}, 0, 41, {"a1": 1, "a2": [2]}, "sesame"
        ]))
    );
    let asked: Vec<String> = desk.asked.iter().map(|(name, arguments)| format!("{name} {arguments}")).collect();
    assert_eq!(
        asked,
        [
            r#"surveys.list {}"#,
            r#"surveys.get {"survey":"s1"}"#,
            r#"responses.page {"survey":"s1","limit":500,"filter":{"A1":[1,2]},"since":"2026-11-01T00:00:00Z"}"#,
            r#"responses.page {"survey":"s1","limit":500,"after":"c1","filter":{"A1":[1,2]},"since":"2026-11-01T00:00:00Z"}"#,
            r#"responses.get {"survey":"s1","response":"r1"}"#,
            r#"summary.get {"survey":"lunch"}"#,
            r#"crosstab {"survey":"lunch","rows":"food","columns":"drink","filter":{"food":"pie"}}"#,
            r#"store.get {"key":"count"}"#,
            r#"store.get {"key":"count"}"#,
            r#"store.list {"prefix":"a"}"#,
            r#"store.list {"prefix":"a","after":"a1"}"#,
            r#"secrets.get {"name":"key"}"#,
            r#"responses.annotate {"items":[{"survey":"s1","response":"r1","fields":{"score":3},"tags":["good"]}]}"#,
            r#"store.put {"key":"count","value":null}"#,
            r#"store.delete {"key":"old"}"#,
        ]
    );
    let log: Vec<_> = report.log.iter().map(|it| (it.level.as_str(), it.message.as_str())).collect();
    assert_eq!(log, [("info", "1 of 2"), ("error", "plain 100%")]);
    assert_eq!(report.usage.host_calls, 15);
}

#[tokio::test]
async fn a_refusal_reaches_the_script_as_a_host_error_in_our_words() {
    let sandbox = sandbox().await;
    let source = "import canvass\ntry:\n    canvass.secrets.get('key')\nexcept canvass.HostError as error:\n    answer = str(error)\n[answer]";
    let mut desk = Desk::default().refusing("secrets.get", "There is no secret called key.");
    let report = sandbox.run(order(source), &mut desk).await;
    assert_eq!(report.outcome, Ok(json!(["There is no secret called key."])));

    let mut desk = Desk::default().refusing("secrets.get", "There is no secret called key.");
    let Err(Failure::Exception { kind, message, .. }) =
        sandbox.run(order("import canvass\ncanvass.secrets.get('key')"), &mut desk).await.outcome
    else {
        panic!("it raises")
    };
    assert_eq!((kind.as_str(), message.as_str()), ("HostError", "There is no secret called key."));
}

#[tokio::test]
async fn what_scripts_cannot_do_yet_says_so() {
    let sandbox = sandbox().await;
    for call in ["canvass.http.request('x')", "canvass.mail.send()", "canvass.files.open('x')"] {
        let report = run(&sandbox, &format!("import canvass\n{call}")).await;
        let Err(Failure::Exception { kind, message, .. }) = report.outcome else { panic!("{call}") };
        assert_eq!(kind, "HostError");
        assert!(message.ends_with("is not available yet"), "{message}");
    }
}

#[tokio::test]
async fn a_trigger_calls_the_function_it_is_named_after_or_runs_the_script_with_its_variable() {
    let sandbox = sandbox().await;
    let responses = || Call::Responded(vec![json!({"id": "r1", "answers": {"A1": 4}})]);
    for (call, source, expected) in [
        (Call::Validate(json!({"answers": {"age": 9}})), "import canvass\ndef validate(response):\n    if response.answers.age < 18: return canvass.refuse('age', 'Too young')", json!({"errors": {"age": "Too young"}})),
        (Call::Validate(json!({"answers": {"age": 19}})), "def validate(response): pass", Value::Null),
        (Call::Validate(json!({"answers": {"age": 9}})), "{'errors': {'age': response['answers']['age']}}", json!({"errors": {"age": 9}})),
        (responses(), "def responded(responses): return {it.id: {'double': it.answers.A1 * 2} for it in responses}", json!({"r1": {"double": 8}})),
        (responses(), "result = len(responses)", json!(1)),
        (Call::Main, "import canvass\n[canvass.context.tenant.alias, canvass.context.member['role'], canvass.context.parameters['month'], canvass.context.trigger]", json!(["adatum", "editor", 11, "manual"])),
        (Call::Main, "def page(request): return 'not called'\n5", json!(5)),
    ] {
        let report = sandbox.run(Order { call, ..order(source) }, &mut Desk::default()).await;
        assert_eq!(report.outcome, Ok(expected), "{source}\n{report:?}");
    }
}

#[tokio::test]
async fn a_page_answers_with_a_response_whatever_it_returns() {
    let sandbox = sandbox().await;
    let page = |status: u16, kind: &str, headers: Value, body: &str| {
        Ok(json!({"status": status, "type": kind, "headers": headers, "body": body}))
    };
    for (returned, expected) in [
        ("'<p>' + request.query.name", page(200, "text/html", json!({}), "<p>Ann")),
        ("{'a': [1]}", page(200, "application/json", json!({}), r#"{"a":[1]}"#)),
        ("canvass.json('x', 201)", page(201, "application/json", json!({}), r#""x""#)),
        ("canvass.redirect('thanks')", page(303, "text/plain", json!({"location": "thanks"}), "")),
        (
            "canvass.Response('a,b', 200, 'text/csv', {'content-disposition': 'attachment'})",
            page(200, "text/csv", json!({"content-disposition": "attachment"}), "a,b"),
        ),
        ("canvass.Response(canvass.context.request.method)", page(200, "text/html", json!({}), "GET")),
    ] {
        for shape in [format!("def page(request): return {returned}"), format!("async def page(request): return {returned}"), returned.to_owned()] {
            let call = Call::Page(json!({"method": "GET", "query": {"name": "Ann"}}));
            let source = format!("import canvass\n{shape}");
            let report = sandbox.run(Order { call, ..order(&source) }, &mut Desk::default()).await;
            assert_eq!(report.outcome, expected, "{source}");
        }
    }
    let nothing = Order { call: Call::Page(json!({})), ..order("def page(request): pass") };
    assert_eq!(ended(&sandbox.run(nothing, &mut Desk::default()).await), "TypeError");
}

#[tokio::test]
async fn byte_code_runs_as_its_text_does_and_that_of_another_guest_is_passed_over() {
    let sandbox = sandbox().await;
    let source = "def f(x):\n    return 1 / x\nf(0)";
    let program = crate::support::check(&sandbox, source).await.expect("Python");
    let from_text = run(&sandbox, source).await;
    let with = |program| Order { program: Some(std::sync::Arc::new(program)), ..order(source) };
    let from_code = sandbox.run(with(program.clone()), &mut Desk::default()).await;
    assert_eq!(from_code.outcome, from_text.outcome);

    let other = canvass_script::ComponentHash([0; 32]);
    let foreign = canvass_script::Program { component: other, code: b"no byte code".to_vec(), ..program };
    assert_eq!(sandbox.run(with(foreign), &mut Desk::default()).await.outcome, from_text.outcome);
}

#[tokio::test]
async fn nothing_of_one_run_is_left_for_the_next() {
    let sandbox = sandbox().await;
    let leave = "import canvass, builtins, sys, json\nbuiltins.left = 1\nsys.modules['left'] = sys\ncanvass.left = 1\njson.dumps = None\ncanvass.store = None\nsys.path.append('left')";
    let look = "import canvass, builtins, sys, json\n[hasattr(builtins, 'left'), 'left' in sys.modules, hasattr(canvass, 'left'), json.dumps is None, canvass.store is None, 'left' in sys.path]";
    for _ in 0..5 {
        assert_eq!(ended(&run(&sandbox, leave).await), "done");
        let report = run(&sandbox, look).await;
        assert_eq!(report.outcome, Ok(json!([false, false, false, false, false, false])));
    }
}
