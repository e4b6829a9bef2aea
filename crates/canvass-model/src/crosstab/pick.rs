//! Picking: this file is about reading a few answers of a stored response and stepping over the others.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::{
    answer::{Answer, Unreadable, from_stored_value},
    definition::{Definition, QuestionId},
};

/// The answers to these questions, in their order; the same question may be asked for twice.
pub(super) fn answers(
    definition: &Definition,
    wanted: &[QuestionId],
    text: &str,
) -> Result<Vec<Option<Answer>>, Unreadable> {
    let unreadable = |error: serde_json::Error| Unreadable(error.to_string());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let values = Wanted(wanted).deserialize(&mut deserializer).map_err(unreadable)?;
    let answers = wanted.iter().zip(values).map(|(id, value)| {
        let Some(value) = value else { return Ok(None) };
        let kind = definition.question(id).map(|it| &it.kind);
        from_stored_value(kind, value).map(Some).ok_or_else(|| Unreadable(format!("the answer to {id}")))
    });
    answers.collect()
}

struct Wanted<'a>(&'a [QuestionId]);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Option<Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Option<Value>>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object from question to answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.0.len()];
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !self.0.iter().any(|it| it.as_str() == name) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Value = map.next_value()?;
            for (at, _) in self.0.iter().enumerate().filter(|(_, it)| it.as_str() == name) {
                values[at] = Some(value.clone());
            }
        }
        Ok(values)
    }
}
