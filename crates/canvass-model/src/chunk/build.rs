//! Building: this file is about turning documents, question by question, into columns.

use std::{borrow::Cow, collections::HashMap};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::{Columns, Damaged, Fact, Part, Vector};
use crate::{definition::QuestionId, response::Response};

/// The columns of some responses.
pub(super) struct Built {
    /// The questions that were read, in the order in which they were met.
    pub(super) names: Vec<String>,
    /// The questions of each row, by their place in `names`, as its document has them.
    pub(super) sequences: Vec<Vec<u16>>,
    values: Vec<Vec<Option<Value>>>,
    facts: Vec<Part>,
    key: [u8; 16],
}

/// Reads the documents as far as `columns` says.
pub(super) fn columns(responses: &[Response], columns: &Columns) -> Result<Built, Damaged> {
    let key = responses.first().map(|it| *it.accepted.id.as_bytes()).unwrap_or_default();
    let facts = facts(responses, columns, key);
    let mut reading = Reading { columns, places: HashMap::new(), values: Vec::new(), row: 0 };
    let mut sequences = Vec::with_capacity(responses.len());
    for (row, response) in responses.iter().enumerate() {
        reading.row = row;
        let mut json = serde_json::Deserializer::from_str(&response.accepted.answers);
        let sequence = reading.deserialize(&mut json).and_then(|it| json.end().map(|()| it));
        sequences.push(sequence.map_err(|error| Damaged(format!("response {}: {error}", response.accepted.id)))?);
    }
    let Reading { places, mut values, .. } = reading;
    for column in &mut values {
        column.resize(responses.len(), None);
    }
    let mut names = vec![String::new(); places.len()];
    for (name, place) in places {
        names[usize::from(place)] = name;
    }
    Ok(Built { names, sequences, values, facts, key })
}

impl Built {
    /// The parts of every column, by its name.
    pub(super) fn into_parts(self) -> HashMap<String, Vec<Part>> {
        let mut parts: HashMap<String, Vec<Part>> =
            self.facts.into_iter().map(|it| (it.name().to_owned(), vec![it])).collect();
        for (name, values) in self.names.into_iter().zip(self.values) {
            let vectors = Vector::of(&values).into_iter();
            let of_one = vectors.map(|(row, vector)| Part::new(&name, self.key, row, vector)).collect();
            parts.insert(name, of_one);
        }
        parts
    }
}

/// The columns of facts, all but whole documents.
fn facts(responses: &[Response], columns: &Columns, key: [u8; 16]) -> Vec<Part> {
    let numbers = |of: fn(&Response) -> i64| Vector::integers(responses.iter().map(of).collect());
    let vector = |fact: Fact| match fact {
        Fact::Position => Some(numbers(|it| it.position)),
        Fact::Id => Some(Vector::Ids(responses.iter().map(|it| *it.accepted.id.as_bytes()).collect())),
        Fact::ReceivedAt => Some(numbers(|it| it.accepted.received_at.0)),
        Fact::Version => Some(numbers(|it| it.accepted.version.0.into())),
        Fact::Source => {
            let names: Vec<Option<Value>> =
                responses.iter().map(|it| Some(Value::from(it.accepted.source.as_str()))).collect();
            Vector::of(&names).into_iter().next().map(|(_, vector)| vector)
        }
        Fact::Document => None,
    };
    let wanted = Fact::ALL.into_iter().filter(|it| columns.hold(it.name()));
    wanted.filter_map(|it| Some(Part::new(it.name(), key, 0, vector(it)?))).collect()
}

/// One document after the other is read into this.
struct Reading<'c> {
    columns: &'c Columns,
    places: HashMap<String, u16>,
    values: Vec<Vec<Option<Value>>>,
    row: usize,
}

impl Reading<'_> {
    /// The column of a question, if it is wanted. What is no question's id has none: nobody can ask for it.
    fn place(&mut self, name: &str) -> Option<u16> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        if !self.columns.hold(name) || QuestionId::parse(name).is_err() {
            return None;
        }
        let place = u16::try_from(self.values.len()).ok()?;
        self.places.insert(name.to_owned(), place);
        self.values.push(Vec::new());
        Some(place)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reading<'_> {
    type Value = Vec<u16>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'_> {
    type Value = Vec<u16>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object from question to answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut sequence = Vec::new();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let Some(place) = self.place(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value: Value = map.next_value()?;
            let column = &mut self.values[usize::from(place)];
            column.resize(self.row, None);
            column.push(Some(value));
            sequence.push(place);
        }
        Ok(sequence)
    }
}
