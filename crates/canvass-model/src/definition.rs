//! What a survey asks: this file is about the definition, a document that exists only when it is right.
//!
//! Reading order: [`identifier`](QuestionId) and [`text`](Text) are its smallest parts, [`kind`](Kind) the question
//! types, `limit` every bound; `parse` and `write` turn JSON into a definition and back, `schema` describes that JSON
//! to others, `publication` says what a draft still lacks, `edit` is every change a member can make.

mod edit;
mod identifier;
mod kind;
pub mod limit;
mod parse;
mod publication;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod write;

use std::{
    collections::{BTreeSet, HashMap},
    ops::Deref,
};

use sha2::{Digest, Sha256};

pub(crate) use self::parse::escaped;
#[cfg(test)]
pub(crate) use self::parse::fields;
pub use self::{
    edit::{Edit, EditRefusal},
    identifier::{ChoiceId, FieldId, InvalidIdentifier, QuestionId, SectionId},
    kind::{Choice, Kind, KindName, Other, SetBy},
    schema::schema,
    text::{InvalidLanguage, Language, Text},
};
use crate::text::Title;

/// A survey's definition. It can be read like its [`Content`] and changed only by [`edit`](Definition::edit), so that
/// one in hand is always within every limit, with ids that are unique.
#[derive(Debug, Clone)]
pub struct Definition {
    content: Content,
    /// Where each question stands: its section's and its own place.
    places: HashMap<QuestionId, (usize, usize)>,
}

/// The parts of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// What the survey is called: one line.
    pub title: Text,
    /// What stands above the first section, in Markdown.
    pub description: Option<Text>,
    /// The languages it is written in, the default first; never empty.
    pub languages: Vec<Language>,
    /// Its pages, in order.
    pub sections: Vec<Section>,
    /// What a respondent reads at the end, in Markdown.
    pub thank_you: Option<Text>,
}

/// One page of a survey.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Stays the same whatever the title becomes.
    pub id: SectionId,
    /// Its heading: one line.
    pub title: Option<Text>,
    /// What stands below its heading, in Markdown.
    pub description: Option<Text>,
    /// Its questions, in order.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Stays the same whatever the label becomes.
    pub id: QuestionId,
    /// The question itself: one line. Empty only in a draft.
    pub label: Text,
    /// What helps to answer it, in Markdown.
    pub help: Option<Text>,
    /// Whether a response without an answer to it is refused.
    pub required: bool,
    /// What it asks for.
    pub kind: Kind,
}

