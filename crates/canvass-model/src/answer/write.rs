//! Answers as they are stored and shown to programs: this file is about writing them as JSON.

use serde::{Serialize, Serializer};

use super::{Answer, Answers, Pick};
use crate::number;

impl Serialize for Answers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) | Self::Hidden(text) => serializer.serialize_str(text),
            Self::Integer(number) | Self::Scale(number) => serializer.serialize_i64(*number),
            Self::Decimal(number) => number::to_json(*number).serialize(serializer),
            Self::Choice(pick) => pick.serialize(serializer),
            Self::Choices(picks) => serializer.collect_seq(picks),
            Self::YesNo(yes) => serializer.serialize_bool(*yes),
        }
    }
}

impl Serialize for Pick {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Listed(id) => serializer.serialize_str(id.as_str()),
            Self::Other(text) => serializer.collect_map([("other", text)]),
        }
    }
}
