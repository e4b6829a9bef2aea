//! API tokens: this file is about what a program may do, and how its secret is recognised.

use sha2::{Digest, Sha256};

use crate::{
    id::{OperatorTokenId, TokenId},
    text::TokenName,
    time::Timestamp,
};

/// What a token may do. Each scope includes none of the others.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read surveys, responses and summaries, and export them.
    Read,
    /// Write, publish and close surveys, and erase responses.
    Write,
    /// Submit responses.
    Collect,
    /// What only administrators do: secrets of scripts.
    Admin,
}

/// What is kept of a token: never its secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What it is for.
    pub name: TokenName,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The last four characters of its secret, to tell tokens apart.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// What is kept of a token of the operator's, which opens what the operator may do with tenants and no tenant's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorToken {
    /// Its id.
    pub id: OperatorTokenId,
    /// What it is for.
    pub name: TokenName,
    /// The last four characters of its secret, to tell tokens apart.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A bearer secret: a prefix that names its kind, then 32 random bytes in base64url. Kept only as its SHA-256,
/// which is enough for a secret of 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The SHA-256 of a secret: what stores keep and look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl Token {
    /// Whether it has not expired.
    pub fn works_at(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|it| now < it)
    }
}

impl OperatorToken {
    /// Whether a use at this moment is news.
    pub fn is_use_news_at(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|it| Timestamp::MINUTE_MS <= now.ms_since(it))
    }
}

impl Scope {
    /// All scopes, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Collect, Self::Admin];

    /// The scope's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Collect => "collect",
            Self::Admin => "admin",
        }
    }

    /// Reads a scope's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl Secret {
    /// Begins every API token, so that scanners of leaked secrets recognise one.
    pub const TOKEN_PREFIX: &'static str = "cvs_";
    /// Begins every token of the operator's: whoever finds one knows whom to tell.
    pub const OPERATOR_PREFIX: &'static str = "cvo_";

    /// A secret made of fresh random bytes, as text.
    pub fn from_random(prefix: &str, bytes: [u8; 32]) -> Self {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::with_capacity(prefix.len() + 43);
        text.push_str(prefix);
        for group in bytes.chunks(3) {
            let word = group.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
            for digit in 0..=group.len() {
                let index = (word >> (18 - 6 * digit)) & 63;
                text.push(char::from(DIGITS[index as usize]));
            }
        }
        Self(text)
    }

    /// Takes a secret from a header, a cookie or a link; anything too long to be one becomes an empty one.
    pub fn offered(text: &str) -> Self {
        Self(if text.len() <= 128 { text.to_owned() } else { String::new() })
    }

    /// The text, to be shown once to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The last four characters, to tell secrets apart in a list.
    pub fn hint(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_only_on_purpose() {
        let secret = Secret::from_random(Secret::TOKEN_PREFIX, [0xff; 32]);
        assert_eq!(secret.reveal(), "cvs___________________________________________8");
        assert_eq!(secret.hint(), "___8");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.hash(), Secret::offered(secret.reveal()).hash());
    }
}
