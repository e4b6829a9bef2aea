//! Tests of cross-tabs: this file is about each sort of question, what is missing, and figures by `SciPy`.

use serde_json::{Value, json};

use super::*;
use crate::{filter::Filter, response::Response, time::Timestamp};

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

/// Responses received then, to one version after the other.
fn received(at: &[&str]) -> Vec<Response> {
    let mut all = crate::chunk::tests::responses(&vec!["{\"tea\":true}".to_owned(); at.len()]);
    for (response, at) in all.iter_mut().zip(at) {
        response.accepted.received_at = Timestamp::parse(&format!("{at}Z")).unwrap();
    }
    all
}

/// Cross-tab of a fact with a question that all answered, through fresh and through sealed responses alike.
fn by(fact: &str, responses: &[Response]) -> Axis {
    let definition = definition();
    let begun = || Counting::new(&definition, (fact, "tea"), |_| None, Filter::default()).unwrap();
    let (mut fresh, mut sealed) = (begun(), begun());
    let columns = |head: &Head| begun().columns(&definition, head);
    let survey = responses[0].accepted.survey;
    fresh.add(&definition, &Chunk::fresh(survey, responses, &columns).unwrap().unwrap()).unwrap();
    let chunk = Chunk::seal(responses).unwrap();
    let wanted = columns(&Head::open(&chunk.head).unwrap()).unwrap();
    sealed.add(&definition, &crate::chunk::tests::reopened(&chunk, &wanted, 0..responses.len()).unwrap()).unwrap();
    let [fresh, sealed] = [fresh, sealed].map(|it| it.finish().remove(0));
    assert_eq!((&fresh.cells, ids(&fresh.rows)), (&sealed.cells, ids(&sealed.rows)));
    assert_eq!(fresh.total, responses.len() as u64, "everybody is somewhere");
    fresh.rows
}

#[test]
fn responses_are_counted_by_day_week_and_month_and_a_gap_is_seen() {
    // A Sunday and the Monday after it, the end of a year, and a leap day; not in their order.
    let all = received(&[
        "2023-12-31T23:59:59.999",
        "2024-01-01T00:00:00",
        "2024-02-29T12:00:00",
        "2023-12-30T08:00:00",
        "2024-01-01T10:00:00",
    ]);
    let days = by("_received_day", &all);
    assert_eq!(days.categories.len(), 62);
    assert_eq!(ids(&days)[..3], ["2023-12-30", "2023-12-31", "2024-01-01"]);
    assert_eq!(ids(&days)[61], "2024-02-29");
    let weeks = by("_received_week", &all);
    assert_eq!(ids(&weeks)[..2], ["2023-12-25", "2024-01-01"]);
    assert_eq!((weeks.categories.len(), weeks.categories[1].label.as_str()), (10, "from 1 January 2024"));
    let months = by("_received_month", &all);
    assert_eq!(ids(&months), ["2023-12", "2024-01", "2024-02"]);
    assert_eq!(months.categories[2].label, "February 2024");
}

#[test]
fn gaps_longer_than_a_table_stay_out_of_it() {
    let all = received(&["2020-01-01T00:00:00", "2026-01-01T00:00:00"]);
    assert_eq!(ids(&by("_received_day", &all)), ["2020-01-01", "2026-01-01"]);
    assert_eq!(by("_received_month", &all).categories.len(), 73);
}

#[test]
fn responses_are_counted_by_version_and_by_where_they_came_from() {
    let all = received(&["2026-01-01T00:00:00"; 7]);
    let versions = by("_version", &all);
    assert_eq!(ids(&versions), ["1", "2"]);
    assert_eq!(versions.categories[1].label, "Version 2");
    let sources = by("_source", &all);
    assert_eq!(ids(&sources), ["form", "api", "demo"]);
    assert_eq!(sources.label, "Where it came from");
    for fact in About::ALL {
        let twice = Counting::new(&definition(), (fact.name(), fact.name()), |_| None, Filter::default());
        assert_eq!(twice.unwrap_err()[0].pointer, "/columns");
        assert_eq!(About::named(fact.name()), Some(fact));
    }
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
        let pair = (table.rows.subject.name(), table.columns.subject.name());
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
