//! Pages over the API: this file is about programs that make, change, list and remove them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Person};

const API: &str = "/api/v1/pages";

/// Puts a page at an address, made from the state with this `ETag`.
async fn put(program: &Person, page: &str, seen: &str, body: &Value) -> Answer {
    let request = program.request(Method::PUT, &format!("{API}/{page}")).header("if-match", seen).json(body);
    program.send(request).await
}

#[tokio::test]
async fn a_page_is_made_read_changed_and_removed_at_its_address() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let wanted = json!({ "kind": "document", "title": "Ada", "visibility": "unlisted", "body": "# Ada" });
    let made = program.put_json(&format!("{API}/Team/%C3%84da"), &wanted).await.expect(201);
    assert_eq!((made.header("etag"), made.header("location")), ("\"1\"", "/api/v1/pages/Team/%C3%84da"));
    let page = made.json();
    assert_eq!((&page["page"], &page["body"], &page["target"]), (&json!("Team/Äda"), &json!("# Ada"), &Value::Null));
    assert!(page["url"].as_str().unwrap().ends_with("/adatum/Team/%C3%84da"), "{page}");

    let path = format!("{API}/team/%C3%A4DA");
    assert_eq!(program.get(&path).await.expect(200).json(), page, "case does not matter");
    program.put_json(&path, &wanted).await.expect(428);
    put(&program, "team/äda", "\"7\"", &wanted).await.expect(412);
    let later = json!({ "kind": "document", "title": "Ada", "opens_at": "2030-01-01T00:00:00+01:00" });
    let changed = put(&program, "team/äda", "\"1\"", &later).await.expect(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.json();
    assert_eq!(changed["body"], "# Ada", "a body that is left out stays");
    assert_eq!((&changed["visibility"], &changed["opens_at"]), (&json!("public"), &json!("2029-12-31T23:00:00.000Z")));

    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
    program.delete(&path).await.expect(404);
    put(&program, "team/äda", "*", &wanted).await.expect(412);
    program.put_json(&path, &wanted).await.expect(201);
}

#[tokio::test]
async fn every_kind_says_what_it_serves() {
    let canvass = Canvass::start().await;
    let definition = json!({ "title": "Lunch", "sections": [{ "id": "s1", "questions": [] }] });
    let program = canvass.program_of("adatum").await;
    let survey = program.post_json("/api/v1/surveys", &definition).await.expect(201).json()["id"].clone();
    let kinds = [
        ("a", json!({ "kind": "survey", "target": survey })),
        ("b", json!({ "kind": "results", "target": survey })),
        ("c", json!({ "kind": "feed", "target": "atom" })),
        ("d", json!({ "kind": "redirect", "target": "A" })),
        ("e", json!({ "kind": "document", "target": "# Also here" })),
    ];
    for (page, wanted) in &kinds {
        program.put_json(&format!("{API}/{page}"), wanted).await.expect(201);
    }
    assert_eq!(program.get(&format!("{API}/e")).await.json()["body"], "# Also here");
    let found = program.get(&format!("{API}/d")).await.json();
    assert_eq!((&found["target"], &found["moved"]), (&json!("a"), &json!(false)));

    let mut seen = Vec::new();
    let mut cursor = String::new();
    for _ in 0..kinds.len() {
        let listed = program.get(&format!("{API}?limit=2{cursor}")).await.expect(200).json();
        let addresses = listed["items"].as_array().unwrap().iter().map(|it| it["page"].as_str().unwrap().to_owned());
        seen.extend(addresses);
        match listed["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["e", "d", "c", "b", "a"]);
    program.get(&format!("{API}?cursor=nonsense")).await.expect(400);
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_pointer() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let foreign = canvass.program_of("fabrikam").await;
    let definition = json!({ "title": "Lunch", "sections": [{ "id": "s1", "questions": [] }] });
    let theirs = foreign.post_json("/api/v1/surveys", &definition).await.expect(201).json()["id"].clone();
    let long = "x".repeat(201);
    for (wanted, pointer) in [
        (json!({ "kind": "survey", "target": theirs }), "/target"),
        (json!({ "kind": "results", "target": theirs }), "/target"),
        (json!({ "kind": "survey" }), "/target"),
        (json!({ "kind": "feed", "target": "gopher" }), "/target"),
        (json!({ "kind": "redirect", "target": "javascript:alert(1)" }), "/target"),
        (json!({ "kind": "redirect", "target": "//evil.example" }), "/target"),
        (json!({ "kind": "redirect", "target": "https://a@evil.example/" }), "/target"),
        (json!({ "kind": "redirect", "target": "https://evil.example/" }), "/target"),
        (json!({ "kind": "document", "title": long }), "/title"),
        (json!({ "kind": "document", "body": "x".repeat(300_000) }), "/body"),
        (json!({ "kind": "document", "visibility": "password" }), "/password"),
        (json!({ "kind": "document", "visibility": "password", "password": "short" }), "/password"),
        (
            json!({ "kind": "document", "opens_at": "2030-01-02T00:00:00Z", "closes_at": "2030-01-01T00:00:00Z" }),
            "/closes_at",
        ),
        (json!({ "kind": "document", "opens_at": "soon" }), "/opens_at"),
        (json!({ "kind": "novel" }), "/kind"),
    ] {
        let refused = program.put_json(&format!("{API}/page"), &wanted).await.expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    program.put_json(&format!("{API}/page"), &json!({ "kind": "document", "colour": "red" })).await.expect(422);
    for page in ["a%2Fb", "a//b", "a%00b", "%ff", "%zz", "1/2/3/4/5/6/7/8/9"] {
        let answer = program.put_json(&format!("{API}/{page}"), &json!({ "kind": "document" })).await;
        assert_eq!(answer.status.as_u16(), 400, "{page}: {}", answer.text());
    }
    program.get(&format!("{API}/page")).await.expect(404);
}

#[tokio::test]
async fn another_tenants_pages_are_not_there() {
    let canvass = Canvass::start().await;
    let (program, outsider) = (canvass.program_of("adatum").await, canvass.program_of("fabrikam").await);
    let wanted = json!({ "kind": "document", "title": "About", "body": "Ours" });
    program.put_json(&format!("{API}/about"), &wanted).await.expect(201);
    outsider.get(&format!("{API}/about")).await.expect(404);
    outsider.delete(&format!("{API}/about")).await.expect(404);
    put(&outsider, "about", "\"1\"", &wanted).await.expect(412);
    assert_eq!(outsider.get(API).await.json()["items"], json!([]));
    outsider.put_json(&format!("{API}/about"), &wanted).await.expect(201);
    assert_eq!(program.get(&format!("{API}/about")).await.json()["body"], "Ours");
}

#[tokio::test]
async fn what_a_moved_page_left_behind_makes_room() {
    let canvass = Canvass::start().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    program.put_json(&format!("{API}/about"), &json!({ "kind": "document", "title": "About" })).await.expect(201);
    let id = program.get(&format!("{API}/about")).await.json()["id"].as_str().unwrap().to_owned();
    let page = format!("/-/console/adatum/pages/{id}");
    carl.submit(&page, &page, &[("address", "us")]).await.expect(303);
    let left = program.get(&format!("{API}/about")).await.expect(200).json();
    assert_eq!((&left["kind"], &left["target"], &left["moved"]), (&json!("redirect"), &json!("us"), &json!(true)));
    let made =
        program.put_json(&format!("{API}/about"), &json!({ "kind": "document", "title": "New" })).await.expect(201);
    assert_eq!(made.json()["moved"], false);
}
