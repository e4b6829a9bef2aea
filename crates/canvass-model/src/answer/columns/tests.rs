//! Tests of answers in tables: this file is about columns over all versions, and cells that say what was answered.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    answer::Answers,
    sample::{self, survey_of},
    table::Kind,
};

fn columns(versions: &[Value]) -> Columns {
    let mut columns = Columns::default();
    versions.iter().for_each(|it| columns.add(&survey_of(it)));
    columns
}

fn row(columns: &Columns, answers: &Value) -> Vec<Cell> {
    let mut row = vec![Cell::Integer(0)];
    columns.read(&answers.to_string(), &mut row).unwrap();
    row.split_off(1)
}

#[test]
fn a_question_keeps_its_column_whatever_its_versions_made_of_it() {
    let newest = json!([
        { "id": "new", "type": "short_text", "label": "New?" },
        { "id": "both", "type": "single_choice", "label": "Both?",
            "choices": [{ "id": "b", "label": "B now" }, { "id": "c", "label": "C" }] },
    ]);
    let oldest = json!([
        { "id": "gone", "type": "yes_no", "label": "Gone?" },
        { "id": "both", "type": "dropdown", "label": "Both before?",
            "choices": [{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }] },
        { "id": "text", "type": "statement", "label": "Read this" },
    ]);
    let columns = columns(&[newest, oldest]);
    let all: Vec<Column> = columns.columns().collect();
    let labels: Vec<(&str, &str)> = all.iter().map(|it| (it.name.as_str(), it.label.as_str())).collect();
    assert_eq!(labels, [("new", "New?"), ("both", "Both?"), ("gone", "Gone? (removed)")]);
    let Kind::Choice(choices) = &all[1].kind else { panic!("{:?}", all[1].kind) };
    let choices: Vec<(&str, &str)> = choices.iter().map(|it| (it.id.as_str(), it.label.as_str())).collect();
    assert_eq!(choices, [("b", "B now"), ("c", "C"), ("a", "A")]);
    let row = row(&columns, &json!({ "gone": false, "both": "a", "unknown": [1, { "x": null }] }));
    assert_eq!(row, [Cell::Missing, Cell::Choice(2), Cell::Boolean(false)]);
}

#[test]
fn a_question_that_changed_its_type_has_room_for_all_it_was_answered() {
    let choices = json!([{ "id": "a", "label": "A" }, { "id": "b", "label": "B" }]);
    let of = |kind: &str| match kind {
        "single_choice" | "multiple_choice" => json!([{ "id": "q", "type": kind, "label": "?", "choices": choices }]),
        _ => json!([{ "id": "q", "type": kind, "label": "?" }]),
    };
    for (newer, older, answer, cell) in [
        ("integer", "decimal", json!(2.5), Cell::Decimal(2.5)),
        ("decimal", "integer", json!(3), Cell::Decimal(3.0)),
        ("integer", "stars", json!(4), Cell::Integer(4)),
        ("nps", "integer", json!(70), Cell::Integer(70)),
        ("single_choice", "multiple_choice", json!(["b", "a"]), Cell::Choices(vec![0, 1], Vec::new())),
        ("multiple_choice", "single_choice", json!("b"), Cell::Choices(vec![1], Vec::new())),
        ("single_choice", "yes_no", json!(true), Cell::Text("yes".to_owned())),
        ("short_text", "single_choice", json!({ "other": "mine" }), Cell::Text("other: mine".to_owned())),
        ("short_text", "multiple_choice", json!(["a", { "other": "x" }]), Cell::Text("a;other: x".to_owned())),
        ("yes_no", "decimal", json!(1.5), Cell::Text("1.5".to_owned())),
    ] {
        let columns = columns(&[of(newer), of(older)]);
        assert_eq!(row(&columns, &json!({ "q": answer })), [cell], "{older} became {newer}");
    }
}

#[test]
fn an_answer_of_ones_own_is_told_from_a_choice() {
    let questions = json!([
        { "id": "one", "type": "single_choice", "label": "?", "choices": [{ "id": "a", "label": "A" }], "other": true },
        { "id": "any", "type": "multiple_choice", "label": "?", "choices": [{ "id": "a", "label": "A" }], "other": true },
    ]);
    let columns = columns(&[questions]);
    let answers = json!({ "any": [{ "other": "a" }, "a"], "one": { "other": "a" } });
    let expected = [Cell::Other("a".to_owned()), Cell::Choices(vec![0], vec!["a".to_owned()])];
    assert_eq!(row(&columns, &answers), expected);
}

#[test]
fn what_was_never_asked_for_is_refused_and_never_guessed() {
    let columns = columns(&[json!([{ "id": "age", "type": "integer", "label": "?" }])]);
    for answers in ["{\"age\": \"old\"}", "{\"age\": 1.5}", "{\"age\": [1]}", "[]", "{", "{} {}", "{\"age\": {}}"] {
        assert!(columns.read(answers, &mut Vec::new()).is_err(), "{answers}");
    }
    assert_eq!(row(&columns, &json!({ "age": null })), [Cell::Missing]);
}

proptest! {
    /// What is read into cells is what was answered, whatever the survey.
    #[test]
    fn cells_say_what_was_answered(definition in sample::definitions(), seed in any::<u64>()) {
        let answers = Answers::from_json(&definition, &sample::answers_json(&definition, seed)).unwrap();
        let mut columns = Columns::default();
        columns.add(&definition);
        let mut row = Vec::new();
        columns.read(&answers.to_json_text(), &mut row).unwrap();
        let names: Vec<Column> = columns.columns().collect();
        prop_assert_eq!(row.len(), names.len());
        for (column, cell) in names.iter().zip(&row) {
            let answer = answers.iter().find(|(id, _)| id.as_str() == column.name);
            let text = answer.map(|(_, it)| it.cell());
            prop_assert_eq!(text, said(column, cell), "{}", &column.name);
        }
        let again = Answers::from_stored(&definition, &answers.to_json_text()).unwrap();
        prop_assert_eq!(again, answers);
    }
}

/// A cell in the words of [`Answer::cell`](crate::answer::Answer::cell).
fn said(column: &Column, cell: &Cell) -> Option<String> {
    let id = |place: usize| match &column.kind {
        Kind::Choice(choices) | Kind::Choices(choices) => choices[place].id.clone(),
        other => panic!("{other:?} has no choices"),
    };
    Some(match cell {
        Cell::Missing => return None,
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Cell::Choice(place) => id(*place),
        Cell::Other(text) => format!("other: {text}"),
        Cell::Choices(places, own) => {
            let own = own.iter().map(|it| format!("other: {it}"));
            places.iter().map(|it| id(*it)).chain(own).collect::<Vec<_>>().join(";")
        }
        Cell::Moment(_) | Cell::Day(_) => panic!("no question asks for it"),
    })
}
