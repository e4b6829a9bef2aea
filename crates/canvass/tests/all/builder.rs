//! The builder: this file is about writing a survey through forms, alone and with somebody else at the same time.

mod hidden;

use canvass_model::definition::KindName;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Person};

/// A survey of two sections: a choice of shifts and a yes-or-no, then a number.
async fn a_survey(person: &Person) -> String {
    let [early, late] = [("early", "Early"), ("late", "Late")].map(|(id, label)| json!({ "id": id, "label": label }));
    let shift = json!({ "id": "shift", "type": "single_choice", "label": "Which shift?", "choices": [early, late] });
    let tea = json!({ "id": "tea", "type": "yes_no", "label": "Tea?" });
    let age = json!({ "id": "age", "type": "integer", "label": "Age?" });
    let sections = json!([
        { "id": "work", "title": "Your work", "questions": [shift, tea] },
        { "id": "you", "title": "About you", "questions": [age] },
    ]);
    let definition = json!({ "title": "Working here", "sections": sections }).to_string();
    let import = "/-/console/adatum/surveys/import";
    let to = person.post_form(import, &[("definition", definition)]).await.expect(303).location();
    to.split('?').next().unwrap().to_owned()
}

async fn definition(person: &Person, survey: &str) -> Value {
    person.get(&format!("{survey}/definition.json")).await.expect(200).json()
}

/// Where every question stands: `work:shift,tea you:age`.
async fn order(person: &Person, survey: &str) -> String {
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let definition = definition(person, survey).await;
    let sections = definition["sections"].as_array().unwrap().iter();
    let sections = sections.map(|it| format!("{}:{}", it["id"].as_str().unwrap(), ids(&it["questions"]).join(",")));
    sections.collect::<Vec<_>>().join(" ")
}

async fn press(person: &Person, survey: &str, fields: &[(&str, &str)]) -> Answer {
    person.post_form(&format!("{survey}/edits"), fields).await
}

/// Opens a question's form, fills it in and presses a button of it.
async fn write(person: &Person, survey: &str, question: &str, fields: &[(&str, &str)]) -> Answer {
    let form = format!("{survey}/questions/{question}");
    person.submit(&form, &form, fields).await
}

#[tokio::test]
async fn every_type_of_question_can_be_added_written_and_published() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let start = [("title", "All of them")];
    let survey = carl.post_form("/-/console/adatum/surveys", &start).await.expect(303).location();
    for kind in KindName::ALL {
        let open = press(&carl, &survey, &[("section", "s1"), ("kind", kind.as_str())]).await.expect(303).location();
        let open = open.split(['?', '#']).next().unwrap().to_owned();
        let fields = own_fields(kind);
        let label = format!("A {}", kind.label());
        let fields = fields.iter().copied().chain([("label", label.as_str()), ("do", "save")]);
        let saved = carl.submit(&open, &open, &fields.collect::<Vec<_>>()).await;
        assert!(saved.expect(303).location().contains("did=saved"));
    }
    let written = definition(&carl, &survey).await;
    let questions = written["sections"][0]["questions"].as_array().unwrap();
    let expected = expected();
    for (question, expected) in questions.iter().zip(expected.as_array().unwrap()) {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(question[name], *value, "{question}");
        }
    }
    assert_eq!(questions.len(), KindName::ALL.len());
    let page = format!("{survey}/publication");
    carl.submit(&page, &page, &[("address", "all")]).await.expect(303);
    canvass.ray().get("/adatum/all").await.expect(200);
}

