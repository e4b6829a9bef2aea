//! Answers from the store: this file is about reading back what was accepted, whatever the definition has become.

use serde_json::Value;

use super::{Answer, Answers, Pick, Unreadable};
use crate::{
    definition::{ChoiceId, Definition, Kind, QuestionId},
    number::whole_from_json,
};

/// Reads stored answers. Nothing is checked again: what was accepted stays accepted.
pub(super) fn read(definition: &Definition, text: &str) -> Result<Answers, Unreadable> {
    let json: Value = serde_json::from_str(text).map_err(|error| Unreadable(error.to_string()))?;
    let Value::Object(stored) = json else { return Err(Unreadable("not an object".to_owned())) };
    let mut entries = Vec::with_capacity(stored.len());
    for (name, value) in stored {
        let id = match definition.question_named(&name) {
            Some(question) => question.id.clone(),
            None => QuestionId::parse(&name).map_err(|invalid| Unreadable(invalid.to_string()))?,
        };
        let kind = definition.question_named(&name).map(|it| &it.kind);
        let answer = answer(kind, value).ok_or_else(|| Unreadable(format!("the answer to {name}")))?;
        entries.push((id, answer));
    }
    Ok(Answers { entries })
}

/// One answer. A type that has changed since, or a question that is gone, leaves the shape to tell what it was.
pub(crate) fn answer(kind: Option<&Kind>, value: Value) -> Option<Answer> {
    match (kind, value) {
        (Some(Kind::SingleChoice { .. } | Kind::Dropdown { .. }), Value::String(text)) => {
            Some(ChoiceId::parse(&text).map_or(Answer::Text(text), |id| Answer::Choice(Pick::Listed(id))))
        }
        (Some(Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. }), Value::Number(number)) => {
            let number = Value::Number(number);
            whole_from_json(&number).map(Answer::Scale).or_else(|| number.as_f64().map(Answer::Decimal))
        }
        (Some(Kind::Hidden { .. }), Value::String(text)) => Some(Answer::Hidden(text)),
        (Some(Kind::Decimal { .. }), Value::Number(number)) => number.as_f64().map(Answer::Decimal),
        (_, Value::Number(number)) => {
            let number = Value::Number(number);
            whole_from_json(&number).map(Answer::Integer).or_else(|| number.as_f64().map(Answer::Decimal))
        }
        (_, Value::String(text)) => Some(Answer::Text(text)),
        (_, Value::Bool(yes)) => Some(Answer::YesNo(yes)),
        (_, Value::Array(picks)) => picks.into_iter().map(pick).collect::<Option<_>>().map(Answer::Choices),
        (_, object @ Value::Object(_)) => pick(object).map(Answer::Choice),
        (_, Value::Null) => None,
    }
}

fn pick(value: Value) -> Option<Pick> {
    match value {
        Value::String(text) => ChoiceId::parse(&text).ok().map(Pick::Listed),
        Value::Object(mut object) => match object.remove("other")? {
            Value::String(text) => Some(Pick::Other(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}
