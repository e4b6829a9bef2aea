//! A survey's metadata: this file is about its values in a tenant's fields, and what they still lack.

use std::collections::BTreeMap;

use super::{Field, FieldId, Fields, Value};
use crate::definition::{Fault, Fingerprint, escaped, limit};

/// What one survey has in its tenant's fields. A field without a value is not in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Metadata(BTreeMap<FieldId, Value>);

impl Metadata {
    /// Reads an object from field to value. Reports every fault, up to [`limit::FAULTS_MAX`]; what is required may be
    /// missing: that only keeps a survey from being published.
    pub fn from_json(fields: &Fields, json: &serde_json::Value) -> Result<Self, Vec<Fault>> {
        let Some(members) = json.as_object() else {
            return Err(vec![Fault::new("", "This must be an object from field to value")]);
        };
        let unknown = |name: &str| !fields.iter().any(|it| it.id().as_str() == name);
        let mut faults: Vec<Fault> = members
            .keys()
            .filter(|it| unknown(it))
            .take(limit::FAULTS_MAX)
            .map(|it| Fault::new(format!("/{}", escaped(it)), "Your organisation has no such field for surveys"))
            .collect();
        let mut values = BTreeMap::new();
        for field in fields.iter() {
            let Some(json) = members.get(field.id().as_str()) else { continue };
            match field.value_from_json(json) {
                Ok(value) => values.extend(value.map(|it| (field.id().clone(), it))),
                Err(invalid) => faults.push(Fault::new(format!("/{}", field.id()), invalid.to_string())),
            }
        }
        if faults.is_empty() { Ok(Self(values)) } else { Err(faults) }
    }

    /// Reads the texts of a form, each by the id of its field. Reports every fault.
    pub fn from_texts(fields: &Fields, text: impl Fn(&Field) -> String) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut values = BTreeMap::new();
        for field in fields.iter() {
            match field.value_from_text(&text(field)) {
                Ok(value) => values.extend(value.map(|it| (field.id().clone(), it))),
                Err(invalid) => faults.push(Fault::new(format!("/{}", field.id()), invalid.to_string())),
            }
        }
        if faults.is_empty() { Ok(Self(values)) } else { Err(faults) }
    }

    /// Reads stored texts; a field that is gone is left out, a text that is no value of its field's type is the error.
    pub fn from_stored(fields: &Fields, stored: Vec<(FieldId, String)>) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        for (id, text) in stored {
            let Some(field) = fields.find(&id) else { continue };
            match Value::from_text(field.kind(), &text) {
                Ok(Some(value)) => values.insert(id, value),
                Ok(None) | Err(_) => return Err(format!("{id}: {text}")),
            };
        }
        Ok(Self(values))
    }

    /// These values, and the default of every field that has none.
    #[must_use]
    pub fn or_defaults(mut self, fields: &Fields) -> Self {
        for field in fields.iter() {
            if let Some(default) = field.default() {
                self.0.entry(field.id().clone()).or_insert_with(|| default.clone());
            }
        }
        self
    }

    /// The value in a field.
    pub fn get(&self, id: &FieldId) -> Option<&Value> {
        self.0.get(id)
    }

    /// Every value, by the id of its field.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldId, &Value)> {
        self.0.iter()
    }

    /// Whether no field has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An object from field to value, canonical: in the order of the ids.
    pub fn to_json(&self) -> serde_json::Value {
        self.0.iter().map(|(id, value)| (id.to_string(), value.to_json())).collect()
    }

    /// What the values look like now.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_json())
    }

    /// Where the value in a field leads, if the field has a link and every value in it is there.
    pub fn link(&self, field: &Field) -> Option<String> {
        self.get(field.id())?;
        field.link()?.expand(|id| self.get(id).map(ToString::to_string))
    }

    /// What stands in the way of publication: required fields without a value, and values that a newer pattern does not
    /// take. Pointers begin `/metadata`.
    pub fn publication_faults(&self, fields: &Fields) -> Vec<Fault> {
        let faults = fields.iter().filter_map(|field| {
            let message = match self.get(field.id()) {
                None if field.is_required() => format!("Fill in “{}” among the survey's details", field.label()),
                None => return None,
                Some(value) => {
                    let invalid = field.takes(value).err()?;
                    format!("Change “{}” among the survey's details. {invalid}", field.label())
                }
            };
            Some(Fault::new(format!("/metadata/{}", field.id()), message))
        });
        faults.collect()
    }
}