/// What is filled in of each type.
fn own_fields(kind: KindName) -> Vec<(&'static str, &'static str)> {
    match kind {
        KindName::ShortText => vec![("required", "yes"), ("help", "One line"), ("chars_min", "2"), ("chars_max", "80")],
        KindName::LongText => vec![("chars_max", "2000")],
        KindName::SingleChoice => vec![("choices.new", "Red\n\n Green \nBlue"), ("other", "yes")],
        KindName::MultipleChoice => {
            vec![
                ("choices.new", "Red\nGreen\nBlue"),
                ("picks_min", "1"),
                ("picks_max", "2"),
                ("other", "yes"),
                ("other_label", "Mine"),
            ]
        }
        KindName::Dropdown => vec![("choice.c1", "Aarhus"), ("choice.c2", "Malmö")],
        KindName::Stars => vec![("count", "7")],
        KindName::OpinionScale => vec![("from", "0"), ("to", "10"), ("low_label", "Never"), ("high_label", "Always")],
        KindName::Nps => vec![("low_label", "Unlikely")],
        KindName::Integer => vec![("min", "-5"), ("max", "120"), ("unit", "years")],
        KindName::Decimal => vec![("min", "0,5"), ("max", "9.5"), ("step", "0.5"), ("unit", "kg")],
        KindName::YesNo => vec![],
        KindName::Statement => vec![("help", "*Read* this")],
        KindName::Hidden => vec![("id", "source"), ("set_by", "script"), ("default", "none")],
    }
}

fn expected() -> Value {
    let colours =
        json!([{ "id": "c1", "label": "Red" }, { "id": "c2", "label": "Green" }, { "id": "c3", "label": "Blue" }]);
    json!([
        { "label": "A Short text", "required": true, "help": "One line", "chars_min": 2, "chars_max": 80 },
        { "type": "long_text", "chars_max": 2000 },
        { "type": "single_choice", "choices": colours, "other": true },
        { "type": "multiple_choice", "choices": colours, "picks_min": 1, "picks_max": 2, "other": { "label": "Mine" } },
        { "type": "dropdown", "choices": [{ "id": "c1", "label": "Aarhus" }, { "id": "c2", "label": "Malmö" }] },
        { "type": "yes_no" },
        { "type": "stars", "count": 7 },
        { "type": "opinion_scale", "from": 0, "to": 10, "low_label": "Never", "high_label": "Always" },
        { "type": "nps", "low_label": "Unlikely" },
        { "type": "integer", "min": -5, "max": 120, "unit": "years" },
        { "type": "decimal", "min": 0.5, "max": 9.5, "step": 0.5, "unit": "kg" },
        { "type": "statement", "help": "*Read* this" },
        { "type": "hidden", "id": "source", "label": "A Hidden value", "set_by": "script", "default": "none" },
    ])
}

#[tokio::test]
async fn two_who_edit_the_same_question_see_both_versions_and_lose_nothing() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = a_survey(&carl).await;
    let form = format!("{survey}/questions/shift");
    let seen = carl.get(&form).await.expect(200);
    let hers = [("label", "Which shift this month?"), ("choices.new", "Weekend"), ("do", "save")];
    write(&ada, &survey, "shift", &hers).await.expect(303);

    let mine = [("label", "Which shift, mostly?"), ("help", "The usual one"), ("do", "save")];
    let conflict = carl.post_form(&form, &seen.filled(&form, &mine)).await.expect(409);
    for text in [
        "Ada changed this question while you were editing",
        "Which <ins>shift, mostly?</ins>",
        "Which <ins>shift this month?</ins>",
        "<ins>Weekend</ins>",
        "value=\"Which shift, mostly?\"",
        "The usual one",
        "Keep mine",
        "Take Ada’s",
    ] {
        assert!(conflict.shows(text), "{text}:\n{}", conflict.text());
    }
    let take = carl.post_form(&form, &conflict.filled(&form, &[("do", "take-theirs")])).await.expect(303).location();
    assert!(carl.get(take.split('#').next().unwrap()).await.expect(200).shows("value=\"Which shift this month?\""));
    assert_eq!(definition(&carl, &survey).await["sections"][0]["questions"][0]["label"], "Which shift this month?");

    carl.post_form(&form, &conflict.filled(&form, &[("do", "keep-mine")])).await.expect(303);
    let kept = &definition(&carl, &survey).await["sections"][0]["questions"][0];
    assert_eq!((&kept["label"], &kept["help"]), (&json!("Which shift, mostly?"), &json!("The usual one")));
    assert!(carl.get(&format!("{survey}/history")).await.expect(200).shows("Ada"));
}

