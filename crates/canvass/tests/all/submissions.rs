//! Submissions over the API: this file is about sending the same one again, alone, together and in batches.

use serde_json::{Value, json};

use crate::support::{Canvass, Survey};

async fn lunch(canvass: &Canvass) -> Survey {
    canvass.survey("adatum", "lunch", &definition()).await
}

fn definition() -> Value {
    json!({
        "title": "Lunch",
        "sections": [{ "id": "s1", "questions": [{ "id": "taste", "type": "stars", "label": "How was it?" }] }],
    })
}

async fn batch(survey: &Survey, lines: &[Value]) -> Vec<Value> {
    let body: String = lines.iter().map(|it| it.to_string() + "\n").collect();
    let request = survey.program.request(reqwest::Method::POST, &survey.api("/responses"));
    let request = request.header("content-type", "application/x-ndjson").body(body);
    let answer = survey.program.send(request).await.expect(200);
    answer.text().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

#[tokio::test]
async fn a_key_sent_again_is_the_response_it_was() {
    let canvass = Canvass::start().await;
    let survey = lunch(&canvass).await;
    let body = json!({ "answers": { "taste": 4 }, "submission_key": "order-17" });

    let first = survey.program.post_json(&survey.api("/responses"), &body).await.expect(201).json();
    let waiting = survey.program.post_json(&survey.api("/responses"), &body).await.expect(200).json();
    canvass.settled().await;
    let applied = survey.program.post_json(&survey.api("/responses"), &body).await.expect(200).json();
    let line =
        batch(&survey, &[body.clone(), json!({ "answers": { "taste": 2 }, "submission_key": "order-18" })]).await;

    assert_eq!((&first, &first), (&waiting, &applied));
    assert_eq!((&line[0]["status"], &line[0]["id"]), (&json!(200), &first["id"]));
    assert_eq!(line[1]["status"], 201);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 2);
}

#[tokio::test]
async fn of_submissions_that_arrive_together_one_is_new() {
    let canvass = Canvass::start().await;
    let survey = lunch(&canvass).await;
    for round in 0..20 {
        let body = json!({ "answers": { "taste": 4 }, "submission_key": format!("round-{round}") });
        let path = survey.api("/responses");
        let send = || survey.program.post_json(&path, &body);
        let (one, two, three) = tokio::join!(send(), send(), send());
        let mut statuses = [one, two, three].map(|it| it.status.as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 201]);
    }
    canvass.settled().await;
    assert_eq!(survey.counted().await, 20);
}

#[tokio::test]
async fn a_program_that_asks_too_fast_waits_and_its_responses_do_not() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("fabrikam", "lunch", &definition()).await;
    let pace = canvass_model::plan::PlanId::Standard.plan().api_requests_minute_max;
    let mut refused = None;
    // Twice: while they are sent, some more are allowed.
    for _ in 0..2 * pace {
        let answer = survey.program.get("/api/v1/tenant").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("more than the plan's pace is too fast");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    survey.program.post_json(&survey.api("/responses"), &json!({ "answers": { "taste": 5 } })).await.expect(201);
}
