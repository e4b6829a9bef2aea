//! Starter pages: this file is about what visitors and members see of them, and about newer ones being offered in the
//! console and over the API.

use std::{fs, path::Path};

use canvass_model::template_site::{TemplateContent, TemplateSite};
use canvass_storage::{pages, starters};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Canvass, canvass};

const STARTERS: &str = "/-/console/adatum/pages/starters";

/// Writes a template site of two documents.
fn site(folder: &Path, version: u32, privacy: &str) {
    let page = |name: &str| {
        json!({ "name": name, "address": name, "title": format!("The {name} of {{{{organisation}}}}"),
            "visibility": "public", "document": format!("{name}.md") })
    };
    let manifest = json!({ "version": version, "pages": [page("privacy"), page("imprint")] });
    fs::write(folder.join("site.json"), manifest.to_string()).unwrap();
    fs::write(folder.join("privacy.md"), privacy).unwrap();
    fs::write(folder.join("imprint.md"), "Written by {{organisation}}.").unwrap();
}

/// An installation with version 2 of a site, at which Adatum signed up when it was at version 1 and had no imprint.
async fn installation() -> (Canvass, TempDir) {
    let folder = TempDir::new().unwrap();
    site(folder.path(), 2, "New words.");
    let place = folder.path().to_owned();
    let canvass = Canvass::start_with(move |config| config.templates.folder = Some(place)).await;
    let tenant = canvass.tenant("adatum").await;
    let manifest = fs::read_to_string(folder.path().join("site.json")).unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).map_err(|it| it.to_string());
    let mut first = TemplateSite::parse(&manifest, read).unwrap();
    first.version = 1;
    first.pages.truncate(1);
    first.pages[0].content = TemplateContent::Document("Old words.".to_owned());
    let record = tenant.record().clone();
    let signed_up_before = tenant.write(move |tx| {
        for (page, _) in starters::pages(tx)? {
            pages::delete(tx, page.id)?;
        }
        for starter in starters::list(tx)? {
            starters::delete(tx, &starter.template)?;
        }
        canvass_actions::starters::publish(tx, &first, &record)
    });
    signed_up_before.await.unwrap();
    (canvass, folder)
}

#[tokio::test]
async fn a_new_tenant_has_pages_that_anybody_may_read_and_others_to_be_finished() {
    let canvass = Canvass::start_with(|config| config.templates.folder = None).await;
    let ada = canvass.ada().await;
    let ray = canvass.ray();
    let privacy = ray.get("/adatum/privacy").await.expect(200);
    assert!(privacy.shows("This page says what Adatum learns from you here."), "{}", privacy.text());
    ray.get("/adatum/accessibility").await.expect(200);
    let welcome = ray.get("/adatum/welcome").await.expect(303);
    assert!(welcome.location().starts_with("/-/login"), "unfinished words are for members");
    ada.get("/adatum/welcome").await.expect(200);
    assert!(ray.get("/adatum").await.expect(200).text().contains("application/atom+xml"), "programs find the feed");
    assert!(!ada.get("/-/console/adatum/pages").await.expect(200).shows("newer text"), "nothing is newer yet");
    assert!(ada.get(STARTERS).await.expect(200).shows("Nothing new"));
}

