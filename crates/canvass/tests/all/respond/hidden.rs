//! Hidden values: this file is about what an address brings along, and what nobody can slip in or see.

use serde_json::{Value, json};

use super::{only_response, press};
use crate::support::{Canvass, Person, Survey};

/// Two sections, with hidden values in both.
fn fair() -> Value {
    json!({ "title": "Fair", "sections": [
        { "id": "first", "questions": [
            { "id": "name", "type": "short_text", "label": "Your name", "required": true },
            { "id": "source", "type": "hidden", "label": "Where they came from", "default": "direct" },
            { "id": "score", "type": "hidden", "label": "What we think of them", "set_by": "script" },
        ] },
        { "id": "second", "questions": [
            { "id": "stars", "type": "stars", "label": "How was it?" },
            { "id": "batch", "type": "hidden", "label": "Which letter", "help": "Printed on the letter" },
        ] },
    ] })
}

async fn begin() -> (Canvass, Person, Survey) {
    let canvass = Canvass::start().await;
    let (ray, survey) = (canvass.ray(), canvass.survey("adatum", "fair", &fair()).await);
    (canvass, ray, survey)
}

/// What the form of a page carries under a name.
fn carried(page: &crate::support::Answer, survey: &Survey, name: &str) -> Option<String> {
    page.filled(&survey.page, &[]).into_iter().find(|(it, _)| it == name).map(|(_, value)| value)
}

#[tokio::test]
async fn what_the_address_brings_goes_through_every_section_and_is_never_shown() {
    let (canvass, ray, survey) = begin().await;
    let first = ray.get(&format!("{}?source=mail&utm=x&batch=7%20b&source=web", survey.page)).await.expect(200);
    for words in ["Where they came from", "What we think of them", "Which letter", "Printed on the letter", "direct"] {
        assert!(!first.text().contains(words), "{words}: {}", first.text());
    }
    assert_eq!(carried(&first, &survey, "source").as_deref(), Some("mail"));
    assert_eq!(carried(&first, &survey, "score"), None);
    let wrong = press(&ray, &survey, &first, "next", &[]).await.expect(422);
    let second = press(&ray, &survey, &wrong, "next", &[("name", "Ray")]).await.expect(200);
    assert!(second.shows("Section 2 of 2"));
    let back = press(&ray, &survey, &second, "back", &[]).await.expect(200);
    let second = press(&ray, &survey, &back, "next", &[]).await.expect(200);
    assert_eq!(carried(&second, &survey, "batch").as_deref(), Some("7 b"));
    press(&ray, &survey, &second, "submit", &[("stars", "4")]).await.expect(303);
    canvass.settled().await;
    let expected = json!({ "name": "Ray", "source": "mail", "stars": 4, "batch": "7 b" });
    assert_eq!(only_response(&survey).await["answers"], expected);
}

#[tokio::test]
async fn without_a_value_it_is_the_default_and_one_visitor_never_gets_anothers() {
    let (canvass, ray, survey) = begin().await;
    // The form is drawn once and kept: what one brought must not be in it.
    ray.get(&format!("{}?source=mail", survey.page)).await.expect(200);
    let plain = ray.get(&survey.page).await.expect(200);
    assert_eq!(carried(&plain, &survey, "source").as_deref(), Some(""));
    let web = ray.get(&format!("{}?source=web", survey.page)).await.expect(200);
    assert_eq!(carried(&web, &survey, "source").as_deref(), Some("web"));
    press(&ray, &survey, &plain, "submit", &[("name", "Ray")]).await.expect(303);
    canvass.settled().await;
    assert_eq!(only_response(&survey).await["answers"], json!({ "name": "Ray", "source": "direct" }));
}

#[tokio::test]
async fn what_does_not_fit_is_made_to_fit_and_breaks_nothing() {
    let (canvass, ray, survey) = begin().await;
    let long = format!("{}?source=%00%0A%E2{}&batch=%09%0D", survey.page, "x".repeat(4_000));
    let page = ray.get(&long).await.expect(200);
    let held = carried(&page, &survey, "source").unwrap();
    assert_eq!(held.chars().count(), 200);
    // Whoever meddles with the form gets no further.
    let meddled = [("name", "Ray"), ("source", "a\u{7}\r\nb"), ("batch", &"y".repeat(10_000))];
    press(&ray, &survey, &page, "submit", &meddled).await.expect(303);
    canvass.settled().await;
    let answers = only_response(&survey).await["answers"].clone();
    assert_eq!((&answers["source"], &answers["batch"]), (&json!("ab"), &json!("y".repeat(200))));
}

#[tokio::test]
async fn a_hostile_value_is_text_wherever_it_is_shown() {
    const ATTACK: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'{{7*7}}";
    let (canvass, ray, survey) = begin().await;
    let carl = canvass.carl().await;
    let brought = [("source", ATTACK), ("batch", "=1+1")];
    let url = reqwest::Url::parse_with_params("http://localhost/", &brought).unwrap();
    let page = ray.get(&format!("{}?{}", survey.page, url.query().unwrap())).await.expect(200);
    assert_eq!(carried(&page, &survey, "source").as_deref(), Some(ATTACK));
    let wrong = press(&ray, &survey, &page, "submit", &[]).await.expect(422);
    press(&ray, &survey, &wrong, "submit", &[("name", "Ray")]).await.expect(303);
    canvass.settled().await;
    let response = only_response(&survey).await;
    assert_eq!(response["answers"]["source"], ATTACK);
    let id = response["id"].as_str().unwrap();
    let (results, table) = (survey.console("/results"), survey.console("/responses"));
    let one = format!("{table}/{id}");
    let crosstab = survey.console("/crosstab?rows=source&columns=batch");
    for shown in [&page, &wrong] {
        assert!(!shown.text().contains("<script>alert") && !shown.text().contains("<img src=x"), "{}", shown.text());
    }
    for path in [&results, &table, &one, &crosstab] {
        let shown = carl.get(path).await.expect(200);
        assert!(!shown.text().contains("<script>alert") && !shown.text().contains("<img src=x"), "{path}");
        assert!(shown.shows("alert(1)"), "{path} shows it as text: {}", shown.text());
    }
    let csv = survey.program.get(&survey.api("/export?format=csv")).await.expect(200).text();
    assert!(csv.contains("'=1+1") && !csv.contains(",=1+1"), "{csv}");
}

