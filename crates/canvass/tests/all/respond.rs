//! Answering: this file is about the public form as it works without script, and what it makes of wrong answers.

mod addresses;
mod doors;
mod hidden;
mod weight;

use crate::support::{Answer, Canvass, Person, Survey, workshop};

/// Answers that are right, as fields.
const RIGHT: [(&str, &str); 3] = [("name", "Ray"), ("age", "31"), ("topic", "types")];

/// Fields of a form, each with what is in it.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// Someone at a published survey with nothing answered yet.
async fn begin(canvass: &Canvass) -> (Person, Survey) {
    (canvass.ray(), canvass.survey("adatum", "workshop", &workshop()).await)
}

/// Fills the form of a page in and presses one of its buttons.
async fn press(ray: &Person, survey: &Survey, page: &Answer, button: &str, fields: &[(&str, &str)]) -> Answer {
    let mut filled = page.filled(&survey.page, fields);
    filled.push(("_go".to_owned(), button.to_owned()));
    ray.post_form(&survey.page, &filled).await
}

/// Insists that the form on a page holds these answers.
#[track_caller]
fn assert_kept(page: &Answer, survey: &Survey, fields: &[(&str, &str)]) {
    let held = page.filled(&survey.page, &[]);
    for (name, value) in fields {
        assert!(held.iter().any(|it| it == &((*name).to_owned(), (*value).to_owned())), "{name}={value}: {held:?}");
    }
}

#[tokio::test]
async fn a_survey_is_answered_section_by_section_and_back_keeps_everything() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;

    let first = ray.get(&survey.page).await.expect(200);
    assert!(first.shows("Section 1 of 3"));
    let second = press(&ray, &survey, &first, "next", &[("name", "Ray"), ("age", "31")]).await.expect(200);
    assert!(second.shows("Section 2 of 3"));
    let given = [("topic", ".other"), ("topic.other", "Tools"), ("days", "mon")];
    let back = press(&ray, &survey, &second, "back", &given).await.expect(200);
    assert!(back.shows("Section 1 of 3"));
    assert_kept(&back, &survey, &[("name", "Ray"), ("age", "31"), ("topic", ".other"), ("topic.other", "Tools")]);

    let second = press(&ray, &survey, &back, "next", &[("age", "32")]).await.expect(200);
    let third = press(&ray, &survey, &second, "next", &[("stars", "4")]).await.expect(200);
    assert!(third.shows("Section 3 of 3"));
    let thanks = press(&ray, &survey, &third, "submit", &[("note", "Fine.\r\nReally.")]).await.location();
    assert!(ray.get(&thanks).await.expect(200).shows("See you at the next one."));

    canvass.settled().await;
    let answers = &only_response(&survey).await["answers"];
    assert_eq!(answers["name"], "Ray");
    assert_eq!(answers["age"], 32);
    assert_eq!(answers["topic"], serde_json::json!({ "other": "Tools" }));
    assert_eq!(answers["days"], serde_json::json!(["mon"]));
    assert_eq!(answers["stars"], 4);
    assert_eq!(answers["note"], "Fine.\nReally.");
}

#[tokio::test]
async fn a_wrong_answer_is_refused_beside_its_question_and_nothing_else_is_lost() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);

    let cases: [(Fields, &str, &str); 9] = [
        (&[("name", "")], "name", "Write an answer"),
        (&[("age", "17")], "age", "Enter a whole number from 18 to 99"),
        (&[("age", "many")], "age", "Enter a whole number from 18 to 99"),
        (&[("fee", "1.005")], "fee", "steps of 0.01"),
        (&[("topic", "nonsense")], "topic", "Choose from the answers offered"),
        (&[("topic", ".other")], "topic", "Write your answer here, or choose another"),
        (&[("days", "mon"), ("days", "tue"), ("days", "wed")], "days", "Choose at most 2"),
        (&[("stars", "6")], "stars", "Choose a number from 1 to 5"),
        (&[("again", "perhaps")], "again", "Choose yes or no"),
    ];
    for (wrong, question, message) in cases {
        let changed = wrong.first().unwrap().0;
        let fields: Vec<_> = RIGHT.iter().copied().filter(|it| it.0 != changed).chain(wrong.iter().copied()).collect();
        let refused = press(&ray, &survey, &page, "submit", &fields).await.expect(422);
        let text = refused.text();
        let beside = text.split(&format!("id=\"e-{question}\"")).nth(1).unwrap_or_else(|| panic!("{question}: {text}"));
        assert!(beside.split("</p>").next().unwrap().contains(message), "{question}: {beside}");
        assert!(refused.shows("1 answer") || refused.shows("One answer needs another look"));
        let kept: Vec<_> = RIGHT.iter().copied().filter(|it| it.0 != changed).collect();
        assert_kept(&refused, &survey, &kept);
    }
    canvass.settled().await;
    assert_eq!(survey.counted().await, 0);
}