#[tokio::test]
async fn a_newer_text_is_offered_and_taken_and_taken_back() {
    let (canvass, _folder) = installation().await;
    let (carl, ann, ray) = (canvass.carl().await, canvass.ann().await, canvass.ray());
    let list = carl.get("/-/console/adatum/pages").await.expect(200);
    assert!(list.shows("There are newer texts for 2 starter pages"), "{}", list.text());
    assert!(
        !ann.get("/-/console/adatum/pages").await.expect(200).shows("newer text"),
        "who may not decide is not asked"
    );
    let offered = carl.get(STARTERS).await.expect(200);
    assert!(offered.text().contains("<ins>Old </ins>words.") && offered.text().contains("<ins>New </ins>words."));
    assert!(ray.get("/adatum/privacy").await.shows("Old words."), "nothing changes before somebody decides");

    let fields = [("name", "privacy"), ("revision", "1"), ("do", "take")];
    assert!(offered.text().contains("name=\"revision\" value=\"1\""), "what is decided is what was seen");
    let taken = carl.post_form(STARTERS, &fields).await.expect(303).location();
    assert!(ray.get("/adatum/privacy").await.shows("New words."));
    let told = carl.get(&taken).await.expect(200);
    assert!(told.shows("is as the template has it") && told.shows("Undo"), "{}", told.text());
    carl.post_form(STARTERS, &[("name", "privacy"), ("do", "undo")]).await.expect(303);
    assert!(ray.get("/adatum/privacy").await.shows("Old words."));

    carl.post_form(STARTERS, &[("do", "take-all")]).await.expect(303);
    assert!(ray.get("/adatum/privacy").await.shows("New words."));
    assert!(ray.get("/adatum/imprint").await.expect(200).shows("Written by Adatum."));
    assert!(carl.get(STARTERS).await.shows("Nothing new"));
    carl.post_form(STARTERS, &[("name", "nothing"), ("do", "take")]).await.expect(404);
    carl.post_form(STARTERS, &[("name", "privacy"), ("do", "burn")]).await.expect(400);
}

#[tokio::test]
async fn words_of_the_tenants_own_stand_beside_the_newer_ones() {
    let (canvass, _folder) = installation().await;
    let (carl, program) = (canvass.carl().await, canvass.program_of("adatum").await);
    let page = program.get("/api/v1/pages/privacy").await.expect(200);
    let request =
        program.request(reqwest::Method::PUT, "/api/v1/pages/privacy").header("if-match", page.header("etag"));
    let own = json!({ "kind": "document", "title": "Privacy", "body": "Our <b>own</b> words." });
    program.send(request.json(&own)).await.expect(200);

    let old = [("name", "privacy"), ("revision", "1"), ("do", "take")];
    let stale = carl.post_form(STARTERS, &old).await.expect(409);
    assert!(stale.shows("was changed in the meantime"), "a form opened before overwrites nothing");
    let offered = carl.get(STARTERS).await.expect(200);
    assert!(offered.shows("You changed this page") && offered.shows("Our <b>own</b> "));
    assert!(!offered.text().contains("<b>own"), "what it says is shown as text");
    carl.post_form(STARTERS, &[("name", "privacy"), ("revision", "2"), ("do", "keep")]).await.expect(303);
    assert!(canvass.ray().get("/adatum/privacy").await.shows("own"));

    let listed = program.get("/api/v1/starter-pages").await.expect(200).json();
    assert_eq!((&listed["version"], &listed["items"][0]["standing"]), (&json!(2), &json!("settled")));
    assert_eq!(listed["items"][1]["standing"], "new");
    let undo = json!({ "name": "privacy", "decision": "undo" });
    let undone = program.post_json("/api/v1/starter-pages", &undo).await.expect(200).json();
    assert_eq!(undone["items"][0]["standing"], "contested");
    let stale = json!({ "name": "privacy", "decision": "take", "revision": 1 });
    program.post_json("/api/v1/starter-pages", &stale).await.expect(409);
    let revision = &undone["items"][0]["revision"];
    let take = json!({ "name": "privacy", "decision": "take", "revision": revision });
    let taken = program.post_json("/api/v1/starter-pages", &take).await.expect(200).json();
    assert_eq!((&taken["items"][0]["standing"], &taken["items"][0]["may_undo"]), (&json!("settled"), &json!(true)));
}

#[test]
fn a_template_site_that_cannot_be_used_is_found_before_it_is() {
    let folder = TempDir::new().unwrap();
    site(folder.path(), 1, "<script>alert(1)</script>");
    let config = folder.path().join("canvass.toml");
    let text = format!("[templates]\nfolder = \"{}\"\n[storage]\ndata = \"{0}/data\"\n", folder.path().display());
    fs::write(&config, text).unwrap();
    let refused = canvass(&["config", "check", "--config", config.to_str().unwrap()]).expect(3);
    assert!(refused.err.contains("privacy.md") && refused.err.contains("HTML"), "{}", refused.err);
    site(folder.path(), 1, "Hello");
    canvass(&["config", "check", "--config", config.to_str().unwrap()]).expect(0);
}
