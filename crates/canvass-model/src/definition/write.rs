//! A definition as JSON: this file is about the canonical document, in which nothing has its default value.

use serde_json::{Map, Value};

use super::{Choice, Content, Kind, Other, Question, Section, SetBy, Text, limit};
use crate::number;

/// The whole document.
pub(super) fn definition(content: &Content) -> Value {
    let mut document = Map::new();
    document.insert("title".into(), content.title.to_json());
    optional(&mut document, "description", content.description.as_ref());
    document.insert("languages".into(), content.languages.iter().map(ToString::to_string).collect());
    document.insert("sections".into(), content.sections.iter().map(section).collect());
    optional(&mut document, "thank_you", content.thank_you.as_ref());
    Value::Object(document)
}

fn section(section: &Section) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), section.id.as_str().into());
    optional(&mut object, "title", section.title.as_ref());
    optional(&mut object, "description", section.description.as_ref());
    object.insert("questions".into(), section.questions.iter().map(question).collect());
    Value::Object(object)
}

/// One question.
pub(super) fn question(question: &Question) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), question.id.as_str().into());
    object.insert("type".into(), question.kind.name().as_str().into());
    object.insert("label".into(), question.label.to_json());
    optional(&mut object, "help", question.help.as_ref());
    if question.required {
        object.insert("required".into(), true.into());
    }
    kind(&mut object, &question.kind);
    Value::Object(object)
}

fn kind(object: &mut Map<String, Value>, kind: &Kind) {
    match kind {
        Kind::ShortText { chars_min, chars_max } => {
            lengths(object, *chars_min, (*chars_max, limit::SHORT_TEXT_CHARS_MAX));
        }
        Kind::LongText { chars_min, chars_max } => {
            lengths(object, *chars_min, (*chars_max, limit::LONG_TEXT_CHARS_MAX));
        }
        Kind::Integer { min, max, unit } => {
            given(object, "min", min.map(Value::from));
            given(object, "max", max.map(Value::from));
            optional(object, "unit", unit.as_ref());
        }
        Kind::Decimal { min, max, step, unit } => {
            given(object, "min", min.map(number::to_json));
            given(object, "max", max.map(number::to_json));
            given(object, "step", step.map(number::to_json));
            optional(object, "unit", unit.as_ref());
        }
        Kind::SingleChoice { choices, other } | Kind::Dropdown { choices, other } => list(object, choices, other),
        Kind::MultipleChoice { choices, other, picks_min, picks_max } => {
            list(object, choices, other);
            given(object, "picks_min", picks_min.map(Value::from));
            given(object, "picks_max", picks_max.map(Value::from));
        }
        Kind::Stars { count } => unless_default(object, "count", *count, limit::STARS_DEFAULT),
        Kind::OpinionScale { from, to, low_label, high_label } => {
            unless_default(object, "from", *from, limit::SCALE_FROM_DEFAULT);
            unless_default(object, "to", *to, limit::SCALE_TO_DEFAULT);
            optional(object, "low_label", low_label.as_ref());
            optional(object, "high_label", high_label.as_ref());
        }
        Kind::Nps { low_label, high_label } => {
            optional(object, "low_label", low_label.as_ref());
            optional(object, "high_label", high_label.as_ref());
        }
        Kind::YesNo | Kind::Statement => {}
        Kind::Hidden { set_by, default } => {
            given(object, "set_by", (*set_by != SetBy::Url).then(|| set_by.as_str().into()));
            given(object, "default", default.as_deref().map(Value::from));
        }
    }
}

fn list(object: &mut Map<String, Value>, choices: &[Choice], other: &Other) {
    let choice = |it: &Choice| serde_json::json!({ "id": it.id.as_str(), "label": it.label.to_json() });
    object.insert("choices".into(), choices.iter().map(choice).collect());
    match other {
        Other::Absent => {}
        Other::Offered { label: None } => given(object, "other", Some(true.into())),
        Other::Offered { label: Some(label) } => {
            given(object, "other", Some(serde_json::json!({ "label": label.to_json() })));
        }
    }
}

fn lengths(object: &mut Map<String, Value>, chars_min: u32, (chars_max, default): (u32, u32)) {
    unless_default(object, "chars_min", chars_min, 0);
    unless_default(object, "chars_max", chars_max, default);
}

fn unless_default<N: Into<Value> + PartialEq + Copy>(
    object: &mut Map<String, Value>,
    name: &str,
    value: N,
    default: N,
) {
    given(object, name, (value != default).then(|| value.into()));
}

fn optional(object: &mut Map<String, Value>, name: &str, text: Option<&Text>) {
    given(object, name, text.map(Text::to_json));
}

fn given(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value);
    }
}
