//! Tests of filters: this file is about what each test lets through, chunks that are passed over, and what is refused.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    chunk::{Chunk, Columns, Head, tests::reopened, tests::responses},
    definition::Definition,
    sample::survey_of,
};

fn definition() -> Definition {
    let choices = json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }]);
    survey_of(&json!([
        { "id": "colour", "type": "single_choice", "label": "Colour?", "choices": choices, "other": true },
        { "id": "fruit", "type": "multiple_choice", "label": "Fruit?", "choices": [
            { "id": "apple", "label": "Apple" }, { "id": "pear", "label": "Pear" }] },
        { "id": "food", "type": "stars", "label": "Food?", "count": 3 },
        { "id": "tea", "type": "yes_no", "label": "Tea?" },
        { "id": "age", "type": "integer", "label": "Age?" },
        { "id": "why", "type": "short_text", "label": "Why?" },
        { "id": "origin", "type": "hidden", "label": "Origin" },
    ]))
}

/// The rows of all that a filter lets, told by a sealed chunk and by one that is not.
fn let_through(filter: &Filter, all: &[Value]) -> Vec<usize> {
    let definition = definition();
    let documents: Vec<String> = all.iter().map(Value::to_string).collect();
    let responses = responses(&documents);
    let sealed = Chunk::seal(&responses).unwrap();
    let rows = |chunk: &Chunk| -> Vec<usize> {
        let mask = filter.mask(&definition, chunk).unwrap();
        let found: Vec<usize> = chunk.rows().filter(|it| mask.holds(*it)).collect();
        assert_eq!(mask.count(), found.len());
        found
    };
    let columns = |head: &Head| filter.columns(&definition, head, Columns::named(["tea"]));
    let survey = responses[0].accepted.survey;
    let of_fresh = Chunk::fresh(survey, &responses, &columns).unwrap().map(|it| rows(&it)).unwrap_or_default();
    let of_sealed = match columns(&Head::open(&sealed.head).unwrap()) {
        Some(columns) => rows(&reopened(&sealed, &columns, 0..all.len()).unwrap()),
        None => Vec::new(),
    };
    assert_eq!(of_sealed, of_fresh, "{filter:?}");
    of_sealed
}

fn parse(filter: &Value) -> Filter {
    Filter::parse(&definition(), filter).unwrap()
}

#[test]
fn a_filter_lets_through_what_it_says() {
    let all = [
        json!({ "colour": "red", "food": 1, "tea": true, "fruit": ["apple", "pear"], "age": 20, "why": "So it IS" }),
        json!({ "colour": "blue", "food": 2, "tea": false, "fruit": ["pear"], "origin": "Mail" }),
        json!({ "colour": { "other": "Sky Blue" }, "food": 3, "tea": true, "origin": "mail list" }),
        json!({ "food": 3, "tea": true }),
    ];
    for (filter, expected) in [
        (json!({}), vec![0, 1, 2, 3]),
        (json!({ "colour": "red" }), vec![0]),
        (json!({ "colour": ["red", "blue"] }), vec![0, 1]),
        (json!({ "colour": ".other" }), vec![2]),
        (json!({ "colour": null }), vec![3]),
        (json!({ "colour": [null, "red"] }), vec![0, 3]),
        (json!({ "fruit": "pear" }), vec![0, 1]),
        (json!({ "food": 3 }), vec![2, 3]),
        (json!({ "food": [1, 2], "tea": true }), vec![0]),
        (json!({ "age": 20.0 }), vec![0]),
        (json!({ "tea": "yes" }), vec![]),
        (json!({ "colour": { "is": "red" } }), vec![0]),
        (json!({ "colour": { "not": "red" } }), vec![1, 2, 3]),
        (json!({ "colour": { "not": ["red", null] } }), vec![1, 2]),
        (json!({ "fruit": { "not": "apple" } }), vec![1, 2, 3]),
        (json!({ "food": { "between": [2, null] } }), vec![1, 2, 3]),
        (json!({ "food": { "between": [null, 1.5] } }), vec![0]),
        (json!({ "food": { "between": [2, 3], "not": 2 } }), vec![2, 3]),
        (json!({ "age": { "between": [21, 99] } }), vec![]),
        (json!({ "why": { "contains": " it is " } }), vec![0]),
        (json!({ "colour": { "contains": "BLUE" } }), vec![2]),
        (json!({ "food": { "all": [{ "between": [2, 3] }, { "between": [1, 2] }] } }), vec![1]),
        (json!({ "origin": "Mail" }), vec![1]),
        (json!({ "origin": { "not": ["Mail", null] } }), vec![2]),
        (json!({ "origin": { "contains": "MAIL" } }), vec![1, 2]),
        (json!({ "_source": "api" }), vec![1]),
        (json!({ "_source": ["api", "demo"] }), vec![1, 2]),
        (json!({ "_version": 2 }), vec![2]),
        (json!({ "_version": [7] }), vec![]),
        (
            json!({ "_received_at": { "between": ["2023-11-14T22:13:20.997Z", "2023-11-14T22:13:22.991Z"] } }),
            vec![1, 2],
        ),
        (json!({ "_received_at": { "between": ["2024-01-01T00:00:00Z", null] } }), vec![]),
        (json!({ "_received_at": { "between": [null, "2024-01-01T00:00:00Z"] } }), vec![0, 1, 2, 3]),
    ] {
        let read = parse(&filter);
        assert_eq!(let_through(&read, &all), expected, "{filter}");
        assert_eq!(parse(&read.to_json()), read, "{filter}");
    }
    let received = Timestamp::parse("2023-11-14T22:13:20.997Z");
    assert_eq!(let_through(&Filter::default().within(received, None, Some(Version(2))), &all), [2]);
    assert_eq!(let_through(&Filter::default().within(None, received, None), &all), [0]);
}

