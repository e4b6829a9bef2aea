//! Wrong doors: this file is about media types, methods, sizes and ids that lead nowhere.

use reqwest::{Method, header};
use serde_json::json;

use super::{assert_problem, right, send};
use crate::support::{Canvass, workshop};

#[tokio::test]
async fn a_body_of_another_type_or_size_is_refused() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let body = json!({ "answers": right() }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""] {
        assert_problem(&send(&survey, kind, body.clone()).await, 415, "unsupported-media-type");
    }
    let bare = survey.program.request(Method::POST, &survey.api("/responses")).body(body.clone());
    assert_problem(&survey.program.send(bare).await, 415, "unsupported-media-type");
    send(&survey, "Application/JSON; charset=utf-8", body).await.expect(201);

    let large = json!({ "answers": { "note": "x".repeat(2 * 1024 * 1024) } }).to_string();
    assert_problem(&send(&survey, "application/json", large.clone()).await, 413, "too-large");
    let ray = canvass.ray();
    let page = ray.get(&survey.page).await.expect(200);
    let fields = page.filled(&survey.page, &[("note", &large)]);
    ray.post_form(&survey.page, &fields).await.expect(413);
    let many: Vec<(String, String)> = (0..6_000).map(|it| (format!("q{it}"), String::new())).collect();
    ray.post_form(&survey.page, &many).await.expect(400);
    ray.send(ray.request(Method::POST, &survey.page).header("content-type", "text/plain").body("x")).await.expect(415);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 1);
}

#[tokio::test]
async fn another_method_is_refused_with_those_there_are() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    for (method, path, allowed) in [
        (Method::PATCH, survey.api("/responses"), "GET,HEAD,POST"),
        (Method::PUT, survey.api("/publication"), "DELETE,POST"),
        (Method::DELETE, "/api/v1/surveys".to_owned(), "GET,HEAD,POST"),
        (Method::POST, survey.api("/summary"), "GET,HEAD"),
    ] {
        let answer = survey.program.send(survey.program.request(method, &path)).await;
        assert_problem(&answer, 405, "method-not-allowed");
        let mut methods: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{path}");
    }
    let ray = canvass.ray();
    let answer = ray.send(ray.request(Method::PUT, &survey.page)).await.expect(405);
    assert!(answer.header("allow").contains("POST"));
    assert!(answer.shows("That did not work"), "{}", answer.text());
}

#[tokio::test]
async fn another_tenant_s_things_are_not_there() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let made = survey.program.post_json(&survey.api("/responses"), &json!({ "answers": right() })).await.expect(201);
    let response = made.json()["id"].as_str().unwrap().to_owned();
    canvass.settled().await;
    let stranger = canvass.program_of("fabrikam").await;
    let response = format!("/responses/{response}");
    for below in ["", "/responses", &response, "/summary", "/export"] {
        assert_problem(&stranger.get(&survey.api(below)).await, 404, "not-found");
    }
    let body = json!({ "answers": right() });
    assert_problem(&stranger.post_json(&survey.api("/responses"), &body).await, 404, "not-found");
    assert_problem(
        &stranger.post_json(&survey.api("/publication"), &json!({ "page": "mine" })).await,
        404,
        "not-found",
    );
    for below in ["", "/publication", &response] {
        assert_problem(&stranger.delete(&survey.api(below)).await, 404, "not-found");
    }
    for path in ["/api/v1/surveys/1", "/api/v1/surveys/%00", "/api/v1/surveys/%ff/summary", "/api/v1/nonsense", "/api/"]
    {
        assert_problem(&stranger.get(path).await, 404, "not-found");
    }
    assert_eq!(survey.counted().await, 1);
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    for query in ["limit=0", "limit=501", "limit=-1", "limit=x", "cursor=x", "order=sideways", "limit=99999999999"] {
        let problem =
            assert_problem(&survey.program.get(&survey.api(&format!("/responses?{query}"))).await, 400, "bad-request");
        let name = query.split('=').next().unwrap();
        assert!(problem.to_string().contains(name), "{problem}");
    }
    let draft = survey.api("/draft");
    assert_problem(&survey.program.put_json(&draft, &workshop()).await, 428, "precondition-required");
    for etag in ["\"999\"", "nonsense", "\"\"", "W/\"1\""] {
        let request = survey.program.request(Method::PUT, &draft).json(&workshop()).header(header::IF_MATCH, etag);
        assert_problem(&survey.program.send(request).await, 412, "precondition-failed");
    }
    let long = "k".repeat(101);
    for key in ["two words", &long] {
        let request = survey.program.request(Method::POST, "/api/v1/surveys").json(&workshop());
        let answer = survey.program.send(request.header("idempotency-key", key)).await;
        assert_problem(&answer, 400, "bad-request");
    }
    let with_key = |body: serde_json::Value| {
        survey.program.request(Method::POST, "/api/v1/surveys").json(&body).header("idempotency-key", "one")
    };
    let first = survey.program.send(with_key(workshop())).await.expect(201).json();
    let again = survey.program.send(with_key(workshop())).await.expect(201).json();
    assert_eq!(first["id"], again["id"]);
    let mut other = workshop();
    other["title"] = "Another".into();
    assert_problem(&survey.program.send(with_key(other)).await, 422, "idempotency-key-reused");
}
