//! Checks: this file is about scripts that refuse a response at every door, and never cost one by failing.

use reqwest::Method;
use serde_json::json;

use super::{at, put, set, start};
use crate::support::Survey;

const CHECK: &str = r#"
import canvass

def validate(response):
    if response.answers.word == "slow":
        while True: pass
    if response.answers.word == "fail":
        raise ValueError("oh")
    if response.answers.word == "strange":
        return {"errors": {"nothing": "no such question"}}
    if response.answers.word == "write":
        canvass.store.put("k", 1)
    if response.answers.word == "bad":
        return canvass.refuse("word", "This word is <not> nice")
    if response.answers.word == "all":
        return {"errors": {"": "We have enough"}}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_response_is_refused_beside_its_question_and_never_lost_to_a_failing_script() {
    let (canvass, program) = start().await;
    let question = json!({ "id": "word", "type": "short_text", "label": "A word" });
    let definition = json!({ "title": "Words", "sections": [{ "id": "all", "questions": [question] }] });
    let survey = Survey::publish(program.clone(), "adatum", "words", &definition).await;
    put(&program, "nice-words", CHECK).await.expect(201);
    set(&program, "nice-words", json!({ "kind": "validate", "survey": survey.id })).await.expect(200);

    let ray = canvass.ray();
    let page = ray.get(&survey.page).await.expect(200);
    let fill = |word: &str| page.filled(&survey.page, &[("word", word)]);
    let refused = ray.post_form(&survey.page, &fill("bad")).await.expect(422);
    assert!(refused.shows("This word is <not> nice") && refused.text().contains("value=\"bad\""), "{}", refused.text());
    assert!(ray.post_form(&survey.page, &fill("all")).await.expect(422).shows("We have enough"));
    ray.post_form(&survey.page, &fill("good")).await.expect(303);

    let send = async |word: &str| {
        let body = json!({ "answers": { "word": word }, "submission_key": word });
        program.post_json(&survey.api("/responses"), &body).await
    };
    let refused = send("bad").await.expect(422).json();
    assert_eq!(refused["errors"], json!([{ "pointer": "/answers/word", "message": "This word is <not> nice" }]));
    for word in ["fail", "slow", "strange", "write", "fine"] {
        send(word).await.expect(201);
    }
    let lines = "{\"answers\":{\"word\":\"bad\"}}\n{\"answers\":{\"word\":\"nice\"}}\n";
    let request =
        program.request(Method::POST, &survey.api("/responses")).header("content-type", "application/x-ndjson");
    let batch = program.send(request.body(lines)).await.expect(200).text();
    let lines: Vec<serde_json::Value> = batch.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    assert_eq!((&lines[0]["status"], &lines[1]["status"]), (&json!(422), &json!(201)));
    canvass.settled().await;
    assert_eq!(survey.counted().await, 7);

    let runs = at("nice-words", "/runs?failed=true");
    let failed = program.until(&runs, |it| 3 <= it["items"].as_array().unwrap().len());
    let failed = failed.await;
    let outcomes: Vec<&str> =
        failed["items"].as_array().unwrap().iter().filter_map(|it| it["outcome"].as_str()).collect();
    for outcome in ["exception", "refused"] {
        assert!(outcomes.contains(&outcome), "{outcomes:?}");
    }
    assert!(outcomes.iter().any(|it| it.starts_with("limit_")), "{outcomes:?}");
    // Runs are recorded when there is time for it.
    program.until(&at("nice-words", "/runs"), |it| it.to_string().contains("a check stores nothing")).await;

    let replayed = program
        .post_json(&at("nice-words", "/replay"), &json!({ "survey": survey.id, "source": "def validate(response):\n    if response.answers.word == 'nice': return {'errors': {'word': 'no'}}" }))
        .await
        .expect(200)
        .json();
    assert_eq!(replayed["changed"], 1, "{replayed}");
    assert_eq!(replayed["differences"][0]["after"], json!({ "word": "no" }), "{replayed}");
}
