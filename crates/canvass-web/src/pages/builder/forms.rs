//! What is open for editing: this file is about the forms of a question, a section and the survey's own texts.

use canvass_model::definition::{Definition, Fingerprint, KindName, Language, Question, Section, Text, limit};

use super::fields::{self, Errors, in_language};
use crate::{form::Form, view::versions::Conflict};

/// A field with its label, its help and what is wrong with it.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) help: &'static str,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) shape: Shape,
    pub(super) chars_max: usize,
    /// Whether it takes focus when its form opens.
    pub(super) takes_focus: bool,
}

/// How a field looks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One line.
    Line,
    /// Several lines.
    Lines,
    /// A whole number.
    Whole,
    /// A number.
    Number,
}

/// One choice of the open question.
pub(super) struct ChoiceRow {
    pub(super) id: String,
    pub(super) wordings: Vec<Field>,
}

/// The open question.
pub(super) struct QuestionForm {
    pub(super) id: String,
    /// The section it stands in, for the case that it is removed meanwhile.
    pub(super) section: String,
    pub(super) kind: KindName,
    pub(super) base: String,
    pub(super) errors: Errors,
    pub(super) conflict: Option<Conflict>,
    given: Form,
    languages: Vec<Language>,
    /// Whether it was opened just now, and not only worked on.
    opens: bool,
}

/// An open text of the survey, or of a section.
pub(super) struct TextForm {
    /// Where it is posted.
    pub(super) action: String,
    pub(super) bases: Vec<(&'static str, String)>,
    pub(super) fields: Vec<Field>,
    pub(super) errors: Errors,
    pub(super) conflict: Option<Conflict>,
}

impl QuestionForm {
    /// The form of a question as it stands.
    pub(super) fn fresh(draft: &Definition, question: &Question) -> Self {
        let section = draft.section_of(&question.id).map_or_else(String::new, |it| it.id.to_string());
        Self {
            id: question.id.to_string(),
            section,
            kind: question.kind.name(),
            base: question.fingerprint().to_string(),
            errors: Vec::new(),
            conflict: None,
            given: fields::of(question, &draft.languages),
            languages: draft.languages.clone(),
            opens: true,
        }
    }

    /// The form as it was sent.
    pub(super) fn sent(id: &str, kind: KindName, form: &Form, languages: &[Language]) -> Self {
        Self {
            id: id.to_owned(),
            section: form.text("section").to_owned(),
            kind,
            base: form.text("base").to_owned(),
            errors: Vec::new(),
            conflict: None,
            given: form.clone(),
            languages: languages.to_vec(),
            opens: false,
        }
    }

    /// Open since before: focus stays where it is.
    pub(super) fn still_open(self) -> Self {
        Self { opens: false, ..self }
    }

    /// With what is wrong.
    pub(super) fn refused(self, errors: Errors) -> Self {
        Self { errors, ..self }
    }

    /// With another version beside it. From now on it is edited from that one, whose fingerprint is `base`.
    pub(super) fn contested(self, conflict: Conflict, base: &Fingerprint) -> Self {
        Self { conflict: Some(conflict), base: base.to_string(), ..self }
    }

    /// The drawing of its type.
    pub(super) fn icon(&self) -> &'static str {
        icon(self.kind)
    }

    /// What it is called in addresses, as it is or as it is being written.
    pub(super) fn name(&self) -> &str {
        match self.given.text("id") {
            "" => &self.id,
            written => written,
        }
    }

    pub(super) fn is_ticked(&self, name: &str) -> bool {
        self.given.is_ticked(name)
    }

    pub(super) fn is_value(&self, name: &str, value: &str) -> bool {
        self.given.text(name) == value
    }

    pub(super) fn pasted(&self) -> &str {
        self.given.find("choices.new").unwrap_or_default()
    }

    /// What is wrong with a field; empty when nothing is.
    pub(super) fn error(&self, name: &str) -> &str {
        message(&self.errors, name)
    }