#[tokio::test]
async fn what_only_scripts_set_is_taken_from_nobody_else() {
    let (canvass, ray, survey) = begin().await;
    let page = ray.get(&format!("{}?score=100", survey.page)).await.expect(200);
    assert_eq!(carried(&page, &survey, "score"), None);
    let mut fields = page.filled(&survey.page, &[("name", "Ray")]);
    fields.push(("score".to_owned(), "100".to_owned()));
    ray.post_form(&survey.page, &fields).await.expect(303);
    let forged = json!({ "answers": { "name": "Ray", "score": "100" } });
    let refused = survey.program.post_json(&survey.api("/responses"), &forged).await.expect(422).json();
    let errors =
        json!([{ "pointer": "/answers/score", "message": "Only a script sets this hidden value; leave it out" }]);
    assert_eq!(refused["errors"], errors);
    canvass.settled().await;
    assert_eq!(only_response(&survey).await["answers"], json!({ "name": "Ray", "source": "direct" }));
}

#[tokio::test]
async fn a_program_gives_hidden_values_like_answers_and_they_are_counted() {
    let (canvass, ray, survey) = begin().await;
    let send = async |answers: Value| {
        survey.program.post_json(&survey.api("/responses"), &json!({ "answers": answers })).await
    };
    for source in ["mail", "web", "mail"] {
        send(json!({ "name": "A", "source": source, "stars": 5 })).await.expect(201);
    }
    send(json!({ "name": "B", "stars": 1 })).await.expect(201);
    send(json!({ "name": "C", "source": "x".repeat(201) })).await.expect(422);
    canvass.settled().await;
    let summary = survey.program.get(&survey.api("/summary")).await.expect(200).json();
    let values =
        json!([{ "value": "mail", "count": 2 }, { "value": "direct", "count": 1 }, { "value": "web", "count": 1 }]);
    assert_eq!(summary["questions"]["source"], json!({ "answered": 4, "values": values, "exact": true }));
    let crosstab = survey.program.get(&survey.api("/crosstab?rows=source&columns=stars")).await.expect(200).json();
    let ids: Vec<&Value> = crosstab["rows"]["categories"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, ["direct", "mail", "web"]);
    let carl = canvass.carl().await;
    let results = carl.get(&survey.console("/results")).await.expect(200);
    assert!(results.shows("Where they came from") && results.shows("4 of 4 responses have one"), "{}", results.text());
    // What everybody may see does not even name them.
    let shared = json!({ "kind": "results", "target": survey.id, "visibility": "public" });
    survey.program.put_json("/api/v1/pages/fair-results", &shared).await.expect(201);
    let shared = ray.get("/adatum/fair-results").await.expect(200);
    assert!(!shared.text().contains("Where they came from"), "{}", shared.text());
    // A response that is erased is counted no more.
    let list = survey.program.get(&survey.api("/responses?order=oldest")).await.expect(200).json();
    let first = list["items"][0]["id"].as_str().unwrap();
    survey.program.delete(&survey.api(&format!("/responses/{first}"))).await.expect(204);
    let summary = survey.program.get(&survey.api("/summary")).await.expect(200).json();
    assert_eq!(summary["questions"]["source"]["answered"], 3);
}

#[tokio::test]
async fn an_old_address_a_password_and_an_invitation_lead_on_with_what_was_brought() {
    let (_canvass, ray, survey) = begin().await;
    let lead = json!({ "kind": "redirect", "target": "fair", "visibility": "unlisted" });
    survey.program.put_json("/api/v1/pages/go", &lead).await.expect(201);
    assert_eq!(ray.get("/adatum/go?source=poster").await.location(), "/adatum/fair?source=poster");
    let etag = survey.program.get("/api/v1/pages/fair").await.expect(200).header("etag").to_owned();
    let shut = json!({ "kind": "survey", "target": survey.id, "visibility": "password", "password": "open sesame" });
    let request =
        survey.program.request(reqwest::Method::PUT, "/api/v1/pages/fair").header("if-match", etag).json(&shut);
    survey.program.send(request).await.expect(200);
    let asked = format!("{}?source=mail", survey.page);
    let gate = ray.get(&asked).await.expect(401);
    let opened = ray.post_form(&asked, &[("_password", "open sesame")]).await.expect(303);
    assert!(gate.text().contains(&format!("action=\"{asked}\"")), "{}", gate.text());
    assert_eq!(opened.location(), asked);
    let page = ray.get(&asked).await.expect(200);
    assert_eq!(carried(&page, &survey, "source").as_deref(), Some("mail"));
    press(&ray, &survey, &page, "submit", &[("name", "Ray")]).await.expect(303);
}
