//! Scripts thrown away: this file is about what stops meanwhile, what comes back, and what goes for good.

use serde_json::{Value, json};

use super::{answer, at, contoso, page, put, run, set, start};
use crate::support::{lunch, soup};

const TRASH: &str = "/api/v1/script-trash";

const HOOK: &str = "import canvass
def responded(responses):
    canvass.store.put('count', canvass.store.get('count', 0) + len(responses))
    return {it.id: {'seen': True} for it in responses}";

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_trash_is_nowhere_and_comes_back_with_its_pages_versions_and_tests() {
    let (canvass, program) = start().await;
    let ray = canvass.ray();
    put(&program, "menu", "'<p>Soup</p>'").await.expect(201);
    set(&program, "menu", json!({ "kind": "page" })).await.expect(200);
    page(&program, "today", "menu", "public").await;
    let tests = json!({ "tests": [{ "name": "is there", "expectation": "ends_well" }] });
    program.put_json(&at("menu", "/tests"), &tests).await.expect(200);
    assert!(ray.get("/adatum/today").await.expect(200).shows("Soup"));

    let late = program.request(reqwest::Method::DELETE, &at("menu", "")).header("if-match", "\"1\"");
    program.send(late).await.expect(412);
    program.delete(&at("menu", "")).await.expect(204);
    ray.get("/adatum/today").await.expect(404);
    ray.get("/adatum/today/below").await.expect(404);
    for below in ["", "/runs", "/versions", "/tests", "/hook"] {
        program.get(&at("menu", below)).await.expect(404);
    }
    program.post_json(&at("menu", "/runs"), &json!({})).await.expect(404);
    program.delete(&at("menu", "")).await.expect(404);
    assert_eq!(program.get("/api/v1/scripts").await.expect(200).json()["items"], json!([]));
    let thrown = program.get(TRASH).await.expect(200).json();
    assert_eq!(thrown["items"][0]["name"], "menu");
    assert!(thrown["items"][0]["gone_at"].as_str() > thrown["items"][0]["trashed_at"].as_str(), "{thrown}");

    // Its name stays its own, in words.
    let refused = put(&program, "menu", "1").await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("is in the trash and keeps its name"), "{refused}");
    let another = json!({ "kind": "script", "target": thrown["items"][0]["id"] });
    let refused = program.put_json("/api/v1/pages/another", &another).await.expect(422).json();
    assert_eq!(refused["errors"][0]["message"], "This script is in the trash; restore it first");

    let back = program.post_json(&format!("{TRASH}/menu/restoration"), &json!({})).await.expect(200).json();
    assert_eq!((&back["version"], &back["enabled"]), (&json!(1), &json!(true)));
    assert!(ray.get("/adatum/today").await.expect(200).shows("Soup"));
    assert_eq!(program.get(&at("menu", "/tests")).await.expect(200).json()["tests"][0]["name"], "is there");
    assert_eq!(program.get(TRASH).await.expect(200).json()["items"], json!([]));
    program.post_json(&format!("{TRASH}/menu/restoration"), &json!({})).await.expect(404);

    // For good is only what was thrown away before, and then the name is free.
    program.delete(&format!("{TRASH}/menu")).await.expect(404);
    program.delete(&at("menu", "")).await.expect(204);
    program.delete(&format!("{TRASH}/menu")).await.expect(204);
    program.get("/api/v1/pages/today").await.expect(404);
    put(&program, "menu", "1").await.expect(201);
    assert_eq!(run(&program, "menu", json!({})).await["result"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_in_the_trash_stands_still_and_goes_on_where_it_stood() {
    let (canvass, program) = start().await;
    let survey = lunch(&program).await;
    put(&program, "watcher", HOOK).await.expect(201);
    set(&program, "watcher", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    put(&program, "counter", "import canvass\ncanvass.store.get('count', 0)").await.expect(201);
    let seen = async |wanted: usize| {
        let path = survey.api("/responses");
        let count =
            |it: &Value| it["items"].as_array().unwrap().iter().filter(|it| it["fields"]["seen"] == true).count();
        program.until(&path, |it| count(it) == wanted).await;
    };
    program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    seen(1).await;

    program.delete(&at("watcher", "")).await.expect(204);
    program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    canvass.settled().await;
    // Another hook of the tenant is looked at meanwhile, and works on it.
    put(&program, "other", &HOOK.replace("count", "others").replace("seen", "other")).await.expect(201);
    set(&program, "other", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    let others = "import canvass\ncanvass.store.get('others', 0)";
    program.until(&at("other", "/runs"), |it| it["items"][0]["outcome"] == "done").await;
    assert_eq!(answer(&program, "counter", others).await, 1);
    assert_eq!(run(&program, "counter", json!({})).await["result"], 1, "nothing of it ran");

    program.post_json(&format!("{TRASH}/watcher/restoration"), &json!({})).await.expect(200);
    seen(3).await;
    assert_eq!(run(&program, "counter", json!({})).await["result"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_and_a_module_in_the_trash_are_asked_by_nobody() {
    let (_canvass, program) = start().await;
    let survey = lunch(&program).await;
    put(&program, "never", "import canvass\ndef validate(response):\n    return canvass.refuse('soup', 'Never')").await;
    set(&program, "never", json!({ "kind": "validate", "survey": survey.id })).await.expect(200);
    put(&program, "prices", "soup = 4").await.expect(201);
    set(&program, "prices", json!({ "kind": "module" })).await.expect(200);
    put(&program, "menu", "import prices\nprices.soup").await.expect(201);
    program.post_json(&survey.api("/responses"), &soup()).await.expect(422);
    assert_eq!(run(&program, "menu", json!({})).await["result"], 4);

    program.delete(&at("never", "")).await.expect(204);
    program.delete(&at("prices", "")).await.expect(204);
    program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    assert_eq!(run(&program, "menu", json!({})).await["error"]["type"], "ModuleNotFoundError");
    for name in ["never", "prices"] {
        program.post_json(&format!("{TRASH}/{name}/restoration"), &json!({})).await.expect(200);
    }
    program.post_json(&survey.api("/responses"), &soup()).await.expect(422);
    assert_eq!(run(&program, "menu", json!({})).await["result"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_trash_is_its_own() {
    let (canvass, program) = start().await;
    put(&program, "mine", "1").await.expect(201);
    program.delete(&at("mine", "")).await.expect(204);
    let mary = contoso(&canvass).await;
    assert_eq!(mary.get(TRASH).await.expect(200).json()["items"], json!([]));
    mary.post_json(&format!("{TRASH}/mine/restoration"), &json!({})).await.expect(404);
    mary.delete(&format!("{TRASH}/mine")).await.expect(404);
    // The same name is somebody else's there.
    put(&mary, "mine", "2").await.expect(201);
    program.post_json(&format!("{TRASH}/mine/restoration"), &json!({})).await.expect(200);
    assert_eq!(run(&program, "mine", json!({})).await["result"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_throws_a_script_away_and_takes_it_back() {
    let (canvass, program) = start().await;
    let (carl, ann) = (canvass.carl().await, canvass.ann().await);
    put(&program, "prices", "'<p>4</p>'").await.expect(201);
    let id = put(&program, "words", "1").await.expect(201).json()["id"].as_str().unwrap().to_owned();
    let console = "/-/console/adatum/scripts";
    carl.post_form(&format!("{console}/{id}/deletion"), &[("a", "b")]).await.expect(404);
    let gone = carl.post_form(&format!("{console}/{id}/trash"), &[("a", "b")]).await.expect(303);
    let list = carl.get(&gone.location()).await.expect(200);
    assert!(list.shows("“words” is in the trash.") && list.shows("Undo"), "{}", list.text());
    carl.get(&format!("{console}/{id}")).await.expect(404);
    let trash = ann.get(&format!("{console}/trash")).await.expect(200);
    assert!(trash.shows("words") && !trash.shows("Restore"), "an analyst looks on");
    set(&program, "prices", json!({ "kind": "page" })).await.expect(200);
    page(&program, "prices", "prices", "public").await;
    assert!(!carl.get("/-/console/adatum/pages").await.expect(200).shows("in the trash"));
    program.delete(&at("prices", "")).await.expect(204);
    assert!(carl.get("/-/console/adatum/pages").await.expect(200).shows("Its script is in the trash"));
    program.delete(&format!("{TRASH}/prices")).await.expect(204);
    assert!(!carl.get("/-/console/adatum/pages").await.expect(200).shows("prices"));
    assert!(carl.get(&format!("{console}/trash")).await.expect(200).shows("Delete for good"));

    let back = carl.post_form(&format!("{console}/{id}/restoration"), &[("a", "b")]).await.expect(303);
    assert!(carl.get(&back.location()).await.expect(200).shows("“words” is back"));
    carl.get(&format!("{console}/{id}")).await.expect(200);
    carl.post_form(&format!("{console}/{id}/trash"), &[("a", "b")]).await.expect(303);
    let gone = carl.post_form(&format!("{console}/{id}/deletion"), &[("a", "b")]).await.expect(303);
    assert!(carl.get(&gone.location()).await.expect(200).shows("The trash is empty"));
    let log = canvass.ada().await.get("/-/console/adatum/log").await.expect(200);
    for words in ["threw away the script", "restored the script", "deleted for good the script"] {
        assert!(log.shows(words), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trash_has_an_end_and_a_script_comes_back_where_there_is_room() {
    let (canvass, program) = start().await;
    let tenant = canvass.tenant("adatum").await;
    super::fill(&tenant, 0..100).await;
    for number in 0..100 {
        program.delete(&at(&format!("s{number}"), "")).await.expect(204);
    }
    super::fill(&tenant, 100..200).await;
    let full = program.delete(&at("s100", "")).await.expect(409).json();
    assert!(full["detail"].as_str().unwrap().contains("room for 100 scripts"), "{full}");
    let full = program.post_json(&format!("{TRASH}/s0/restoration"), &json!({})).await.expect(409).json();
    assert!(full["detail"].as_str().unwrap().contains("Throw another one away first"), "{full}");
    program.delete(&format!("{TRASH}/s1")).await.expect(204);
    program.delete(&at("s100", "")).await.expect(204);
    program.post_json(&format!("{TRASH}/s0/restoration"), &json!({})).await.expect(200);
}