    /// The fields of a text of one line, one for each language.
    pub(super) fn line(&self, name: &str, label: &str, help: &'static str, chars_max: usize) -> Vec<Field> {
        let mut fields = self.wordings((name, label, help), Shape::Line, chars_max);
        if let Some(first) = fields.first_mut() {
            first.takes_focus = self.opens && name == "label";
        }
        fields
    }

    /// The fields of a text of several lines, one for each language.
    pub(super) fn lines(&self, name: &str, label: &str, help: &'static str, chars_max: usize) -> Vec<Field> {
        self.wordings((name, label, help), Shape::Lines, chars_max)
    }

    /// The field of a number.
    pub(super) fn number(&self, name: &str, label: &str, shape: Shape) -> Field {
        Field {
            name: name.to_owned(),
            label: label.to_owned(),
            help: "",
            value: self.given.text(name).to_owned(),
            error: self.error(name).to_owned(),
            shape,
            chars_max: NUMBER_CHARS_MAX,
            takes_focus: false,
        }
    }

    /// The field of a line that is the same in every language.
    pub(super) fn plain(&self, name: &str, label: &str, help: &'static str, chars_max: usize) -> Field {
        Field { help, chars_max, ..self.number(name, label, Shape::Line) }
    }

    /// The field of a hidden value's default.
    pub(super) fn fallback(&self) -> Field {
        self.plain("default", "Value when there is none", "", limit::HIDDEN_CHARS_MAX as usize)
    }

    /// The choices in their order.
    pub(super) fn choices(&self) -> Vec<ChoiceRow> {
        let rows = fields::choice_ids(&self.given).into_iter().enumerate().map(|(place, id)| {
            let (name, label) = (format!("choice.{id}"), format!("Choice {}", place + 1));
            let wordings = self.wordings((&name, &label, ""), Shape::Line, limit::CHOICE_CHARS_MAX);
            ChoiceRow { id: id.to_owned(), wordings }
        });
        rows.collect()
    }

    fn wordings(&self, what: (&str, &str, &'static str), shape: Shape, chars_max: usize) -> Vec<Field> {
        wordings((&self.given, &self.errors), &self.languages, what, (shape, chars_max))
    }
}

/// A text to be edited: its field, what the form calls it, and what it is now.
struct Edited<'a> {
    name: &'static str,
    label: &'static str,
    help: &'static str,
    shape: Shape,
    present: Option<&'a Text>,
}

impl TextForm {
    /// The form of a section, as it stands or as it was sent.
    pub(super) fn of_section(base: &str, draft: &Definition, section: &Section, given: Option<&Form>) -> Self {
        let texts = [
            Edited { name: "title", label: "Heading", help: "", shape: Shape::Line, present: section.title.as_ref() },
            Edited {
                name: "description",
                label: "Text below the heading",
                help: MARKDOWN,
                shape: Shape::Lines,
                present: section.description.as_ref(),
            },
        ];
        let form = Self::of(format!("{base}/sections/{}", section.id), draft, &texts, given);
        Self { bases: vec![("base", sent_or(given, "base", &section.fingerprint()))], ..form }
    }

    /// The form of the survey's title and welcome.
    pub(super) fn of_welcome(base: &str, draft: &Definition, given: Option<&Form>) -> Self {
        let texts = [
            Edited { name: "title", label: "Title", help: "", shape: Shape::Line, present: Some(&draft.title) },
            Edited {
                name: "description",
                label: "Welcome",
                help: "Stands above the first question. Markdown makes headings, lists and links.",
                shape: Shape::Lines,
                present: draft.description.as_ref(),
            },
        ];
        Self::of(format!("{base}/texts/welcome"), draft, &texts, given)
    }

