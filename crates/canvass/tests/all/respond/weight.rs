//! What a respondent's browser is given: this file is about its weight, and what it is allowed to do.

use reqwest::{Method, header};

use crate::support::{Canvass, Person};

/// What a survey of twelve questions may weigh with its styles and scripts, compressed.
const BYTES_MAX: usize = 30_000;

#[tokio::test]
async fn a_survey_of_twelve_questions_is_light() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200).text();
    let parts: Vec<&str> = page
        .split(['"', '\''])
        .filter(|it| it.starts_with("/-/assets/") && [Some("css"), Some("js")].contains(&it.rsplit('.').next()))
        .collect();
    assert!(parts.len() >= 2, "{parts:?}");
    for coding in ["gzip", "br"] {
        let mut bytes = compressed(&ray, &survey.page, coding).await;
        for part in &parts {
            bytes += compressed(&ray, part, coding).await;
        }
        println!("a survey of 12 questions weighs {bytes} bytes with {coding}");
        assert!(bytes <= BYTES_MAX, "{bytes} bytes with {coding}");
    }
}

#[tokio::test]
async fn a_survey_has_no_power_over_the_product_and_leaves_no_trace_on_a_device() {
    let canvass = Canvass::start().await;
    let (ray, survey) = super::begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let thanks = super::press(&ray, &survey, &page, "submit", &super::RIGHT).await.expect(303);
    let refused = super::press(&ray, &survey, &page, "submit", &[]).await.expect(422);
    let thanked = ray.get(thanks.header("location")).await.expect(200);
    let index = ray.get("/adatum").await.expect(200);
    for answer in [&page, &refused, &thanks, &thanked, &index] {
        let policy = answer.header("content-security-policy");
        let sandbox = policy.split(';').map(str::trim).find(|it| it.starts_with("sandbox")).expect(policy);
        assert!(!sandbox.contains("allow-same-origin"), "{policy}");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
    for answer in [&page, &refused, &thanked] {
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        assert!(!text.contains("<script>") && !text.contains(" style="), "{text}");
        assert!(!text.contains("src=\"http") && !text.contains("href=\"http://") || text.contains("rel=\"canonical\""));
    }
}

async fn compressed(ray: &Person, path: &str, coding: &str) -> usize {
    let answer = ray.send(ray.request(Method::GET, path).header(header::ACCEPT_ENCODING, coding)).await.expect(200);
    assert_eq!(answer.header("content-encoding"), coding, "{path}");
    answer.body.len()
}
