//! Values: this file is about what each type of field takes, in JSON and as text, and how it is written.

use std::fmt;

use time::{Date, format_description::BorrowedFormatItem, macros::format_description};
use uuid::Uuid;

use super::TEXT_CHARS_MAX;
use crate::number;

/// What a field's values are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day of the calendar.
    Date,
    /// A UUID in any of its spellings.
    Uuid,
}

/// One value, within the bounds of its type. Its text is canonical: one spelling for each value, which reads back as the
/// same value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One trimmed line, not empty, of [`TEXT_CHARS_MAX`] characters at most.
    Text(String),
    /// Between -2^53 and 2^53.
    Integer(i64),
    /// Between -2^53 and 2^53.
    Decimal(f64),
    /// Yes or no.
    Boolean(bool),
    /// In the years 1 to 9999.
    Date(Date),
    /// Any of them.
    Uuid(Uuid),
}

/// Why a value was refused, worded for the person at the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidValue {
    /// Longer than a line may be.
    #[error("Shorten this to {TEXT_CHARS_MAX} characters or fewer")]
    TooLong,
    /// Holds a line break or another control character.
    #[error("Remove the line breaks and control characters")]
    Control,
    /// No whole number.
    #[error("Write a whole number, like 12")]
    Integer,
    /// No number.
    #[error("Write a number, like 2.5")]
    Decimal,
    /// A number too far from zero to be kept exactly.
    #[error("Write a number from -{max} to {max}", max = number::MAX)]
    OutOfRange,
    /// Neither yes nor no.
    #[error("Say true or false")]
    Boolean,
    /// No day of the calendar.
    #[error("Write a date as year-month-day, like 2026-11-30")]
    Date,
    /// No UUID.
    #[error("Write a UUID, like 0190163d-8694-739b-aea5-966c26f8ad91")]
    Uuid,
    /// JSON of another type than the field's.
    #[error("This must be {0}")]
    Json(&'static str),
    /// Something the field's pattern does not take.
    #[error("This must match the pattern {0}")]
    Pattern(String),
}

/// How a day is written: ISO 8601.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

impl Kind {
    /// All types, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Text, Self::Integer, Self::Decimal, Self::Boolean, Self::Date, Self::Uuid];

    /// The stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Uuid => "uuid",
        }
    }

    /// Reads a type's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// What members call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Integer => "Whole number",
            Self::Decimal => "Number",
            Self::Boolean => "Yes or no",
            Self::Date => "Date",
            Self::Uuid => "UUID",
        }
    }
}

impl Value {
    /// Reads a value of this type from a form or a row; `None` for an empty one.
    pub fn from_text(kind: Kind, text: &str) -> Result<Option<Self>, InvalidValue> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = match kind {
            Kind::Text => Self::Text(line(text)?),
            Kind::Integer => {
                let number = text.parse::<i64>().map_err(|_| InvalidValue::Integer)?;
                Self::Integer(whole(number)?)
            }
            Kind::Decimal => Self::Decimal(decimal(text.parse::<f64>().map_err(|_| InvalidValue::Decimal)?)?),
            Kind::Boolean => match text {
                "true" => Self::Boolean(true),
                "false" => Self::Boolean(false),
                _ => return Err(InvalidValue::Boolean),
            },
            Kind::Date => Self::Date(day(text)?),
            Kind::Uuid => Self::Uuid(Uuid::try_parse(text).map_err(|_| InvalidValue::Uuid)?),
        };
        Ok(Some(value))
    }

    /// Reads a value of this type from JSON; `None` for null and for an empty text.
    pub fn from_json(kind: Kind, json: &serde_json::Value) -> Result<Option<Self>, InvalidValue> {
        use serde_json::Value as Json;
        match (kind, json) {
            (_, Json::Null) => Ok(None),
            (Kind::Text | Kind::Date | Kind::Uuid, Json::String(text)) => Self::from_text(kind, text),
            (Kind::Integer, Json::Number(_)) => {
                let number = number::whole_from_json(json).ok_or(InvalidValue::Integer)?;
                whole(number).map(Self::Integer).map(Some)
            }
            (Kind::Decimal, Json::Number(number)) => {
                let number = number.as_f64().ok_or(InvalidValue::Decimal)?;
                decimal(number).map(Self::Decimal).map(Some)
            }
            (Kind::Boolean, Json::Bool(it)) => Ok(Some(Self::Boolean(*it))),
            (Kind::Text | Kind::Date | Kind::Uuid, _) => Err(InvalidValue::Json("a string")),
            (Kind::Integer, _) => Err(InvalidValue::Json("a whole number")),
            (Kind::Decimal, _) => Err(InvalidValue::Json("a number")),
            (Kind::Boolean, _) => Err(InvalidValue::Json("true or false")),
        }
    }

    /// The value as JSON, canonical.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Integer(number) => (*number).into(),
            Self::Decimal(number) => number::to_json(*number),
            Self::Boolean(it) => (*it).into(),
            Self::Text(_) | Self::Date(_) | Self::Uuid(_) => self.to_string().into(),
        }
    }

    /// Its type.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Decimal(_) => Kind::Decimal,
            Self::Boolean(_) => Kind::Boolean,
            Self::Date(_) => Kind::Date,
            Self::Uuid(_) => Kind::Uuid,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number::to_json(*number).fmt(f),
            Self::Boolean(it) => it.fmt(f),
            Self::Date(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()),
            Self::Uuid(id) => id.fmt(f),
        }
    }
}

fn line(text: &str) -> Result<String, InvalidValue> {
    if text.chars().any(char::is_control) {
        return Err(InvalidValue::Control);
    }
    if TEXT_CHARS_MAX < text.chars().count() {
        return Err(InvalidValue::TooLong);
    }
    Ok(text.to_owned())
}

fn whole(number: i64) -> Result<i64, InvalidValue> {
    if number.unsigned_abs() <= number::MAX.unsigned_abs() { Ok(number) } else { Err(InvalidValue::OutOfRange) }
}

fn decimal(number: f64) -> Result<f64, InvalidValue> {
    // Adding zero turns the negative zero into the one people know.
    if number::is_allowed(number) { Ok(number + 0.0) } else { Err(InvalidValue::OutOfRange) }
}

/// A day with four digits for the year: no sign, no year zero.
fn day(text: &str) -> Result<Date, InvalidValue> {
    let plain = text.bytes().all(|it| it.is_ascii_digit() || it == b'-') && text.len() == "2026-11-30".len();
    let day = Date::parse(text, DAY).ok().filter(|it| plain && 1 <= it.year());
    day.ok_or(InvalidValue::Date)
}
