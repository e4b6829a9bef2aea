//! The welcome: this file is about the words on top of a tenant's list of surveys.

/// A welcome in Markdown: some paragraphs, never empty.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Welcome(String);

/// Why a welcome was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWelcome {
    /// Nothing but spaces.
    #[error("Write a welcome, or leave it out")]
    Empty,
    /// Longer than the limit.
    #[error("The welcome must be {max} characters or fewer", max = Welcome::CHARS_MAX)]
    TooLong,
    /// Holds a control character other than a line break or a tab.
    #[error("Remove the control characters from the welcome")]
    Control,
}

impl Welcome {
    /// The most characters it may have.
    pub const CHARS_MAX: usize = 5_000;

    /// Trims and checks `text`.
    pub fn parse(text: &str) -> Result<Self, InvalidWelcome> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() {
            return Err(InvalidWelcome::Empty);
        }
        if Self::CHARS_MAX < text.chars().count() {
            return Err(InvalidWelcome::TooLong);
        }
        if text.chars().any(|it| it.is_control() && it != '\n' && it != '\t') {
            return Err(InvalidWelcome::Control);
        }
        Ok(Self(text))
    }

    /// The Markdown as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Welcome {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Welcome {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Welcome".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::CHARS_MAX })
    }
}
