//! The operator's programs: this file is about operator tokens, what they open, and what they never do.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Canvass, PASSWORD, Person};

const TENANTS: &str = "/api/v1/tenants";
const TOKENS: &str = "/-/operate/tokens";

/// A program with a token that Olga made in her console, and where she revokes it.
async fn program_of(canvass: &Canvass, olga: &Person) -> (Person, String) {
    let made = olga.submit(TOKENS, TOKENS, &[("name", "Onboarding"), ("expires", "30")]).await.expect(200).text();
    let secret = made.split("<code id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(secret.starts_with("cvo_"), "{secret}");
    let revocation = made.split("action=\"").find_map(|it| it.split('"').next()?.strip_suffix("/revocation")).unwrap();
    (canvass.program(secret), format!("{revocation}/revocation"))
}

fn contoso() -> Value {
    json!({ "name": "Contoso Dairy", "plan": "premium", "administrator": "Cleo", "email": "cleo@contoso.example",
        "password": PASSWORD })
}

#[tokio::test]
async fn a_token_is_shown_once_listed_with_its_last_use_and_revoked() {
    let canvass = Canvass::start().await;
    let olga = canvass.olga().await;
    assert!(olga.get(TOKENS).await.expect(200).shows("No program has access yet."));
    assert!(olga.submit(TOKENS, TOKENS, &[("name", " ")]).await.expect(422).text().contains("error-summary"));
    let (program, revocation) = program_of(&canvass, &olga).await;
    let listed = olga.get(TOKENS).await.expect(200);
    assert!(listed.shows("Onboarding") && listed.shows("Never used."), "{}", listed.text());
    assert!(!listed.text().contains("cvo_"), "its secret is not shown again");
    program.get(TENANTS).await.expect(200);
    assert!(olga.get(TOKENS).await.expect(200).shows("Used "));
    olga.post_form(&revocation, &[] as &[(&str, &str)]).await.expect(303);
    let refused = program.get(TENANTS).await.expect(401).json();
    assert!(refused["detail"].as_str().unwrap().contains("revoked"), "{refused}");
    olga.post_form(&revocation, &[] as &[(&str, &str)]).await.expect(404);
}

#[tokio::test]
async fn a_program_makes_a_tenant_once_and_follows_it() {
    let canvass = Canvass::start().await;
    let (program, _) = program_of(&canvass, &canvass.olga().await).await;
    let make = async |body: &Value| {
        let request = program.request(Method::POST, TENANTS).header("idempotency-key", "one").json(body);
        program.send(request).await
    };
    let made = make(&contoso()).await.expect(202);
    assert_eq!(made.header("location"), "/api/v1/tenants/contoso-dairy");
    assert_eq!((&made.json()["alias"], &made.json()["plan"]), (&json!("contoso-dairy"), &json!("premium")));
    make(&contoso()).await.expect(202);
    let mut other = contoso();
    other["email"] = json!("dan@contoso.example");
    make(&other).await.expect(422);
    let ready = program.until("/api/v1/tenants/contoso-dairy", |it| it["state"] == "active").await;
    assert_eq!(ready["usage"]["active_surveys"], 0, "{ready}");
    program.post_json(TENANTS, &contoso()).await.expect(409);

    let cleo = canvass.visitor("Cleo");
    let fields = [("email", "cleo@contoso.example"), ("password", PASSWORD)];
    cleo.post_form("/-/login", &fields).await.expect(303);
    cleo.get("/-/console/contoso-dairy").await.expect(200);

    let wrong = json!({ "name": "", "plan": "premium", "region": "moon", "administrator": "", "email": "cleo", "password": "x" });
    let faults = program.post_json(TENANTS, &wrong).await.expect(422).json();
    let pointers: Vec<&Value> = faults["errors"].as_array().unwrap().iter().map(|it| &it["pointer"]).collect();
    assert_eq!(pointers, ["/name", "/region", "/administrator", "/email", "/password"], "{faults}");
    assert!(!faults.to_string().contains("password\":\"x"), "{faults}");

    canvass.tenant("fabrikam").await;
    let first = program.get(&format!("{TENANTS}?limit=1")).await.expect(200).json();
    assert_eq!(
        (&first["items"][0]["alias"], &first["next_cursor"]),
        (&json!("contoso-dairy"), &json!("contoso-dairy"))
    );
    let rest = program.get(&format!("{TENANTS}?cursor=contoso-dairy&state=active")).await.expect(200).json();
    assert_eq!((&rest["items"][0]["alias"], &rest["next_cursor"]), (&json!("fabrikam"), &Value::Null));
    assert_eq!(program.get(&format!("{TENANTS}?search=nobody")).await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_program_suspends_and_resumes_a_tenant_whose_members_read_who_and_why() {
    let canvass = Canvass::start().await;
    let (program, _) = program_of(&canvass, &canvass.olga().await).await;
    let ada = canvass.ada().await;
    let suspension = "/api/v1/tenants/adatum/suspension";
    program.post_json(suspension, &json!({ "reason": " " })).await.expect(422);
    program.post_json(suspension, &json!({ "reason": "Unpaid\nsince May" })).await.expect(422);
    let suspended = program.post_json(suspension, &json!({ "reason": "Unpaid since May" })).await.expect(201).json();
    assert_eq!((&suspended["state"], &suspended["reason"]), (&json!("suspended"), &json!("Unpaid since May")));
    ada.get("/-/console/adatum").await.expect(503);
    assert_eq!(program.delete(suspension).await.expect(200).json()["state"], "active");
    let log = ada.get("/-/console/adatum/log").await.expect(200);
    assert!(log.shows("Onboarding") && log.shows("Unpaid since May"), "{}", log.text());
    program.post_json("/api/v1/tenants/nobody/suspension", &json!({ "reason": "x" })).await.expect(404);
    program.delete("/api/v1/tenants/nobody/suspension").await.expect(404);
}

#[tokio::test]
async fn a_program_stops_scripts_and_lets_them_run_again() {
    let canvass = Canvass::start_with_scripts().await;
    let (program, _) = program_of(&canvass, &canvass.olga().await).await;
    let tenants_own = canvass.program_of("adatum").await;
    let request = tenants_own.request(Method::PUT, "/api/v1/scripts/greet").header("content-type", "text/x-python");
    tenants_own.send(request.body("'hello'")).await.expect(201);
    let run = async || tenants_own.post_json("/api/v1/scripts/greet/runs", &json!({})).await;
    run().await.expect(200);
    for stop in ["/api/v1/tenants/adatum/script-stop", "/api/v1/tenants/adatum/script-stop/greet"] {
        let put = program.request(Method::PUT, stop).json(&json!({ "reason": "They loop" }));
        let stopped = program.send(put).await.expect(200).json();
        assert!(stopped["usage"].to_string().contains("They loop"), "{stopped}");
        run().await.expect(409);
        let allowed = program.delete(stop).await.expect(200).json();
        assert!(!allowed["usage"].to_string().contains("They loop"), "{allowed}");
        run().await.expect(200);
    }
    let put = program.request(Method::PUT, "/api/v1/tenants/adatum/script-stop/none").json(&json!({ "reason": "x" }));
    program.send(put).await.expect(404);
}

#[tokio::test]
async fn a_tenants_token_and_an_operators_open_nothing_of_each_other() {
    let canvass = Canvass::start().await;
    let (program, _) = program_of(&canvass, &canvass.olga().await).await;
    let tenants_own = canvass.program_of("adatum").await;
    for path in ["/api/v1/tenant", "/api/v1/surveys", "/api/v1/pages", "/api/v1/scripts"] {
        program.get(path).await.expect(401);
    }
    for path in [TENANTS, "/api/v1/tenants/adatum"] {
        tenants_own.get(path).await.expect(401);
    }
    tenants_own.post_json(TENANTS, &contoso()).await.expect(401);
    // Neither is a way into a console.
    assert_eq!(program.get("/-/operate").await.expect(303).location(), "/-/operate/login?to=%2F-%2Foperate");
    // What only looks like one is none.
    canvass.program("cvo_AAAA").get(TENANTS).await.expect(401);
    canvass.program("cvo_").get(TENANTS).await.expect(401);
}
