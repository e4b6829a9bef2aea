//! The primary address: this file is about what links, feeds, maps and robots are told, and where other addresses lead.

use serde_json::json;

use super::Hosting;
use crate::support::{Person, workshop};

const ASK: &str = "ask.adatum.example";
const ADATUM: &str = "adatum.surveys.example";

async fn choose(ada: &Person, fields: &[(&str, &str)]) {
    ada.post_form("/-/console/adatum/domains/primary", fields).await.expect(303);
}

#[tokio::test]
async fn the_world_is_told_one_address_and_the_others_serve_or_lead_there() {
    let hosting = Hosting::start().await;
    let survey = hosting.canvass.survey("adatum", "workshop", &workshop()).await;
    for (page, kind, target) in
        [("news.xml", "feed", "atom"), ("about", "document", "# Us"), ("inside", "document", "In")]
    {
        let visibility = if page == "inside" { "members" } else { "public" };
        let body = json!({ "kind": kind, "target": target, "title": page, "visibility": visibility });
        survey.program.put_json(&format!("/api/v1/pages/{page}"), &body).await.expect(201);
    }
    hosting.verified(&survey.program, ASK).await;
    let ada = hosting.canvass.ada().await;
    let (base, ask) = (hosting.url("surveys.example"), hosting.url(ASK));
    for (home, primary) in [("path", format!("{base}/adatum")), ("subdomain", hosting.url(ADATUM)), (ASK, ask.clone())]
    {
        choose(&ada, &[("home", home)]).await;
        for (host, prefix) in [("surveys.example", "/adatum"), (ADATUM, ""), (ASK, "")] {
            let ray = hosting.at(host);
            for page in ["workshop", "about"] {
                let text = ray.get(&format!("{prefix}/{page}")).await.expect(200).text();
                for tag in [
                    format!("rel=\"canonical\" href=\"{primary}/{page}\""),
                    format!("og:url\" content=\"{primary}/{page}\""),
                ] {
                    assert!(text.contains(&tag), "{home} {host}: {tag}: {text}");
                }
            }
            let feed = ray.get(&format!("{prefix}/news.xml")).await.expect(200).text();
            assert!(feed.contains(&format!("{primary}/workshop")), "{home} {host}: {feed}");
            let map = ray.get(&format!("{prefix}/sitemap.xml")).await.expect(200).text();
            assert!(map.contains(&format!("<loc>{primary}/about</loc>")), "{home} {host}: {map}");
            let robots = ray.get("/robots.txt").await.expect(200).text();
            assert_eq!(
                robots.contains(&format!("Sitemap: {primary}/sitemap.xml")),
                prefix.is_empty(),
                "{host}: {robots}"
            );
        }
    }

    choose(&ada, &[("home", ASK), ("lead_on", "yes")]).await;
    let below = hosting.at("surveys.example");
    for (path, to) in
        [("/adatum", "/"), ("/adatum/workshop", "/workshop"), ("/adatum/about?a=b&c=%20", "/about?a=b&c=%20")]
    {
        assert_eq!(below.get(path).await.expect(301).location(), format!("{ask}{to}"));
    }
    assert_eq!(hosting.at(ADATUM).get("/").await.expect(301).location(), format!("{ask}/"));
    hosting.at(ASK).get("/workshop").await.expect(200);
    below.get("/adatum/nowhere").await.expect(404);
    // Members are known at the installation's own host alone: their pages stay there, or nobody could read them.
    ada.get("/adatum/inside").await.expect(200);
    assert_eq!(hosting.at(ASK).get("/inside").await.expect(303).location(), format!("{base}/adatum/inside"));

    survey.program.delete(&format!("/api/v1/domains/{ASK}")).await.expect(204);
    let text = below.get("/adatum/about").await.expect(200).text();
    assert!(text.contains(&format!("rel=\"canonical\" href=\"{base}/adatum/about\"")), "{text}");
}

#[tokio::test]
async fn only_an_address_of_ones_own_can_be_the_primary_one() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    hosting.claim(&program, ASK).await;
    hosting.premium("contoso").await;
    hosting.verified(&hosting.canvass.program_of("contoso").await, "ask.contoso.example").await;
    let ada = hosting.canvass.ada().await;
    for home in [ASK, "ask.contoso.example", "evil.example"] {
        let refused = ada.post_form("/-/console/adatum/domains/primary", &[("home", home)]).await.expect(409);
        assert!(refused.shows("is not verified yet"), "{home}: {}", refused.text());
    }
    ada.post_form("/-/console/adatum/domains/primary", &[("home", "javascript:alert(1)")]).await.expect(422);
}

#[tokio::test]
async fn a_page_that_begins_like_the_product_is_told_by_its_path() {
    let hosting = Hosting::start().await;
    let program = hosting.canvass.program_of("adatum").await;
    let body = json!({ "kind": "document", "target": "x", "title": "Rules" });
    program.put_json("/api/v1/pages/api/rules", &body).await.expect(201);
    let ada = hosting.canvass.ada().await;
    choose(&ada, &[("home", "subdomain"), ("lead_on", "yes")]).await;
    hosting.at(ADATUM).get("/api/rules").await.expect(404);
    let text = hosting.at("surveys.example").get("/adatum/api/rules").await.expect(200).text();
    assert!(text.contains("surveys.example") && text.contains("/adatum/api/rules\""), "{text}");
}
