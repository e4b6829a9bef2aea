//! Feeds: this file is about what feed readers that we did not write make of a tenant's open surveys.

use std::{path::Path, process::Stdio};

use canvass_actions::pages::Wanted;
use canvass_model::page::{FeedFormat, Target};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{make, wanted};
use crate::support::{Answer, Canvass, Survey, workshop};

/// A title and a description that end every format they are not escaped for.
const HOSTILE: &str = "]]></title><script>alert(1)</script> & \"quotes\" 'too' ñ😀";

/// A survey of one question, with a description unless that is empty.
fn survey(title: &str, description: &str) -> Value {
    let question = json!({ "id": "soup", "type": "yes_no", "label": "Soup?" });
    let mut survey = json!({ "title": title, "sections": [{ "id": "all", "questions": [question] }] });
    if !description.is_empty() {
        survey["description"] = json!(description);
    }
    survey
}

/// What `feeds.py` reads in a feed: an independent reader, told how it was served.
async fn read(answer: &Answer) -> Value {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools/python/bin/python");
    assert!(python.exists(), "{} is missing: run script/bootstrap once", python.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/kinds/feeds.py");
    let mut child = Command::new(python)
        .arg(script)
        .arg(answer.header("content-type"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&answer.body).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", answer.text());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn feed_readers_find_every_open_public_survey_and_nothing_else() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let program = canvass.program_of("adatum").await;
    let first = Survey::publish(program.clone(), "adatum", "lunch menu", &survey("Lunch", "About *lunch*.")).await;
    let hostile = Survey::publish(program.clone(), "adatum", "hostile", &survey(HOSTILE, HOSTILE)).await;
    let closed = Survey::publish(program.clone(), "adatum", "closed", &workshop()).await;
    program.delete(&closed.api("/publication")).await.expect(200);

    let ray = canvass.ray();
    let url = |path: &str| format!("{}{path}", canvass.url());
    for (format, address, kind) in [
        (FeedFormat::Rss, "news.rss", "application/rss+xml; charset=utf-8"),
        (FeedFormat::Atom, "news.atom", "application/atom+xml; charset=utf-8"),
    ] {
        make(&adatum, Wanted { title: HOSTILE.to_owned(), ..wanted(address, Target::Feed(format)) }).await;
        let answer = ray.get(&format!("/adatum/{address}")).await.expect(200);
        assert_eq!(answer.header("content-type"), kind);
        assert!(!answer.text().contains("<script"), "{}", answer.text());
        let feed = read(&answer).await;
        assert_eq!(feed["version"], if format == FeedFormat::Rss { "rss20" } else { "atom10" }, "{feed}");
        assert_eq!(feed["title"], HOSTILE);
        assert_eq!(
            (feed["link"].as_str(), feed["self"].as_str()),
            (Some(url("/adatum").as_str()), Some(url(&format!("/adatum/{address}")).as_str()))
        );
        let entries = feed["entries"].as_array().unwrap();
        let of = |id: &str| {
            let wanted = format!("urn:uuid:{id}");
            entries.iter().find(|it| it["id"] == wanted).unwrap_or_else(|| panic!("{wanted} is missing: {feed}"))
        };
        assert_eq!(entries.len(), 2, "{feed}");
        assert_eq!(of(&first.id)["title"], "Lunch");
        assert_eq!(of(&first.id)["summary"], "About lunch.");
        assert_eq!(of(&first.id)["link"], url("/adatum/lunch%20menu"));
        assert_eq!(of(&hostile.id)["title"], HOSTILE);
        let today = adatum.now().to_utc();
        for entry in entries {
            assert_eq!(entry["published"][0], today.year(), "{entry}");
        }
        let kept = ray.request(reqwest::Method::GET, &format!("/adatum/{address}"));
        ray.send(kept.header("if-none-match", answer.header("etag"))).await.expect(304);
    }
}

#[tokio::test]
async fn the_json_feed_has_what_its_version_demands() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let lunch = canvass.survey("adatum", "lunch", &survey("Lunch", "")).await;
    make(&adatum, wanted("feed.json", Target::Feed(FeedFormat::Json))).await;
    let answer = canvass.ray().get("/adatum/feed.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/feed+json");
    let feed = answer.json();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["title"], "Surveys by Adatum");
    assert_eq!(feed["feed_url"], format!("{}/adatum/feed.json", canvass.url()));
    assert_eq!(feed["home_page_url"], format!("{}/adatum", canvass.url()));
    let item = &feed["items"][0];
    assert_eq!(item["id"], format!("urn:uuid:{}", lunch.id));
    assert_eq!(item["url"], format!("{}/adatum/lunch", canvass.url()));
    assert_eq!((&item["title"], &item["content_text"]), (&json!("Lunch"), &json!("Lunch")));
    for date in ["date_published", "date_modified"] {
        assert!(canvass_model::time::Timestamp::parse(item[date].as_str().unwrap()).is_some(), "{item}");
    }

    lunch.program.delete(&lunch.api("/publication")).await.expect(200);
    let feed = canvass.ray().get("/adatum/feed.json").await.expect(200).json();
    assert_eq!(feed["items"], json!([]), "a change shows at once");
}
