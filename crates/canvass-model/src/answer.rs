//! What was answered: this file is about the answers of one response, which exist only when their survey allows them.

use serde_json::Value;

use crate::definition::{ChoiceId, Definition, Language, Question, QuestionId, SectionId};

/// The answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Short or long text, in Unicode normal form C.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with decimals; always finite.
    Decimal(f64),
    /// The pick of a single choice or a dropdown.
    Choice(Pick),
    /// The picks of a multiple choice, in the order of the choices.
    Choices(Vec<Pick>),
    /// A number on a scale: stars, opinion scale, NPS.
    Scale(i64),
    /// Yes or no.
    YesNo(bool),
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pick {
    /// One of the choices.
    Listed(ChoiceId),
    /// An answer of one's own.
    Other(String),
}

/// The answers of one response, in the order of the definition. A question left out was not answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    entries: Vec<(QuestionId, Answer)>,
}

/// An answer that was refused, worded for the respondent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The question it belongs to; `None` when there is no such question.
    pub question: Option<QuestionId>,
    /// The form field it came from.
    pub field: String,
    /// Where it stands in the JSON of the answers, like `/A1`.
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// A form that was refused: why, and what was given, to be shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Why, in the order of the definition.
    pub refusals: Vec<Refusal>,
    /// The fields as they came, except the form's own.
    pub given: Vec<(String, String)>,
}

/// How much of a survey a form holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All of it.
    Survey,
    /// One section: other sections' questions are neither required nor allowed.
    Section(&'a SectionId),
}

/// A stored response that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these stored answers cannot be read: {0}")]
pub struct Unreadable(pub String);

/// The value of the form field for "other" among the choices. No choice's id can begin with a full stop.
pub const OTHER_VALUE: &str = ".other";
/// Follows a question's id in the name of the field for one's own answer, as in `colour.other`.
pub const OTHER_SUFFIX: &str = ".other";

impl Answers {
    /// Reads and checks the `answers` of an API body against the whole survey.
    pub fn from_json(_definition: &Definition, _json: &Value) -> Result<Self, Vec<Refusal>> {
        todo!()
    }

    /// Reads and checks the fields of a form.
    pub fn from_form(
        _definition: &Definition,
        _fields: &[(String, String)],
        _scope: Scope<'_>,
    ) -> Result<Self, Invalid> {
        todo!()
    }

    /// Reads what [`to_json`](Self::to_json) wrote, whatever became of the definition since: `definition` only tells
    /// which texts are choices.
    pub fn from_stored(_definition: &Definition, _text: &str) -> Result<Self, Unreadable> {
        todo!()
    }

    /// An object from question id to value, as the API takes it.
    pub fn to_json(&self) -> Value {
        self.iter().map(|(id, answer)| (id.to_string(), answer.to_json())).collect()
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many questions were answered.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The answer to one question.
    pub fn get(&self, id: &QuestionId) -> Option<&Answer> {
        self.entries.iter().find(|(it, _)| it == id).map(|(_, answer)| answer)
    }

    /// All answers, in the order of the definition.
    pub fn iter(&self) -> impl Iterator<Item = (&QuestionId, &Answer)> {
        self.entries.iter().map(|(id, answer)| (id, answer))
    }

    /// These answers with another form's in place of those to the same questions: section by section to a whole.
    #[must_use]
    pub fn merged(self, _later: Self, _definition: &Definition) -> Self {
        todo!()
    }
}

impl Answer {
    /// The value as the API takes it.
    pub fn to_json(&self) -> Value {
        todo!()
    }

    /// The cell of a table: ids and numbers, several picks joined by `;`.
    pub fn cell(&self) -> String {
        todo!()
    }

    /// The cell of a table for people: labels instead of ids.
    pub fn label_cell(&self, _question: &Question, _language: &Language) -> String {
        todo!()
    }
}
