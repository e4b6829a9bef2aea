//! Hidden values of scripts: this file is about checks that set them at every door, and about what becomes of a wrong one.

use canvass_model::script::gallery;
use reqwest::Method;
use serde_json::{Value, json};

use super::{at, put, run, set, start};
use crate::support::{Person, Survey};

/// Decides by what is in a word; what is set stands in the response beside it.
const CHECK: &str = r#"
import canvass

WRONG = {
    "unknown": {"nothing": "x"}, "question": {"word": "x"}, "number": {"segment": 7}, "long": {"segment": "x" * 201},
    "control": {"segment": "a\x00b"}, "list": ["segment"], "half": {"segment": "set", "nothing": "x"},
}

def validate(response):
    word = response.answers.word
    if word in WRONG:
        return {"values": WRONG[word]}
    if word == "refused":
        return {"errors": {"segment": "We do not want you"}, "values": {"segment": "unwanted"}}
    if word == "seen":
        return canvass.refuse("word", f"{response.hidden.get('source')} {response.hidden.segment}")
    if word == "gone":
        return {"values": {"segment": None, "source": None}}
    return {"values": {"segment": word.upper(), "source": response.hidden.source + "!"}}
"#;

/// Runs after the other, by its name, and sees what that one set.
const SECOND: &str = r#"
def validate(response):
    if response.hidden.get("segment") == "TWICE":
        return {"values": {"segment": "twice seen"}}
"#;

fn words() -> Value {
    json!({ "title": "Words", "sections": [{ "id": "all", "questions": [
        { "id": "word", "type": "short_text", "label": "A word" },
        { "id": "source", "type": "hidden", "label": "Source", "default": "direct" },
        { "id": "segment", "type": "hidden", "label": "Segment nobody may know of", "set_by": "script", "default": "none" },
    ] }] })
}

async fn checked(program: &Person) -> Survey {
    let survey = Survey::publish(program.clone(), "adatum", "words", &words()).await;
    for (name, source) in [("check-first", CHECK), ("check-second", SECOND)] {
        put(program, name, source).await.expect(201);
        set(program, name, json!({ "kind": "validate", "survey": survey.id })).await.expect(200);
    }
    survey
}

