//! Tokens that are not good: this file is about programs without one, and tokens that are made up, short of a scope,
//! expired or revoked.

use canvass_actions::secrets;
use canvass_model::{
    text::TokenName,
    time::Timestamp,
    token::{self, Scope},
};
use canvass_storage::tokens;
use reqwest::{Method, header};
use serde_json::json;

use super::{assert_nothing_stored, assert_problem, right};
use crate::support::{Answer, Canvass, Person, Token, workshop};

/// What is asked of a program that sends no token (RFC 6750, section 3).
const NONE: &str = "Bearer";
/// What is asked of a program whose token does not work.
const WRONG: &str = "Bearer error=\"invalid_token\"";

/// Insists on a 401 with this challenge, and on words that say why.
#[track_caller]
fn assert_closed(answer: &Answer, challenge: &str, why: &str) {
    let problem = assert_problem(answer, 401, "sign-in-required");
    assert_eq!(answer.header("www-authenticate"), challenge);
    assert!(problem["detail"].as_str().is_some_and(|it| it.contains(why)), "{problem}");
}

#[tokio::test]
async fn nobody_comes_in_without_a_token_that_is_good() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let (ray, answers) = (canvass.ray(), json!({ "answers": right() }));
    assert_closed(&ray.get("/api/v1/surveys").await, NONE, "Authorization: Bearer cvs_");
    assert_closed(&ray.post_json(&survey.api("/responses"), &answers).await, NONE, "Authorization: Bearer cvs_");
    for value in ["Bearer", "Bearer ", "Basic cmF5OnJheQ==", "cvs_x", "Bearer cvs_\u{e9}"] {
        let request = ray.request(Method::GET, "/api/v1/surveys").header(header::AUTHORIZATION, value);
        assert_closed(&ray.send(request).await, NONE, "Authorization: Bearer cvs_");
    }
    for token in ["cvs_", "cvs_nonsense", &format!("cvs_{}", "a".repeat(10_000))] {
        let stranger = canvass.program(token);
        assert_closed(&stranger.get("/api/v1/surveys").await, WRONG, "never was one");
        assert_closed(&stranger.post_json(&survey.api("/responses"), &answers).await, WRONG, "never was one");
    }
    assert_nothing_stored(&canvass, &survey).await;
}

#[tokio::test]
async fn a_token_that_has_expired_says_when_and_opens_nothing() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let good = program_until(&canvass, Timestamp::HOUR_MS).await;
    good.post_json(&survey.api("/responses"), &json!({ "answers": right() })).await.expect(201);

    for late_ms in [1, 40 * Timestamp::DAY_MS] {
        let late = program_until(&canvass, -late_ms).await;
        for path in ["/api/v1/surveys", &survey.api("/summary"), &survey.api("/export")] {
            assert_closed(&late.get(path).await, WRONG, "expired on");
        }
        let answers = json!({ "answers": right() });
        assert_closed(&late.post_json(&survey.api("/responses"), &answers).await, WRONG, "expired on");
    }
    canvass.settled().await;
    assert_eq!(survey.counted().await, 1);
}

#[tokio::test]
async fn a_token_that_is_revoked_opens_nothing_from_then_on() {
    let canvass = Canvass::start().await;
    let ada = canvass.ada().await;
    let (token, other) = (Token::made_by(&ada).await, Token::made_by(&ada).await);
    token.program.get("/api/v1/surveys").await.expect(200);

    token.revoke(&ada).await;

    for _ in 0..2 {
        assert_closed(&token.program.get("/api/v1/surveys").await, WRONG, "was revoked");
    }
    other.program.get("/api/v1/surveys").await.expect(200);
}

#[tokio::test]
async fn a_token_opens_nothing_while_its_tenant_is_suspended() {
    let canvass = Canvass::start().await;
    let (olga, program) = (canvass.olga().await, canvass.program_of("adatum").await);
    let page = "/-/operate/tenants/adatum";
    for _ in 0..2 {
        program.get("/api/v1/surveys").await.expect(200);
        olga.submit(page, &format!("{page}/suspension"), &[("reason", "unpaid")]).await.expect(303);
        assert_problem(&program.get("/api/v1/surveys").await, 503, "suspended");
        olga.submit(page, &format!("{page}/resumption"), &[]).await.expect(303);
    }
    program.get("/api/v1/surveys").await.expect(200);
}

#[tokio::test]
async fn a_token_does_what_it_is_for_and_nothing_else() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let reader = canvass.program_with("adatum", &[Scope::Read]).await;
    let collector = canvass.program_with("adatum", &[Scope::Collect]).await;
    let body = json!({ "answers": right() });
    reader.get(&survey.api("/summary")).await.expect(200);
    assert_problem(&reader.post_json(&survey.api("/responses"), &body).await, 403, "forbidden");
    assert_problem(&reader.post_json("/api/v1/surveys", &workshop()).await, 403, "forbidden");
    assert_problem(&reader.delete(&survey.api("/publication")).await, 403, "forbidden");
    collector.post_json(&survey.api("/responses"), &body).await.expect(201);
    for below in ["", "/responses", "/summary", "/export"] {
        assert_problem(&collector.get(&survey.api(below)).await, 403, "forbidden");
    }
    canvass.settled().await;
    assert_eq!(survey.counted().await, 1);
}

/// A program of Adatum whose token may do everything until so many milliseconds from now.
async fn program_until(canvass: &Canvass, life_ms: i64) -> Person {
    let tenant = canvass.tenant("adatum").await;
    let secret = secrets::fresh_token().unwrap();
    let kept = secret.clone();
    // The console makes none that is as short as this.
    let stored = canvass.directory().write(move |tx| {
        let token = token::Token {
            id: tx.new_id(),
            name: TokenName::parse("Nightly").unwrap(),
            scopes: Scope::ALL.to_vec(),
            hint: kept.hint().to_owned(),
            created_at: tx.now(),
            expires_at: Some(tx.now().plus_ms(life_ms)),
            last_used_at: None,
        };
        tokens::insert(tx, &tenant, &kept.hash(), &token)
    });
    stored.await.unwrap();
    canvass.program(secret.reveal())
}
