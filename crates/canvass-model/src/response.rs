//! Responses: this file is about one submission, from its acceptance to its row.

use sha2::{Digest, Sha256};

use crate::{
    id::{ResponseId, SurveyId},
    survey::Version,
    time::Timestamp,
};

/// Where a response came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The public form.
    Form,
    /// The API.
    Api,
    /// Made for a demonstration.
    Demo,
}

/// A validated response on its way from the intake into its tenant's database.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Its id; the same submission key always gives the same id.
    pub id: ResponseId,
    /// What it answers.
    pub survey: SurveyId,
    /// The version it was validated against.
    pub version: Version,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// Where it came from.
    pub source: Source,
    /// The answers as JSON text, question id to value, already valid.
    pub answers: String,
}

/// A stored response.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its place in the order of application; grows, with gaps.
    pub position: i64,
    /// The accepted response.
    pub accepted: Accepted,
}

/// What makes sending twice one response: a key made with the form, or chosen by the API client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubmissionKey(String);

/// Why a submission key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A submission key has 1 to {max} visible ASCII characters", max = SubmissionKey::BYTES_MAX)]
pub struct InvalidSubmissionKey;

impl SubmissionKey {
    /// Room for any client's own ids.
    pub const BYTES_MAX: usize = 100;

    /// Checks a key from a form field or an API body.
    pub fn parse(text: &str) -> Result<Self, InvalidSubmissionKey> {
        let good = (1..=Self::BYTES_MAX).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_graphic());
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidSubmissionKey) }
    }

    /// The key as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the response this key stands for in `survey`: a version 8 UUID (RFC 9562) of a SHA-256 of both, so
    /// that every node gives a repeated submission the same id without asking any store.
    pub fn response_id(&self, survey: SurveyId) -> ResponseId {
        let mut hash = Sha256::new();
        hash.update(survey.as_bytes());
        hash.update(self.0.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        ResponseId::from(uuid::Uuid::from_bytes(bytes))
    }
}

impl Source {
    /// All sources.
    pub const ALL: [Self; 3] = [Self::Form, Self::Api, Self::Demo];

    /// What people call it, at the beginning of a line.
    pub fn label(self) -> &'static str {
        match self {
            Self::Form => "The form",
            Self::Api => "The API",
            Self::Demo => "The demonstration",
        }
    }

    /// The source's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Api => "api",
            Self::Demo => "demo",
        }
    }

    /// Reads a source's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_for_one_response_of_one_survey() {
        let key = SubmissionKey::parse("order-17").unwrap();
        let (one, two) = (SurveyId::from(uuid::Uuid::from_u128(1)), SurveyId::from(uuid::Uuid::from_u128(2)));
        assert_eq!(key.response_id(one), key.response_id(one));
        assert_ne!(key.response_id(one), key.response_id(two));
        assert!(SubmissionKey::parse("").is_err());
        assert!(SubmissionKey::parse("a b").is_err());
    }
}
