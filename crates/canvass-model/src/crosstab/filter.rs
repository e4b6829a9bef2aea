//! Filters: this file is about which responses count: by what they answered, when they came, and to which version.

use serde_json::Value;

use super::Row;
use crate::{
    answer::{Answer, OTHER_VALUE, Pick},
    definition::{Definition, Fault, QuestionId},
    number,
    survey::Version,
    time::Timestamp,
};

/// Which responses count. Everything that is said must hold; what is not said holds always.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Of each question one of these values, as the API writes answers; `null` stands for no answer, `".other"` for an
    /// answer of one's own. A multiple choice must have one of them among its picks.
    answers: Vec<(QuestionId, Vec<Value>)>,
    /// Received then or later.
    since: Option<Timestamp>,
    /// Received before.
    until: Option<Timestamp>,
    /// Answered in this version.
    version: Option<Version>,
}

impl Filter {
    /// The most questions of one filter.
    pub const QUESTIONS_MAX: usize = 10;
    /// The most values of one question.
    pub const VALUES_MAX: usize = 100;

    /// Reads an object from question id to a value, or to a list of values of which one must hold.
    pub fn parse(definition: &Definition, answers: &Value) -> Result<Self, Vec<Fault>> {
        let Value::Object(object) = answers else {
            return Err(vec![Fault::new(
                "/filter",
                "A filter is an object from question id to value, or list of values",
            )]);
        };
        if Self::QUESTIONS_MAX < object.len() {
            let message = format!("A filter has at most {} questions", Self::QUESTIONS_MAX);
            return Err(vec![Fault::new("/filter", message)]);
        }
        let (mut read, mut faults) = (Vec::with_capacity(object.len()), Vec::new());
        for (name, value) in object {
            match question(definition, name, value) {
                Ok(it) => read.push(it),
                Err(message) => faults.push(Fault { pointer: format!("/filter/{}", escape(name)), message }),
            }
        }
        if faults.is_empty() { Ok(Self { answers: read, ..Self::default() }) } else { Err(faults) }
    }

    /// The same for responses received from `since` on, before `until`, to this `version` alone; each as far as it is said.
    #[must_use]
    pub fn within(self, since: Option<Timestamp>, until: Option<Timestamp>, version: Option<Version>) -> Self {
        Self { since, until, version, ..self }
    }

    /// The questions it looks at.
    pub fn questions(&self) -> impl Iterator<Item = QuestionId> {
        self.answers.iter().map(|(it, _)| it.clone())
    }

    /// Whether a response came when it must have, and answered the version it must.
    pub fn admits(&self, row: &Row) -> bool {
        self.since.is_none_or(|it| it <= row.received_at)
            && self.until.is_none_or(|it| row.received_at < it)
            && self.version.is_none_or(|it| it == row.version)
    }

    /// Whether these are the answers it asks for, in the order of its [questions](Self::questions).
    pub fn matches(&self, answers: &[Option<Answer>]) -> bool {
        let one_of = |values: &[Value], answer: Option<&Answer>| values.iter().any(|it| is_value(it, answer));
        self.answers.iter().zip(answers).all(|((_, values), answer)| one_of(values, answer.as_ref()))
    }
}

fn question(definition: &Definition, name: &str, value: &Value) -> Result<(QuestionId, Vec<Value>), String> {
    let question = definition.question_named(name).ok_or_else(|| format!("There is no question {name:?}"))?;
    let values = match value {
        Value::Array(values) => values.clone(),
        single => vec![single.clone()],
    };
    if values.is_empty() || Filter::VALUES_MAX < values.len() {
        return Err(format!("Give 1 to {} values", Filter::VALUES_MAX));
    }
    if values.iter().any(|it| it.is_array() || it.is_object()) {
        return Err("A value is a text, a number, true, false or null".to_owned());
    }
    Ok((question.id.clone(), values))
}

fn is_value(value: &Value, answer: Option<&Answer>) -> bool {
    let Some(answer) = answer else { return value.is_null() };
    let is_pick = |pick: &Pick| match pick {
        Pick::Listed(id) => value.as_str() == Some(id.as_str()),
        Pick::Other(_) => value.as_str() == Some(OTHER_VALUE),
    };
    let is_number = |number: f64| value.as_f64().is_some_and(|it| it.total_cmp(&number).is_eq());
    match answer {
        Answer::Text(text) | Answer::Hidden(text) => value.as_str() == Some(text),
        Answer::Integer(number) | Answer::Scale(number) => is_number(number::float(*number)),
        Answer::Decimal(number) => is_number(*number),
        Answer::Choice(pick) => is_pick(pick),
        Answer::Choices(picks) => picks.iter().any(is_pick),
        Answer::YesNo(yes) => value.as_bool() == Some(*yes),
    }
}

/// A name as a part of a JSON pointer (RFC 6901, section 3).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