#[tokio::test]
async fn a_section_with_a_wrong_answer_is_not_left() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let stays = press(&ray, &survey, &page, "next", &[("age", "3"), ("note", "kept")]).await.expect(422);
    assert!(stays.shows("Section 1 of 3"));
    assert!(stays.shows("2 answers need another look"), "the name is missing too");
    assert_kept(&stays, &survey, &[("age", "3")]);
}

#[tokio::test]
async fn a_field_that_is_no_question_is_named_and_nothing_is_stored() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let fields = [&RIGHT[..], &[("nonsense", "1")]].concat();
    let refused = press(&ray, &survey, &page, "submit", &fields).await.expect(422);
    assert!(refused.shows("This survey has no such question"));
    canvass.settled().await;
    assert_eq!(survey.counted().await, 0);
}

#[tokio::test]
async fn a_field_that_people_do_not_see_catches_robots() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let fields = [&RIGHT[..], &[("_website", "https://spam.example")]].concat();
    let refused = press(&ray, &survey, &page, "submit", &fields).await.expect(422);
    assert_kept(&refused, &survey, &RIGHT);
    assert_kept(&refused, &survey, &[("_website", "")]);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 0);
}

#[tokio::test]
async fn a_form_that_was_open_for_more_than_a_week_is_shown_anew_with_its_answers() {
    const DAY_MS: u128 = 24 * 60 * 60 * 1_000;
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let keys = [key_of(now - 8 * DAY_MS), key_of(now + 2 * DAY_MS), "nonsense".to_owned(), String::new()];
    for key in &keys {
        let fields = [&RIGHT[..], &[("_key", key.as_str())]].concat();
        let anew = press(&ray, &survey, &page, "submit", &fields).await.expect(422);
        assert!(anew.shows("This form is out of date"));
        assert_kept(&anew, &survey, &RIGHT);
        canvass.settled().await;
        assert_eq!(survey.counted().await, 0);
        if key == keys.last().unwrap() {
            press(&ray, &survey, &anew, "submit", &[]).await.expect(303);
        }
    }
    let fresh = key_of(now - 6 * DAY_MS);
    let fields = [&RIGHT[..], &[("_key", fresh.as_str())]].concat();
    press(&ray, &survey, &page, "submit", &fields).await.expect(303);
    canvass.settled().await;
    assert_eq!(survey.counted().await, 2);
}

#[tokio::test]
async fn a_form_sent_several_times_is_one_response() {
    let canvass = Canvass::start().await;
    let (ray, survey) = begin(&canvass).await;
    let page = ray.get(&survey.page).await.expect(200);
    let send = || press(&ray, &survey, &page, "submit", &RIGHT);
    for answer in <[_; 3]>::from(tokio::join!(send(), send(), send())) {
        answer.expect(303);
    }
    canvass.settled().await;
    send().await.expect(303);
    canvass.settled().await;
    only_response(&survey).await;
    assert_eq!(survey.counted().await, 1);
}

/// The submission key of a form that was made at a moment: a version 7 UUID.
fn key_of(ms: u128) -> String {
    format!("{:08x}-{:04x}-7000-8000-000000000000", ms >> 16, ms & 0xffff)
}

/// The survey's response, of which there must be one.
async fn only_response(survey: &Survey) -> serde_json::Value {
    let list = survey.program.get(&survey.api("/responses")).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}
