//! Question types from JSON: this file is about the fields that belong to each type and what they may hold.

use unicode_normalization::UnicodeNormalization;

use super::{
    Ids,
    reader::{Object, Prose, Reader},
};
use crate::definition::{Choice, ChoiceId, Kind, KindName, Other, SetBy, Text, limit};

/// The fields a question of this type may have.
pub(crate) fn fields(name: KindName) -> Vec<&'static str> {
    let own: &[&str] = match name {
        KindName::ShortText | KindName::LongText => &["required", "chars_min", "chars_max"],
        KindName::Integer => &["required", "min", "max", "unit"],
        KindName::Decimal => &["required", "min", "max", "step", "unit"],
        KindName::SingleChoice | KindName::Dropdown => &["required", "choices", "other"],
        KindName::MultipleChoice => &["required", "choices", "other", "picks_min", "picks_max"],
        KindName::Stars => &["required", "count"],
        KindName::OpinionScale => &["required", "from", "to", "low_label", "high_label"],
        KindName::Nps => &["required", "low_label", "high_label"],
        KindName::YesNo => &["required"],
        KindName::Statement => &[],
        KindName::Hidden => &["set_by", "default"],
    };
    ["id", "type", "label", "help"].into_iter().chain(own.iter().copied()).collect()
}

/// The fields of any type, for a question whose type is not known.
pub(super) fn all_fields() -> Vec<&'static str> {
    KindName::ALL.into_iter().flat_map(fields).collect()
}

/// Reads what belongs to the type. Where there is a fault the value does not matter: nothing of it is used.
pub(super) fn read(reader: &mut Reader, object: &Object<'_>, name: KindName) -> Kind {
    match name {
        KindName::ShortText => {
            let (chars_min, chars_max) = lengths(reader, object, limit::SHORT_TEXT_CHARS_MAX);
            Kind::ShortText { chars_min, chars_max }
        }
        KindName::LongText => {
            let (chars_min, chars_max) = lengths(reader, object, limit::LONG_TEXT_CHARS_MAX);
            Kind::LongText { chars_min, chars_max }
        }
        KindName::Integer => {
            let range = -limit::NUMBER_MAX..=limit::NUMBER_MAX;
            let (min, max) = (reader.whole(object, "min", range.clone()), reader.whole(object, "max", range));
            reader.ordered(object, ("min", min), ("max", max));
            Kind::Integer { min, max, unit: unit(reader, object) }
        }
        KindName::Decimal => decimal(reader, object),
        KindName::SingleChoice => Kind::SingleChoice { choices: choices(reader, object), other: other(reader, object) },
        KindName::Dropdown => Kind::Dropdown { choices: choices(reader, object), other: other(reader, object) },
        KindName::MultipleChoice => multiple_choice(reader, object),
        KindName::Stars => {
            let count = reader.small(object, "count", limit::STARS_MIN..=limit::STARS_MAX);
            Kind::Stars { count: count.unwrap_or(limit::STARS_DEFAULT) }
        }
        KindName::OpinionScale => {
            let from = reader.small(object, "from", 0..=1).unwrap_or(limit::SCALE_FROM_DEFAULT);
            let to = reader.small(object, "to", limit::SCALE_TO_MIN..=limit::SCALE_TO_MAX);
            let (low_label, high_label) = ends(reader, object);
            Kind::OpinionScale { from, to: to.unwrap_or(limit::SCALE_TO_DEFAULT), low_label, high_label }
        }
        KindName::Nps => {
            let (low_label, high_label) = ends(reader, object);
            Kind::Nps { low_label, high_label }
        }
        KindName::YesNo => Kind::YesNo,
        KindName::Statement => Kind::Statement,
        KindName::Hidden => hidden(reader, object),
    }
}

fn lengths(reader: &mut Reader, object: &Object<'_>, limit: u32) -> (u32, u32) {
    let min = reader.small(object, "chars_min", 0..=limit);
    let max = reader.small(object, "chars_max", 1..=limit);
    reader.ordered(object, ("chars_min", min), ("chars_max", max));
    (min.unwrap_or(0), max.unwrap_or(limit))
}

fn decimal(reader: &mut Reader, object: &Object<'_>) -> Kind {
    let (min, max) = (reader.decimal(object, "min"), reader.decimal(object, "max"));
    reader.ordered(object, ("min", min), ("max", max));
    let step = reader.decimal(object, "step");
    if step.is_some_and(|it| it <= 0.0) {
        reader.fault(object.at("step"), "step must be above 0");
    }
    Kind::Decimal { min, max, step, unit: unit(reader, object) }
}

fn multiple_choice(reader: &mut Reader, object: &Object<'_>) -> Kind {
    let choices = choices(reader, object);
    let other = other(reader, object);
    let picks_min = reader.small(object, "picks_min", 0..=limit::PICKS_MAX);
    let picks_max = reader.small(object, "picks_max", 1..=limit::PICKS_MAX);
    reader.ordered(object, ("picks_min", picks_min), ("picks_max", picks_max));
    Kind::MultipleChoice { choices, other, picks_min: picks_min.filter(|it| *it != 0), picks_max }
}

fn hidden(reader: &mut Reader, object: &Object<'_>) -> Kind {
    let set_by = reader.word(object, "set_by", SetBy::parse, &SetBy::ALL.map(SetBy::as_str));
    let default = reader.line(object, "default", limit::HIDDEN_CHARS_MAX as usize);
    let default = default.map(|it| it.trim().nfc().collect::<String>()).filter(|it| !it.is_empty());
    Kind::Hidden { set_by: set_by.unwrap_or(SetBy::Url), default }
}

fn choices(reader: &mut Reader, object: &Object<'_>) -> Vec<Choice> {
    if !object.has("choices") {
        reader.fault(object.at("choices"), "choices is missing");
    }
    let listed = reader.list(object, "choices", limit::CHOICES_MAX).unwrap_or_default();
    let mut ids = Ids::new(&listed.iter().collect::<Vec<_>>(), str::to_owned);
    let read = listed.iter().enumerate().filter_map(|(place, json)| {
        let choice = reader.object(json, object.at(&format!("choices/{place}")), &["id", "label"])?;
        let id = ids.read(reader, &choice, ChoiceId::parse, ChoiceId::generated);
        let label = reader.required_text(&choice, "label", Prose::Line(limit::CHOICE_CHARS_MAX));
        Some(Choice { id: id?, label: label? })
    });
    read.collect()
}

/// `true`, or an object with the name of the field.
fn other(reader: &mut Reader, object: &Object<'_>) -> Other {
    match object.get("other") {
        None | Some(serde_json::Value::Bool(false)) => Other::Absent,
        Some(serde_json::Value::Bool(true)) => Other::Offered { label: None },
        Some(json @ serde_json::Value::Object(_)) => {
            let label = reader
                .object(json, object.at("other"), &["label"])
                .and_then(|it| reader.text(&it, "label", Prose::Line(limit::END_CHARS_MAX)));
            Other::Offered { label }
        }
        Some(_) => {
            reader.fault(object.at("other"), "other must be true, false or an object with a label");
            Other::Absent
        }
    }
}

fn unit(reader: &mut Reader, object: &Object<'_>) -> Option<Text> {
    reader.text(object, "unit", Prose::Line(limit::UNIT_CHARS_MAX))
}

fn ends(reader: &mut Reader, object: &Object<'_>) -> (Option<Text>, Option<Text>) {
    let end = Prose::Line(limit::END_CHARS_MAX);
    (reader.text(object, "low_label", end), reader.text(object, "high_label", end))
}
