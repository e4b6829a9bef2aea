//! Words: this file is about saying to people what a filter asks for.

use serde_json::Value;

use super::{Rule, Test};
use crate::{
    answer::OTHER_VALUE,
    definition::{Definition, Kind, Other, Question},
    number,
    response::Source,
    time::Timestamp,
};

impl Rule {
    /// What must hold, in a sentence without its end: `Colour? is Red or Blue`.
    pub fn words(&self, definition: &Definition) -> String {
        match self {
            Self::Answer(id, test) => {
                let question = definition.question(id);
                let label = question.map_or_else(|| id.to_string(), |it| it.label.to_string());
                format!("{label} {}", test.words(question))
            }
            Self::Received(since, until) => match (since, until) {
                (Some(since), Some(until)) => format!("Received from {} and before {}", moment(*since), moment(*until)),
                (Some(since), None) => format!("Received from {}", moment(*since)),
                (None, Some(until)) => format!("Received before {}", moment(*until)),
                (None, None) => "Received at any time".to_owned(),
            },
            Self::Version(versions) => format!("Version is {}", either(versions.iter().map(|it| it.0.to_string()))),
            Self::Source(sources) => format!("Came from {}", either(sources.iter().map(|it| source(*it).to_owned()))),
        }
    }
}

impl Test {
    fn words(&self, question: Option<&Question>) -> String {
        let said = |values: &[Value]| either(values.iter().map(|it| value(question, it)));
        match self {
            Self::Is(values) => format!("is {}", said(values)),
            Self::Not(values) => format!("is not {}", said(values)),
            Self::Between(Some(least), Some(most)) => {
                format!("is between {} and {}", number::to_json(*least), number::to_json(*most))
            }
            Self::Between(Some(least), None) => format!("is {} or more", number::to_json(*least)),
            Self::Between(None, Some(most)) => format!("is {} or less", number::to_json(*most)),
            Self::Between(None, None) => "is a number".to_owned(),
            Self::Contains(words) => format!("contains “{words}”"),
        }
    }
}

/// A value as the question words it.
fn value(question: Option<&Question>, value: &Value) -> String {
    let choices = question.and_then(|it| it.kind.choices()).unwrap_or_default();
    match value {
        Value::Null => "not answered".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text == OTHER_VALUE => match question.map(|it| &it.kind).map(Kind::other) {
            Some(Other::Offered { label: Some(label) }) => label.to_string(),
            Some(Other::Offered { label: None } | Other::Absent) | None => "other".to_owned(),
        },
        Value::String(text) => {
            let listed = choices.iter().find(|it| it.id.as_str() == text);
            listed.map_or_else(|| text.clone(), |it| it.label.to_string())
        }
        Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn either(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

/// A day when it is midnight, else a moment.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix("T00:00:00.000Z") {
        Some(day) => day.to_owned(),
        None => text.replace('T', " ").trim_end_matches('Z').trim_end_matches(".000").to_owned(),
    }
}

fn source(source: Source) -> &'static str {
    match source {
        Source::Form => "the form",
        Source::Api => "the API",
        Source::Demo => "the demonstration",
    }
}
