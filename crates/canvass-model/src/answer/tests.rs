//! Tests of answers: this file is about what each question accepts, from the API, from the form and from the store.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sample::{self, survey_of};

/// One question of every type, with the narrowest rules.
fn survey() -> Definition {
    let choices =
        json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }, { "id": "7", "label": "Seven" }]);
    survey_of(&json!([
        { "id": "name", "type": "short_text", "label": "?", "chars_min": 2, "chars_max": 5 },
        { "id": "why", "type": "long_text", "label": "?", "chars_max": 10 },
        { "id": "age", "type": "integer", "label": "?", "min": 18, "max": 99 },
        { "id": "price", "type": "decimal", "label": "?", "min": 1, "max": 2, "step": 0.1 },
        { "id": "one", "type": "single_choice", "label": "?", "choices": choices, "other": { "label": "Mine" } },
        { "id": "few", "type": "multiple_choice", "label": "?", "choices": choices, "other": true, "picks_min": 2, "picks_max": 3 },
        { "id": "drop", "type": "dropdown", "label": "?", "choices": choices },
        { "id": "stars", "type": "stars", "label": "?" },
        { "id": "view", "type": "opinion_scale", "label": "?", "from": 0, "to": 3 },
        { "id": "nps", "type": "nps", "label": "?" },
        { "id": "ok", "type": "yes_no", "label": "?" },
        { "id": "note", "type": "statement", "label": "?" },
    ]))
}

fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn listed(id: &str) -> Pick {
    Pick::Listed(ChoiceId::parse(id).unwrap())
}

fn id(text: &str) -> QuestionId {
    QuestionId::parse(text).unwrap()
}

#[test]
fn the_api_takes_every_type_of_answer() {
    let cases = [
        ("name", json!(" Ada "), Answer::Text("Ada".to_owned())),
        ("name", json!("e\u{301}e\u{301}"), Answer::Text("éé".to_owned())),
        ("why", json!("a\r\nb\tc"), Answer::Text("a\nb\tc".to_owned())),
        ("age", json!(31), Answer::Integer(31)),
        ("age", json!(31.0), Answer::Integer(31)),
        ("price", json!(1.3), Answer::Decimal(1.3)),
        ("price", json!(2), Answer::Decimal(2.0)),
        ("one", json!("red"), Answer::Choice(listed("red"))),
        ("one", json!(7), Answer::Choice(listed("7"))),
        ("one", json!({ "other": " Teal " }), Answer::Choice(Pick::Other("Teal".to_owned()))),
        ("few", json!(["blue", "red"]), Answer::Choices(vec![listed("red"), listed("blue")])),
        ("few", json!([{ "other": "x" }, 7]), Answer::Choices(vec![listed("7"), Pick::Other("x".to_owned())])),
        ("drop", json!("blue"), Answer::Choice(listed("blue"))),
        ("stars", json!(5), Answer::Scale(5)),
        ("stars", json!("4"), Answer::Scale(4)),
        ("view", json!(0), Answer::Scale(0)),
        ("nps", json!(10), Answer::Scale(10)),
        ("ok", json!(false), Answer::YesNo(false)),
    ];
    for (question, value, expected) in cases {
        let answers = Answers::from_json(&survey(), &json!({ question: value.clone() })).unwrap();
        assert_eq!(answers.get(&id(question)), Some(&expected), "{question}: {value}");
        assert_eq!(answers.len(), 1);
    }
    for nothing in [json!({}), json!({ "age": null, "name": "", "why": " \n ", "one": "", "few": [] })] {
        assert!(Answers::from_json(&survey(), &nothing).unwrap().is_empty());
    }
}

