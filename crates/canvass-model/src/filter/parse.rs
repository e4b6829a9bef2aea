//! Reading: this file is about filters as JSON, and about what is wrong with one, in words.

use serde_json::Value;

use super::{ALL, BETWEEN, CONTAINS, Filter, IS, NOT, RECEIVED, Rule, SOURCE, Test, VERSION};
use crate::{
    definition::{Definition, Fault, Kind, Other, Question},
    number,
    response::Source,
    survey::Version,
    time::Timestamp,
};

impl Filter {
    /// Reads an object from question id to a value, to a list of values of which one must hold, or to tests. Faults point
    /// into `/filter`.
    pub fn parse(definition: &Definition, filter: &Value) -> Result<Self, Vec<Fault>> {
        let Value::Object(object) = filter else {
            let message = "A filter is an object from question id to value, list of values, or tests";
            return Err(vec![Fault::new("/filter", message)]);
        };
        if Self::QUESTIONS_MAX < object.len() {
            let message = format!("A filter has at most {} questions", Self::QUESTIONS_MAX);
            return Err(vec![Fault::new("/filter", message)]);
        }
        let (mut rules, mut faults) = (Vec::new(), Vec::new());
        for (name, value) in object {
            match Subject::find(definition, name).and_then(|it| it.rules(value)) {
                Ok(of_one) => rules.extend(of_one),
                Err(message) => faults.push(Fault { pointer: format!("/filter/{}", escape(name)), message }),
            }
        }
        if faults.is_empty() { Ok(Self { rules }) } else { Err(faults) }
    }

    /// The same from JSON text; nothing is no filter.
    pub fn parse_text(definition: &Definition, text: &str) -> Result<Self, Vec<Fault>> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_str(text) {
            Ok(json) => Self::parse(definition, &json),
            Err(error) => Err(vec![Fault::new("/filter", format!("This is not JSON: {error}"))]),
        }
    }
}

/// What a name stands for.
enum Subject<'d> {
    Question(&'d Question),
    Received,
    Version,
    Source,
}

impl<'d> Subject<'d> {
    fn find(definition: &'d Definition, name: &str) -> Result<Self, String> {
        match name {
            RECEIVED => Ok(Self::Received),
            VERSION => Ok(Self::Version),
            SOURCE => Ok(Self::Source),
            question => {
                let found = definition.question_named(question).map(Self::Question);
                found.ok_or_else(|| format!("There is no question {question:?}"))
            }
        }
    }

    fn rules(&self, value: &Value) -> Result<Vec<Rule>, String> {
        let Value::Object(tests) = value else { return Ok(vec![self.rule(IS, value)?]) };
        if tests.is_empty() {
            return Err(format!("Say what must hold: {IS:?}, {NOT:?}, {BETWEEN:?} or {CONTAINS:?}"));
        }
        let mut rules = Vec::new();
        for (test, value) in tests {
            match (test.as_str(), value) {
                (ALL, Value::Array(all)) if all.len() <= Filter::QUESTIONS_MAX => {
                    for one in all {
                        match one {
                            Value::Object(tests) if !tests.contains_key(ALL) => rules.extend(self.rules(one)?),
                            _ => return Err(format!("{ALL:?} is a list of tests")),
                        }
                    }
                }
                (test, value) => rules.push(self.rule(test, value)?),
            }
        }
        Ok(rules)
    }

    fn rule(&self, test: &str, value: &Value) -> Result<Rule, String> {
        match (self, test) {
            (Self::Question(question), IS) => Ok(answer(question, Test::Is(values(value)?))),
            (Self::Question(question), NOT) => Ok(answer(question, Test::Not(values(value)?))),
            (Self::Question(question), BETWEEN) => {
                if !question.kind.is_number() {
                    return Err(format!("The answers to {:?} are no numbers", question.id.as_str()));
                }
                let (least, most) = pair(value, |it| it.as_f64().filter(|it| number::is_allowed(*it)))?;
                Ok(answer(question, Test::Between(least, most)))
            }
            (Self::Question(question), CONTAINS) => {
                if !has_text(question) {
                    return Err(format!("The answers to {:?} are no texts", question.id.as_str()));
                }
                let words = value.as_str().map(str::trim).filter(|it| !it.is_empty());
                let words = words.filter(|it| it.chars().count() <= Filter::CONTAINS_CHARS_MAX);
                let asked = || format!("Give 1 to {} characters to search for", Filter::CONTAINS_CHARS_MAX);
                Ok(answer(question, Test::Contains(words.ok_or_else(asked)?.to_lowercase())))
            }
            (Self::Received, BETWEEN) => {
                let (since, until) = pair(value, |it| Timestamp::parse(it.as_str()?))
                    .map_err(|_| "Give two RFC 3339 times, or null for no bound".to_owned())?;
                Ok(Rule::Received(since, until))
            }
            (Self::Version, IS) => {
                let version = |it: Value| it.as_u64().and_then(|it| u32::try_from(it).ok()).map(Version);
                let found: Option<Vec<Version>> = values(value)?.into_iter().map(version).collect();
                found.map(Rule::Version).ok_or_else(|| "A version is a whole number".to_owned())
            }
            (Self::Source, IS) => {
                let found: Option<Vec<Source>> =
                    values(value)?.iter().map(|it| it.as_str().and_then(Source::parse)).collect();
                let names: Vec<&str> = Source::ALL.into_iter().map(Source::as_str).collect();
                found.map(Rule::Source).ok_or_else(|| format!("A source is one of {}", names.join(", ")))
            }
            (Self::Received | Self::Version | Self::Source, IS | NOT | BETWEEN | CONTAINS) => {
                Err(format!("{test:?} cannot be asked here"))
            }
            (_, other) => Err(format!("{other:?} is no test; there are {IS:?}, {NOT:?}, {BETWEEN:?} and {CONTAINS:?}")),
        }
    }
}

fn answer(question: &Question, test: Test) -> Rule {
    Rule::Answer(question.id.clone(), test)
}

fn values(value: &Value) -> Result<Vec<Value>, String> {
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
    Ok(values)
}

/// Two bounds, of which one may be missing.
fn pair<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Result<(Option<T>, Option<T>), String> {
    let asked = || "Give two bounds, or null for none, like [18, null]".to_owned();
    let Some([least, most]) = value.as_array().map(Vec::as_slice) else { return Err(asked()) };
    let bound = |it: &Value| if it.is_null() { Ok(None) } else { read(it).map(Some).ok_or_else(asked) };
    match (bound(least)?, bound(most)?) {
        (None, None) => Err(asked()),
        bounds => Ok(bounds),
    }
}

/// Whether there is text in its answers.
pub(super) fn has_text(question: &Question) -> bool {
    match question.kind {
        Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Hidden { .. } => true,
        Kind::SingleChoice { .. } | Kind::MultipleChoice { .. } | Kind::Dropdown { .. } => {
            matches!(question.kind.other(), Other::Offered { .. })
        }
        Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Stars { .. }
        | Kind::OpinionScale { .. }
        | Kind::Nps { .. }
        | Kind::YesNo
        | Kind::Statement => false,
    }
}

/// A name as a part of a JSON pointer (RFC 6901, section 3).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
