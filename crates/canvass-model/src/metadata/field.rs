//! One field: this file is about its parts, and about reading them from a document.

use super::{FieldId, InvalidPattern, InvalidValue, Kind, Link, Pattern, Value};
use crate::{
    definition::{Fault, Fingerprint},
    text::FieldLabel,
};

/// A field of a tenant's own for its surveys. What it holds fits together: a default is a value it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    id: FieldId,
    label: FieldLabel,
    kind: Kind,
    is_required: bool,
    default: Option<Value>,
    pattern: Option<Pattern>,
    link: Option<Link>,
    is_listed: bool,
}

/// A field as the API, forms and the store write it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Field")]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Stable: a letter, then up to 63 letters, digits or underscores. Values, links and exports name it.
    pub id: String,
    /// What members read: a column's heading.
    pub label: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether a survey needs a value before it is published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The value of a new survey that brings none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// A regular expression without look-around and back-references that a whole text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// An address to which values lead, with ids of fields in braces: `https://erp.example/{product_id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether it is a column of the list of surveys.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listed: bool,
}

impl Field {
    /// Reads a field. Reports every fault, each at its part of the document.
    pub fn parse(document: &Document) -> Result<Self, Vec<Fault>> {
        let field = Self::read(document, Pattern::parse)?;
        match field.default.as_ref().map(|it| field.takes(it)) {
            Some(Err(invalid)) => Err(vec![Fault::new("/default", invalid.to_string())]),
            Some(Ok(())) | None => Ok(field),
        }
    }

    /// Reads a field that was right when it was stored; its pattern is compiled when it is needed.
    pub fn stored(document: &Document) -> Result<Self, Vec<Fault>> {
        Self::read(document, |source| Ok(Pattern::stored(source)))
    }

    fn read(document: &Document, compile: fn(&str) -> Result<Pattern, InvalidPattern>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut note = |name: &str, message: String| faults.push(Fault::new(format!("/{name}"), message));
        let id = FieldId::parse(&document.id).map_err(|it| note("id", it.to_string())).ok();
        let label = FieldLabel::parse(&document.label).map_err(|it| note("label", it.to_string())).ok();
        let pattern = match document.pattern.as_deref().filter(|it| !it.is_empty()) {
            Some(_) if document.kind != Kind::Text => {
                note("pattern", "Only a field of type text has a pattern".to_owned());
                None
            }
            source => source.and_then(|it| compile(it).map_err(|invalid| note("pattern", invalid.to_string())).ok()),
        };
        let link = document.link.as_deref().filter(|it| !it.trim().is_empty());
        let link = link.and_then(|it| Link::parse(it).map_err(|invalid| note("link", invalid.to_string())).ok());
        let default = document.default.as_ref().map(|it| Value::from_json(document.kind, it));
        let default = match default.transpose() {
            Ok(default) => default.flatten(),
            Err(invalid) => {
                note("default", invalid.to_string());
                None
            }
        };
        match (id, label) {
            (Some(id), Some(label)) if faults.is_empty() => Ok(Self {
                id,
                label,
                kind: document.kind,
                is_required: document.required,
                default,
                pattern,
                link,
                is_listed: document.listed,
            }),
            _ => Err(faults),
        }
    }

    /// The field as written, canonical: what has its default value is left out.
    pub fn document(&self) -> Document {
        Document {
            id: self.id.to_string(),
            label: self.label.to_string(),
            kind: self.kind,
            required: self.is_required,
            default: self.default.as_ref().map(Value::to_json),
            pattern: self.pattern.as_ref().map(ToString::to_string),
            link: self.link.as_ref().map(ToString::to_string),
            listed: self.is_listed,
        }
    }

    /// What the field looks like now.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&serde_json::to_value(self.document()).unwrap_or_default())
    }

    /// A value from a form, checked against the pattern too; `None` for an empty one.
    pub fn value_from_text(&self, text: &str) -> Result<Option<Value>, InvalidValue> {
        self.checked(Value::from_text(self.kind, text)?)
    }

    /// A value from JSON, checked against the pattern too; `None` for null and for an empty text.
    pub fn value_from_json(&self, json: &serde_json::Value) -> Result<Option<Value>, InvalidValue> {
        self.checked(Value::from_json(self.kind, json)?)
    }

    /// Whether a value of its type also matches its pattern, which may be newer than the value.
    pub fn takes(&self, value: &Value) -> Result<(), InvalidValue> {
        match (&self.pattern, value) {
            (Some(pattern), Value::Text(text)) if !pattern.matches(text) => {
                Err(InvalidValue::Pattern(pattern.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Whether a stored value of an earlier type would be written the same as one of this type.
    pub fn keeps(&self, stored: &str) -> bool {
        matches!(Value::from_text(self.kind, stored), Ok(Some(value)) if value.to_string() == stored)
    }

    /// Its stable name.
    pub fn id(&self) -> &FieldId {
        &self.id
    }

    /// What members read.
    pub fn label(&self) -> &str {
        self.label.as_str()
    }

    /// What its values are.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether a survey needs a value before it is published.
    pub fn is_required(&self) -> bool {
        self.is_required
    }

    /// The value of a new survey that brings none.
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// What its texts must match.
    pub fn pattern(&self) -> Option<&Pattern> {
        self.pattern.as_ref()
    }

    /// Where its values lead.
    pub fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Whether it is a column of the list of surveys.
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    fn checked(&self, value: Option<Value>) -> Result<Option<Value>, InvalidValue> {
        if let Some(value) = &value {
            self.takes(value)?;
        }
        Ok(value)
    }
}
