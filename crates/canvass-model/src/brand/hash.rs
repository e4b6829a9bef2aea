//! Names of content: this file is about the short hash under which a style sheet or picture is served for ever.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first 16 hexadecimal digits of the SHA-256 of some bytes: other bytes have another address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContentHash(String);

impl ContentHash {
    /// Digits of it.
    const DIGITS: usize = 16;

    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let digits = digest[..Self::DIGITS / 2].iter().flat_map(|it| [it >> 4, it & 15]);
        Self(digits.filter_map(|it| char::from_digit(u32::from(it), 16)).collect())
    }

    /// Reads a hash.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
        (text.len() == Self::DIGITS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
