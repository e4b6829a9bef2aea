//! Tests of definitions: this file is about what the parser takes and refuses, and that the schema says the same.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sample;

static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(|| jsonschema::draft202012::new(&schema()).unwrap());

/// A small good document to spoil.
fn good() -> Value {
    json!({
        "title": "Lunch",
        "languages": ["en"],
        "sections": [{ "id": "s1", "title": "Food", "questions": [
            { "id": "dish", "type": "single_choice", "label": "Which dish?", "choices": [{ "id": "a", "label": "Soup" }, { "id": "b", "label": "Salad" }] },
            { "id": "age", "type": "integer", "label": "How old are you?", "min": 18, "max": 99 },
            { "id": "price", "type": "decimal", "label": "What did you pay?", "step": 0.05, "max": 50 },
            { "id": "stars", "type": "stars", "label": "How was it?" },
            { "id": "view", "type": "opinion_scale", "label": "And the view?" },
            { "id": "why", "type": "long_text", "label": "Why?", "help": "One\nor two lines", "chars_max": 1_000 },
            { "id": "several", "type": "multiple_choice", "label": "Which?", "choices": [{ "label": "x" }, { "label": "y" }], "other": { "label": "Else" }, "picks_max": 2 },
            { "id": "note", "type": "statement", "label": "Thank you so far" },
            { "id": "source", "type": "hidden", "label": "Where they came from", "set_by": "script", "default": "nowhere" },
        ] }],
    })
}

/// The document with the value at `pointer` replaced, or the field added.
fn spoiled(pointer: &str, value: Value) -> Value {
    let mut document = good();
    if let Some(present) = document.pointer_mut(pointer) {
        *present = value;
    } else {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[name] = value;
    }
    document
}

#[test]
fn the_real_survey_is_read_and_written_unchanged() {
    let json: Value = serde_json::from_str(&sample::bfi("survey.json")).unwrap();
    let definition = Definition::parse(&json).unwrap();
    assert_eq!(definition.questions().count(), 28);
    assert_eq!(definition.to_json(), json);
    assert_eq!(definition.publication_faults(), []);
    assert_eq!(definition.title_text(), "Big Five personality inventory");
    let age = QuestionId::parse("age").unwrap();
    assert_eq!(definition.question(&age).unwrap().label.in_default(), "How old are you?");
    assert_eq!(definition.section_of(&age).unwrap().id.as_str(), "background");
    assert!(VALIDATOR.is_valid(&json));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_definition_written_and_read_is_the_same_and_fits_the_schema(document in sample::documents()) {
        let definition = Definition::parse(&document).unwrap();
        let written = definition.to_json();
        prop_assert_eq!(&Definition::parse(&written).unwrap(), &definition);
        prop_assert_eq!(Definition::parse(&written).unwrap().to_json(), written.clone());
        prop_assert!(VALIDATOR.is_valid(&document));
        prop_assert!(VALIDATOR.is_valid(&written));
    }

    #[test]
    fn whatever_the_parser_takes_fits_the_schema(document in sample::documents(), at in any::<prop::sample::Index>(), with in any::<prop::sample::Index>()) {
        let mut document = document;
        let pointers = pointers(&document, "");
        let values = [json!(null), json!(true), json!(-1), json!(1.5), json!(1e17), json!(""), json!("a\u{0}b"), json!([]), json!({}), json!({ "en": "x" }), json!("q1")];
        *document.pointer_mut(at.get(&pointers).as_str()).unwrap() = with.get(&values).clone();
        if let Ok(definition) = Definition::parse(&document) {
            prop_assert!(VALIDATOR.is_valid(&document), "{}", document);
            prop_assert_eq!(Definition::parse(&definition.to_json()).unwrap(), definition);
        }
    }
}

