//! Lists: this file is about the tenant's own address, its map for search engines, and what robots are told.

use canvass_actions::pages::Wanted;
use canvass_model::{
    id::SurveyId,
    page::{FeedFormat, Target, Visibility},
};

use super::{document, make, wanted};
use crate::support::{Canvass, workshop};

/// Every address a map names, in order.
fn places(map: &str) -> Vec<&str> {
    map.split("<loc>").skip(1).map(|it| it.split("</loc>").next().unwrap()).collect()
}

#[tokio::test]
async fn the_index_and_the_map_list_what_everybody_may_find_now() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let ray = canvass.ray();
    assert!(ray.get("/adatum").await.expect(200).shows("There is no open survey at the moment."));

    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let figures = Target::Results(SurveyId::parse(&survey.id).unwrap());
    make(&adatum, wanted("figures", figures)).await;
    make(&adatum, document("about us", "About <us>", "")).await;
    make(&adatum, wanted("news.xml", Target::Feed(FeedFormat::Atom))).await;
    let now = adatum.now();
    let soon = now.plus_ms(1_500);
    for hidden in [Visibility::Unlisted, Visibility::Invited, Visibility::Members] {
        make(&adatum, Wanted { visibility: hidden, ..document(&format!("{hidden:?}"), "Hidden", "") }).await;
    }
    make(&adatum, Wanted { opens_at: Some(soon), ..document("later", "Later", "") }).await;
    make(&adatum, Wanted { closes_at: Some(soon), ..document("earlier", "Earlier", "") }).await;

    let index = ray.get("/adatum").await.expect(200);
    for shown in ["After the workshop", "Results of After the workshop", "About <us>", "Earlier"] {
        assert!(index.shows(shown), "{shown}: {}", index.text());
    }
    assert!(!index.shows("Hidden") && !index.shows("Later"), "{}", index.text());
    let feed = "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"/adatum/news.xml\"";
    assert!(index.text().contains(feed), "{}", index.text());
    assert!(index.text().contains("<meta property=\"og:title\" content=\"Surveys by Adatum\">"));

    let map = ray.get("/adatum/sitemap.xml").await.expect(200);
    assert_eq!(map.header("content-type"), "application/xml; charset=utf-8");
    let url = |path: &str| format!("{}{path}", canvass.url());
    let mut found = places(std::str::from_utf8(&map.body).unwrap()).into_iter().map(str::to_owned).collect::<Vec<_>>();
    found.sort();
    let mut wanted =
        ["/adatum", "/adatum/about%20us", "/adatum/earlier", "/adatum/figures", "/adatum/workshop"].map(url);
    wanted.sort();
    assert_eq!(found, wanted);

    // Nothing is written meanwhile: the moment alone changes what is listed.
    while adatum.now() <= soon {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let index = ray.get("/adatum").await.expect(200);
    assert!(index.shows("Later") && !index.shows("Earlier"), "{}", index.text());
}

#[tokio::test]
async fn a_page_of_their_own_takes_the_place_of_the_list_and_of_the_map() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let ray = canvass.ray();
    assert!(ray.get("/adatum/SiteMap.xml").await.expect(200).text().contains("<urlset"));
    make(&adatum, document("index", "Welcome", "Hello.")).await;
    make(&adatum, document("sitemap.xml", "No map", "Ask us.")).await;
    assert!(ray.get("/adatum").await.expect(200).shows("Hello."));
    assert!(ray.get("/adatum/sitemap.xml").await.expect(200).shows("Ask us."));
}

#[tokio::test]
async fn robots_are_told_where_nothing_is_for_them_and_not_which_tenants_there_are() {
    let canvass = Canvass::start().await;
    canvass.survey("adatum", "workshop", &workshop()).await;
    let rules = canvass.ray().get("/robots.txt").await.expect(200);
    assert_eq!(rules.header("content-type"), "text/plain; charset=utf-8");
    assert!(rules.text().contains("Disallow: /-/\n") && rules.text().contains("Disallow: /api/\n"));
    assert!(!rules.text().contains("Sitemap") && !rules.text().contains("adatum"), "{}", rules.text());
}

#[tokio::test]
async fn an_unlisted_survey_asks_search_engines_to_leave_it_out() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let ray = canvass.ray();
    assert_eq!(ray.get(&survey.page).await.expect(200).header("x-robots-tag"), "");
    let body = serde_json::json!({ "page": "workshop", "visibility": "unlisted" });
    survey.program.post_json(&survey.api("/publication"), &body).await.expect(201);
    assert_eq!(ray.get(&survey.page).await.expect(200).header("x-robots-tag"), "noindex");
}