/// Something wrong in a definition, and where: a JSON pointer (RFC 6901) into the document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Fault {
    /// Where it is, like `/sections/0/questions/3/label`; empty for the whole document.
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// How something looked when somebody began to edit it: a short hash of its canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Definition {
    /// Reads a definition from JSON. Reports every fault, up to [`limit::FAULTS_MAX`].
    pub fn parse(json: &serde_json::Value) -> Result<Self, Vec<Fault>> {
        parse::definition(json).map(Self::from_content)
    }

    /// Reads a definition from JSON text. Malformed JSON is a fault that names the line and column.
    pub fn parse_text(text: &str) -> Result<Self, Vec<Fault>> {
        match serde_json::from_str(text) {
            Ok(json) => Self::parse(&json),
            Err(error) => Err(vec![Fault::new("", format!("This is not JSON: {error}"))]),
        }
    }

    /// A new survey in English: one section, no questions.
    pub fn blank(title: &Title) -> Self {
        let section = Section { id: SectionId::generated(1), title: None, description: None, questions: Vec::new() };
        Self::from_content(Content {
            title: Text::new(Language::english(), title.as_str()),
            description: None,
            languages: vec![Language::english()],
            sections: vec![section],
            thank_you: None,
        })
    }

    /// The canonical document: parsing it gives this definition again. What has its default value is left out.
    pub fn to_json(&self) -> serde_json::Value {
        write::definition(&self.content)
    }

    /// All questions, section by section.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.content.sections.iter().flat_map(|it| &it.questions)
    }

    /// The question with this id.
    pub fn question(&self, id: &QuestionId) -> Option<&Question> {
        self.question_named(id.as_str())
    }

    /// The question with this id, as it stands in a form or a document; at most one lookup, whatever the text.
    pub fn question_named(&self, id: &str) -> Option<&Question> {
        let (section, question) = *self.places.get(id)?;
        self.content.sections.get(section)?.questions.get(question)
    }

    /// The hidden values that an address may bring along, in their order.
    pub fn carried(&self) -> impl Iterator<Item = &Question> {
        self.questions().filter(|it| matches!(it.kind, Kind::Hidden { set_by: SetBy::Url, .. }))
    }

    /// The section a question stands in.
    pub fn section_of(&self, id: &QuestionId) -> Option<&Section> {
        let (section, _) = *self.places.get(id)?;
        self.content.sections.get(section)
    }

    /// The section with this id.
    pub fn section(&self, id: &SectionId) -> Option<&Section> {
        self.content.sections.iter().find(|it| it.id == *id)
    }

    /// The language texts fall back to.
    pub fn default_language(&self) -> &Language {
        &self.content.languages[0]
    }

    /// The title in the default language.
    pub fn title_text(&self) -> &str {
        self.content.title.in_default()
    }

    /// Everything a draft may lack and a published survey may not; empty when it can be published.
    pub fn publication_faults(&self) -> Vec<Fault> {
        publication::faults(self)
    }

    /// The definition after one change.
    pub fn edit(&self, edit: Edit) -> Result<Self, EditRefusal> {
        edit::apply(self, edit, &BTreeSet::new())
    }

    /// The definition after one change, in which a new question gets none of the `taken` ids. Whoever edits a survey
    /// that was published passes the ids of all its versions: answers to a removed question are never mistaken for
    /// answers to a new one.
    pub fn edit_avoiding(&self, edit: Edit, taken: &BTreeSet<QuestionId>) -> Result<Self, EditRefusal> {
        edit::apply(self, edit, taken)
    }

    /// Where a question stands among all, to sort by; the last for one that is not here.
    pub(crate) fn place(&self, id: &QuestionId) -> (usize, usize) {
        self.places.get(id).copied().unwrap_or((usize::MAX, usize::MAX))
    }

    fn from_content(content: Content) -> Self {
        let places = content.sections.iter().enumerate().flat_map(|(section, it)| {
            it.questions.iter().enumerate().map(move |(place, question)| (question.id.clone(), (section, place)))
        });
        Self { places: places.collect(), content }
    }
}

/// Gives the parts to read. There is no way to write them in place.
impl Deref for Definition {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.content
    }
}

impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl Question {
    /// Reads one question of a survey in `languages` from JSON; a missing id becomes `q1`. Pointers are relative to it.
    pub fn parse(json: &serde_json::Value, languages: &[Language]) -> Result<Self, Vec<Fault>> {
        parse::question_alone(json, languages)
    }

    /// The question as in the canonical document.
    pub fn to_json(&self) -> serde_json::Value {
        write::question(self)
    }

    /// What this question looks like now; another wording has another fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_json())
    }

    /// Whether it can be answered at all.
    pub fn takes_answer(&self) -> bool {
        !matches!(self.kind, Kind::Statement)
    }

    /// Whether respondents never see it.
    pub fn is_hidden(&self) -> bool {
        matches!(self.kind, Kind::Hidden { .. })
    }

    /// Whether respondents are asked it.
    pub fn is_asked(&self) -> bool {
        self.takes_answer() && !self.is_hidden()
    }

    /// The choice with this id.
    pub fn choice(&self, id: &ChoiceId) -> Option<&Choice> {
        self.kind.choices()?.iter().find(|it| it.id == *id)
    }
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.pointer.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.pointer, self.message)
        }
    }
}

impl Section {
    /// What its heading and description look like now; its questions have fingerprints of their own.
    pub fn fingerprint(&self) -> Fingerprint {
        let texts = [&self.title, &self.description];
        Fingerprint::of(&texts.into_iter().map(|it| it.as_ref().map(Text::to_json)).collect())
    }
}

impl Fingerprint {
    /// What a text of the survey looks like now, if it is there.
    pub fn of_text(text: Option<&Text>) -> Self {
        Self::of(&text.map(Text::to_json).into())
    }

    /// What a document looks like now.
    pub(crate) fn of(json: &serde_json::Value) -> Self {
        let digest: [u8; 32] = Sha256::digest(json.to_string()).into();
        let [first, second, third, fourth, fifth, sixth, seventh, eighth, ..] = digest;
        let short = u64::from_be_bytes([first, second, third, fourth, fifth, sixth, seventh, eighth]);
        Self(format!("{short:016x}"))
    }

    /// Takes a fingerprint from a form; one that never was matches no question.
    pub fn offered(text: &str) -> Self {
        Self(text.chars().take(64).collect())
    }

    /// The fingerprint as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
