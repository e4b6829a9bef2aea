//! The form of one field: this file is about what it shows, and about reading what was sent.

use canvass_model::{
    definition::{Fault, Fingerprint},
    metadata::{Document, Field, Kind, Value},
};

use crate::form::Form;

/// The form of one field: as it is, as it was sent, or empty.
#[derive(Clone, Default)]
pub(super) struct FieldForm {
    /// How the field looked when the form was made; empty for a new one.
    pub(super) base: String,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) default: String,
    pub(super) pattern: String,
    pub(super) link: String,
    pub(super) is_listed: bool,
    /// What is wrong: the name of the form's field, and why.
    pub(super) errors: Vec<(String, String)>,
}

impl FieldForm {
    /// The form of a field as it is.
    pub(super) fn of(field: &Field) -> Self {
        let document = field.document();
        Self {
            id: document.id,
            label: document.label,
            kind: document.kind.as_str().to_owned(),
            is_required: document.required,
            default: field.default().map(ToString::to_string).unwrap_or_default(),
            pattern: document.pattern.unwrap_or_default(),
            link: document.link.unwrap_or_default(),
            is_listed: document.listed,
            ..Self::default()
        }
    }

    /// The form as it was sent.
    pub(super) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            base: text("base"),
            id: text("id"),
            label: text("label"),
            kind: text("type"),
            is_required: form.is_ticked("required"),
            default: text("default"),
            pattern: text("pattern"),
            link: text("link"),
            is_listed: form.is_ticked("listed"),
            errors: Vec::new(),
        }
    }

    /// The field it describes.
    pub(super) fn read(&self) -> Result<Field, Vec<(String, String)>> {
        let Some(kind) = Kind::parse(&self.kind) else {
            return Err(vec![("type".to_owned(), "Choose what the values are".to_owned())]);
        };
        let default = Value::from_text(kind, &plain(kind, &self.default));
        let default_error = default.as_ref().err().map(|it| ("default".to_owned(), it.to_string()));
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let document = Document {
            id: self.id.clone(),
            label: self.label.clone(),
            kind,
            required: self.is_required,
            default: default.ok().flatten().map(|it| it.to_json()),
            pattern: given(&self.pattern),
            link: given(&self.link),
            listed: self.is_listed,
        };
        match (Field::parse(&document), default_error) {
            (Ok(field), None) => Ok(field),
            (Ok(_), Some(error)) => Err(vec![error]),
            (Err(faults), error) => Err(errors(&faults).into_iter().chain(error).collect()),
        }
    }

    /// The field this form was made from.
    pub(super) fn seen(&self) -> Fingerprint {
        Fingerprint::offered(&self.base)
    }

    pub(super) fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }
}

/// What was typed for a value, as the model reads it: the comma of half the world, and yes and no.
pub(in crate::pages) fn plain(kind: Kind, text: &str) -> String {
    match (kind, text.to_lowercase().as_str()) {
        (Kind::Decimal, _) => text.replace(',', "."),
        (Kind::Boolean, "yes" | "true") => "true".to_owned(),
        (Kind::Boolean, "no" | "false") => "false".to_owned(),
        (Kind::Text | Kind::Integer | Kind::Boolean | Kind::Date | Kind::Uuid, _) => text.to_owned(),
    }
}

/// Faults by the names of the form's fields: the last step of each pointer. What concerns the whole list is said at the
/// box that shows a field in it, or at the id.
pub(super) fn errors(faults: &[Fault]) -> Vec<(String, String)> {
    let name = |pointer: &str| match pointer.rsplit('/').next().unwrap_or_default() {
        "fields" => "id".to_owned(),
        name => name.to_owned(),
    };
    faults.iter().map(|it| (name(&it.pointer), it.message.clone())).collect()
}