fn pointers(json: &Value, pointer: &str) -> Vec<String> {
    let children: Vec<_> = match json {
        Value::Object(object) => object.iter().map(|(name, it)| (name.clone(), it)).collect(),
        Value::Array(array) => array.iter().enumerate().map(|(place, it)| (place.to_string(), it)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(name, it)| pointers(it, &format!("{pointer}/{name}")));
    std::iter::once(pointer.to_owned()).chain(below.collect::<Vec<_>>()).collect()
}

#[test]
fn every_fault_is_named_with_its_pointer_and_the_schema_agrees() {
    let question = |field: &str| format!("/sections/0/questions/{field}");
    let cases = [
        ("/title", json!(7), "title must be a string"),
        ("/title", json!("  "), "title is empty"),
        ("/title", json!("a\nb"), "control"),
        ("/title", json!("x".repeat(201)), "at most 200"),
        ("/colour", json!("red"), "colour is not a field"),
        ("/languages", json!([]), "at least one language"),
        ("/languages/0", json!("english"), "a language is a tag"),
        ("/languages", json!(["en", "en"]), "listed twice"),
        ("/sections", json!([]), "at least one section"),
        ("/sections", json!("none"), "must be an array"),
        ("/sections/0/questions", json!(null), "must be an array"),
        ("/sections/0/id", json!("1"), "an id is a letter"),
        (&question("0/id"), json!("a b"), "an id is a letter"),
        (&question("0/id"), json!(1), "id must be a string"),
        (&question("0/type"), json!("colour"), "is not a question type"),
        (&question("0/label"), json!("x".repeat(2_001)), "at most 2000"),
        (&question("0/required"), json!("yes"), "must be true or false"),
        (&question("0/choices"), json!({}), "must be an array"),
        (&question("0/choices/0/id"), json!("-1"), "a choice's id"),
        (&question("0/choices/0/value"), json!(1), "value is not a field"),
        (&question("0/other"), json!("yes"), "other must be"),
        (&question("0/min"), json!(1), "min does not belong to a question of type single_choice"),
        (&question("1/min"), json!(1.5), "must be a whole number"),
        (&question("1/max"), json!(1_i64 << 54), "must be from"),
        (&question("1/step"), json!(1), "step does not belong"),
        (&question("2/step"), json!(0), "above 0"),
        (&question("2/min"), json!("0"), "must be a number"),
        (&question("3/count"), json!(1), "from 2 to 10"),
        (&question("3/count"), json!(11), "from 2 to 10"),
        (&question("4/from"), json!(2), "from 0 to 1"),
        (&question("4/to"), json!(11), "from 2 to 10"),
        (&question("5/chars_max"), json!(0), "from 1 to 20000"),
        (&question("5/help"), json!("a\u{0}"), "control"),
        (&question("6/picks_max"), json!(0), "from 1 to"),
        (&question("6/other/help"), json!("x"), "help is not a field"),
        (&question("7/required"), json!(true), "required does not belong"),
        (&question("7/choices"), json!([]), "choices does not belong"),
        (&question("8/required"), json!(true), "required does not belong"),
        (&question("8/set_by"), json!("respondent"), "set_by must be one of url, script"),
        (&question("8/set_by"), json!(1), "set_by must be one of"),
        (&question("8/default"), json!(7), "default must be a string"),
        (&question("8/default"), json!("a\nb"), "control"),
        (&question("8/default"), json!("x".repeat(201)), "at most 200"),
    ];
    assert!(VALIDATOR.is_valid(&good()));
    assert!(Definition::parse(&good()).is_ok());
    for (pointer, value, message) in cases {
        let document = spoiled(pointer, value);
        let faults = Definition::parse(&document).unwrap_err();
        let named = faults.iter().any(|it| it.pointer.starts_with(pointer) && it.message.contains(message));
        assert!(named, "{pointer} {message}: {faults:?}");
        assert!(!VALIDATOR.is_valid(&document), "the schema takes {pointer}: {message}");
    }
}

#[test]
fn what_no_schema_can_say_the_parser_does() {
    let question = |field: &str| format!("/sections/0/questions/{field}");
    let cases = [
        (question("1/id"), json!("dish"), "already used at /sections/0/questions/0/id"),
        (question("1/id"), json!("DISH"), "already used at /sections/0/questions/0/id"),
        (question("0/choices/1/id"), json!("a"), "already used at /sections/0/questions/0/choices/0/id"),
        (question("1/min"), json!(100), "min is above max"),
        (question("5/chars_min"), json!(1_001), "chars_min is above chars_max"),
        (question("2/min"), json!(100), "min is above max"),
        (question("6/picks_min"), json!(3), "picks_min is above picks_max"),
        ("/title".to_owned(), json!({ "fr": "Repas" }), "fr is not one of the survey's languages, en"),
        ("/title".to_owned(), json!({ "en": " " }), "title is empty"),
        ("/languages".to_owned(), json!(["en", "de"]), "an object with a text for each of en, de"),
    ];
    for (pointer, value, message) in cases {
        let document = spoiled(&pointer, value);
        let faults = Definition::parse(&document).unwrap_err();
        let named = faults.iter().any(|it| it.pointer.starts_with(&pointer) && it.message.contains(message));
        // In several languages every plain text is wrong, not the list of languages.
        assert!(named || pointer == "/languages" && faults[0].message.contains(message), "{pointer}: {faults:?}");
        assert!(VALIDATOR.is_valid(&document), "the schema refuses {pointer}: {message}");
    }
}

#[test]
fn all_faults_are_reported_at_once_but_not_without_end() {
    let mut document = spoiled("/sections/0/questions/1/min", json!("young"));
    document["colour"] = json!(1);
    document["title"] = json!(null);
    let pointers: Vec<_> = Definition::parse(&document).unwrap_err().into_iter().map(|it| it.pointer).collect();
    assert_eq!(pointers, ["/colour", "/title", "/sections/0/questions/1/min"]);

    let hostile: Value = (0..5_000).map(|it| (format!("field{it}"), json!(1))).collect();
    assert_eq!(Definition::parse(&hostile).unwrap_err().len(), limit::FAULTS_MAX);
}

#[test]
fn a_document_beyond_the_limits_is_refused() {
    let questions = |count: usize| vec![json!({ "type": "yes_no", "label": "?" }); count];
    let sections = |count: usize, each: usize| json!({ "title": "Big", "sections": vec![json!({ "questions": questions(each) }); count] });
    assert!(Definition::parse(&sections(100, 5)).is_ok());
    assert_eq!(Definition::parse(&sections(101, 1)).unwrap_err()[0].pointer, "/sections");
    assert!(Definition::parse(&sections(2, 251)).unwrap_err()[0].message.contains("at most 500 questions"));
    let choices = |count: usize| vec![json!({ "label": "x" }); count];
    assert!(Definition::parse(&spoiled("/sections/0/questions/0/choices", json!(choices(500)))).is_ok());
    assert!(Definition::parse(&spoiled("/sections/0/questions/0/choices", json!(choices(501)))).is_err());
    let hidden = |count: usize| vec![json!({ "type": "hidden", "label": "x" }); count];
    assert!(Definition::parse(&spoiled("/sections/0/questions", json!(hidden(50)))).is_ok());
    let refused = Definition::parse(&spoiled("/sections/0/questions", json!(hidden(51)))).unwrap_err();
    assert!(refused[0].message.contains("at most 50 hidden values"), "{refused:?}");
}

#[test]
fn an_address_brings_no_hidden_value_under_a_name_of_its_own() {
    let hidden = |id: &str, set_by: &str| json!([{ "id": id, "type": "hidden", "label": "x", "set_by": set_by }]);
    let refused = Definition::parse(&spoiled("/sections/0/questions", hidden("Thanks", "url"))).unwrap_err();
    assert_eq!(refused[0].pointer, "/sections/0/questions/0/id");
    assert!(Definition::parse(&spoiled("/sections/0/questions", hidden("Thanks", "script"))).is_ok());
}

#[test]
fn hidden_values_alone_are_no_survey_and_no_section() {
    let hidden = json!({ "type": "hidden", "label": "" });
    let draft = sample::survey_of(&json!([hidden]));
    let pointers: Vec<_> = draft.publication_faults().into_iter().map(|it| it.pointer).collect();
    assert_eq!(pointers, ["/sections", "/sections/0/questions", "/sections/0/questions/0/label"]);
    let beside = sample::survey_of(&json!([{ "type": "yes_no", "label": "?" }, { "type": "hidden", "label": "x" }]));
    assert_eq!(beside.publication_faults(), []);
    assert_eq!(beside.carried().count(), 1);
}

#[test]
fn missing_ids_are_the_first_free_ones_and_stay() {
    let yes_no = json!({ "type": "yes_no", "label": "?" });
    let document = json!({ "title": "T", "sections": [
        { "questions": [yes_no, { "id": "Q1", "type": "dropdown", "label": "?", "choices": [{ "label": "x" }, { "id": "c1", "label": "y" }] }] },
        { "id": "s1", "questions": [yes_no, { "id": "q3", "type": "yes_no", "label": "?" }] },
    ] });
    let definition = Definition::parse(&document).unwrap();
    let ids: Vec<_> = definition.questions().map(|it| it.id.to_string()).collect();
    assert_eq!(ids, ["q2", "Q1", "q4", "q3"]);
    assert_eq!(definition.sections.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["s2", "s1"]);
    let choices = definition.question_named("Q1").unwrap().kind.choices().unwrap();
    assert_eq!(choices.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["c2", "c1"]);
    assert_eq!(Definition::parse(&definition.to_json()).unwrap(), definition);
}

#[test]
fn malformed_json_is_refused_with_line_and_column() {
    let faults = Definition::parse_text("{\n  \"title\": oops\n}").unwrap_err();
    assert_eq!(faults[0].pointer, "");
    assert!(faults[0].message.contains("line 2 column 12"), "{}", faults[0].message);
    assert!(Definition::parse_text(&"[".repeat(100_000)).is_err());
}

#[test]
fn every_language_is_asked_for_once_there_are_several() {
    let document = json!({ "title": { "en": "Lunch", "de": "Mittag" }, "languages": ["en", "de"], "sections": [{ "questions": [
        { "type": "yes_no", "label": { "en": "Good?", "de": "" } },
    ] }] });
    let definition = Definition::parse(&document).unwrap();
    assert_eq!(definition.title.in_language(&Language::parse("de").unwrap()), "Mittag");
    assert_eq!(
        definition.publication_faults(),
        [Fault::new("/sections/0/questions/0/label/de", "Write the question (de)")]
    );
    let mut without = document;
    without["title"] = json!({ "en": "Lunch" });
    assert_eq!(Definition::parse(&without).unwrap_err(), [Fault::new("/title", "the translation into de is missing")]);
}

#[test]
fn a_blank_survey_can_be_saved_but_not_published() {
    let blank = Definition::blank(&Title::parse("Lunch").unwrap());
    assert_eq!(Definition::parse(&blank.to_json()).unwrap(), blank);
    assert_eq!(blank.publication_faults()[0].pointer, "/sections");
}

#[test]
fn a_draft_says_what_it_lacks_before_it_is_published() {
    let draft = sample::survey_of(&json!([
        { "type": "single_choice", "label": "", "choices": [{ "label": "x" }] },
        { "type": "multiple_choice", "label": "Which?", "choices": [{ "label": "x" }, { "label": "x" }], "picks_min": 3 },
    ]));
    let pointers: Vec<_> = draft.publication_faults().into_iter().map(|it| it.pointer).collect();
    let at = |it: &str| format!("/sections/0/questions/{it}");
    assert_eq!(pointers, [at("0/label"), at("0/choices"), at("1/choices/1/label"), at("1/picks_min")]);
}

#[test]
fn a_fingerprint_changes_with_the_question_and_with_nothing_else() {
    let definition =
        sample::survey_of(&json!([{ "type": "yes_no", "label": "a" }, { "id": "b", "type": "yes_no", "label": "a" }]));
    let [first, second] = definition.sections[0].questions.as_slice() else { panic!("two questions") };
    assert_eq!(first.fingerprint(), first.clone().fingerprint());
    assert_ne!(first.fingerprint(), second.fingerprint());
    assert_eq!(first.fingerprint(), Fingerprint::offered(first.fingerprint().as_str()));
}

#[test]
fn the_documented_example_can_be_published() {
    let page = include_str!("../../../../docs/survey-definition.md");
    let example = page.split("```json\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    let definition = Definition::parse_text(example).unwrap();
    assert_eq!(definition.publication_faults(), []);
    assert_eq!(definition.to_json(), serde_json::from_str::<Value>(example).unwrap());
    for name in KindName::ALL {
        let fields = fields(name).into_iter().filter(|it| !["id", "type", "label", "help", "required"].contains(it));
        let row = page.lines().find(|it| it.starts_with(&format!("| `{name}` |"))).unwrap();
        fields.for_each(|it| assert!(row.contains(&format!("`{it}`")), "{name}: {it}"));
    }
}