    /// The form of what a respondent reads at the end.
    pub(super) fn of_thanks(base: &str, draft: &Definition, given: Option<&Form>) -> Self {
        let text = Edited {
            name: "thank_you",
            label: "Thank-you text",
            help: "Read after sending the answers. Left empty, it is a plain thank-you. Markdown makes lists and links.",
            shape: Shape::Lines,
            present: draft.thank_you.as_ref(),
        };
        Self::of(format!("{base}/texts/thanks"), draft, &[text], given)
    }

    fn of(action: String, draft: &Definition, texts: &[Edited<'_>], given: Option<&Form>) -> Self {
        let languages = &draft.languages;
        let fields = texts.iter().flat_map(|it| {
            let chars_max = if it.shape == Shape::Line { limit::TITLE_CHARS_MAX } else { limit::PROSE_CHARS_MAX };
            let fresh = fields::of_text(it.name, it.present, languages);
            let form = given.unwrap_or(&fresh);
            wordings((form, &Vec::new()), languages, (it.name, it.label, it.help), (it.shape, chars_max))
        });
        let bases = texts.iter().map(|it| {
            let name = base_of(it.name);
            (name, sent_or(given, name, &Fingerprint::of_text(it.present)))
        });
        let mut fields: Vec<Field> = fields.collect();
        if let Some(first) = fields.first_mut() {
            first.takes_focus = true;
        }
        Self { fields, bases: bases.collect(), action, errors: Vec::new(), conflict: None }
    }

    /// With what is wrong.
    pub(super) fn refused(mut self, errors: Errors) -> Self {
        for field in &mut self.fields {
            message(&errors, &field.name).clone_into(&mut field.error);
        }
        Self { errors, ..self }
    }

    /// With another version beside it; from now on it is edited from that one.
    pub(super) fn contested(mut self, conflict: Conflict, name: &str, base: &Fingerprint) -> Self {
        for (_, value) in self.bases.iter_mut().filter(|(it, _)| *it == name) {
            *value = base.to_string();
        }
        Self { conflict: Some(conflict), ..self }
    }
}

/// The hidden field that tells which wording of a text an edit was made from.
pub(super) fn base_of(text: &str) -> &'static str {
    match text {
        "title" => "base.title",
        "description" => "base.description",
        _ => "base.thank_you",
    }
}

/// The drawing of a type.
pub(super) fn icon(kind: KindName) -> &'static str {
    match kind {
        KindName::ShortText => "short-text",
        KindName::LongText => "long-text",
        KindName::Integer => "integer",
        KindName::Decimal => "decimal",
        KindName::SingleChoice => "single-choice",
        KindName::MultipleChoice => "multiple-choice",
        KindName::Dropdown => "dropdown",
        KindName::Stars => "star",
        KindName::OpinionScale => "scale",
        KindName::Nps => "nps",
        KindName::YesNo => "yes-no",
        KindName::Statement => "statement",
        KindName::Hidden => "hidden",
    }
}

fn sent_or(given: Option<&Form>, name: &str, present: &Fingerprint) -> String {
    given.and_then(|it| it.find(name)).map_or_else(|| present.to_string(), str::to_owned)
}

fn message<'a>(errors: &'a Errors, name: &str) -> &'a str {
    errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
}

/// The fields of one text, one for each language of the survey.
fn wordings(
    (form, errors): (&Form, &Errors),
    languages: &[Language],
    (name, label, help): (&str, &str, &'static str),
    (shape, chars_max): (Shape, usize),
) -> Vec<Field> {
    let several = 1 < languages.len();
    let field = |language: &Language| {
        let name = in_language(name, languages, language);
        Field {
            label: if several { format!("{label} ({language})") } else { label.to_owned() },
            help,
            value: form.find(&name).unwrap_or_default().to_owned(),
            error: message(errors, &name).to_owned(),
            shape,
            chars_max,
            takes_focus: false,
            name,
        }
    };
    languages.iter().map(field).collect()
}

const MARKDOWN: &str = "Markdown makes headings, lists and links.";
/// The longest number anybody means.
const NUMBER_CHARS_MAX: usize = 30;