#[test]
fn the_api_refuses_what_the_definition_does_not_allow() {
    let cases = [
        ("name", json!("A"), "Write at least 2 characters; this has 1"),
        ("name", json!("Augusta"), "Write at most 5 characters; this has 7"),
        ("name", json!("a\0b"), "Remove the line breaks and control characters"),
        ("name", json!("a\nb"), "Remove the line breaks and control characters"),
        ("name", json!(7), "Write a text"),
        ("name", json!({ "en": "Ada" }), "Write an answer"),
        ("why", json!("a\u{7}"), "Remove the control characters"),
        ("why", json!("a".repeat(11)), "Write at most 10 characters; this has 11"),
        ("age", json!(17), "Enter a whole number from 18 to 99"),
        ("age", json!(18.5), "Enter a whole number from 18 to 99"),
        ("age", json!("31"), "Enter a whole number from 18 to 99"),
        ("age", json!(true), "Enter a whole number from 18 to 99"),
        ("price", json!(2.1), "Enter a number from 1 to 2"),
        ("price", json!(1.25), "Enter a number in steps of 0.1 from 1"),
        ("price", json!("1.3"), "Enter a number from 1 to 2"),
        ("one", json!("green"), "Choose from the answers offered"),
        ("one", json!(["red"]), "Choose an answer"),
        ("one", json!({ "other": "  " }), "Write your answer here, or choose another"),
        ("one", json!({ "other": "x".repeat(501) }), "Write at most 500 characters; this has 501"),
        ("one", json!({ "other": "x", "id": "red" }), "Give a choice's id or {\"other\": \"…\"}"),
        ("few", json!("red"), "Give a list of choices"),
        ("few", json!(["red"]), "Choose at least 2 answers"),
        ("few", json!(["red", "blue", "7", { "other": "x" }]), "Choose at most 3 answers"),
        ("few", json!(["red", "red"]), "Choose each answer only once"),
        ("few", json!(["red", { "other": "x" }, { "other": "y" }]), "Write one other answer only"),
        ("drop", json!({ "other": "x" }), "Choose from the answers offered"),
        ("stars", json!(0), "Choose a number from 1 to 5"),
        ("stars", json!(6), "Choose a number from 1 to 5"),
        ("stars", json!(2.5), "Choose a number from 1 to 5"),
        ("view", json!(-1), "Choose a number from 0 to 3"),
        ("nps", json!(11), "Choose a number from 0 to 10"),
        ("ok", json!("yes"), "Choose yes or no"),
        ("ok", json!(1), "Choose yes or no"),
        ("note", json!("x"), "This is a text to read; it takes no answer"),
    ];
    for (question, value, message) in cases {
        let refusals = Answers::from_json(&survey(), &json!({ question: value.clone() })).unwrap_err();
        assert_eq!(refusals.len(), 1, "{question}: {value}");
        assert_eq!(refusals[0].message, message, "{question}: {value}");
        assert_eq!(refusals[0].question, Some(id(question)));
        assert!(refusals[0].pointer.starts_with(&format!("/{question}")));
    }
}

