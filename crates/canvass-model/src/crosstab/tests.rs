//! Tests of cross-tabs: this file is about each sort of question, what is missing, filters, and figures by `SciPy`.

use serde_json::{Value, json};

use super::*;

fn definition() -> Definition {
    let choices = json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }]);
    let questions = json!([
        { "id": "colour", "type": "single_choice", "label": "Colour?", "choices": choices, "other": true },
        { "id": "fruit", "type": "multiple_choice", "label": "Fruit?", "choices": [
            { "id": "apple", "label": "Apple" }, { "id": "pear", "label": "Pear" }] },
        { "id": "food", "type": "stars", "label": "Food?", "count": 3 },
        { "id": "tea", "type": "yes_no", "label": "Tea?" },
        { "id": "age", "type": "integer", "label": "Age?" },
        { "id": "why", "type": "short_text", "label": "Why?" },
        { "id": "source", "type": "hidden", "label": "Source" },
    ]);
    Definition::parse(&json!({ "title": "T", "sections": [{ "id": "s1", "questions": questions }] })).unwrap()
}

fn row(position: i64, answers: &Value) -> Row {
    Row { position, version: Version(1), received_at: Timestamp(1_000 * position), answers: answers.to_string() }
}

fn count(rows: &str, columns: &str, filter: &Value, all: &[Value]) -> Crosstab {
    let definition = definition();
    let filter = Filter::parse(&definition, filter).unwrap();
    let spread = |_: &QuestionId| Some((18.0, 67.0));
    let mut counting = Counting::new(&definition, (rows, columns), spread, filter).unwrap();
    for (at, answers) in (1..).zip(all) {
        counting.add(&definition, &row(at, answers)).unwrap();
    }
    counting.finish()
}

fn ids(axis: &Axis) -> Vec<&str> {
    axis.categories.iter().map(|it| it.id.as_str()).collect()
}

#[test]
fn answers_are_counted_where_they_belong_and_what_is_missing_is_counted_too() {
    let all = [
        json!({ "colour": "red", "tea": true }),
        json!({ "colour": "red", "tea": false }),
        json!({ "colour": { "other": "green" }, "tea": true }),
        json!({ "colour": "gone", "tea": true }),
        json!({ "colour": "red" }),
        json!({ "tea": true }),
        json!({ "tea": false }),
        json!({}),
    ];
    let found = count("colour", "tea", &json!({}), &all);
    assert_eq!(ids(&found.rows), ["red", "blue", ".other", "gone"], "what was offered once is not lost");
    assert_eq!(ids(&found.columns), ["yes", "no"]);
    assert_eq!(found.cells, [[1, 1], [0, 0], [1, 0], [1, 0]]);
    assert_eq!(
        (found.row_totals.as_slice(), found.column_totals.as_slice()),
        ([2, 0, 1, 1].as_slice(), [3, 1].as_slice())
    );
    assert_eq!((found.total, found.missing), (4, [2, 1, 1]));
    assert_eq!(found.percentage((0, 0), Percentages::Row), Some(50.0));
    assert_eq!(found.percentage((0, 0), Percentages::Total), Some(25.0));
    assert_eq!(found.percentage((1, 0), Percentages::Row), None, "nothing is no share of nothing");
    assert!((found.percentage((0, 0), Percentages::Column).unwrap() - 100.0 / 3.0).abs() < 1e-12);
}

#[test]
fn several_picks_count_responses_and_have_no_test() {
    let all = [
        json!({ "fruit": ["apple", "pear"], "tea": true }),
        json!({ "fruit": ["apple"], "tea": true }),
        json!({ "fruit": [], "tea": true }),
    ];
    let found = count("tea", "fruit", &json!({}), &all);
    assert_eq!(found.cells, [[2, 1], [0, 0]]);
    assert_eq!((found.total, found.row_totals[0], found.missing), (2, 2, [0, 1, 0]));
    assert_eq!(found.percentage((0, 0), Percentages::Row), Some(100.0));
    assert_eq!(found.percentage((0, 1), Percentages::Row), Some(50.0), "shares of responses, not of picks");
    assert_eq!(found.test, Err(NoTest::SeveralPicks));
    assert_eq!(found.to_api()["no_chi_square"], "several_picks");
}

#[test]
fn hidden_values_are_categories_by_their_alphabet_and_bounded() {
    let all = [("web", true), ("mail", true), ("web", false)].map(|(it, tea)| json!({ "source": it, "tea": tea }));
    let found = count("source", "tea", &json!({ "source": ["web", "mail"] }), &all);
    assert_eq!(ids(&found.rows), ["mail", "web"]);
    assert_eq!(found.cells, [[1, 0], [1, 1]]);
    let many: Vec<Value> = (0..300).map(|it| json!({ "source": format!("{it}"), "tea": true })).collect();
    let found = count("source", "tea", &json!({}), &many);
    assert_eq!((found.rows.categories.len(), found.total), (Axis::CATEGORIES_MAX, 250));
    assert_eq!(found.missing, [50, 0, 0], "what is beyond is missing");
}