#[tokio::test]
async fn two_who_edit_different_things_both_keep_their_work() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = a_survey(&carl).await;
    let form = format!("{survey}/questions/shift");
    let seen = carl.get(&form).await.expect(200);
    write(&ada, &survey, "tea", &[("label", "Coffee?"), ("do", "save")]).await.expect(303);
    press(&ada, &survey, &[("question", "shift"), ("do", "down")]).await.expect(303);
    let mine = [("label", "Which one?"), ("do", "save")];
    carl.post_form(&form, &seen.filled(&form, &mine)).await.expect(303);
    let questions = &definition(&carl, &survey).await["sections"][0]["questions"];
    assert_eq!((&questions[0]["label"], &questions[1]["label"]), (&json!("Coffee?"), &json!("Which one?")));
}

#[tokio::test]
async fn a_question_removed_while_it_is_edited_can_be_added_again() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = a_survey(&carl).await;
    let form = format!("{survey}/questions/shift");
    let seen = carl.get(&form).await.expect(200);
    press(&ada, &survey, &[("question", "shift"), ("do", "remove")]).await.expect(303);

    let mine = [("label", "Which shift, mostly?"), ("do", "save")];
    let conflict = carl.post_form(&form, &seen.filled(&form, &mine)).await.expect(409);
    assert!(
        conflict.shows("Ada removed this question") && conflict.shows("Which shift, mostly?"),
        "{}",
        conflict.text()
    );
    carl.post_form(&form, &conflict.filled(&form, &[("do", "keep-mine")])).await.expect(303);
    assert_eq!(order(&carl, &survey).await, "work:tea,shift you:age");
    let question = &definition(&carl, &survey).await["sections"][0]["questions"][1];
    assert_eq!((&question["label"], &question["choices"][1]["id"]), (&json!("Which shift, mostly?"), &json!("late")));
    press(&carl, &survey, &[("question", "gone"), ("do", "up")]).await.expect(409);
}

#[tokio::test]
async fn texts_and_sections_are_kept_apart_too_when_two_edit_them() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = a_survey(&carl).await;
    let welcome = format!("{survey}/texts/welcome");
    let section = format!("{survey}/sections/work");
    let (seen_welcome, seen_section) = (carl.get(&welcome).await.expect(200), carl.get(&section).await.expect(200));
    ada.submit(&welcome, &welcome, &[("title", "Adatum and you")]).await.expect(303);
    ada.submit(&section, &section, &[("title", "Work")]).await.expect(303);

    carl.post_form(&welcome, &seen_welcome.filled(&welcome, &[("description", "Hello")])).await.expect(303);
    let mine = seen_welcome.filled(&welcome, &[("title", "You and us")]);
    let conflict = carl.post_form(&welcome, &mine).await.expect(409);
    assert!(conflict.shows("Ada changed this text") && conflict.shows("value=\"You and us\""), "{}", conflict.text());
    carl.post_form(&welcome, &conflict.filled(&welcome, &[("do", "keep-mine")])).await.expect(303);
    let mine = seen_section.filled(&section, &[("title", "My work")]);
    let conflict = carl.post_form(&section, &mine).await.expect(409);
    assert!(conflict.shows("Ada changed this section") && conflict.shows("<ins>My work</ins>"), "{}", conflict.text());
    carl.post_form(&section, &conflict.filled(&section, &[("do", "keep-mine")])).await.expect(303);
    let written = definition(&carl, &survey).await;
    assert_eq!((&written["title"], &written["description"]), (&json!("You and us"), &json!("Hello")));
    assert_eq!(written["sections"][0]["title"], "My work");

    let thanks = format!("{survey}/texts/thanks");
    carl.submit(&thanks, &thanks, &[("thank_you", "Many thanks!")]).await.expect(303);
    assert!(carl.get(&survey).await.expect(200).shows("Many thanks!"));
    let refused = carl.submit(&welcome, &welcome, &[("title", " ")]).await.expect(422);
    assert!(refused.shows("Enter a title"), "{}", refused.text());
}

