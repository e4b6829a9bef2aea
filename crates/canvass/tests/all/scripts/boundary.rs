//! The boundary: this file is about a script that asks for everything of another tenant, and gets nothing.

use serde_json::json;

use super::{answer, contoso, put, run, start};
use crate::support::{Survey, lunch, soup};

/// What Mary's script tries with the names and ids of Ada's things. Each attempt must end with a `HostError`, or find
/// nothing.
const ATTEMPTS: &str = r#"
import canvass
from canvass import HostError

p = canvass.context.parameters
survey, response, title = p["survey"], p["response"], "Lunch"

def attempt(what):
    try:
        found = what()
        if hasattr(found, "__next__"):
            found = list(found)
        return found
    except HostError as error:
        return "refused: " + str(error)

named = [survey, "lunch", "adatum/lunch", "/adatum/lunch", "../adatum/lunch", "Lunch", title]
tried = {}
for name in named:
    tried["surveys.get " + name] = attempt(lambda: canvass.surveys.get(name))
    tried["responses.iterate " + name] = attempt(lambda: canvass.responses.iterate(name))
    tried["responses.get " + name] = attempt(lambda: canvass.responses.get(name, response))
    tried["summary.get " + name] = attempt(lambda: canvass.summary.get(name))
    tried["crosstab " + name] = attempt(lambda: canvass.crosstab(name, "soup", "soup"))
    tried["annotate " + name] = attempt(lambda: canvass.responses.annotate(name, response, {"stolen": 1}))
tried["own"] = attempt(lambda: canvass.responses.get("mine", response))
tried["annotate own"] = attempt(lambda: canvass.responses.annotate("mine", response, {"stolen": 1}))
tried["surveys.list"] = [it.title for it in canvass.surveys.list()]
tried["store.get"] = attempt(lambda: canvass.store.get("secret"))
tried["store.list"] = attempt(lambda: canvass.store.list(""))
tried["secrets.get"] = attempt(lambda: canvass.secrets.get("ada-key"))
tried["tenant"] = canvass.context.tenant.alias
try:
    import ada_module
    tried["module"] = "imported"
except ImportError:
    tried["module"] = None
result = tried
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_script_gets_nothing_of_another_tenant_by_whatever_name() {
    let (canvass, ada) = start().await;
    let survey = lunch(&ada).await;
    let sent = ada.post_json(&survey.api("/responses"), &soup()).await.expect(201).json();
    put(&ada, "keeper", "import canvass\ncanvass.store.put('secret', 'of Ada')").await.expect(201);
    run(&ada, "keeper", json!({})).await;
    put(&ada, "ada-module", "x = 1").await.expect(201);
    super::set(&ada, "ada-module", json!({ "kind": "module" })).await.expect(200);
    // Where the installation has no key, there is no secret either.
    let _ = ada.put_json("/api/v1/script-secrets/ada-key", &json!({ "value": "of Ada" })).await;

    let mary = contoso(&canvass).await;
    let question = json!({ "id": "soup", "type": "yes_no", "label": "Soup?" });
    let definition = json!({ "title": "Mine", "sections": [{ "id": "all", "questions": [question] }] });
    Survey::publish(mary.clone(), "contoso", "mine", &definition).await;
    canvass.settled().await;

    put(&mary, "thief", ATTEMPTS).await.expect(201);
    let ended = run(&mary, "thief", json!({ "survey": survey.id, "response": sent["id"] })).await;
    let tried = ended["result"].as_object().unwrap_or_else(|| panic!("{ended}"));
    for (what, found) in tried {
        let is_refused = found.as_str().is_some_and(|it| it.starts_with("refused: "));
        let is_nothing = match what.as_str() {
            // Its own two: the one it made, and the draft every tenant begins with.
            "surveys.list" => *found == json!(["Mine", "Customer satisfaction"]),
            "tenant" => found == "contoso",
            "store.list" => *found == json!([]),
            // Noting something of a response that is not there is nothing.
            "annotate own" | "store.get" | "module" => found.is_null(),
            _ => is_refused,
        };
        assert!(is_nothing, "{what}: {found}");
    }
    let kept = ada.get(&survey.api("/responses")).await.expect(200).json();
    assert_eq!(kept["items"][0]["fields"], json!({}), "nothing was noted of Ada's response");
    assert_eq!(answer(&ada, "keeper", "import canvass\ncanvass.store.get('secret')").await, "of Ada");

    // Nor by way of settings, pages, replays and runs.
    let trigger = json!({ "kind": "responded", "survey": survey.id });
    super::set(&mary, "thief", trigger).await.expect(422);
    let body = json!({ "kind": "script", "target": "keeper" });
    mary.put_json("/api/v1/pages/keeper", &body).await.expect(422);
    put(&mary, "hook", "def responded(responses): pass").await.expect(201);
    let mine = mary.get("/api/v1/surveys").await.expect(200).json()["items"][0]["id"].clone();
    super::set(&mary, "hook", json!({ "kind": "responded", "survey": mine })).await.expect(200);
    let replay = json!({ "survey": survey.id });
    mary.post_json(&super::at("hook", "/replay"), &replay).await.expect(404);
    assert_eq!(mary.get(&super::at("keeper", "")).await.status, 404);
    let runs = mary.get(&super::at("thief", "/runs")).await.expect(200).json();
    assert!(runs["items"].as_array().unwrap().iter().all(|it| it["script"] == "thief"));
}
