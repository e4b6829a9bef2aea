//! Scripts' names: this file is about what a script, a secret and a stored value may be called.

use std::fmt;

/// Why a name was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScriptName {
    /// Not a small letter followed by small letters, digits, hyphens and underscores, or too long.
    #[error("Use a small letter first, then up to {} small letters, digits, hyphens or underscores", CHARS_MAX - 1)]
    Name,
    /// A word that Python or Canvass keeps for itself.
    #[error("This name is taken by Python itself; choose another")]
    Reserved,
    /// Not a key of the store.
    #[error("A key has 1 to {} characters without control characters", StoreKey::CHARS_MAX)]
    Key,
}

/// The longest name: what every file system takes with an ending behind it.
const CHARS_MAX: usize = 64;

/// Modules that a tenant's own must not stand before, and words that name no module.
const RESERVED: [&str; 10] =
    ["canvass", "host", "app", "main", "sys", "builtins", "json", "time", "random", "datetime"];

/// What a script is called: `[a-z][a-z0-9_-]{0,63}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct ScriptName(String);

/// What a secret is called: as scripts are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct SecretName(String);

/// Under which key a value is kept in a tenant's store: 1 to 200 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct StoreKey(String);

impl ScriptName {
    /// The regular expression every name matches.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9_-]{0,63}$";

    /// Checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidScriptName> {
        if !is_name(text) {
            return Err(InvalidScriptName::Name);
        }
        if RESERVED.contains(&text) {
            return Err(InvalidScriptName::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name under which other scripts import it: Python knows no hyphens.
    pub fn module(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl SecretName {
    /// Checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidScriptName> {
        if is_name(text) { Ok(Self(text.to_owned())) } else { Err(InvalidScriptName::Name) }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl StoreKey {
    /// Room for a name with the parts a person would think of.
    pub const CHARS_MAX: usize = 200;

    /// Checks a key.
    pub fn parse(text: &str) -> Result<Self, InvalidScriptName> {
        let good = (1..=Self::CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidScriptName::Key) }
    }

    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= CHARS_MAX
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'_' | b'-'))
}

impl fmt::Display for ScriptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ScriptName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for ScriptName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ScriptName".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": Self::PATTERN })
    }
}
