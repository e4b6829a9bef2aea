//! Sites: this file is about a tenant's pages at a host of its own: the same as below the installation's, in an origin of
//! their own, with gates that work there too.

use canvass_actions::pages::{self, Wanted};
use canvass_model::{
    member::Actor,
    page::{Page, Visibility},
};
use reqwest::Method;
use serde_json::json;

use super::Hosting;
use crate::support::{PASSWORD, Survey, workshop};

const ASK: &str = "ask.adatum.example";
const ADATUM: &str = "adatum.surveys.example";
/// Answers that are right, as fields.
const RIGHT: [(&str, &str); 3] = [("name", "Ray"), ("age", "31"), ("topic", "types")];

async fn shut(survey: &Survey, wanted: serde_json::Value) {
    let page = survey.page.trim_start_matches("/adatum/");
    let path = format!("/api/v1/pages/{page}");
    let found = survey.program.get(&path).await.expect(200);
    let mut body = wanted;
    body["kind"] = json!("survey");
    body["target"] = json!(survey.id);
    let request = survey.program.request(Method::PUT, &path).header("if-match", found.header("etag")).json(&body);
    survey.program.send(request).await.expect(200);
}

#[tokio::test]
async fn a_page_is_the_same_at_every_address_and_has_an_origin_of_its_own_where_the_host_is() {
    let hosting = Hosting::start().await;
    let survey = hosting.canvass.survey("adatum", "workshop", &workshop()).await;
    hosting.verified(&survey.program, ASK).await;
    let below = hosting.at("surveys.example").get("/adatum/workshop").await.expect(200);
    assert!(below.header("content-security-policy").contains("sandbox"));
    for host in [ADATUM, ASK] {
        let ray = hosting.at(host);
        let page = ray.get("/Workshop").await.expect(200);
        assert!(page.shows("After the workshop"));
        let policy = page.header("content-security-policy");
        assert!(
            !policy.contains("sandbox") && policy.contains("script-src 'self'") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(page.text().contains("<form class=\"survey\" method=\"post\" action=\"/workshop\""), "{}", page.text());
        let product = format!("href=\"{}/\"", hosting.url("surveys.example"));
        assert!(page.text().contains(&product), "{}", page.text());
        for asset in page.text().split("\"/-/assets/").skip(1) {
            ray.get(&format!("/-/assets/{}", asset.split('"').next().unwrap())).await.expect(200);
        }
        assert!(ray.get("/").await.expect(200).shows("Surveys by Adatum"));
        let missing = ray.get("/nowhere").await.expect(404);
        assert!(missing.shows("There is no page here") && !missing.text().contains("/-/login"), "{}", missing.text());
        ray.get("/-/brand/fabrikam/00.css").await.expect(404);
    }
}

#[tokio::test]
async fn a_form_opened_at_one_address_is_taken_at_the_others() {
    let hosting = Hosting::start().await;
    let survey = hosting.canvass.survey("adatum", "workshop", &workshop()).await;
    hosting.verified(&survey.program, ASK).await;
    let addresses = [("surveys.example", "/adatum/workshop"), (ADATUM, "/workshop"), (ASK, "/workshop")];
    for (from, (host, path)) in addresses.iter().enumerate() {
        let form = hosting.at(host).get(path).await.expect(200).filled(path, &RIGHT);
        let (to_host, to_path) = addresses[(from + 1) % addresses.len()];
        let sent = hosting.at(to_host).post_form(to_path, &form).await.expect(303).location();
        assert_eq!(sent, format!("{to_path}?thanks"));
        // Twice is once, wherever.
        hosting.at(host).post_form(path, &form).await.expect(303);
    }
    hosting.canvass.settled().await;
    assert_eq!(survey.counted().await, 3);
}

#[tokio::test]
async fn gates_open_at_a_tenants_host_but_members_sign_in_at_the_installations() {
    let hosting = Hosting::start().await;
    let survey = hosting.canvass.survey("adatum", "workshop", &workshop()).await;
    hosting.verified(&survey.program, ASK).await;
    let ray = hosting.at(ASK);

    shut(&survey, json!({ "visibility": "password", "password": "open sesame" })).await;
    ray.get("/workshop").await.expect(401);
    let opened = ray.post_form("/workshop", &[("_password", "open sesame")]).await.expect(303);
    assert_eq!(opened.location(), "/workshop");
    let cookie = opened.header("set-cookie").to_lowercase();
    assert!(cookie.contains("canvass-pass") && !cookie.contains("domain="), "{cookie}");
    let form = ray.get("/workshop").await.expect(200).filled("/workshop", &RIGHT);
    // The pass in the form is good at the other addresses, as the form is.
    hosting.at("surveys.example").post_form("/adatum/workshop", &form).await.expect(303);

    shut(&survey, json!({ "visibility": "members" })).await;
    let to_members = ray.get("/workshop").await.expect(303).location();
    assert_eq!(to_members, format!("{}/adatum/workshop", hosting.url("surveys.example")));
    let ada = hosting.canvass.ada().await;
    ada.at(&hosting.url(ASK)).get("/workshop").await.expect(303);
    ada.get("/adatum/workshop").await.expect(200);
    // Even a session that somebody carries over is none at a tenant's host.
    let signed_in =
        ada.post_form("/-/login", &[("email", "ada@adatum.example"), ("password", PASSWORD)]).await.expect(303);
    let session = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    let request = ray.request(Method::GET, "/workshop").header("cookie", &session);
    ray.send(request).await.expect(303);

    shut(&survey, json!({ "visibility": "invited" })).await;
    let invited = ray.get("/workshop").await.expect(403);
    let sign_in = format!("{}/-/login?to=%2Fadatum%2Fworkshop", hosting.url("surveys.example"));
    assert!(invited.text().contains(&sign_in), "{}", invited.text());
}

#[tokio::test]
async fn a_page_that_moved_leads_on_at_its_own_host() {
    let hosting = Hosting::start().await;
    let survey = hosting.canvass.survey("adatum", "workshop", &workshop()).await;
    let tenant = hosting.canvass.tenant("adatum").await;
    let page = tenant.read(canvass_storage::pages::list).await.unwrap().into_iter().find(is_workshop).unwrap();
    let wanted = Wanted {
        address: canvass_model::address::PageAddress::parse("Feedback").unwrap(),
        title: String::new(),
        target: page.target.clone(),
        visibility: Visibility::Public,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: None,
    };
    tenant.write(move |tx| pages::update(tx, &Actor::Canvass, page.id, None, &wanted)).await.unwrap();
    assert_eq!(hosting.at(ADATUM).get("/workshop").await.expect(301).location(), "/Feedback");
    assert_eq!(survey.program.get("/adatum/workshop").await.expect(301).location(), "/adatum/Feedback");
}

fn is_workshop(page: &Page) -> bool {
    page.address.native() == "workshop"
}