/// What is stored of the response to a word.
async fn stored(survey: &Survey, word: &str) -> Value {
    let list = survey.program.get(&survey.api("/responses?limit=500")).await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|it| it["answers"]["word"] == word).unwrap_or_else(|| panic!("{word}: {list}"));
    found["answers"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_sets_hidden_values_of_forms_programs_and_batches() {
    let (canvass, program) = start().await;
    let survey = checked(&program).await;
    let ray = canvass.ray();
    let page = ray.get(&format!("{}?source=mail&segment=forged", survey.page)).await.expect(200);
    let fill = |word: &str| page.filled(&survey.page, &[("word", word)]);
    ray.post_form(&survey.page, &fill("form")).await.expect(303);
    let refused = ray.post_form(&survey.page, &fill("refused")).await.expect(422);
    assert!(refused.shows("We do not want you"), "{}", refused.text());
    assert!(!refused.text().contains("Segment nobody may know of") && !refused.text().contains("unwanted"));
    assert!(ray.post_form(&survey.page, &fill("seen")).await.expect(422).shows("mail none"));

    let send = async |word: &str| {
        let body = json!({ "answers": { "word": word }, "submission_key": word });
        program.post_json(&survey.api("/responses"), &body).await
    };
    for word in ["api", "gone", "twice"] {
        send(word).await.expect(201);
    }
    send("api").await.expect(200);
    let refused = send("refused").await.expect(422).json();
    assert_eq!(refused["errors"], json!([{ "pointer": "/answers/segment", "message": "We do not want you" }]));
    let lines = "{\"answers\":{\"word\":\"batch\",\"source\":\"list\"}}\n{\"answers\":{\"word\":\"forged\",\"segment\":\"x\"}}\n";
    let request =
        program.request(Method::POST, &survey.api("/responses")).header("content-type", "application/x-ndjson");
    let batch = program.send(request.body(lines)).await.expect(200).text();
    let statuses: Vec<Value> =
        batch.lines().map(|it| serde_json::from_str::<Value>(it).unwrap()["status"].clone()).collect();
    assert_eq!(statuses, [201, 422]);
    canvass.settled().await;

    let expected = [
        ("form", json!({ "word": "form", "source": "mail!", "segment": "FORM" })),
        ("api", json!({ "word": "api", "source": "direct!", "segment": "API" })),
        ("gone", json!({ "word": "gone" })),
        ("twice", json!({ "word": "twice", "source": "direct!", "segment": "twice seen" })),
        ("batch", json!({ "word": "batch", "source": "list!", "segment": "BATCH" })),
    ];
    for (word, answers) in &expected {
        assert_eq!(stored(&survey, word).await, *answers, "{word}");
    }
    assert_eq!(survey.counted().await, expected.len() as u64);
    // Their records name what they set, and not to what.
    let runs =
        program.until(&at("check-first", "/runs?limit=500"), |it| 8 <= it["items"].as_array().unwrap().len()).await;
    let text = runs.to_string();
    assert!(text.contains("set the hidden values: segment, source") && !text.contains("BATCH"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_fails_the_run_and_never_costs_the_response() {
    let (canvass, program) = start().await;
    let survey = checked(&program).await;
    let wrong = [
        ("unknown", "there is no hidden value nothing"),
        ("question", "word is a question, and no hidden value"),
        ("number", "the hidden value segment must be a text or None"),
        ("long", "segment: Write at most 200 characters"),
        ("control", "segment: Remove the line breaks and control characters"),
        ("list", "validate(response) returns nothing"),
        ("half", "there is no hidden value nothing"),
    ];
    for (word, _) in wrong {
        let body = json!({ "answers": { "word": word } });
        program.post_json(&survey.api("/responses"), &body).await.expect(201);
    }
    canvass.settled().await;
    for (word, _) in wrong {
        assert_eq!(stored(&survey, word).await, json!({ "word": word, "source": "direct", "segment": "none" }));
    }
    let all = |it: &Value| it["items"].as_array().unwrap().len() == wrong.len();
    let runs = program.until(&at("check-first", "/runs?failed=true"), all).await;
    for (word, why) in wrong {
        let of = |it: &&Value| it["error"]["message"].as_str().is_some_and(|it| it.contains(why));
        let run = runs["items"].as_array().unwrap().iter().find(of).unwrap_or_else(|| panic!("{word}: {runs}"));
        assert_eq!(run["outcome"], "refused");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_values_are_in_replays_trials_hooks_and_of_one_tenant() {
    let (canvass, program) = start().await;
    let survey = checked(&program).await;
    let hook =
        "def responded(responses):\n    return {r.id: {'from_where': r.answers.get('source', '')} for r in responses}";
    put(&program, "hook", hook).await.expect(201);
    set(&program, "hook", json!({ "kind": "responded", "survey": survey.id })).await.expect(200);
    let body = json!({ "answers": { "word": "one", "source": "web" } });
    program.post_json(&survey.api("/responses"), &body).await.expect(201);
    canvass.settled().await;
    let list = survey.api("/responses");
    let noted = |it: &Value| it["items"][0]["fields"]["from_where"] == "web!";
    program.until(&list, noted).await;

    // A replay begins before scripts had set what only they set.
    let source = "def validate(response):\n    return {'values': {'segment': response.hidden.segment + '?'}}";
    let body = json!({ "survey": survey.id, "source": source });
    let replayed = program.post_json(&at("check-first", "/replay"), &body).await.expect(200).json();
    let difference = &replayed["differences"][0];
    assert_eq!(
        (&difference["field"], &difference["after"]),
        (&json!("values"), &json!({ "segment": "none?" })),
        "{replayed}"
    );
    assert_eq!(difference["before"], json!({ "segment": "ONE", "source": "web!!" }), "{replayed}");

    let carl = canvass.carl().await;
    let id = program.get(&at("check-first", "")).await.expect(200).json()["id"].as_str().unwrap().to_owned();
    let trial = carl.get(&format!("/-/console/adatum/scripts/{id}")).await.expect(200);
    assert!(trial.shows("\"hidden\": {") && trial.shows("\"source\": \"web!\""), "{}", trial.text());
    let outsider = canvass.program_of("fabrikam").await;
    outsider.get(&list).await.expect(404);
    let forged = json!({ "answers": { "source": "theirs" } });
    outsider.post_json(&list, &forged).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lookup_list_keeps_what_it_knows_of_a_number_from_a_link() {
    let (canvass, program) = start().await;
    let definition = json!({ "title": "Visit", "sections": [{ "id": "all", "questions": [
        { "id": "word", "type": "short_text", "label": "How was our visit?" },
        { "id": "customer_number", "type": "hidden", "label": "Number" },
        { "id": "customer", "type": "hidden", "label": "Customer", "set_by": "script" },
    ] }] });
    let survey = Survey::publish(program.clone(), "adatum", "visit", &definition).await;
    put(&program, "load", "import canvass\ncanvass.store.put('customers/A17', {'Name': 'Ada\\n & Sons'})")
        .await
        .expect(201);
    run(&program, "load", Value::Null).await;
    let source = gallery::find("lookup-list").expect("it is in the gallery").source.as_str();
    let source = source.replace("HIDDEN, COLUMN = \"\"", "HIDDEN, COLUMN = \"customer\"");
    put(&program, "lookup", &source).await.expect(201);
    set(&program, "lookup", json!({ "kind": "validate", "survey": survey.id })).await.expect(200);

    let ray = canvass.ray();
    for (number, status) in [("A18", 422), ("a%2017", 303)] {
        let page = ray.get(&format!("{}?customer_number={number}&customer=Forged", survey.page)).await.expect(200);
        let answer = ray.post_form(&survey.page, &page.filled(&survey.page, &[("word", "good")])).await.expect(status);
        assert_eq!(answer.shows("We do not know this number"), status == 422, "{}", answer.text());
    }
    canvass.settled().await;
    let expected = json!({ "word": "good", "customer_number": "a 17", "customer": "Ada & Sons" });
    assert_eq!(stored(&survey, "good").await, expected);
}
