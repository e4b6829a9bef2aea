//! Documents: this file is about a tenant's own words as a page, and about what others may make of a kept copy.

use canvass_actions::pages::Wanted;
use canvass_model::page::Visibility;
use reqwest::Method;

use super::{change, document, make};
use crate::support::{Answer, Canvass, Person};

/// Opens a page with what a browser kept of it.
async fn again(ray: &Person, path: &str, tag: &str) -> Answer {
    ray.send(ray.request(Method::GET, path).header("if-none-match", tag)).await
}

#[tokio::test]
async fn a_document_is_shown_as_it_was_meant_and_links_to_the_pages_beside_it() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let body = "# Who we are\n\nWe *ask*. See [contact](Contact%20us) and [us](https://adatum.example/).\n\n## Where\n";
    make(&adatum, document("About/Us", "About Adatum", body)).await;
    make(&adatum, document("Contact us", "Contact", "Call.")).await;

    let ray = canvass.ray();
    let page = ray.get("/adatum/about/us").await.expect(200);
    let text = page.text();
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for part in [
        "<title>About Adatum · Adatum</title>",
        "<h1>About Adatum</h1>",
        "<h2>Who we are</h2>",
        "<h3>Where</h3>",
        "<p>We <em>ask</em>. See <a href=\"/adatum/Contact%20us\">contact</a> and \
         <a rel=\"noopener noreferrer nofollow\" href=\"https://adatum.example/\">us</a>.</p>",
        "<meta property=\"og:title\" content=\"About Adatum\">",
        "<meta property=\"og:description\" content=\"Who we are We ask. See contact and us. Where\">",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let canonical = format!("<link rel=\"canonical\" href=\"{}/adatum/About/Us\">", canvass.url());
    assert!(text.contains(&canonical), "{canonical} is missing in {text}");
    assert!(ray.get("/adatum/Contact%20us").await.expect(200).shows("Call."));
    ray.post_form("/adatum/about/us", &[("a", "b")]).await.expect(405);
}

#[tokio::test]
async fn a_hostile_document_runs_nothing_and_loads_nothing_from_elsewhere() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let title = "\"><script>alert(1)</script>";
    let body = "<script>alert(2)</script>\n\n![x](https://x.example/spy.png)\n\n[x](javascript:alert(3))\n\n\
                [x](//x.example/a)\n\n<img src=x onerror=alert(4)>\n\n[x](https://a.example/\"onclick=\"alert(5))";
    make(&adatum, document("about", title, body)).await;
    let text = canvass.ray().get("/adatum/about").await.expect(200).text();
    let main = text.split("<main").nth(1).unwrap();
    for never in ["<script", "<img", "javascript:", "href=\"//", "\"onclick"] {
        assert!(!main.contains(never), "{never} is in {main}");
    }
    assert!(!text.contains("><script>alert"), "{text}");
    assert!(main.contains("&lt;script&gt;alert(2)&lt;/script&gt;"), "raw HTML is shown as the text it is: {main}");
}

#[tokio::test]
async fn a_kept_copy_is_asked_about_and_a_change_shows_at_once() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let page = make(&adatum, document("about", "About", "Before.")).await;
    let ray = canvass.ray();

    let first = ray.get("/adatum/about").await.expect(200);
    assert_eq!(first.header("cache-control"), "public, no-cache");
    assert_eq!(first.header("vary"), "accept-encoding");
    assert_eq!(first.header("x-robots-tag"), "");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    for kept in [tag.as_str(), "*", &format!("\"other\", {tag}"), tag.trim_start_matches("W/")] {
        let unchanged = again(&ray, "/adatum/about", kept).await.expect(304);
        assert!(unchanged.body.is_empty());
        assert_eq!(unchanged.header("etag"), tag);
        assert_eq!(unchanged.header("cache-control"), "public, no-cache");
        assert_eq!(unchanged.header("vary"), "accept-encoding");
    }
    let head = ray.send(ray.request(Method::HEAD, "/adatum/about")).await.expect(200);
    assert_eq!((head.body.len(), head.header("etag")), (0, tag.as_str()));

    for encoding in ["zstd", "br", "gzip"] {
        let packed = ray.request(Method::GET, "/adatum/about").header("accept-encoding", encoding);
        let packed = ray.send(packed).await.expect(200);
        assert_eq!(packed.header("content-encoding"), encoding);
        assert_eq!(packed.header("etag"), tag, "one content, however it travels");
        assert_eq!(packed.headers.get_all("vary").iter().count(), 1);
    }

    change(&adatum, &page, document("about", "About", "After.")).await;
    let changed = again(&ray, "/adatum/about", &tag).await.expect(200);
    assert!(changed.shows("After."));
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test]
async fn what_is_not_for_everybody_is_in_no_index_and_what_is_for_few_in_no_cache() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let unlisted = Wanted { visibility: Visibility::Unlisted, ..document("quiet", "Quiet", "Shh.") };
    make(&adatum, unlisted).await;
    let ray = canvass.ray();
    let page = ray.get("/adatum/quiet").await.expect(200);
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert!(page.text().contains("<meta name=\"robots\" content=\"noindex\">"));
    assert_eq!(page.header("cache-control"), "public, no-cache");
    assert_ne!(page.header("etag"), "");
}
