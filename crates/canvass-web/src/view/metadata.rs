//! Metadata as people read it: this file is about a survey's values in its tenant's own fields, with where they lead.

use canvass_model::metadata::{Field, Fields, Kind, Metadata, Value};

/// One value, or that there is none.
pub(crate) struct Cell {
    /// The field's heading.
    pub(crate) label: String,
    /// The value in words; empty when there is none.
    pub(crate) text: String,
    /// Where it leads; empty when it leads nowhere.
    pub(crate) href: String,
    /// Whether the field's values are numbers, which stand at the end of their column.
    pub(crate) is_number: bool,
}

/// What a survey has in the fields that are columns of the list of surveys.
pub(crate) fn columns(fields: &Fields, metadata: &Metadata) -> Vec<Cell> {
    fields.iter().filter(|it| it.is_listed()).map(|it| cell(it, metadata)).collect()
}

/// What a survey has in every field.
pub(crate) fn cells(fields: &Fields, metadata: &Metadata) -> Vec<Cell> {
    fields.iter().map(|it| cell(it, metadata)).collect()
}

/// A value in words.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::Boolean(true) => "Yes".to_owned(),
        Value::Boolean(false) => "No".to_owned(),
        Value::Text(_) | Value::Integer(_) | Value::Decimal(_) | Value::Date(_) | Value::Uuid(_) => value.to_string(),
    }
}

/// Whether a field's values are numbers.
pub(crate) fn is_number(field: &Field) -> bool {
    matches!(field.kind(), Kind::Integer | Kind::Decimal)
}

fn cell(field: &Field, metadata: &Metadata) -> Cell {
    let value = metadata.get(field.id());
    Cell {
        label: field.label().to_owned(),
        text: value.map_or_else(String::new, words),
        href: metadata.link(field).unwrap_or_default(),
        is_number: is_number(field),
    }
}
