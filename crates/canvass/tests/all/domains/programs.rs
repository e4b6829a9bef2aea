//! Programs' pages: this file is about HTML of tenants' scripts, which acts at their own hosts alone and reaches nobody.

use canvass::config::ScriptMode;
use reqwest::Method;
use serde_json::json;

use super::Hosting;
use crate::support::{Answer, Canvass, PASSWORD, Person};

const ASK: &str = "ask.adatum.example";
const ADATUM: &str = "adatum.surveys.example";

const SOURCE: &str = r#"
import canvass, json

def page(request):
    acts = '<h2 onclick="x()">Hi</h2><style>h2 { color: red }</style><script>document.title = "acts"</script>'
    if request.rest == "whole":
        return f"\n<!DOCTYPE html><html lang=en><title>Mine</title>{acts}</html>"
    if request.rest == "drawing":
        return canvass.Response('<svg><script>x()</script><rect width="9" height="9"/></svg>', type="image/svg+xml")
    if request.rest == "seen":
        return canvass.json(request)
    if request.rest == "cookie":
        return canvass.Response(acts, headers={"set-cookie": "canvass=mine; Domain=surveys.example"})
    if request.rest == "policy":
        return canvass.Response(acts, headers={"content-security-policy": "default-src *"})
    return acts
"#;

/// An installation whose Adatum has a page that its script makes, at three hosts.
async fn start() -> (Hosting, Person) {
    // The first start of scripts on a machine prepares them.
    drop(Canvass::start_with_scripts().await);
    let hosting = Hosting::start_with(ScriptMode::On).await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.verified(&program, ASK).await;
    let put = async || {
        let request = program.request(Method::PUT, "/api/v1/scripts/acts").header("content-type", "text/x-python");
        program.send(request.body(SOURCE)).await
    };
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_mins(2);
    while put().await.status != 201 {
        assert!(tokio::time::Instant::now() < deadline, "scripts do not start");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    program.put_json("/api/v1/scripts/acts/settings", &json!({ "trigger": { "kind": "page" } })).await.expect(200);
    program.put_json("/api/v1/pages/acts", &json!({ "kind": "script", "target": "acts" })).await.expect(201);
    (hosting, program)
}

fn acts(page: &Answer) -> bool {
    let text = page.text();
    text.contains("<script>document.title") && text.contains("<style>h2") && text.contains("onclick")
}

#[tokio::test(flavor = "multi_thread")]
async fn html_of_a_script_is_cleaned_below_the_installations_address_and_whole_at_a_tenants_own_host() {
    let (hosting, _program) = start().await;
    let below = hosting.at("surveys.example");
    for path in ["/adatum/acts", "/adatum/acts/whole"] {
        let page = below.get(path).await.expect(200);
        assert!(page.shows("Hi") && !acts(&page) && !page.text().contains("document.title"), "{}", page.text());
        let policy = page.header("content-security-policy");
        assert!(policy.contains("sandbox") && !policy.contains("unsafe"), "{policy}");
    }
    for (host, is_sibling) in [(ADATUM, true), (ASK, false)] {
        let ray = hosting.at(host);
        let page = ray.get("/acts").await.expect(200);
        assert!(acts(&page) && page.text().contains("<main"), "in the frame of the tenant's pages: {}", page.text());
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self' 'unsafe-inline'") && policy.contains("connect-src 'self'"));
        assert!(policy.contains("base-uri 'none'") && policy.contains("form-action 'self'"), "{policy}");
        // Where cookies of the console could be set, the page has no origin that could set any.
        assert_eq!(policy.contains("sandbox"), is_sibling, "{host}: {policy}");
        assert!(!policy.contains("allow-same-origin"), "{policy}");
        let whole = ray.get("/acts/whole").await.expect(200);
        assert!(acts(&whole) && whole.text().trim_start().starts_with("<!DOCTYPE html><html lang=en>"));
        assert!(!whole.text().contains("<main"), "without the frame: {}", whole.text());
        assert_eq!(whole.header("content-security-policy"), policy);
        assert_eq!(whole.header("x-content-type-options"), "nosniff");
        // A page that is not a program's is bound as before.
        let home = ray.get("/").await.expect(200).header("content-security-policy").to_owned();
        assert!(!home.contains("unsafe"), "{home}");
    }
    for (host, path) in [("surveys.example", "/adatum/acts/drawing"), (ADATUM, "/acts/drawing"), (ASK, "/acts/drawing")]
    {
        let drawing = hosting.at(host).get(path).await.expect(200);
        assert!(drawing.text().contains("<rect") && !drawing.text().contains("script"), "{}", drawing.text());
        assert!(!drawing.header("content-security-policy").contains("unsafe"), "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_at_a_tenants_host_reaches_neither_the_consoles_cookie_nor_its_session() {
    let (hosting, program) = start().await;
    let ada = hosting.canvass.ada().await;
    let fields = [("email", "ada@adatum.example"), ("password", PASSWORD)];
    let signed_in = ada.post_form("/-/login", &fields).await.expect(303);
    let cookie = signed_in.header("set-cookie");
    // No script reads it, and no other host is sent it.
    assert!(cookie.contains("HttpOnly") && !cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
    let session = cookie.split(';').next().unwrap().to_owned();
    let members = json!({ "kind": "script", "target": "acts", "visibility": "members" });
    program.put_json("/api/v1/pages/ours", &members).await.expect(201);
    for host in [ADATUM, ASK] {
        let ray = hosting.at(host);
        // What a browser would never do: the session is brought along, and good for nothing.
        let ask = async |path: &str| ray.send(ray.request(Method::GET, path).header("cookie", &session)).await;
        let seen = ask("/acts/seen").await.expect(200);
        assert_eq!(seen.json()["member"], serde_json::Value::Null);
        assert!(!seen.text().contains(session.split_once('=').unwrap().1), "{}", seen.text());
        assert_eq!(seen.header("set-cookie"), "");
        let ours = ask("/ours").await;
        assert!(!ours.shows("Hi"), "{}", ours.text());
        ask("/-/console/adatum").await.expect(404);
        // Nor does a program set cookies or choose its policy.
        for path in ["/acts/cookie", "/acts/policy"] {
            let refused = ray.get(path).await.expect(500);
            assert_eq!(refused.header("set-cookie"), "");
            assert!(!refused.header("content-security-policy").contains('*') || !refused.shows("Hi"), "{path}");
        }
    }
}