#[tokio::test]
async fn questions_and_sections_move_one_place_at_a_time_and_by_dropping() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = a_survey(&carl).await;
    for (fields, expected) in [
        ([("question", "shift"), ("do", "down")], "work:tea,shift you:age"),
        ([("question", "shift"), ("do", "down")], "work:tea you:shift,age"),
        ([("question", "age"), ("do", "up")], "work:tea you:age,shift"),
        ([("question", "age"), ("do", "up")], "work:tea,age you:shift"),
        ([("question", "tea"), ("do", "up")], "work:tea,age you:shift"),
        ([("question", "tea"), ("place", "2")], "work:age,tea you:shift"),
        ([("section", "you"), ("do", "up")], "you:shift work:age,tea"),
        ([("section", "you"), ("do", "down")], "work:age,tea you:shift"),
        ([("question", "tea"), ("do", "duplicate")], "work:age,tea,q1 you:shift"),
        ([("question", "tea"), ("do", "remove")], "work:age,q1 you:shift"),
        ([("section", "work"), ("do", "remove")], "you:shift"),
        ([("do", "add-section"), ("", "")], "you:shift s1:"),
    ] {
        press(&carl, &survey, &fields).await.expect(303);
        assert_eq!(order(&carl, &survey).await, expected, "{fields:?}");
    }
    let to = press(&carl, &survey, &[("question", "shift"), ("do", "down")]).await.expect(303).location();
    assert!(to.ends_with("#question-shift"), "{to}");
    let page = carl.get(to.split('#').next().unwrap()).await.expect(200);
    assert!(page.shows("“Which shift?” is now question 1 of 1 in section 2"), "{}", page.text());
    press(&carl, &survey, &[("section", "you"), ("do", "remove")]).await.expect(303);
    let refused = press(&carl, &survey, &[("section", "s1"), ("do", "remove")]).await.expect(422);
    assert!(refused.shows("A survey has at least one section"), "{}", refused.text());
    press(&carl, &survey, &[("do", "dance")]).await.expect(400);
}

#[tokio::test]
async fn choices_are_renamed_moved_pasted_and_removed_in_their_form() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = a_survey(&carl).await;
    let choices = async || {
        let written = definition(&carl, &survey).await;
        let choices = written["sections"][0]["questions"][0]["choices"].as_array().unwrap().clone();
        let choice = |it: &Value| format!("{}={}", it["id"].as_str().unwrap(), it["label"].as_str().unwrap());
        choices.iter().map(choice).collect::<Vec<_>>().join(" ")
    };
    let open = write(&carl, &survey, "shift", &[("move", "late up"), ("choice.late", "Late, 2 to 10")]).await;
    assert!(open.expect(303).location().ends_with("/questions/shift?did=choices#question-shift"));
    assert_eq!(choices().await, "late=Late, 2 to 10 early=Early");
    write(&carl, &survey, "shift", &[("choices.new", "Night\nWeekend"), ("do", "add-choices")]).await.expect(303);
    assert_eq!(choices().await, "late=Late, 2 to 10 early=Early c1=Night c2=Weekend");
    let page = format!("{survey}/publication");
    carl.submit(&page, &page, &[]).await.expect(303);

    // What was published keeps its id for ever.
    write(&carl, &survey, "shift", &[("remove", "c2")]).await.expect(303);
    write(&carl, &survey, "shift", &[("choices.new", "On call"), ("do", "save")]).await.expect(303);
    assert_eq!(choices().await, "late=Late, 2 to 10 early=Early c1=Night c3=On call");
}

