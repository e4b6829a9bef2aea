//! Claims: this file is about who may claim what, who has it in the end, and how it is lost and given back.

use canvass_model::{domain::Domain, time::Timestamp};
use serde_json::json;

use super::{Hosting, look};
use crate::support::lunch;

const ASK: &str = "ask.adatum.example";

#[tokio::test]
async fn an_administrator_claims_a_domain_sets_its_record_and_has_it() {
    let hosting = Hosting::start().await;
    let ada = hosting.canvass.ada().await;
    let survey = lunch(&hosting.canvass.program_of("adatum").await).await;
    let domains = "/-/console/adatum/domains";
    assert!(ada.get(domains).await.expect(200).shows("There is no domain yet."));

    let one = ada.submit(domains, domains, &[("domain", "Ask.Adatum.example.")]).await.expect(303).location();
    assert_eq!(one, format!("{domains}/{ASK}"));
    let page = ada.get(&one).await.expect(200);
    assert!(page.shows("Waiting for its record") && page.shows("_canvass.ask.adatum.example"), "{}", page.text());
    assert!(
        page.shows("CNAME record from ask.adatum.example to surveys.example") || page.shows("CNAME"),
        "{}",
        page.text()
    );
    hosting.at(ASK).get("/lunch").await.expect(404);

    let value = page.text().split("canvass=").nth(1).unwrap()[..32].to_owned();
    hosting.names.says("_canvass.ask.adatum.example", &format!("text canvass={value}"));
    let looked = ada.post_form(&format!("{one}/verification"), &[("", "")]).await.expect(303).location();
    assert!(ada.get(&looked).await.expect(200).shows("Verified"));
    assert!(hosting.at(ASK).get("/lunch").await.expect(200).shows("Lunch"));
    let again = ada.post_form(&format!("{one}/verification"), &[("", "")]).await.expect(429);
    assert!(again.shows("It was looked at just now"));

    let log = ada.get("/-/console/adatum/log").await.expect(200);
    assert!(log.shows("claimed the domain") && log.shows("verified the domain"), "{}", log.text());
    ada.post_form(&format!("{one}/release"), &[("", "")]).await.expect(303);
    hosting.at(ASK).get("/lunch").await.expect(404);
    ada.get(&one).await.expect(404);
    assert!(ada.get("/-/console/adatum/log").await.expect(200).shows("gave back the domain"));
    survey.program.get("/adatum/lunch").await.expect(200);
}

#[tokio::test]
async fn what_cannot_be_claimed_is_refused_in_words() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    for (domain, status, words) in [
        ("", 422, "Enter a domain"),
        ("surveys.example", 409, "belongs to this installation"),
        ("adatum.surveys.example", 409, "belongs to this installation"),
        ("com", 422, "Other people register"),
        ("co.uk", 422, "Other people register"),
        ("192.0.2.7", 422, "Enter the domain alone"),
        ("ask.adatum.example:8443", 422, "Enter the domain alone"),
        ("https://ask.adatum.example/", 422, "Enter the domain alone"),
        ("*.adatum.example", 422, "Enter the domain alone"),
    ] {
        let refused = program.post_json("/api/v1/domains", &json!({ "domain": domain })).await.expect(status);
        assert!(refused.text().contains(words), "{domain}: {}", refused.text());
    }
    for number in 0..10 {
        let domain = json!({ "domain": format!("d{number}.adatum.example") });
        program.post_json("/api/v1/domains", &domain).await.expect(201);
        let again = program.post_json("/api/v1/domains", &domain).await.expect(409);
        assert!(again.text().contains("already"), "{}", again.text());
    }
    let eleventh = program.post_json("/api/v1/domains", &json!({ "domain": "d10.adatum.example" })).await.expect(409);
    assert!(eleventh.text().contains("10 domains already"), "{}", eleventh.text());

    let standard = hosting.canvass.program_of("fabrikam").await;
    let refused = standard.post_json("/api/v1/domains", &json!({ "domain": "fabrikam.example" })).await.expect(409);
    assert!(refused.text().contains("The standard plan has no domain of one's own"), "{}", refused.text());
    let eve = hosting.canvass.eve().await;
    assert!(eve.get("/-/console/fabrikam/domains").await.expect(200).shows("The standard plan has no domain"));
    let posted = eve.post_form("/-/console/fabrikam/domains", &[("domain", "fabrikam.example")]).await.expect(409);
    assert!(posted.shows("The standard plan has no domain"), "{}", posted.text());
}

