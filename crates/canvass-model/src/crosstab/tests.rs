//! Tests of cross-tabs: this file is about each sort of question, what is missing, and figures by `SciPy`.

use serde_json::{Value, json};

use super::*;
use crate::filter::Filter;

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

/// The answers as a chunk that is not sealed.
fn chunk(counting: &Counting, definition: &Definition, all: &[Value]) -> Chunk {
    let documents: Vec<String> = all.iter().map(Value::to_string).collect();
    let survey = uuid::Uuid::from_u128(7).into();
    let columns = |head: &Head| counting.columns(definition, head);
    Chunk::fresh(survey, &crate::chunk::tests::responses(&documents), &columns).unwrap().unwrap()
}

fn count(rows: &str, columns: &str, filter: &Value, all: &[Value]) -> Crosstab {
    let definition = definition();
    let filter = Filter::parse(&definition, filter).unwrap();
    let spread = |_: &QuestionId| Some((18.0, 67.0));
    let mut counting = Counting::new(&definition, (rows, columns), spread, filter).unwrap();
    // In two parts, as a walk brings them.
    for some in all.chunks(all.len().div_ceil(2)) {
        let chunk = chunk(&counting, &definition, some);
        counting.add(&definition, &chunk).unwrap();
    }
    counting.finish().remove(0)
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
        let chunk = chunk(&counting, &definition, &[json!({ "age": 4, "tea": true })]);
        counting.add(&definition, &chunk).unwrap();
        assert_eq!(ids(&counting.finish()[0].rows), ids_expected, "{spread:?}");
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
}

#[test]
fn a_hostile_number_of_categories_is_bounded() {
    let definition = definition();
    let mut counting = Counting::new(&definition, ("age", "tea"), |_| None, Filter::default()).unwrap();
    let all: Vec<Value> = (0..1_000).map(|at| json!({ "age": at, "tea": true })).collect();
    let all = chunk(&counting, &definition, &all);
    counting.add(&definition, &all).unwrap();
    let found = counting.finish().remove(0);
    assert_eq!(found.rows.categories.len(), Axis::CATEGORIES_MAX);
    assert_eq!((found.total, found.missing), (250, [750, 0, 0]), "what finds no place is said to be missing");
}

#[test]
fn an_answer_that_cannot_be_read_ends_the_count() {
    let definition = definition();
    let mut counting = Counting::new(&definition, ("age", "tea"), |_| None, Filter::default()).unwrap();
    let chunk = chunk(&counting, &definition, &[json!({ "age": null, "tea": true })]);
    assert!(counting.add(&definition, &chunk).is_err());
}

#[test]
fn all_pairs_at_once_are_each_pair_alone() {
    let all: Vec<Value> = (0..60)
        .map(|at| {
            let colour = ["red", "blue"][at % 2];
            let fruit = if at % 3 == 0 { vec!["apple", "pear"] } else { vec!["pear"] };
            json!({ "colour": colour, "fruit": fruit, "food": 1 + at % 3, "tea": at % 5 == 0, "age": 18 + at % 50 })
        })
        .collect();
    let definition = definition();
    let names = ["colour", "fruit", "food", "tea", "age"].map(str::to_owned);
    let spread = |_: &QuestionId| Some((18.0, 67.0));
    let mut counting = Counting::of_each_pair(&definition, &names, spread, Filter::default()).unwrap();
    let chunk = chunk(&counting, &definition, &all);
    counting.add(&definition, &chunk).unwrap();
    let found = counting.finish();
    assert_eq!(found.len(), 10);
    for table in found {
        let pair = (table.rows.question.as_str(), table.columns.question.as_str());
        assert_eq!(table.to_api(), count(pair.0, pair.1, &json!({}), &all).to_api(), "{pair:?}");
    }
    let faults = Counting::of_each_pair(&definition, &["why".to_owned()], spread, Filter::default()).unwrap_err();
    assert_eq!(faults[0].pointer, "/questions/0");
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