#[test]
fn numbers_are_counted_in_ranges() {
    let ages = [18, 19, 20, 39, 67, 25].map(|it| json!({ "age": it, "food": 2 }));
    let found = count("age", "food", &json!({}), &ages);
    assert_eq!(ids(&found.rows), ["10", "20", "30", "60"]);
    assert_eq!(found.rows.categories[1].label, "20 to below 30");
    assert_eq!(found.cells, [[0, 2, 0], [0, 2, 0], [0, 1, 0], [0, 1, 0]]);
    assert_eq!(found.test, Err(NoTest::TooFew));
    let definition = definition();
    for (spread, ids_expected) in [((4.0, 4.0), vec!["4"]), ((1.0, 5.0), vec!["4"]), ((0.0, 1e9), vec!["0"])] {
        let mut counting = Counting::new(&definition, ("age", "tea"), |_| Some(spread), Filter::default()).unwrap();
        counting.add(&definition, &row(1, &json!({ "age": 4, "tea": true }))).unwrap();
        assert_eq!(ids(&counting.finish().rows), ids_expected, "{spread:?}");
    }
}

#[test]
fn a_filter_lets_through_what_it_says() {
    let all = [
        json!({ "colour": "red", "food": 1, "tea": true, "fruit": ["apple", "pear"], "age": 20, "why": "so" }),
        json!({ "colour": "blue", "food": 2, "tea": false, "fruit": ["pear"] }),
        json!({ "colour": { "other": "x" }, "food": 3, "tea": true }),
        json!({ "food": 3, "tea": true }),
    ];
    for (filter, expected) in [
        (json!({}), 4),
        (json!({ "colour": "red" }), 1),
        (json!({ "colour": ["red", "blue"] }), 2),
        (json!({ "colour": ".other" }), 1),
        (json!({ "colour": null }), 1),
        (json!({ "colour": [null, "red"] }), 2),
        (json!({ "fruit": "pear" }), 2),
        (json!({ "food": 3 }), 2),
        (json!({ "food": [1, 2], "tea": true }), 1),
        (json!({ "age": 20.0 }), 1),
        (json!({ "why": "so" }), 1),
        (json!({ "tea": "yes" }), 0),
    ] {
        assert_eq!(count("food", "tea", &filter, &all).total, expected, "{filter}");
    }
    let at = |since, until, version| Filter::default().within(since, until, version);
    let response = row(5, &json!({}));
    for (filter, expected) in [
        (at(Some(Timestamp(5_000)), None, None), true),
        (at(Some(Timestamp(5_001)), None, None), false),
        (at(None, Some(Timestamp(5_000)), None), false),
        (at(None, Some(Timestamp(5_001)), Some(Version(1))), true),
        (at(None, None, Some(Version(2))), false),
    ] {
        assert_eq!(filter.admits(&response), expected, "{filter:?}");
    }
}

#[test]
fn what_cannot_be_counted_is_refused_where_it_stands() {
    let definition = definition();
    let begin = |rows: &str, columns: &str| {
        let faults = Counting::new(&definition, (rows, columns), |_| None, Filter::default()).unwrap_err();
        faults.into_iter().map(|it| it.pointer).collect::<Vec<_>>()
    };
    assert_eq!(begin("nothing", "why"), ["/rows", "/columns"]);
    assert_eq!(begin("tea", "tea"), ["/columns"]);
    let many: serde_json::Map<_, _> = (0..11).map(|it| (format!("q{it}"), json!(1))).collect();
    for (filter, pointer) in [
        (json!("red"), "/filter"),
        (Value::Object(many), "/filter"),
        (json!({ "a/b~c": 1 }), "/filter/a~1b~0c"),
        (json!({ "colour": [] }), "/filter/colour"),
        (json!({ "colour": vec![1; 101] }), "/filter/colour"),
        (json!({ "colour": { "other": "x" } }), "/filter/colour"),
        (json!({ "colour": [["red"]] }), "/filter/colour"),
    ] {
        assert_eq!(Filter::parse(&definition, &filter).unwrap_err()[0].pointer, pointer, "{filter}");
    }
}

#[test]
fn a_hostile_number_of_categories_is_bounded() {
    let definition = definition();
    let mut counting = Counting::new(&definition, ("age", "tea"), |_| None, Filter::default()).unwrap();
    for at in 0..1_000 {
        counting.add(&definition, &row(at, &json!({ "age": at, "tea": true }))).unwrap();
    }
    let found = counting.finish();
    assert_eq!(found.rows.categories.len(), Axis::CATEGORIES_MAX);
    assert_eq!((found.total, found.missing), (250, [750, 0, 0]), "what finds no place is said to be missing");
    assert!(
        Counting::new(&definition, ("age", "tea"), |_| None, Filter::default())
            .unwrap()
            .add(&definition, &row(1, &json!([])))
            .is_err()
    );
}

/// a, x and `scipy.special.gammaincc(a, x)` of `SciPy` 1.16.3.
#[expect(clippy::unreadable_literal, reason = "figures as SciPy prints them")]
const GAMMA: [(f64, f64, f64); 12] = [
    (0.5, 0.5, 0.31731050786291115),
    (0.5, 1.92, 0.05004352124870519),
    (1.0, 0.1, 0.9048374180359595),
    (2.0, 3.84, 0.10402903051023524),
    (5.0, 0.001, 1.0),
    (10.0, 10.0, 0.4579297144718523),
    (12.5, 40.0, 1.1410611727198733e-07),
    (50.0, 45.0, 0.7531979655998298),
    (124.5, 124.5, 0.48808145703011563),
    (124.5, 300.0, 5.421298091481699e-31),
    (0.5, 200.0, 5.507248237212379e-89),
    (31000.5, 31000.0, 0.5003776413696052),
];

#[test]
fn the_incomplete_gamma_function_is_scipys() {
    for (a, x, expected) in GAMMA {
        let found = upper_gamma(a, x);
        assert!((found - expected).abs() <= 1e-10 * expected, "Q({a}, {x}) is {found}, not {expected}");
    }
}