#[tokio::test]
async fn a_claim_blocks_nobody_and_the_first_whose_record_is_seen_has_the_domain() {
    let hosting = Hosting::start().await;
    let adatum = hosting.canvass.program_of("adatum").await;
    hosting.premium("contoso").await;
    let contoso = hosting.canvass.program_of("contoso").await;
    let (first, second) = (hosting.claim(&adatum, ASK).await, hosting.claim(&contoso, ASK).await);
    assert_ne!(first["record"]["value"], second["record"]["value"]);

    // The record is Contoso's now; Adatum's claim proves nothing by it, though it was first.
    assert_eq!(look(&adatum, ASK).await["state"], "waiting");
    assert_eq!(look(&contoso, ASK).await["state"], "verified");
    assert!(hosting.at(ASK).get("/").await.expect(200).shows("contoso"));

    // With a record of its own beside it, Adatum still waits for Contoso to give the domain back.
    let both =
        format!("text {} {}", first["record"]["value"].as_str().unwrap(), second["record"]["value"].as_str().unwrap());
    hosting.names.says("_canvass.ask.adatum.example", &both);
    let tenant = hosting.canvass.tenant("adatum").await;
    hosting.change(&tenant, ASK, |it| Domain { checked_at: None, ..it }).await;
    let held = look(&adatum, ASK).await;
    assert_eq!(held["state"], "waiting");
    assert!(held["reason"].as_str().unwrap().starts_with("Another organisation here"), "{held}");

    contoso.delete(&format!("/api/v1/domains/{ASK}")).await.expect(204);
    hosting.at(ASK).get("/").await.expect(404);
    hosting.change(&tenant, ASK, |it| Domain { next_check_at: it.checked_at, ..it }).await;
    adatum.until(&format!("/api/v1/domains/{ASK}"), |it| it["state"] == "verified").await;
    assert!(hosting.at(ASK).get("/").await.expect(200).shows("Adatum"));
}

#[tokio::test]
async fn another_tenants_domain_is_not_there() {
    let hosting = Hosting::start().await;
    let adatum = hosting.canvass.program_of("adatum").await;
    hosting.verified(&adatum, ASK).await;
    hosting.premium("contoso").await;
    let contoso = hosting.canvass.program_of("contoso").await;
    let path = format!("/api/v1/domains/{ASK}");
    contoso.get(&path).await.expect(404);
    contoso.delete(&path).await.expect(404);
    contoso.post_json(&format!("{path}/verification"), &json!({})).await.expect(404);
    assert_eq!(contoso.get("/api/v1/domains").await.expect(200).json(), json!({ "items": [] }));
    hosting.at(ASK).get("/").await.expect(200);
}

#[tokio::test]
async fn a_lost_record_is_told_and_its_domain_let_go_after_the_grace() {
    let hosting = Hosting::start().await;
    let adatum = hosting.canvass.program_of("adatum").await;
    hosting.verified(&adatum, ASK).await;
    let (tenant, path) = (hosting.canvass.tenant("adatum").await, format!("/api/v1/domains/{ASK}"));
    hosting.names.says("_canvass.ask.adatum.example", "none");
    for look in 1..=3 {
        // An hour passes, and the worker finds the domain due.
        let before = adatum.get(&path).await.expect(200).json()["checked_at"].clone();
        hosting.change(&tenant, ASK, |it| Domain { next_check_at: it.checked_at, ..it }).await;
        let looked = adatum.until(&path, |it| it["checked_at"] != before).await;
        assert!(looked["reason"].is_string() && looked["lost_at"].is_string() == (look == 3), "{look}: {looked}");
        hosting.at(ASK).get("/").await.expect(200);
    }
    hosting.canvass.settled().await;
    let told =
        |words: &str| hosting.canvass.mails().iter().any(|it| it.contains(words) && it.contains("ada@adatum.example"));
    assert!(told("its record is missing"), "{:?}", hosting.canvass.mails());
    let ada = hosting.canvass.ada().await;
    let page = ada.get(&format!("/-/console/adatum/domains/{ASK}")).await.expect(200);
    assert!(page.shows("Record missing") && page.shows("Set it again before"), "{}", page.text());

    hosting
        .change(&tenant, ASK, |it| {
            let lost_at = it.lost_at.map(|at| at.plus_ms(-14 * Timestamp::DAY_MS));
            Domain { lost_at, next_check_at: it.checked_at, ..it }
        })
        .await;
    adatum.until(&path, |it| it["state"] == "failed").await;
    hosting.at(ASK).get("/").await.expect(404);
    hosting.canvass.settled().await;
    assert!(told("no longer leads to your pages"), "{:?}", hosting.canvass.mails());
    assert!(ada.get("/-/console/adatum/log").await.expect(200).shows("let go, for want of its record, of the domain"));
}
