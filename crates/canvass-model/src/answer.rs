//! What was answered: this file is about the answers of one response, which exist only when their survey allows them.

//!
//! Reading order: `check` holds the rules, whatever way an answer came; `json` and `form` are the two ways, `hidden` is
//! what nobody is asked, `stored` reads back what `write` wrote, `cell` is an answer in a table, `columns` all of them in
//! one.

mod cell;
mod check;
mod columns;
mod form;
mod hidden;
mod json;
mod stored;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

pub(crate) use self::stored::answer as from_stored_value;
pub use self::{
    columns::Columns,
    hidden::{HiddenValues, carried},
};

use crate::definition::{ChoiceId, Definition, Kind, Language, Question, QuestionId, SectionId, SetBy};

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
    /// A hidden value: one line, never empty, in Unicode normal form C.
    Hidden(String),
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
    /// One section: other sections' questions are neither required nor read.
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
    pub fn from_json(definition: &Definition, json: &Value) -> Result<Self, Vec<Refusal>> {
        json::read(definition, json)
    }

    /// Reads and checks the fields of a form: one field per question id, repeated for a multiple choice; `yes` and `no`;
    /// [`OTHER_VALUE`] with the text in the field named by the id and [`OTHER_SUFFIX`]. An empty field is no answer.
    /// Fields whose name begins with `_` are the form's own. Hidden values never refuse a form: what respondents cannot
    /// see they cannot mend.
    pub fn from_form(definition: &Definition, fields: &[(String, String)], scope: Scope<'_>) -> Result<Self, Invalid> {
        form::read(definition, fields, scope)
    }

    /// Reads what [`to_json`](Self::to_json) wrote, whatever became of the definition since: `definition` only tells
    /// which texts are choices.
    pub fn from_stored(definition: &Definition, text: &str) -> Result<Self, Unreadable> {
        stored::read(definition, text)
    }

    /// An object from question id to value, as the API takes it.
    pub fn to_json(&self) -> Value {
        json(self)
    }

    /// The same object as text: what is stored.
    pub fn to_json_text(&self) -> String {
        // Writing to memory what has names for keys does not fail.
        serde_json::to_string(self).unwrap_or_default()
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

    /// The hidden values among them, as an object from question id to text.
    pub fn hidden_json(&self) -> Value {
        let hidden = self.iter().filter(|(_, it)| matches!(it, Answer::Hidden(_)));
        hidden.map(|(id, answer)| (id.to_string(), answer.to_json())).collect()
    }

    /// These answers with what a script sets of the hidden values.
    #[must_use]
    pub fn with_hidden(self, values: &HiddenValues, definition: &Definition) -> Self {
        let mut entries = self.entries;
        entries.retain(|(id, _)| !values.sets(id));
        entries.extend(values.answers());
        entries.sort_by_key(|(id, _)| definition.place(id));
        Self { entries }
    }

    /// These answers as scripts that check them are given them: what only scripts set is as if none had.
    #[must_use]
    pub fn unchecked(mut self, definition: &Definition) -> Self {
        for question in definition.questions() {
            if matches!(question.kind, Kind::Hidden { set_by: SetBy::Script, .. }) {
                self.entries.retain(|(id, _)| *id != question.id);
                self.entries.extend(check::fallback(&question.kind).map(|it| (question.id.clone(), it)));
            }
        }
        self.entries.sort_by_key(|(id, _)| definition.place(id));
        self
    }

    /// These answers with another form's in place of those to the same questions: section by section to a whole.
    #[must_use]
    pub fn merged(self, later: Self, definition: &Definition) -> Self {
        let kept = self.entries.into_iter().filter(|(id, _)| later.get(id).is_none()).collect::<Vec<_>>();
        let mut entries = [kept, later.entries].concat();
        entries.sort_by_key(|(id, _)| definition.place(id));
        Self { entries }
    }
}

impl Answer {
    /// The value as the API takes it: text, number, true or false, a choice's id or `{"other": "…"}`, a list of those.
    pub fn to_json(&self) -> Value {
        json(self)
    }

    /// The cell of a table for programs: text as it is, numbers, `yes` or `no`, ids of choices joined by `;`, an answer
    /// of one's own as `other: …` at the end. No id holds a colon or semicolon.
    pub fn cell(&self) -> String {
        cell::plain(self)
    }

    /// The cell of a table for people: labels in place of ids.
    pub fn label_cell(&self, question: &Question, language: &Language) -> String {
        cell::labelled(self, question, language)
    }
}

/// Cannot fail, like every writing of an answer.
fn json(answered: &impl serde::Serialize) -> Value {
    serde_json::to_value(answered).unwrap_or_default()
}
