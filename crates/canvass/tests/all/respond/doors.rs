//! When there is nothing to answer: this file is about surveys that are closed, unpublished, unknown or suspended.

use serde_json::json;

use crate::support::{Canvass, workshop};

#[tokio::test]
async fn a_closed_survey_says_so_and_takes_nothing() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    survey.program.delete(&survey.api("/publication")).await.expect(200);
    assert!(ray.get(&survey.page).await.expect(410).shows("After the workshop"));
    super::press(&ray, &survey, &page, "submit", &super::RIGHT).await.expect(410);
    super::press(&ray, &survey, &page, "next", &super::RIGHT).await.expect(410);
    assert!(!ray.get("/adatum").await.expect(200).shows("After the workshop"));
    assert_eq!(survey.counted().await, 0);
}

#[tokio::test]
async fn a_survey_in_the_trash_or_never_published_is_not_there() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    survey.program.delete(&survey.api("/publication")).await.expect(200);
    survey.program.delete(&survey.api("")).await.expect(204);
    ray.get(&survey.page).await.expect(404);

    survey.program.post_json("/api/v1/surveys", &workshop()).await.expect(201);
    ray.get("/adatum/after-the-workshop").await.expect(404);
}

#[tokio::test]
async fn an_unknown_survey_or_tenant_is_a_page_that_says_so() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    for path in ["/adatum/nonsense", "/nobody", "/nobody/workshop", "/adatum/workshop/below", "/a%00b/x"] {
        let answer = ray.get(path).await.expect(404);
        assert!(answer.shows("There is no page here"), "{path}: {}", answer.text());
    }
    for path in ["/adatum/%ff", "/adatum/a//b", "/adatum/a%2fb", "/adatum/1/2/3/4/5/6/7/8/9"] {
        ray.get(path).await.expect(400);
    }
    let page = ray.get(&survey.page).await.expect(200);
    ray.post_form("/adatum/nonsense", &page.filled(&survey.page, &super::RIGHT)).await.expect(404);
}

#[tokio::test]
async fn a_suspended_tenant_is_away_until_it_goes_on_and_loses_nothing() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let olga = canvass.olga().await;
    olga.post_form("/-/operate/tenants/adatum/suspension", &[("reason", "unpaid")]).await.expect(303);

    let away = ray.get(&survey.page).await.expect(503);
    assert!(away.shows("These pages are paused"));
    assert_ne!(away.header("retry-after"), "");
    super::press(&ray, &survey, &page, "submit", &super::RIGHT).await.expect(503);
    let answers = json!({ "answers": { "name": "Ray", "topic": "types" } });
    survey.program.post_json(&survey.api("/responses"), &answers).await.expect(503);

    olga.post_form("/-/operate/tenants/adatum/resumption", &[("reason", "paid")]).await.expect(303);
    super::press(&ray, &survey, &page, "submit", &super::RIGHT).await.expect(303);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 1);
}

#[tokio::test]
async fn an_unlisted_survey_is_found_by_its_address_only() {
    let canvass = Canvass::start().await;
    let program = canvass.program_of("adatum").await;
    let made = program.post_json("/api/v1/surveys", &workshop()).await.expect(201).json();
    let path = format!("/api/v1/surveys/{}/publication", made["id"].as_str().unwrap());
    program.post_json(&path, &json!({ "page": "secret", "visibility": "unlisted" })).await.expect(201);
    let ray = canvass.ray();
    assert!(ray.get("/adatum/secret").await.expect(200).text().contains("noindex"));
    assert!(!ray.get("/adatum").await.expect(200).shows("After the workshop"));
}
