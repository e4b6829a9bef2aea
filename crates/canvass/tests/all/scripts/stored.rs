//! What scripts store: this file is about values, notes and secrets, kept when a run ends well and not otherwise.

use canvass_model::token::Scope;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{answer, at, put, run, start, try_out};
use crate::support::{lunch, soup};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_stores_is_kept_when_it_ends_well_and_not_otherwise() {
    let (_canvass, program) = start().await;
    let source = "import canvass
store = canvass.store
store.put('a:1', {'n': 1}); store.put('a:2', [2]); store.delete('a:2')
assert store.get('a:1') == {'n': 1} and store.get('a:2', 'none') == 'none'
assert [key for key, _ in store.list('a:')] == ['a:1']
if canvass.context.parameters.get('fail'): raise ValueError('no')
result = len(list(store.list()))";
    put(&program, "keeper", source).await.expect(201);
    assert_eq!(run(&program, "keeper", json!({ "fail": true })).await["error"]["type"], "ValueError");
    let keys = "import canvass\n[key for key, _ in canvass.store.list()]";
    assert_eq!(answer(&program, "keeper", keys).await, json!([]));
    // A trial sees its own writes, and leaves none.
    assert_eq!(answer(&program, "keeper", source).await, 1);
    assert_eq!(answer(&program, "keeper", keys).await, json!([]));
    assert_eq!(run(&program, "keeper", json!({})).await["result"], 1);
    assert_eq!(answer(&program, "keeper", keys).await, json!(["a:1"]));

    let large = "import canvass\ncanvass.store.put('k', 'x' * 70_000)";
    assert_eq!(try_out(&program, "keeper", large).await["error"]["type"], "HostError");
    let full = "import canvass\nfor i in range(300): canvass.store.put(f'k{i}', 'x' * 60_000)";
    put(&program, "filler", full).await.expect(201);
    let refused = run(&program, "filler", json!({})).await;
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("16 MiB"), "{refused}");
    assert_eq!(answer(&program, "keeper", keys).await, json!(["a:1"]), "nothing of it was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_count_at_the_same_time_lose_nothing() {
    let (_canvass, program) = start().await;
    let source = "import canvass\ncanvass.store.put('count', canvass.store.get('count', 0) + 1)";
    put(&program, "counter", source).await.expect(201);
    let mut runs = JoinSet::new();
    for _ in 0..40 {
        let program = program.clone();
        runs.spawn(async move { run(&program, "counter", json!({})).await });
    }
    for ended in runs.join_all().await {
        assert_eq!(ended["outcome"], "done", "{ended}");
    }
    assert_eq!(answer(&program, "counter", "import canvass\ncanvass.store.get('count')").await, 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_of_a_response_stand_beside_its_answers() {
    let (canvass, program) = start().await;
    let survey = lunch(&program).await;
    let sent = program.post_json(&survey.api("/responses"), &soup()).await.expect(201).json();
    canvass.settled().await;
    let source = "import canvass
for it in canvass.responses.iterate('lunch', soup=True):
    canvass.responses.annotate('lunch', it.id, {'score': 4.5, 'words': '=1+1'}, tags=['vip', 'new'])
[canvass.responses.get('lunch', it.id).answers.soup for it in canvass.responses.iterate('lunch')]";
    put(&program, "noter", source).await.expect(201);
    let ended = run(&program, "noter", json!({})).await;
    assert_eq!(ended["result"], json!([true]), "{ended}");

    let shown = program.get(&survey.api("/responses")).await.expect(200).json()["items"][0].clone();
    assert_eq!(shown["fields"], json!({ "score": 4.5, "words": "=1+1" }));
    assert_eq!(shown["tags"], json!(["new", "vip"]));
    let export = program.get(&survey.api("/export?format=csv")).await.expect(200).text();
    let (head, row) = export.split_once("\r\n").unwrap();
    assert!(head.ends_with("soup,_fields.score,_fields.words,_tags"), "{head}");
    assert!(row.starts_with(sent["id"].as_str().unwrap()) && row.contains("yes,4.5,'=1+1,new;vip"), "{row}");
    let ada = canvass.ada().await;
    let page = ada.get(&survey.console(&format!("/responses/{}", sent["id"].as_str().unwrap()))).await.expect(200);
    assert!(page.shows("Noted by scripts") && page.shows("new, vip"));

    program.delete(&survey.api(&format!("/responses/{}", sent["id"].as_str().unwrap()))).await.expect(204);
    let left = answer(&program, "noter", "import canvass\nlist(canvass.responses.iterate('lunch'))").await;
    assert_eq!(left, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_known_to_scripts_and_to_nobody_else() {
    let canvass = crate::support::Canvass::start_with(|config| {
        config.scripts.mode = canvass::config::ScriptMode::On;
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let key = folder.join("scripts-test.key");
        std::fs::write(&key, [7; 32]).unwrap();
        config.scripts.key_file = Some(key);
    })
    .await;
    let program = canvass.program_of("adatum").await;
    program.put_json("/api/v1/script-secrets/mail-key", &json!({ "value": "s3cret" })).await.expect(204);
    // What administrators do, no program does that may only write.
    let writer = canvass.program_with("adatum", &[Scope::Read, Scope::Write, Scope::Collect]).await;
    let refused = writer.put_json("/api/v1/script-secrets/mail-key", &json!({ "value": "mine" })).await.expect(403);
    assert_eq!(refused.json()["detail"], "This token lacks the scope `admin`");
    writer.get("/api/v1/script-secrets").await.expect(403);
    writer.delete("/api/v1/script-secrets/mail-key").await.expect(403);
    let admin = canvass.program_with("adatum", &[Scope::Admin]).await;
    admin.get("/api/v1/script-secrets").await.expect(200);
    admin.get("/api/v1/scripts").await.expect(403);
    let listed = program.get("/api/v1/script-secrets").await.expect(200);
    assert!(listed.shows("mail-key") && !listed.shows("s3cret"));
    put(&program, "teller", "import canvass\ncanvass.secrets.get('mail-key')").await.expect(201);
    assert_eq!(run(&program, "teller", json!({})).await["result"], "s3cret");
    let missing = try_out(&program, "teller", "import canvass\ncanvass.secrets.get('other')").await;
    assert_eq!(missing["error"]["type"], "HostError", "{missing}");
    program.put_json("/api/v1/script-secrets/mail-key", &json!({ "value": "" })).await.expect(409);
    program.delete("/api/v1/script-secrets/mail-key").await.expect(204);
    assert_eq!(run(&program, "teller", json!({})).await["error"]["type"], "HostError");
    let ran = program.get(&at("teller", "/runs")).await.expect(200).json();
    assert_ne!(ran["items"], Value::Null);
}
