//! Answers from the API: this file is about reading them from JSON against a definition.

use serde_json::Value;

use super::{
    Answers, OTHER_SUFFIX, Refusal,
    check::{self, Given, GivenPick, Spot, Wrong},
};
use crate::definition::{Definition, Kind, Question, limit};

/// Reads and checks all answers of a response.
pub(super) fn read(definition: &Definition, json: &Value) -> Result<Answers, Vec<Refusal>> {
    let Some(given) = json.as_object() else {
        return Err(vec![unknown("", "answers must be an object from question id to answer")]);
    };
    let mut refusals = Vec::new();
    let mut entries = Vec::with_capacity(given.len());
    for question in definition.questions() {
        match read_one(question, given.get(question.id.as_str())) {
            Ok(Some(answer)) => entries.push((question.id.clone(), answer)),
            Ok(None) => {}
            Err(wrong) => refusals.push(refusal(question, wrong)),
        }
    }
    let strangers = given.keys().filter(|it| definition.question_named(it).is_none());
    refusals.extend(strangers.take(limit::FAULTS_MAX).map(|it| unknown(it, "This survey has no such question")));
    if refusals.is_empty() { Ok(Answers { entries }) } else { Err(refusals) }
}

fn read_one(question: &Question, json: Option<&Value>) -> Result<Option<super::Answer>, Wrong> {
    let answer = match json {
        None | Some(Value::Null) => None,
        Some(json) => check::answer(&question.kind, &given(&question.kind, json)?)?,
    };
    if answer.is_none() && question.required {
        return Err(Wrong { spot: Spot::Answer, message: check::missing(&question.kind) });
    }
    Ok(answer.or_else(|| check::fallback(&question.kind)))
}

fn given<'a>(kind: &Kind, json: &'a Value) -> Result<Given<'a>, Wrong> {
    match (kind, json) {
        (Kind::SingleChoice { .. } | Kind::Dropdown { .. }, json) if !json.is_array() => {
            pick(json).map(|it| Given::Picks(it.into_iter().collect()))
        }
        (Kind::MultipleChoice { .. }, Value::Array(picks)) => {
            let picks = picks.iter().map(pick).collect::<Result<Vec<_>, _>>()?;
            Ok(Given::Picks(picks.into_iter().flatten().collect()))
        }
        (Kind::MultipleChoice { .. }, _) => Err(wrong("Give a list of choices")),
        // A number is a number; only scales, whose points are labels as well, may be written as texts.
        (Kind::Integer { .. } | Kind::Decimal { .. } | Kind::YesNo, Value::String(_)) => {
            Err(wrong(check::missing(kind)))
        }
        (_, Value::String(text)) => Ok(Given::Text(text)),
        (_, Value::Number(number)) => Ok(Given::Number(number.as_f64().unwrap_or(f64::NAN))),
        (_, Value::Bool(yes)) => Ok(Given::YesNo(*yes)),
        (_, Value::Null | Value::Array(_) | Value::Object(_)) => Err(wrong(check::missing(kind))),
    }
}

/// A choice: its id, also as a number, or `{"other": "…"}`; `None` for an empty text.
fn pick(json: &Value) -> Result<Option<GivenPick<'_>>, Wrong> {
    match json {
        Value::String(id) if id.is_empty() => Ok(None),
        Value::String(id) => Ok(Some(GivenPick::Listed(id.into()))),
        Value::Number(number) => Ok(Some(GivenPick::Listed(number.to_string().into()))),
        Value::Object(object) => match (object.len(), object.get("other")) {
            (1, Some(Value::String(text))) => Ok(Some(GivenPick::Other(text))),
            (_, _) => Err(wrong("Give a choice's id or {\"other\": \"…\"}")),
        },
        Value::Null | Value::Bool(_) | Value::Array(_) => Err(wrong("Give a choice's id or {\"other\": \"…\"}")),
    }
}

fn refusal(question: &Question, wrong: Wrong) -> Refusal {
    let (suffix, step) = match wrong.spot {
        Spot::Answer => ("", ""),
        Spot::Other if matches!(question.kind, Kind::MultipleChoice { .. }) => (OTHER_SUFFIX, ""),
        Spot::Other => (OTHER_SUFFIX, "/other"),
    };
    Refusal {
        question: Some(question.id.clone()),
        field: format!("{}{suffix}", question.id),
        pointer: format!("/{}{step}", question.id),
        message: wrong.message,
    }
}

fn unknown(name: &str, message: &str) -> Refusal {
    let pointer = if name.is_empty() { String::new() } else { format!("/{}", crate::definition::escaped(name)) };
    Refusal { question: None, field: name.chars().take(100).collect(), pointer, message: message.to_owned() }
}

fn wrong(message: impl Into<String>) -> Wrong {
    Wrong { spot: Spot::Answer, message: message.into() }
}