#[test]
fn numbers_beyond_what_every_program_can_read_are_refused() {
    let survey = survey_of(
        &json!([{ "id": "n", "type": "integer", "label": "?" }, { "id": "d", "type": "decimal", "label": "?" }]),
    );
    for good in [json!({ "n": 1_i64 << 53 }), json!({ "n": -(1_i64 << 53) }), json!({ "d": 9e15 })] {
        assert!(Answers::from_json(&survey, &good).is_ok(), "{good}");
    }
    for bad in
        [json!({ "n": (1_i64 << 53) + 2 }), json!({ "n": u64::MAX }), json!({ "d": 1e300 }), json!({ "d": -1e16 })]
    {
        assert!(Answers::from_json(&survey, &bad).is_err(), "{bad}");
    }
    for bad in ["9007199254740994", "1e400", "inf", "nan", "0x10", "1 000", "1.000,5", "--1", "e", "."] {
        for question in ["n", "d"] {
            assert!(Answers::from_form(&survey, &form(&[(question, bad)]), Scope::Survey).is_err(), "{bad}");
        }
    }
    let zero = Answers::from_json(&survey, &json!({ "d": -0.0 })).unwrap();
    assert_eq!(zero.to_json().to_string(), r#"{"d":0}"#);
    assert_eq!(zero.get(&id("d")).unwrap().cell(), "0");
}

#[test]
fn the_api_names_questions_that_do_not_exist() {
    let refusals = Answers::from_json(&survey(), &json!({ "a/b": 1, "ok": true, "shoe": 2 })).unwrap_err();
    assert_eq!(refusals.iter().map(|it| it.pointer.as_str()).collect::<Vec<_>>(), ["/a~1b", "/shoe"]);
    assert_eq!(refusals[1].message, "This survey has no such question");
    assert_eq!(Answers::from_json(&survey(), &json!([1])).unwrap_err()[0].pointer, "");
    let hostile: Value = (0..10_000).map(|it| (format!("x{it}"), json!(1))).collect();
    assert_eq!(Answers::from_json(&survey(), &hostile).unwrap_err().len(), 100);
}

#[test]
fn the_form_takes_every_type_of_answer() {
    let filled = form(&[
        ("_submission", "abc"),
        ("name", "Ada\t"),
        ("why", "a\r\nb"),
        ("age", " 31 "),
        ("price", "1,3"),
        ("one", ".other"),
        ("one.other", "Teal"),
        ("few", "7"),
        ("few", "red"),
        ("few.other", "not chosen"),
        ("drop", ""),
        ("stars", "5"),
        ("view", "0"),
        ("nps", "10"),
        ("ok", "no"),
    ]);
    let answers = Answers::from_form(&survey(), &filled, Scope::Survey).unwrap();
    let expected = json!({
        "name": "Ada", "why": "a\nb", "age": 31, "price": 1.3, "one": { "other": "Teal" }, "few": ["red", "7"],
        "stars": 5, "view": 0, "nps": 10, "ok": false,
    });
    assert_eq!(answers.to_json().to_string(), expected.to_string());
}

#[test]
fn ones_own_answer_counts_when_nothing_else_is_chosen() {
    let survey = survey();
    let read =
        |fields: &[(&str, &str)]| Answers::from_form(&survey, &form(fields), Scope::Survey).map(|it| it.to_json());
    assert_eq!(read(&[("one", ""), ("one.other", "Teal")]).unwrap(), json!({ "one": { "other": "Teal" } }));
    assert_eq!(read(&[("one", "red"), ("one.other", "Teal")]).unwrap(), json!({ "one": "red" }));
    assert_eq!(read(&[("one.other", " ")]).unwrap(), json!({}));
    let refused = read(&[("one", ".other"), ("one.other", "")]).unwrap_err();
    assert_eq!(refused.refusals[0].field, "one.other");
    assert_eq!(
        read(&[("few", "red"), ("few", ".other"), ("few.other", "x")]).unwrap(),
        json!({ "few": ["red", { "other": "x" }] })
    );
    assert!(read(&[("drop", ".other")]).is_err());
}

#[test]
fn the_form_refuses_beside_the_question_and_keeps_what_was_given() {
    let filled = form(&[
        ("_key", "k"),
        ("age", "seventeen"),
        ("one", "red"),
        ("one", "blue"),
        ("stars", "1"),
        ("stars", "2"),
        ("ok", "true"),
        ("few", "red"),
        ("few", "red"),
        ("shoe", "44"),
        ("drop.other", "x"),
        ("name", "Ada"),
    ]);
    let invalid = Answers::from_form(&survey(), &filled, Scope::Survey).unwrap_err();
    let said: Vec<_> = invalid.refusals.iter().map(|it| (it.field.as_str(), it.message.as_str())).collect();
    assert_eq!(
        said,
        [
            ("age", "Enter a whole number from 18 to 99"),
            ("one", "Choose one answer only"),
            ("few", "Choose each answer only once"),
            ("stars", "Give one answer only"),
            ("ok", "Choose yes or no"),
            ("shoe", "This survey has no such question"),
            ("drop.other", "This survey has no such question"),
        ]
    );
    assert_eq!(invalid.given, filled[1..]);
}

#[test]
fn a_required_question_must_be_answered_and_says_how() {
    let choices = json!([{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }]);
    let kinds = [
        (json!({ "type": "short_text" }), "Write an answer"),
        (json!({ "type": "long_text" }), "Write an answer"),
        (json!({ "type": "integer", "min": 0 }), "Enter a whole number of 0 or more"),
        (json!({ "type": "decimal", "max": 9.5 }), "Enter a number of 9.5 or less"),
        (json!({ "type": "single_choice", "choices": choices }), "Choose an answer"),
        (json!({ "type": "multiple_choice", "choices": choices }), "Choose at least one answer"),
        (json!({ "type": "multiple_choice", "choices": choices, "picks_min": 2 }), "Choose at least 2 answers"),
        (json!({ "type": "dropdown", "choices": choices }), "Choose an answer"),
        (json!({ "type": "stars" }), "Choose how many stars"),
        (json!({ "type": "opinion_scale" }), "Choose a number"),
        (json!({ "type": "nps" }), "Choose a number"),
        (json!({ "type": "yes_no" }), "Choose yes or no"),
    ];
    for (mut question, message) in kinds {
        question["id"] = json!("q");
        question["label"] = json!("?");
        question["required"] = json!(true);
        let survey = survey_of(&json!([question]));
        assert_eq!(Answers::from_json(&survey, &json!({})).unwrap_err()[0].message, message);
        assert_eq!(Answers::from_json(&survey, &json!({ "q": null })).unwrap_err()[0].message, message);
        for empty in [form(&[]), form(&[("q", "")])] {
            let refusals = Answers::from_form(&survey, &empty, Scope::Survey).unwrap_err().refusals;
            assert_eq!((refusals[0].field.as_str(), refusals[0].message.as_str()), ("q", message));
        }
    }
}

#[test]
fn one_section_is_read_without_the_others() {
    let section = |id: &str, question: &str| json!({ "id": id, "questions": [{ "id": question, "type": "yes_no", "label": "?", "required": true }] });
    let survey =
        Definition::parse(&json!({ "title": "T", "sections": [section("s1", "a"), section("s2", "b")] })).unwrap();
    let [first, second] = ["s1", "s2"].map(|it| SectionId::parse(it).unwrap());
    let one = Answers::from_form(&survey, &form(&[("a", "yes")]), Scope::Section(&first)).unwrap();
    let two = Answers::from_form(&survey, &form(&[("a", "maybe"), ("b", "no")]), Scope::Section(&second)).unwrap();
    assert_eq!(two.to_json(), json!({ "b": false }));
    assert_eq!(two.merged(one, &survey).to_json().to_string(), r#"{"a":true,"b":false}"#);
    assert!(Answers::from_form(&survey, &form(&[]), Scope::Section(&second)).is_err());
}

#[test]
fn answers_are_in_the_order_of_the_definition_whatever_came_first() {
    let answers = Answers::from_json(&survey(), &json!({ "ok": true, "age": 31, "name": "Ada" })).unwrap();
    assert_eq!(answers.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["name", "age", "ok"]);
}

#[test]
fn stored_answers_outlive_their_question() {
    let later = survey_of(&json!([
        { "id": "age", "type": "short_text", "label": "?" },
        { "id": "one", "type": "yes_no", "label": "?" },
        { "id": "name", "type": "dropdown", "label": "?", "choices": [] },
    ]));
    let stored = r#"{"name":"Ada L","age":31,"one":{"other":"Teal"},"few":["red"],"price":1.5,"gone":"x"}"#;
    let answers = Answers::from_stored(&later, stored).unwrap();
    assert_eq!(answers.to_json().to_string(), stored);
    for damaged in
        ["", "[]", "7", r#"{"a b":1}"#, r#"{"q":null}"#, r#"{"q":{"x":1}}"#, r#"{"q":[[]]}"#, r#"{"q":{"other":1}}"#]
    {
        assert!(Answers::from_stored(&later, damaged).is_err(), "{damaged}");
    }
}

#[test]
fn a_cell_holds_ids_for_programs_and_labels_for_people() {
    let survey = survey();
    let json = json!({ "name": "Ada", "age": 31, "price": 1.5, "one": { "other": "Teal" }, "few": ["red", "7", { "other": "a;b" }], "drop": "blue", "nps": 0, "ok": true });
    let answers = Answers::from_json(&survey, &json).unwrap();
    let cells: Vec<_> = answers.iter().map(|(_, answer)| answer.cell()).collect();
    assert_eq!(cells, ["Ada", "31", "1.5", "other: Teal", "red;7;other: a;b", "blue", "0", "yes"]);
    let english = Language::english();
    let label = |(id, answer): (&QuestionId, &Answer)| answer.label_cell(survey.question(id).unwrap(), &english);
    let labels: Vec<_> = answers.iter().map(label).collect();
    assert_eq!(labels, ["Ada", "31", "1.5", "Mine: Teal", "Red;Seven;Other: a;b", "Blue", "0", "Yes"]);
}

#[test]
fn every_real_response_is_the_same_through_the_form_and_the_api() {
    let survey = sample::bfi_definition();
    let rows = sample::bfi_rows();
    assert_eq!(rows.len(), 2_800);
    let complete = rows.into_iter().filter(|row| {
        let form = Answers::from_form(&survey, row, Scope::Survey).unwrap();
        let json: Value = row
            .iter()
            .map(|(id, cell)| (id.clone(), if id == "age" { json!(cell.parse::<i64>().unwrap()) } else { json!(cell) }))
            .collect();
        let api = Answers::from_json(&survey, &json).unwrap();
        assert_eq!(form, api);
        assert_eq!(api.to_json(), json);
        let cells: Vec<_> = api.iter().map(|(id, answer)| (id.to_string(), answer.cell())).collect();
        assert_eq!(cells, *row);
        row.len() == 28
    });
    assert_eq!(complete.count(), 2_236);
}

/// The fields a browser sends for these answers.
fn fields(answers: &Answers) -> Vec<(String, String)> {
    let field = |id: &QuestionId, pick: &Pick| match pick {
        Pick::Listed(choice) => vec![(id.to_string(), choice.to_string())],
        Pick::Other(text) => {
            vec![(id.to_string(), OTHER_VALUE.to_owned()), (format!("{id}{OTHER_SUFFIX}"), text.clone())]
        }
    };
    let fields = answers.iter().flat_map(|(id, answer)| match answer {
        Answer::Choice(pick) => field(id, pick),
        Answer::Choices(picks) => picks.iter().flat_map(|it| field(id, it)).collect(),
        Answer::Text(_)
        | Answer::Integer(_)
        | Answer::Decimal(_)
        | Answer::Scale(_)
        | Answer::YesNo(_)
        | Answer::Hidden(_) => vec![(id.to_string(), answer.cell())],
    });
    fields.collect()
}

fn only_scripts_set(question: &Question) -> bool {
    matches!(question.kind, Kind::Hidden { set_by: SetBy::Script, .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn answers_survive_the_store_the_api_and_the_form(survey in sample::definitions(), seed in any::<u64>()) {
        let answers = Answers::from_json(&survey, &sample::answers_json(&survey, seed)).unwrap();
        let json = answers.to_json();
        let mut given = json.clone();
        given.as_object_mut().unwrap().retain(|id, _| survey.question_named(id).is_none_or(|it| !only_scripts_set(it)));
        prop_assert_eq!(&Answers::from_json(&survey, &given).unwrap(), &answers);
        prop_assert_eq!(&answers.to_json_text(), &json.to_string());
        prop_assert_eq!(&Answers::from_stored(&survey, &answers.to_json_text()).unwrap(), &answers);
        prop_assert_eq!(&Answers::from_form(&survey, &fields(&answers), Scope::Survey).unwrap(), &answers);
    }

    #[test]
    fn a_text_is_refused_exactly_for_its_control_characters(text in "[aé°\u{2028}\u{0}-\u{1f}\u{7f}-\u{a0}]{1,8}") {
        let kept = text.trim().replace("\r\n", "\n").replace('\r', "\n");
        let is_good = !kept.chars().any(|it| it.is_control() && it != '\n' && it != '\t');
        prop_assert_eq!(Answers::from_json(&survey(), &json!({ "why": text })).is_ok(), is_good);
    }

    #[test]
    fn no_form_makes_it_stumble(survey in sample::definitions(), names in prop::collection::vec("(q[1-9])(\\.other)?|_?\\PC{0,3}", 0..9), value in "\\PC*|[0-9.,eE+-]{0,9}|c[1-3]|\\.other") {
        let filled: Vec<_> = names.into_iter().map(|it| (it, value.clone())).collect();
        if let Ok(answers) = Answers::from_form(&survey, &filled, Scope::Survey) {
            prop_assert_eq!(&Answers::from_json(&survey, &answers.to_json()).unwrap(), &answers);
        }
    }
}
