//! A survey as a form: this file is about what the question templates ask while they are drawn, for respondents and
//! for the preview alike.

use canvass_model::{
    answer::{OTHER_SUFFIX, OTHER_VALUE, Refusal},
    definition::{Definition, Kind, Language, Other, Question, Section, Text},
    markdown,
    response::SubmissionKey,
};

/// A definition with what was given so far and what was wrong with it.
pub(crate) struct Sheet<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) language: &'a Language,
    /// Fields as they came.
    pub(crate) given: &'a [(String, String)],
    pub(crate) refusals: &'a [Refusal],
    /// The place of the section in sight, from 0.
    pub(crate) current: usize,
}

impl<'a> Sheet<'a> {
    /// The value of the field for an answer of one's own among choices.
    pub(crate) const OTHER: &'static str = OTHER_VALUE;

    /// A text in the sheet's language.
    pub(crate) fn text(&self, text: &'a Text) -> &'a str {
        text.in_language(self.language)
    }

    /// A text in the sheet's language, empty when there is none.
    pub(crate) fn maybe(&self, text: Option<&'a Text>) -> &'a str {
        text.map_or("", |it| self.text(it))
    }

    /// Markdown in the sheet's language as safe HTML, empty when there is none.
    pub(crate) fn markdown(&self, text: Option<&Text>) -> String {
        text.map_or_else(String::new, |it| markdown::to_html(it.in_language(self.language)))
    }

    /// What was given for a text field.
    pub(crate) fn value(&self, question: &Question) -> &str {
        self.field(question.id.as_str())
    }

    /// What was given for a question's own answer.
    pub(crate) fn other(&self, question: &Question) -> &str {
        let name = question.id.as_str();
        let matches = |field: &str| field.strip_suffix(OTHER_SUFFIX) == Some(name);
        self.given.iter().find(|(field, _)| matches(field)).map_or("", |(_, value)| value)
    }

    /// Whether a choice or number was picked.
    pub(crate) fn is_picked(&self, question: &Question, value: impl AsRef<str>) -> bool {
        self.given.iter().any(|(field, it)| field == question.id.as_str() && it == value.as_ref())
    }

    /// What is wrong with a question's answer; empty when nothing is.
    pub(crate) fn error(&self, question: &Question) -> &str {
        self.refusals.iter().find(|it| it.question.as_ref() == Some(&question.id)).map_or("", |it| &it.message)
    }

    /// Whether an answer of one's own may be written, and what its choice is called.
    pub(crate) fn other_label(&self, question: &'a Question) -> Option<&'a str> {
        match question.kind.other() {
            Other::Absent => None,
            Other::Offered { label } => Some(label.as_ref().map_or("Other", |it| self.text(it))),
        }
    }

    /// The points of a scale as field values.
    pub(crate) fn points(question: &Question) -> Vec<String> {
        question.kind.scale().map_or_else(Vec::new, |it| it.map(|n| n.to_string()).collect())
    }

    /// The low end of a scale.
    pub(crate) fn first_point(question: &Question) -> String {
        question.kind.scale().map_or_else(String::new, |it| it.start().to_string())
    }

    /// The high end of a scale.
    pub(crate) fn last_point(question: &Question) -> String {
        question.kind.scale().map_or_else(String::new, |it| it.end().to_string())
    }

    /// What an answer must keep to, where the definition's own help does not say it.
    pub(crate) fn hint(question: &Question) -> String {
        match &question.kind {
            Kind::Integer { min, max, .. } => {
                bounds("A whole number", min.map(|it| it.to_string()), max.map(|it| it.to_string()))
            }
            Kind::Decimal { min, max, .. } => {
                bounds("A number", min.map(|it| it.to_string()), max.map(|it| it.to_string()))
            }
            Kind::MultipleChoice { picks_min, picks_max, .. } => match (picks_min, picks_max) {
                (Some(min), Some(max)) if min == max => format!("Choose exactly {min}."),
                (Some(min), Some(max)) => format!("Choose {min} to {max}."),
                (Some(min), None) => format!("Choose at least {min}."),
                (None, Some(max)) => format!("Choose as many as apply, {max} at most."),
                (None, None) => "Choose as many as apply.".to_owned(),
            },
            Kind::ShortText { .. }
            | Kind::LongText { .. }
            | Kind::SingleChoice { .. }
            | Kind::Dropdown { .. }
            | Kind::Stars { .. }
            | Kind::OpinionScale { .. }
            | Kind::Nps { .. }
            | Kind::YesNo
            | Kind::Statement
            | Kind::Hidden { .. } => String::new(),
        }
    }

    /// What ties help, hint and error to a control, as the value of `aria-describedby`; empty when there is nothing.
    pub(crate) fn described_by(&self, question: &Question, unit: &str) -> String {
        let id = question.id.as_str();
        let mut parts = Vec::new();
        if question.help.is_some() {
            parts.push(format!("h-{id}"));
        }
        if !Self::hint(question).is_empty() {
            parts.push(format!("b-{id}"));
        }
        if !self.error(question).is_empty() {
            parts.push(format!("e-{id}"));
        }
        if !unit.is_empty() {
            parts.push(format!("u-{id}"));
        }
        parts.join(" ")
    }

    /// Whether a section is the one in sight.
    pub(crate) fn is_current(&self, section: &Section) -> bool {
        self.definition.sections.get(self.current).is_some_and(|it| it.id == section.id)
    }

    /// The id of the section in sight.
    pub(crate) fn section_id(&self) -> &str {
        self.definition.sections.get(self.current).map_or("", |it| it.id.as_str())
    }

    /// Whether any question needs an answer.
    pub(crate) fn has_required(&self) -> bool {
        self.definition.questions().any(|it| it.required)
    }

    /// Whether the section in sight is the last.
    pub(crate) fn is_last(&self) -> bool {
        self.definition.sections.len() <= self.current + 1
    }

    /// The label of the question a refusal belongs to, cut to fit a line; empty for refusals of no question.
    pub(crate) fn label_of(&self, refusal: &Refusal) -> String {
        const CHARS_MAX: usize = 80;
        let question = refusal.question.as_ref().and_then(|it| self.definition.question(it));
        let label = question.map_or("", |it| it.label.in_language(self.language));
        match label.char_indices().nth(CHARS_MAX) {
            Some((cut, _)) => format!("{}…", label.get(..cut).unwrap_or(label).trim_end()),
            None => label.to_owned(),
        }
    }

    fn field(&self, name: &str) -> &str {
        self.given.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

/// A submission key made with a form: the form's moment and 74 random bits.
#[expect(clippy::disallowed_methods, reason = "a key is made outside any transaction; it names a form, not a row")]
pub(crate) fn fresh_key() -> SubmissionKey {
    let text = uuid::Uuid::now_v7().to_string();
    SubmissionKey::parse(&text).unwrap_or_else(|_| unreachable!("a UUID is a submission key"))
}

fn bounds(what: &str, min: Option<String>, max: Option<String>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{what} from {min} to {max}."),
        (Some(min), None) => format!("{what}, {min} or more."),
        (None, Some(max)) => format!("{what}, {max} at most."),
        (None, None) => String::new(),
    }
}