#[tokio::test]
async fn what_cannot_be_saved_is_said_beside_its_field_and_kept() {
    let canvass = Canvass::start().await;
    let carl = canvass.carl().await;
    let survey = a_survey(&carl).await;
    let long = "x".repeat(2_001);
    for (question, field, value, message) in [
        ("age", "min", "many", "Write a whole number, like 12"),
        ("age", "min", "1.5", "Write a whole number, like 12"),
        ("age", "min", "99999999999999999", "The smallest must be from"),
        ("age", "label", &long, "This has 2001 characters; at most 2000 are allowed"),
        ("age", "unit", "a unit much longer than any unit is", "This has 35 characters; at most 30 are allowed"),
    ] {
        let refused = write(&carl, &survey, question, &[(field, value), ("do", "save")]).await.expect(422);
        assert!(refused.shows(message) && refused.shows(value), "{field}={value}:\n{}", refused.text());
        assert!(refused.shows(&format!("id=\"e-{field}\"")), "{field}:\n{}", refused.text());
    }
    let refused = write(&carl, &survey, "age", &[("min", "9"), ("max", "3"), ("do", "save")]).await.expect(422);
    assert!(refused.shows("The smallest is above the largest"), "{}", refused.text());
    let form = format!("{survey}/questions/shift");
    let mut twice = carl.get(&form).await.expect(200).filled(&form, &[("do", "save")]);
    twice.push(("choice.early".to_owned(), "Earlier".to_owned()));
    let refused = carl.post_form(&form, &twice).await.expect(422);
    assert!(refused.shows("The id early is already used"), "{}", refused.text());

    carl.get(&format!("{survey}/questions/nothing")).await.expect(404);
    carl.post_form(&format!("{survey}/questions/nothing"), &[("do", "save")]).await.expect(404);
    carl.get(&format!("{survey}/sections/nothing")).await.expect(404);
    carl.get(&format!("{survey}/texts/nothing")).await.expect(404);
    assert_eq!(order(&carl, &survey).await, "work:shift,tea you:age");
}

#[tokio::test]
async fn a_removal_is_undone_unless_somebody_wrote_on() {
    let canvass = Canvass::start().await;
    let (ada, carl) = (canvass.ada().await, canvass.carl().await);
    let survey = a_survey(&carl).await;
    let undo = format!("{survey}/undo");
    let told = press(&carl, &survey, &[("question", "tea"), ("do", "remove")]).await.expect(303).location();
    let told = carl.get(told.split('#').next().unwrap()).await.expect(200);
    assert!(told.shows("The question was removed"), "{}", told.text());
    let back = carl.post_form(&undo, &told.filled(&undo, &[])).await.expect(303).location();
    assert_eq!(order(&carl, &survey).await, "work:shift,tea you:age");
    let again = carl.get(&back).await.expect(200);

    press(&ada, &survey, &[("question", "age"), ("do", "up")]).await.expect(303);
    let refused = carl.post_form(&undo, &again.filled(&undo, &[])).await.expect(409);
    assert!(refused.shows("nothing was undone") && refused.shows("Move question age"), "{}", refused.text());
    carl.post_form(&undo, &refused.filled(&undo, &[])).await.expect(303);
    assert_eq!(order(&carl, &survey).await, "work:shift,tea you:age");
    carl.post_form(&undo, &[("to", "soon")]).await.expect(400);
}

#[tokio::test]
async fn a_preview_checks_answers_and_keeps_none() {
    let canvass = Canvass::start().await;
    let ann = canvass.ann().await;
    let survey = a_survey(&canvass.carl().await).await;
    let preview = format!("{survey}/preview");
    let first = ann.get(&preview).await.expect(200);
    assert!(first.shows("This is a preview") && first.shows("Which shift?"), "{}", first.text());
    let second = ann.post_form(&preview, &first.filled(&preview, &[("_go", "next"), ("shift", "late")])).await;
    let second = second.expect(200);
    assert!(second.shows("Section 2 of 2"), "{}", second.text());
    let wrong = second.filled(&preview, &[("_go", "submit"), ("age", "old")]);
    assert!(ann.post_form(&preview, &wrong).await.expect(422).shows("One answer needs another look"));
    let over = ann.post_form(&preview, &second.filled(&preview, &[("_go", "submit"), ("age", "41")])).await.expect(200);
    assert!(over.shows("thrown away"), "{}", over.text());
    canvass.settled().await;
    assert!(ann.get(&format!("{survey}/results")).await.expect(200).shows("No responses yet"));
}
