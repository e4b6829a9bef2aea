//! Annotations: this file is about what scripts note of a response, beside its answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{definition::QuestionId, number, table::Cell};

/// The name of a calculated field: as a question's id.
pub type FieldName = QuestionId;

/// What a script notes of one response: calculated fields, and tags.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// Fields by name. `null` stands for a field that is taken away again.
    pub fields: BTreeMap<FieldName, Value>,
    /// Tags, in addition to those there are; `None` leaves them as they are.
    pub tags: Option<BTreeSet<Tag>>,
}

/// What the values of a calculated field have in common, over all responses of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Decimal,
    /// Yes or no.
    Boolean,
    /// Texts, or values of several kinds.
    Text,
}

/// A short word on a response: 1 to 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Tag(String);

/// Why an annotation was refused, worded for the script's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnnotation {
    /// Not an object of fields.
    #[error("an annotation is an object from field to value")]
    Shape,
    /// A field's name is none.
    #[error("\"{0}\" is no name of a field: use a letter, then up to 63 letters, digits or underscores")]
    Name(String),
    /// A field's value is none.
    #[error("the field {0} must be a text of at most {max} characters, a number, true, false or None", max = Annotation::TEXT_CHARS_MAX)]
    Value(String),
    /// Too many fields.
    #[error("a script notes at most {} fields of a response", Annotation::FIELDS_MAX)]
    Fields,
    /// Tags are none.
    #[error("tags are at most {} texts of 1 to {} characters", Annotation::TAGS_MAX, Tag::CHARS_MAX)]
    Tags,
}

impl Annotation {
    /// Fields of one response by one script.
    pub const FIELDS_MAX: usize = 50;
    /// Fields of all responses of a survey by all scripts: the columns of an export.
    pub const COLUMNS_MAX: usize = 200;
    /// Tags of one response by one script.
    pub const TAGS_MAX: usize = 20;
    /// Characters of a text.
    pub const TEXT_CHARS_MAX: usize = 1_000;
    /// The name under which a hook's answer holds tags, among the fields.
    pub const TAGS: &'static str = "tags";

    /// Reads fields and tags from what a script sends.
    pub fn read(fields: &Value, tags: Option<&Value>) -> Result<Self, InvalidAnnotation> {
        let fields = fields.as_object().ok_or(InvalidAnnotation::Shape)?;
        if Self::FIELDS_MAX < fields.len() {
            return Err(InvalidAnnotation::Fields);
        }
        let mut read = BTreeMap::new();
        for (name, value) in fields {
            let field = FieldName::parse(name).ok().filter(|it| it.as_str() != Self::TAGS);
            let field = field.ok_or_else(|| InvalidAnnotation::Name(name.chars().take(80).collect()))?;
            if !is_value(value) {
                return Err(InvalidAnnotation::Value(name.clone()));
            }
            read.insert(field, value.clone());
        }
        let tags = tags.filter(|it| !it.is_null()).map(read_tags).transpose()?;
        Ok(Self { fields: read, tags })
    }

    /// Reads what a hook answers for one response: fields, and perhaps `tags` among them.
    pub fn read_answer(answer: &Value) -> Result<Self, InvalidAnnotation> {
        let mut fields = answer.as_object().ok_or(InvalidAnnotation::Shape)?.clone();
        let tags = fields.remove(Self::TAGS);
        Self::read(&Value::Object(fields), tags.as_ref())
    }

    /// This annotation with a later one on top: its fields replace those of the same name, its tags are added.
    pub fn add(&mut self, later: Self) {
        self.fields.extend(later.fields);
        if let Some(tags) = later.tags {
            self.tags.get_or_insert_default().extend(tags);
        }
    }
}

impl FieldKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Integer, Self::Decimal, Self::Boolean, Self::Text];

    /// The kind of one value; `None` for nothing.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Number(_) if number::whole_from_json(value).is_some() => Some(Self::Integer),
            Value::Number(_) => Some(Self::Decimal),
            Value::String(_) | Value::Array(_) | Value::Object(_) => Some(Self::Text),
        }
    }

    /// What values of one kind and of another have in common.
    pub fn joined(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (None, it) | (it, None) => it,
            (Some(Self::Integer), Some(Self::Integer)) => Some(Self::Integer),
            (Some(Self::Integer | Self::Decimal), Some(Self::Integer | Self::Decimal)) => Some(Self::Decimal),
            (Some(Self::Boolean), Some(Self::Boolean)) => Some(Self::Boolean),
            (
                Some(Self::Integer | Self::Decimal | Self::Boolean | Self::Text),
                Some(Self::Integer | Self::Decimal | Self::Boolean | Self::Text),
            ) => Some(Self::Text),
        }
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Text => "text",
        }
    }

    /// Reads a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// A value as the cell of a column of this kind; `None` when it does not fit, because it came after the kind was read.
    pub fn cell(self, value: &Value) -> Option<Cell> {
        match (self, value) {
            (_, Value::Null) => Some(Cell::Missing),
            (Self::Integer, Value::Number(_)) => number::whole_from_json(value).map(Cell::Integer),
            (Self::Decimal, Value::Number(it)) => it.as_f64().map(Cell::Decimal),
            (Self::Boolean, Value::Bool(it)) => Some(Cell::Boolean(*it)),
            (Self::Text, Value::String(text)) => Some(Cell::Text(text.clone())),
            (Self::Text, other) => Some(Cell::Text(other.to_string())),
            (Self::Integer | Self::Decimal | Self::Boolean, _) => None,
        }
    }
}

impl Tag {
    /// A word or two.
    pub const CHARS_MAX: usize = 50;

    /// Checks a tag, trimmed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let good = (1..=Self::CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        good.then(|| Self(text.to_owned()))
    }

    /// The tag as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Tag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a tag"))
    }
}

fn read_tags(tags: &Value) -> Result<BTreeSet<Tag>, InvalidAnnotation> {
    let tags = tags.as_array().filter(|it| it.len() <= Annotation::TAGS_MAX).ok_or(InvalidAnnotation::Tags)?;
    tags.iter().map(|it| it.as_str().and_then(Tag::parse).ok_or(InvalidAnnotation::Tags)).collect()
}

fn is_value(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(it) => it.as_f64().is_some_and(number::is_allowed),
        Value::String(it) => it.chars().count() <= Annotation::TEXT_CHARS_MAX && !it.contains('\0'),
        Value::Array(_) | Value::Object(_) => false,
    }
}
