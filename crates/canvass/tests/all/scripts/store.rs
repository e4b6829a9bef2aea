//! The store over the API and in the console: this file is about values that people and programs see, set and remove.

use canvass_storage::scripts::values;
use serde_json::{Value, json};

use super::{contoso, put, run, start};

const STORE: &str = "/api/v1/script-store";

fn keys(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_read_set_and_remove_what_scripts_keep() {
    let (canvass, program) = start().await;
    let source = "import canvass\ncanvass.store.put('seen', [1, None, 'é'])\ncanvass.store.get('quota:a/b')";
    put(&program, "keeper", source).await.expect(201);
    assert_eq!(run(&program, "keeper", json!({})).await["result"], Value::Null);
    assert_eq!(program.get(&format!("{STORE}/seen")).await.expect(200).json()["value"], json!([1, null, "é"]));

    let slashed = format!("{STORE}/quota:a%2Fb");
    program.put_json(&slashed, &json!({ "value": { "n": 3 } })).await.expect(201);
    program.put_json(&slashed, &json!({ "value": { "n": 4 } })).await.expect(204);
    assert_eq!(run(&program, "keeper", json!({})).await["result"], json!({ "n": 4 }));
    let shown = program.get(&slashed).await.expect(200).json();
    assert_eq!(shown, json!({ "key": "quota:a/b", "value": { "n": 4 } }));
    // Nothing is a value too; no value is none.
    program.put_json(&format!("{STORE}/nothing"), &json!({ "value": null })).await.expect(201);
    assert_eq!(program.get(&format!("{STORE}/nothing")).await.expect(200).json()["value"], Value::Null);
    program.put_json(&format!("{STORE}/nothing"), &json!({})).await.expect(422);
    // Words that routes of scripts have are keys like all others.
    for key in ["store", "removal", "index.html", "100%25", "%C3%BC"] {
        program.put_json(&format!("{STORE}/{key}"), &json!({ "value": key })).await.expect(201);
        assert_eq!(program.get(&format!("{STORE}/{key}")).await.expect(200).json()["value"], key);
    }
    program.delete(&slashed).await.expect(204);
    program.delete(&slashed).await.expect(404);
    program.get(&slashed).await.expect(404);
    program.put_json(&format!("{STORE}/a%0Ab"), &json!({ "value": 1 })).await.expect(400);
    program.get(&format!("{STORE}/{}", "x".repeat(201))).await.expect(404);
    let reader = canvass.program_with("adatum", &[canvass_model::token::Scope::Read]).await;
    reader.get(STORE).await.expect(200);
    reader.put_json(&slashed, &json!({ "value": 1 })).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_is_listed_in_pages_by_key() {
    let (canvass, program) = start().await;
    for key in ["b:1", "b:2", "b:3", "a", "c"] {
        program.put_json(&format!("{STORE}/{key}"), &json!({ "value": key })).await.expect(201);
    }
    let first = program.get(&format!("{STORE}?prefix=b:&limit=2")).await.expect(200).json();
    assert_eq!(keys(&first), ["b:1", "b:2"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = program.get(&format!("{STORE}?prefix=b:&limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!((keys(&last), &last["next_cursor"]), (vec!["b:3"], &Value::Null));
    assert_eq!(keys(&program.get(STORE).await.expect(200).json()), ["a", "b:1", "b:2", "b:3", "c"]);
    program.get(&format!("{STORE}?limit=501")).await.expect(400);

    // A page ends at a mebibyte, and the next goes on behind it.
    for number in 10..30 {
        let large = json!({ "value": "x".repeat(65_000) });
        program.put_json(&format!("{STORE}/large:{number}"), &large).await.expect(201);
    }
    let (mut seen, mut cursor, mut pages) = (0, String::new(), 0);
    loop {
        let page = program.get(&format!("{STORE}?prefix=large:&limit=500{cursor}")).await.expect(200);
        assert!(page.text().len() < 1_200_000);
        (seen, pages) = (seen + keys(&page.json()).len(), pages + 1);
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen, pages), (20, 2));
    let mary = contoso(&canvass).await;
    assert_eq!(mary.get(STORE).await.expect(200).json()["items"], json!([]), "another tenant's store is its own");
    mary.get(&format!("{STORE}/a")).await.expect(404);
    mary.delete(&format!("{STORE}/a")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_has_no_room_is_refused_in_words_and_changes_nothing() {
    let (canvass, program) = start().await;
    let large = json!({ "value": "x".repeat(65_535) });
    let refused = program.put_json(&format!("{STORE}/large"), &large).await.expect(422).json();
    assert_eq!(refused["errors"][0], json!({ "pointer": "/value", "message": "A value has at most 64 KiB as JSON" }));
    let tenant = canvass.tenant("adatum").await;
    // Nearly all of 16 MiB, at once.
    let filled = tenant.write(|tx| {
        for number in 0..279 {
            let key = canvass_model::script::StoreKey::parse(&format!("k{number}")).unwrap();
            values::put(tx, &key, &format!("\"{}\"", "x".repeat(60_000)))?;
        }
        values::bytes(tx)
    });
    let bytes: u64 = filled.await.unwrap();
    let refused = program.put_json(&format!("{STORE}/one-more"), &json!({ "value": "x".repeat(60_000) })).await;
    let refused = refused.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("it has room for 16 MiB. Remove some keys"), "{refused}");
    program.get(&format!("{STORE}/one-more")).await.expect(404);
    assert_eq!(tenant.read(values::bytes).await.unwrap(), bytes);
    // On a plan without scripts nothing is set.
    let eve = canvass.program_of("fabrikam").await;
    let refused = eve.put_json(&format!("{STORE}/mine"), &json!({ "value": 1 })).await.expect(409).json();
    assert!(refused["detail"].as_str().unwrap().contains("standard plan has no scripts"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_removes_a_value_and_takes_that_back() {
    let (canvass, program) = start().await;
    let (carl, ann) = (canvass.carl().await, canvass.ann().await);
    for key in ["quota:a", "quota:b"] {
        program.put_json(&format!("{STORE}/{key}"), &json!({ "value": { "of": key } })).await.expect(201);
    }
    let console = "/-/console/adatum/scripts/store";
    let of = |key: &'static str| [("key", key), ("prefix", "quota:")];
    ann.post_form(&format!("{console}/removal"), &of("quota:a")).await.expect(403);
    let gone = carl.post_form(&format!("{console}/removal"), &of("quota:a")).await.expect(303);
    let list = carl.get(&gone.location()).await.expect(200);
    assert!(list.shows("“quota:a” is removed.") && list.shows("Undo") && list.shows("quota:b"), "{}", list.text());
    let back = carl.post_form(&format!("{console}/restoration"), &of("quota:a")).await.expect(303);
    assert!(carl.get(&back.location()).await.expect(200).shows("quota:a"));
    assert_eq!(program.get(&format!("{STORE}/quota:a")).await.expect(200).json()["value"], json!({ "of": "quota:a" }));
    // Once is enough; only the last is kept; what was put there since stays.
    let refused = carl.post_form(&format!("{console}/restoration"), &of("quota:a")).await.expect(409);
    assert!(refused.shows("cannot be put back any more"), "{}", refused.text());
    carl.post_form(&format!("{console}/removal"), &of("quota:a")).await.expect(303);
    carl.post_form(&format!("{console}/removal"), &of("quota:b")).await.expect(303);
    carl.post_form(&format!("{console}/restoration"), &of("quota:a")).await.expect(409);
    program.put_json(&format!("{STORE}/quota:b"), &json!({ "value": "new" })).await.expect(201);
    let refused = carl.post_form(&format!("{console}/restoration"), &of("quota:b")).await.expect(409);
    assert!(refused.shows("There is a value under “quota:b” again"), "{}", refused.text());
    assert_eq!(program.get(&format!("{STORE}/quota:b")).await.expect(200).json()["value"], "new");
}