#[test]
fn what_is_no_filter_is_refused_where_it_stands() {
    let definition = definition();
    let many: Map<_, _> = (0..11).map(|it| (format!("q{it}"), json!(1))).collect();
    for (filter, pointer) in [
        (json!("red"), "/filter"),
        (Value::Object(many), "/filter"),
        (json!({ "a/b~c": 1 }), "/filter/a~1b~0c"),
        (json!({ "colour": [] }), "/filter/colour"),
        (json!({ "colour": vec![1; 101] }), "/filter/colour"),
        (json!({ "colour": { "other": "x" } }), "/filter/colour"),
        (json!({ "colour": {} }), "/filter/colour"),
        (json!({ "colour": [["red"]] }), "/filter/colour"),
        (json!({ "colour": { "is": [{}] } }), "/filter/colour"),
        (json!({ "colour": { "between": [1, 2] } }), "/filter/colour"),
        (json!({ "food": { "between": [1] } }), "/filter/food"),
        (json!({ "food": { "between": [null, null] } }), "/filter/food"),
        (json!({ "food": { "between": ["1", "2"] } }), "/filter/food"),
        (json!({ "food": { "between": [1e300, null] } }), "/filter/food"),
        (json!({ "food": { "contains": "x" } }), "/filter/food"),
        (json!({ "fruit": { "contains": "x" } }), "/filter/fruit"),
        (json!({ "origin": { "between": [1, 2] } }), "/filter/origin"),
        (json!({ "why": { "contains": " " } }), "/filter/why"),
        (json!({ "why": { "contains": "x".repeat(201) } }), "/filter/why"),
        (json!({ "why": { "all": [{ "all": [] }] } }), "/filter/why"),
        (json!({ "_source": "mail" }), "/filter/_source"),
        (json!({ "_source": { "not": "api" } }), "/filter/_source"),
        (json!({ "_version": "1" }), "/filter/_version"),
        (json!({ "_received_at": "2026-01-01" }), "/filter/_received_at"),
        (json!({ "_received_at": { "between": ["yesterday", null] } }), "/filter/_received_at"),
        (json!({ "_id": "x" }), "/filter/_id"),
    ] {
        assert_eq!(Filter::parse(&definition, &filter).unwrap_err()[0].pointer, pointer, "{filter}");
    }
    assert_eq!(Filter::parse_text(&definition, " ").unwrap(), Filter::default());
    assert_eq!(Filter::parse_text(&definition, "{").unwrap_err()[0].pointer, "/filter");
}

#[test]
fn a_filter_is_said_in_words() {
    let definition = definition();
    for (filter, words) in [
        (json!({ "colour": ["red", ".other", null] }), "Colour? is Red, other or not answered"),
        (json!({ "tea": { "not": true } }), "Tea? is not yes"),
        (json!({ "age": { "between": [18, 30] } }), "Age? is between 18 and 30"),
        (json!({ "age": { "between": [18, null] } }), "Age? is 18 or more"),
        (json!({ "why": { "contains": "Tea" } }), "Why? contains “tea”"),
        (json!({ "_source": "api" }), "Came from the API"),
        (json!({ "_version": [1, 2] }), "Version is 1 or 2"),
        (
            json!({ "_received_at": { "between": ["2026-11-01T00:00:00Z", "2026-11-02T12:30:00Z"] } }),
            "Received from 2026-11-01 and before 2026-11-02 12:30:00",
        ),
    ] {
        assert_eq!(parse(&filter).rules()[0].words(&definition), words);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_chunk_is_passed_over_only_when_nothing_in_it_counts(
        rows in prop::collection::vec((0..4_usize, prop::option::of(-2_i64..9), prop::option::of("[ab]{1,2}")), 1..12),
        (least, most) in (prop::option::of(-3_i64..10), prop::option::of(-3_i64..10)), test in 0..6_usize,
    ) {
        let all: Vec<Value> = rows.iter().map(|(colour, age, why)| {
            let colours = [json!("red"), json!("blue"), json!({ "other": "b" }), json!(null)];
            let entries = [("colour", colours[*colour].clone()), ("age", json!(age)), ("why", json!(why))];
            entries.into_iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| (name.to_owned(), it)).collect()
        }).collect();
        let filter = match test {
            0 if least.is_some() || most.is_some() => json!({ "age": { "between": [least, most] } }),
            1 => json!({ "age": least }),
            2 => json!({ "age": { "not": [least, most] } }),
            3 => json!({ "colour": { "contains": "b" } }),
            4 => json!({ "why": { "contains": "ab" } }),
            _ => json!({ "colour": ["red", null] }),
        };
        let filter = parse(&filter);
        let Rule::Answer(question, test) = &filter.rules()[0] else { panic!("{filter:?}") };
        let definition = definition();
        let admitted: Vec<usize> = all.iter().enumerate().filter(|(_, document)| {
            let answers = crate::answer::Answers::from_stored(&definition, &document.to_string()).unwrap();
            test.admits(answers.get(question))
        }).map(|(row, _)| row).collect();
        prop_assert_eq!(let_through(&filter, &all), admitted);
    }
}
