//! Filters: this file is about which responses count: by what they answered, when they came, from where, and to which
//! version. `docs/filters.md` describes how one is written.
//!
//! Reading order: `parse` reads a filter, `matching` tells of a chunk's rows which count, and of a chunk whether any may,
//! `words` says a filter to people.

mod matching;
mod parse;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Map, Value, json};

use crate::{
    answer::{Answer, OTHER_VALUE, Pick},
    definition::QuestionId,
    number,
    response::Source,
    survey::Version,
    time::Timestamp,
};

pub use self::matching::Mask;

/// Which responses count. Everything that is said must hold; what is not said holds always.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    rules: Vec<Rule>,
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Of the answer to a question.
    Answer(QuestionId, Test),
    /// Of the moment it was received: from the first on, before the second.
    Received(Option<Timestamp>, Option<Timestamp>),
    /// Of the version it answered: one of these.
    Version(Vec<Version>),
    /// Of where it came from: one of these.
    Source(Vec<Source>),
}

/// What an answer must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these, as the API writes answers; `null` stands for no answer, `".other"` for an answer of one's own. A
    /// multiple choice must have one of them among its picks.
    Is(Vec<Value>),
    /// None of these.
    Not(Vec<Value>),
    /// A number that is neither smaller than the first nor larger than the second.
    Between(Option<f64>, Option<f64>),
    /// A text that holds these words, whatever their case; an answer of one's own is a text, too.
    Contains(String),
}

impl Filter {
    /// The most questions of one filter.
    pub const QUESTIONS_MAX: usize = 10;
    /// The most values of one question.
    pub const VALUES_MAX: usize = 100;
    /// The most characters to search a text for.
    pub const CONTAINS_CHARS_MAX: usize = 200;

    /// Whether everything counts.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What must hold.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The same, and a rule more.
    #[must_use]
    pub fn and(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// The same without the rule at a place.
    #[must_use]
    pub fn without(mut self, place: usize) -> Self {
        if place < self.rules.len() {
            self.rules.remove(place);
        }
        self
    }

    /// The same for responses received from `since` on, before `until`, to this `version` alone; each as far as it is said.
    #[must_use]
    pub fn within(mut self, since: Option<Timestamp>, until: Option<Timestamp>, version: Option<Version>) -> Self {
        if since.is_some() || until.is_some() {
            self.rules.push(Rule::Received(since, until));
        }
        self.rules.extend(version.map(|it| Rule::Version(vec![it])));
        self
    }

    /// The questions it looks at.
    pub fn questions(&self) -> impl Iterator<Item = &QuestionId> {
        self.rules.iter().filter_map(|it| match it {
            Rule::Answer(question, _) => Some(question),
            Rule::Received(..) | Rule::Version(_) | Rule::Source(_) => None,
        })
    }

    /// The filter as [`parse`](Self::parse) reads it; several rules of one name stand in a list.
    pub fn to_json(&self) -> Value {
        let mut object: Map<String, Value> = Map::new();
        for rule in &self.rules {
            let (name, value) = (rule.name().to_owned(), rule.to_json());
            match object.get_mut(&name) {
                None => drop(object.insert(name, value)),
                Some(Value::Object(tests)) => {
                    if let Some(Value::Array(all)) = tests.get_mut(ALL) {
                        all.push(value);
                    } else {
                        let before = Value::Object(std::mem::take(tests));
                        tests.insert(ALL.to_owned(), Value::Array(vec![before, value]));
                    }
                }
                Some(_) => {}
            }
        }
        Value::Object(object)
    }
}

impl Rule {
    /// What it is about: a question's id, or one of the names that begin with an underscore.
    pub fn name(&self) -> &str {
        match self {
            Self::Answer(question, _) => question.as_str(),
            Self::Received(..) => RECEIVED,
            Self::Version(_) => VERSION,
            Self::Source(_) => SOURCE,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Answer(_, Test::Is(values)) => json!({ IS: values }),
            Self::Answer(_, Test::Not(values)) => json!({ NOT: values }),
            Self::Answer(_, Test::Between(least, most)) => {
                json!({ BETWEEN: [least.map(number::to_json), most.map(number::to_json)] })
            }
            Self::Answer(_, Test::Contains(words)) => json!({ CONTAINS: words }),
            Self::Received(since, until) => {
                json!({ BETWEEN: [since.map(|it| it.to_string()), until.map(|it| it.to_string())] })
            }
            Self::Version(versions) => json!({ IS: versions }),
            Self::Source(sources) => json!({ IS: sources }),
        }
    }
}

impl Test {
    /// Whether this is the answer it asks for.
    pub fn admits(&self, answer: Option<&Answer>) -> bool {
        match self {
            Self::Is(values) => values.iter().any(|it| is_value(it, answer)),
            Self::Not(values) => !values.iter().any(|it| is_value(it, answer)),
            Self::Between(least, most) => answer
                .and_then(number_of)
                .is_some_and(|it| least.is_none_or(|least| least <= it) && most.is_none_or(|most| it <= most)),
            Self::Contains(words) => answer.is_some_and(|it| holds(it, words)),
        }
    }
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

fn number_of(answer: &Answer) -> Option<f64> {
    match answer {
        Answer::Integer(number) | Answer::Scale(number) => Some(number::float(*number)),
        Answer::Decimal(number) => Some(*number),
        Answer::Text(_) | Answer::Hidden(_) | Answer::Choice(_) | Answer::Choices(_) | Answer::YesNo(_) => None,
    }
}

/// Whether a text of the answer holds words in small letters.
fn holds(answer: &Answer, words: &str) -> bool {
    let in_text = |text: &str| text.to_lowercase().contains(words);
    let in_pick = |pick: &Pick| match pick {
        Pick::Other(text) => in_text(text),
        Pick::Listed(_) => false,
    };
    match answer {
        Answer::Text(text) | Answer::Hidden(text) => in_text(text),
        Answer::Choice(pick) => in_pick(pick),
        Answer::Choices(picks) => picks.iter().any(in_pick),
        Answer::Integer(_) | Answer::Decimal(_) | Answer::Scale(_) | Answer::YesNo(_) => false,
    }
}

/// The names that are no questions.
const RECEIVED: &str = "_received_at";
const VERSION: &str = "_version";
const SOURCE: &str = "_source";
/// The tests by their names.
const IS: &str = "is";
const NOT: &str = "not";
const BETWEEN: &str = "between";
const CONTAINS: &str = "contains";
const ALL: &str = "all";
