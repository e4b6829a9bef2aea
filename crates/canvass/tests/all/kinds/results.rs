//! Shared results: this file is about what everybody may see of the answers, and above all about what nobody may.

use canvass_actions::{
    Error,
    pages::{self, Wanted},
};
use canvass_model::{
    id::SurveyId,
    member::Actor,
    page::{Page, Target},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{make, wanted};
use crate::support::{Canvass, Survey};

/// A survey with a question of every sort, each of them a way to give oneself away.
fn gossip() -> Value {
    json!({ "title": "Gossip", "sections": [{ "id": "all", "questions": [
        { "id": "who", "type": "short_text", "label": "Who are you?" },
        { "id": "story", "type": "long_text", "label": "What happened?" },
        { "id": "pay", "type": "integer", "label": "What do you earn?", "min": 0, "max": 9_999_999 },
        { "id": "team", "type": "single_choice", "label": "Which team?", "other": true,
          "choices": [{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }] },
        { "id": "mood", "type": "opinion_scale", "label": "How is the mood?" },
        { "id": "stay", "type": "yes_no", "label": "Do you stay?" },
        { "id": "rare", "type": "yes_no", "label": "Did you see it?" },
    ] }] })
}

/// What the person with this number says; only the first few answer the last question.
fn answers(number: u64) -> Value {
    let mut answers = json!({
        "who": format!("Person{number}"),
        "story": format!("Unmistakable{number}"),
        "pay": 1_000 + number * 137,
        "team": if number == 3 { json!({ "other": "Chartreuse" }) } else { json!("red") },
        "mood": 4,
        "stay": number.is_multiple_of(2),
    });
    if number < 4 {
        answers["rare"] = json!(true);
    }
    json!({ "answers": answers })
}

fn id_of(survey: &Survey) -> SurveyId {
    SurveyId::parse(&survey.id).unwrap()
}

async fn respond(canvass: &Canvass, survey: &Survey, numbers: std::ops::Range<u64>) {
    for number in numbers {
        survey.program.post_json(&survey.api("/responses"), &answers(number)).await.expect(201);
    }
    canvass.settled().await;
}

/// Asks for the page until it holds `text`: results may be a second old.
async fn until(canvass: &Canvass, text: &str) -> String {
    let ray = canvass.ray();
    for _ in 0..600 {
        let page = ray.get("/adatum/figures").await.expect(200);
        if page.shows(text) {
            return page.text();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("{text} never came");
}

#[tokio::test]
async fn everybody_sees_counts_and_nobody_what_one_person_said() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let survey = canvass.survey("adatum", "gossip", &gossip()).await;
    make(&adatum, wanted("figures", Target::Results(id_of(&survey)))).await;

    respond(&canvass, &survey, 0..4).await;
    let few = until(&canvass, "4 responses.").await;
    assert!(few.contains("once 5 people have responded"), "{few}");
    for label in ["Which team?", "Red", "Do you stay?", "<table", "<svg"] {
        assert!(!few.contains(label), "{label} is in {few}");
    }

    respond(&canvass, &survey, 4..12).await;
    let page = until(&canvass, "12 responses.").await;
    let part = |question: &str| {
        let rest =
            page.split(&format!("id=\"result-{question}\"")).nth(1).unwrap_or_else(|| panic!("{question}: {page}"));
        rest.split("</article>").next().unwrap().to_owned()
    };
    assert!(part("team").contains("Red") && part("team").contains("<td class=\"num\">11</td>"), "{}", part("team"));
    assert!(part("stay").contains("<td class=\"num\">50 %</td>"), "{}", part("stay"));
    assert!(part("mood").contains("<svg"), "{}", part("mood"));
    assert!(part("rare").contains("fewer than 5 answered") && !part("rare").contains("<table"), "{}", part("rare"));
    for question in ["who", "story"] {
        assert!(part(question).contains("not shown here") && !part(question).contains("<ul"), "{}", part(question));
    }
    assert!(part("pay").contains("Up to") && part("pay").contains("or more"), "{}", part("pay"));
    for number in 0..12 {
        for never in [format!("Person{number}"), format!("nmistakable{number}"), format!(">{}<", 1_000 + number * 137)]
        {
            assert!(!page.contains(&never) && !page.contains(&never.to_lowercase()), "{never} is in {page}");
        }
    }
    assert!(!page.to_lowercase().contains("chartreuse"), "{page}");
    assert!(page.contains("fewer than 5 people answered"), "the page says what it leaves out: {page}");
}

#[tokio::test]
async fn results_stay_when_the_survey_is_closed_and_go_with_it_into_the_trash() {
    let canvass = Canvass::start().await;
    let adatum = canvass.tenant("adatum").await;
    let survey = canvass.survey("adatum", "gossip", &gossip()).await;
    let page = Wanted { title: "Our figures".to_owned(), ..wanted("figures", Target::Results(id_of(&survey))) };
    make(&adatum, page).await;
    let ray = canvass.ray();
    assert!(ray.get("/adatum/figures").await.expect(200).shows("Our figures"));

    survey.program.delete(&survey.api("/publication")).await.expect(200);
    let closed = ray.get("/adatum/figures").await.expect(200);
    let kept = ray.request(Method::GET, "/adatum/figures").header("if-none-match", closed.header("etag"));
    ray.send(kept).await.expect(304);
    assert!(ray.get("/adatum").await.expect(200).shows("Our figures"));

    survey.program.delete(&survey.api("")).await.expect(204);
    ray.get("/adatum/figures").await.expect(404);
    assert!(!ray.get("/adatum").await.expect(200).shows("Our figures"));
}

#[tokio::test]
async fn nobody_sees_the_results_of_a_draft_or_of_another_tenants_survey() {
    let canvass = Canvass::start().await;
    let (adatum, fabrikam) = (canvass.tenant("adatum").await, canvass.tenant("fabrikam").await);
    let survey = canvass.survey("adatum", "gossip", &gossip()).await;
    respond(&canvass, &survey, 0..6).await;
    let theirs = Target::Results(id_of(&survey));

    let refused = {
        let wanted = wanted("figures", theirs.clone());
        fabrikam.write(move |tx| pages::create(tx, &Actor::Canvass, &wanted)).await
    };
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    // Whatever put such a row there, it shows nothing.
    let own = make(&fabrikam, wanted("figures", Target::Document)).await;
    fabrikam
        .write(move |tx| canvass_storage::pages::update(tx, &Page { target: theirs.clone(), ..own.clone() }))
        .await
        .unwrap();
    canvass.ray().get("/fabrikam/figures").await.expect(404);
    assert!(!canvass.ray().get("/fabrikam").await.expect(200).shows("Gossip"));

    let draft = survey.program.post_json("/api/v1/surveys", &gossip()).await.expect(201).json();
    let draft = SurveyId::parse(draft["id"].as_str().unwrap()).unwrap();
    make(&adatum, wanted("secret", Target::Results(draft))).await;
    canvass.ray().get("/adatum/secret").await.expect(404);
    assert!(!canvass.ray().get("/adatum").await.expect(200).shows("Results of"));
}
