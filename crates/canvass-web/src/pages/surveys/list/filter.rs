//! The filter of the list of surveys: this file is about those that have one value in one of the tenant's own fields.

use canvass_model::metadata::{FieldId, Fields, Value};

use super::Wanted;
use crate::pages::fields::plain;

/// Which surveys to list, and what the form of the filter shows.
#[derive(Default)]
pub(super) struct Filter {
    /// The fields one may choose from: their ids and labels.
    pub(super) fields: Vec<(String, String)>,
    /// The chosen field's id; empty when all surveys are shown.
    pub(super) field: String,
    /// Its label.
    pub(super) label: String,
    /// The value as it was typed.
    pub(super) value: String,
    /// Why the value can be no survey's; empty when it can.
    pub(super) error: String,
    /// What of it stands in links.
    pub(super) query: String,
    /// What surveys must have.
    pub(super) having: Having,
}

/// What surveys must have to be listed.
#[derive(Default)]
pub(super) enum Having {
    /// All are listed.
    #[default]
    Anything,
    /// No survey can have it.
    Nothing,
    /// This value, as it is written, in this field.
    Value(FieldId, String),
}

impl Filter {
    /// What was asked for; all surveys when the field is none of the tenant's or no value was written.
    pub(super) fn read(fields: &Fields, wanted: &Wanted) -> Self {
        let choices = fields.iter().map(|it| (it.id().to_string(), it.label().to_owned())).collect();
        let value = wanted.value.as_deref().map(str::trim).filter(|it| !it.is_empty());
        let chosen = fields.iter().find(|it| Some(it.id().as_str()) == wanted.field.as_deref());
        let (Some(field), Some(value)) = (chosen, value) else { return Self { fields: choices, ..Self::default() } };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("field", field.id().as_str()).append_pair("value", value);
        let (having, error) = match Value::from_text(field.kind(), &plain(field.kind(), value)) {
            Ok(Some(it)) => (Having::Value(field.id().clone(), it.to_string()), String::new()),
            Ok(None) => (Having::Nothing, String::new()),
            Err(invalid) => (Having::Nothing, invalid.to_string()),
        };
        Self {
            fields: choices,
            field: field.id().to_string(),
            label: field.label().to_owned(),
            value: value.to_owned(),
            error,
            query: format!("&{}", query.finish()),
            having,
        }
    }
}
