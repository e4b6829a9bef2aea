//! A tenant's fields: this file is about their ordered list, and the changes a member makes to it.

use std::{collections::HashSet, ops::Deref};

use serde_json::json;

use super::{Document, FIELDS_MAX, Field, FieldId, LISTED_MAX};
use crate::definition::{Fault, Fingerprint, escaped, limit};

/// The fields of a tenant, in the order in which they are shown: at most [`FIELDS_MAX`], [`LISTED_MAX`] of them columns,
/// each id used once whatever its capitals, and every link made of fields that are there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// A list of fields. Reports every fault, up to [`limit::FAULTS_MAX`], with pointers that begin `/fields`.
    pub fn new(fields: Vec<Field>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        if FIELDS_MAX < fields.len() {
            faults.push(Fault::new("/fields", format!("There are {} fields; keep {FIELDS_MAX} at most", fields.len())));
        }
        if LISTED_MAX < fields.iter().filter(|it| it.is_listed()).count() {
            let message =
                format!("The list of surveys has room for {LISTED_MAX} of your fields; hide another one first");
            faults.push(Fault::new("/fields", message));
        }
        let mut ids = HashSet::new();
        for (place, field) in fields.iter().enumerate() {
            // Exports make columns of ids, and columns do not tell capitals apart.
            if !ids.insert(field.id().as_str().to_ascii_lowercase()) {
                let message = format!("There is a field {} already; choose another id", field.id());
                faults.push(Fault::new(format!("/fields/{place}/id"), message));
            }
            let known = |id: &FieldId| fields.iter().any(|it| it.id() == id);
            if let Some(unknown) = field.link().and_then(|link| link.fields().find(|id| !known(id))) {
                let message = format!("The link of “{}” names {{{unknown}}}, which is no field", field.label());
                faults.push(Fault::new(format!("/fields/{place}/link"), message));
            }
        }
        faults.truncate(limit::FAULTS_MAX);
        if faults.is_empty() { Ok(Self(fields)) } else { Err(faults) }
    }

    /// Reads the document `{"fields": […]}`. Reports every fault, up to [`limit::FAULTS_MAX`].
    pub fn parse(json: &serde_json::Value) -> Result<Self, Vec<Fault>> {
        let Some(members) = json.as_object() else {
            return Err(vec![Fault::new("", "This must be an object with the list “fields”")]);
        };
        let mut faults: Vec<Fault> = members
            .keys()
            .filter(|it| *it != "fields")
            .map(|it| Fault::new(format!("/{}", escaped(it)), "This is not a part of the document"))
            .take(limit::FAULTS_MAX)
            .collect();
        let Some(listed) = members.get("fields").and_then(serde_json::Value::as_array) else {
            faults.push(Fault::new("/fields", "This must be the list of all fields"));
            return Err(faults);
        };
        // Bounds the work of reading; the message is that of the list.
        let listed = &listed[..listed.len().min(FIELDS_MAX + 1)];
        let mut fields = Vec::with_capacity(listed.len());
        for (place, json) in listed.iter().enumerate() {
            let read = document(json).and_then(|it| Field::parse(&it));
            match read {
                Ok(field) => fields.push(field),
                Err(found) => faults.extend(
                    found
                        .into_iter()
                        .map(|it| Fault { pointer: format!("/fields/{place}{}", it.pointer), message: it.message }),
                ),
            }
        }
        faults.truncate(limit::FAULTS_MAX);
        if faults.is_empty() { Self::new(fields) } else { Err(faults) }
    }

    /// The document `{"fields": […]}`, canonical.
    pub fn to_json(&self) -> serde_json::Value {
        json!({ "fields": self.0.iter().map(Field::document).collect::<Vec<_>>() })
    }

    /// What the list looks like now.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.to_json())
    }

    /// The field with this id.
    pub fn find(&self, id: &FieldId) -> Option<&Field> {
        self.0.iter().find(|it| it.id() == id)
    }

    /// This list and one more field at its end.
    pub fn with(&self, field: Field) -> Result<Self, Vec<Fault>> {
        Self::new(self.0.iter().cloned().chain([field]).collect())
    }

    /// This list with `field` in place of the one that has its id.
    pub fn with_changed(&self, field: &Field) -> Result<Self, Vec<Fault>> {
        Self::new(self.0.iter().map(|it| if it.id() == field.id() { field } else { it }).cloned().collect())
    }

    /// This list with a field at another place, counted from 0; the last when there are fewer.
    #[must_use]
    pub fn with_moved(&self, id: &FieldId, place: usize) -> Self {
        let mut fields = self.0.clone();
        if let Some(from) = fields.iter().position(|it| it.id() == id) {
            let field = fields.remove(from);
            fields.insert(place.min(fields.len()), field);
        }
        Self(fields)
    }

    /// This list without a field; refused while a link needs it.
    pub fn without(&self, id: &FieldId) -> Result<Self, Vec<Fault>> {
        Self::new(self.0.iter().filter(|it| it.id() != id).cloned().collect())
    }
}

impl Deref for Fields {
    type Target = [Field];
    fn deref(&self) -> &[Field] {
        &self.0
    }
}

/// One field's document; the first thing in it of another type than it must be is the fault.
fn document(json: &serde_json::Value) -> Result<Document, Vec<Fault>> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let path = error.path().iter().next().map(ToString::to_string);
        let pointer = path.map_or_else(String::new, |it| format!("/{}", escaped(&it)));
        vec![Fault::new(pointer, error.inner().to_string())]
    })
}
