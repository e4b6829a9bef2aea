//! Pages of scripts: this file is about what a visitor asks, what of the answer leaves, and what they read when it fails.

use reqwest::Method;
use serde_json::{Value, json};

use super::{at, page, put, set, start};

const MENU: &str = r#"
import canvass

def page(request):
    if request.rest == "card.svg":
        return canvass.Response('<svg viewBox="0 0 9 9" onload="x()"><rect width="9" height="9"/></svg>', type="image/svg+xml")
    if request.rest == "list.csv":
        return canvass.Response("dish,price\nsoup,4\n", type="text/csv", headers={"cache-control": "public, max-age=60"})
    if request.rest == "away":
        return canvass.redirect("menu?from=away")
    if request.rest == "out":
        return canvass.Response("", status=302, headers={"location": "https://evil.example/"})
    if request.rest == "cookie":
        return canvass.Response("", headers={"set-cookie": "a=b"})
    if request.rest == "fail":
        return {}["secret-name"]
    if request.rest == "endless":
        while True: pass
    if request.rest == "seen":
        return canvass.json(request)
    if request.json is not None:
        return canvass.json({"got": request.json}, status=201)
    if request.method == "POST":
        return f"<p>Thanks, {request.form['name']}</p>"
    return '<h2>Menu</h2><script>alert(1)</script><form method="post"><input name="name"></form>'
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_what_its_script_makes_without_anything_that_acts() {
    let (canvass, program) = start().await;
    let ray = canvass.ray();
    put(&program, "menu-page", MENU).await.expect(201);
    set(&program, "menu-page", json!({ "kind": "page" })).await.expect(200);
    page(&program, "menu", "menu-page", "public").await;

    let menu = ray.get("/adatum/menu").await.expect(200);
    assert!(menu.shows("<h2>Menu</h2>") && menu.shows("<input name=\"name\">") && !menu.shows("alert"));
    assert_eq!(menu.header("cache-control"), "no-store");
    assert!(menu.header("content-security-policy").contains("sandbox"));
    assert!(ray.post_form("/adatum/menu", &[("name", "<b>Ray</b>")]).await.expect(200).shows("Thanks, <b>Ray</b>"));
    let created = ray.post_json("/adatum/menu", &json!({ "a": [1] })).await.expect(201);
    assert_eq!(created.json(), json!({ "got": { "a": [1] } }));
    let head = ray.send(ray.request(Method::HEAD, "/adatum/menu")).await.expect(200);
    assert_eq!(head.text(), "");

    let csv = ray.get("/adatum/menu/list.csv").await.expect(200);
    assert_eq!(
        (csv.header("content-type"), csv.header("cache-control")),
        ("text/csv; charset=utf-8", "public, max-age=60")
    );
    let card = ray.get("/adatum/menu/card.svg").await.expect(200);
    assert!(
        card.text().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">"),
        "{}",
        card.text()
    );
    assert_eq!(ray.get("/adatum/menu/away").await.expect(303).location(), "/adatum/menu?from=away");
    let seen = ray.get("/adatum/MENU/seen/?a=1&a=2").await;
    let request = program.request(Method::GET, "/adatum/menu/seen?a=1&a=2&b=3").header("cookie", "canvass=secret");
    drop(seen);
    let seen = ray.send(request).await.expect(200).json();
    assert_eq!(seen["query"], json!({ "a": ["1", "2"], "b": "3" }));
    assert_eq!((&seen["rest"], &seen["method"], &seen["member"]), (&json!("seen"), &json!("GET"), &Value::Null));
    assert!(!seen.to_string().contains("secret") && !seen.to_string().contains("cvs_"), "{seen}");

    // Another page below is itself.
    let body = json!({ "kind": "document", "body": "# Today" });
    program.put_json("/api/v1/pages/menu/today", &body).await.expect(201);
    assert!(ray.get("/adatum/menu/today").await.expect(200).shows("Today"));
    ray.get("/adatum/other/seen").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_whose_script_fails_names_a_run_that_members_find() {
    let (canvass, program) = start().await;
    let ray = canvass.ray();
    put(&program, "menu-page", MENU).await.expect(201);
    set(&program, "menu-page", json!({ "kind": "page" })).await.expect(200);
    page(&program, "menu", "menu-page", "public").await;

    let failed = ray.get("/adatum/menu/fail").await.expect(500).text();
    assert!(!failed.contains("secret-name") && !failed.contains("KeyError"), "{failed}");
    let runs = program.until(&at("menu-page", "/runs?failed=true"), |it| it["items"][0]["id"].is_string()).await;
    assert!(failed.contains(runs["items"][0]["id"].as_str().unwrap()), "{failed}");
    assert_eq!(runs["items"][0]["error"]["type"], "KeyError");
    assert!(ray.get("/adatum/menu/endless").await.expect(504).shows("computing time"));
    ray.get("/adatum/menu/cookie").await.expect(500);
    ray.get("/adatum/menu/out").await.expect(500);
    // The tenant's other pages are not affected.
    ray.get("/adatum").await.expect(200);

    program.put_json(&at("menu-page", "/settings"), &json!({ "enabled": false })).await.expect(200);
    ray.get("/adatum/menu").await.expect(404);
    program.put_json(&at("menu-page", "/settings"), &json!({ "enabled": true })).await.expect(200);
    ray.get("/adatum/menu").await.expect(200);
    program.delete(&at("menu-page", "")).await.expect(204);
    ray.get("/adatum/menu").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_may_not_leave_stores_nothing_and_says_why() {
    let (canvass, program) = start().await;
    let ray = canvass.ray();
    let source = r#"
import canvass

def page(request):
    canvass.store.put("visits", canvass.store.get("visits", 0) + 1)
    body, kind, status, headers = "<p>Hi</p>", "text/html", 200, {}
    if request.rest == "status": status = 500
    if request.rest == "type": kind = "text/javascript"
    if request.rest == "cookie": headers = {"set-cookie": "a=b"}
    if request.rest == "split": headers = {"etag": "a\r\nset-cookie: a=b"}
    if request.rest == "long": headers = {"etag": "x" * 2_000}
    if request.rest == "out": status, headers = 303, {"location": "https://evil.example/"}
    if request.rest == "drawing": kind = "image/svg+xml"
    if request.rest == "large": body = "x" * 1_100_000
    return canvass.Response(body, status, kind, headers)
"#;
    put(&program, "counter", source).await.expect(201);
    set(&program, "counter", json!({ "kind": "page" })).await.expect(200);
    page(&program, "hi", "counter", "public").await;
    let visits = "/api/v1/script-store/visits";
    for (path, outcome, why) in [
        ("status", "refused", "a page's status is a number"),
        ("type", "refused", "a page's type is text/html"),
        ("cookie", "refused", "cannot set the header set-cookie"),
        ("split", "refused", "the header etag is a text without line breaks"),
        ("long", "refused", "the header etag is a text"),
        ("out", "refused", "a redirect leads to a page of yours"),
        ("drawing", "refused", "is a drawing"),
        ("large", "limit_result", ""),
    ] {
        let status = ray.get(&format!("/adatum/hi/{path}")).await.status;
        assert_eq!(status, if outcome == "refused" { 500 } else { 504 }, "{path}");
        let as_told = |run: &Value| {
            run["outcome"] == outcome && run["error"]["message"].as_str().unwrap_or_default().contains(why)
        };
        program.until(&at("counter", "/runs"), |it| it["items"].as_array().unwrap().iter().any(as_told)).await;
        program.get(visits).await.expect(404);
    }
    ray.get("/adatum/hi").await.expect(200);
    assert_eq!(program.get(visits).await.expect(200).json()["value"], 1, "and one that may leave does");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_for_members_knows_who_is_there_and_is_kept_by_nobody() {
    let (canvass, program) = start().await;
    let (ray, ann) = (canvass.ray(), canvass.ann().await);
    let source = "import canvass
def page(request):
    return canvass.Response(f'<p>Hello {request.member.name}, {request.member.role}</p>',
        headers={'cache-control': 'public, max-age=60'})";
    put(&program, "hello", source).await.expect(201);
    set(&program, "hello", json!({ "kind": "page" })).await.expect(200);
    page(&program, "hello", "hello", "members").await;
    assert!(!ray.get("/adatum/hello/below").await.shows("Hello"));
    let page = ann.get("/adatum/hello").await.expect(200);
    assert!(page.shows("Hello Ann, analyst"), "{}", page.text());
    assert!(page.header("cache-control").contains("no-store"));
    // What makes no page is not served as one.
    put(&program, "by-hand", "1").await.expect(201);
    let body = json!({ "kind": "script", "target": "by-hand" });
    program.put_json("/api/v1/pages/by-hand", &body).await.expect(422);
    program.put_json("/api/v1/pages/none", &json!({ "kind": "script", "target": "none" })).await.expect(422);
}
