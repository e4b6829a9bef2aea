//! Texts in several languages: this file is about languages and about a text written in each of a survey's.

use std::{fmt, sync::Arc};

/// A language tag like `en`, `pt-BR` or `zh-Hant`: the common part of BCP 47, in its canonical case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Arc<str>);

/// Why a language tag was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a language is a tag like en, de or pt-BR")]
pub struct InvalidLanguage;

/// A text in every language of its survey; in the language asked for, or else the default one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The default language first; never empty.
    translations: Vec<(Language, String)>,
}

impl Language {
    /// RFC 5646, section 4.4.1: no tag in use is longer.
    pub const CHARS_MAX: usize = 35;
    /// The regular expression every tag matches.
    pub const PATTERN: &'static str = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$";

    /// Checks a tag and writes it in its canonical case.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguage> {
        let mut subtags = text.split('-');
        let primary = subtags.next().unwrap_or_default();
        let good = text.len() <= Self::CHARS_MAX
            && (2..=3).contains(&primary.len())
            && primary.bytes().all(|it| it.is_ascii_alphabetic())
            && subtags.all(|it| (1..=8).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_alphanumeric()));
        if !good {
            return Err(InvalidLanguage);
        }
        let cased = text.split('-').enumerate().map(|(place, subtag)| match (place, subtag.len()) {
            (0, _) => subtag.to_ascii_lowercase(),
            (_, 2) => subtag.to_ascii_uppercase(),
            (_, 4) => subtag[..1].to_ascii_uppercase() + &subtag[1..].to_ascii_lowercase(),
            (_, _) => subtag.to_ascii_lowercase(),
        });
        Ok(Self(cased.collect::<Vec<_>>().join("-").into()))
    }

    /// English: the language of a new survey.
    pub fn english() -> Self {
        Self("en".into())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Language {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Language {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Language".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": Self::PATTERN, "maxLength": Self::CHARS_MAX })
    }
}

impl Text {
    /// A text whose default language is `language`.
    pub fn new(language: Language, text: impl Into<String>) -> Self {
        Self { translations: vec![(language, text.into())] }
    }

    /// The same text with its wording in `language` added or replaced.
    #[must_use]
    pub fn with(mut self, language: &Language, text: impl Into<String>) -> Self {
        match self.translations.iter_mut().find(|(it, _)| it == language) {
            Some((_, present)) => *present = text.into(),
            None => self.translations.push((language.clone(), text.into())),
        }
        self
    }

    /// The wording in `language`; without one, in the same language of another region, else the default.
    pub fn in_language(&self, language: &Language) -> &str {
        let written = || self.translations.iter().filter(|(_, text)| !text.is_empty());
        written()
            .find(|(it, _)| it == language)
            .or_else(|| written().find(|(it, _)| it.primary() == language.primary()))
            .map_or_else(|| self.in_default(), |(_, text)| text)
    }

    /// The wording in the default language.
    pub fn in_default(&self) -> &str {
        self.translations.first().map_or("", |(_, text)| text)
    }

    /// Every language with its wording, the default first.
    pub fn translations(&self) -> impl Iterator<Item = (&Language, &str)> {
        self.translations.iter().map(|(language, text)| (language, text.as_str()))
    }

    /// A plain string when there is one language, else an object from language to wording.
    pub fn to_json(&self) -> serde_json::Value {
        match self.translations.as_slice() {
            [(_, only)] => only.as_str().into(),
            several => several.iter().map(|(language, text)| (language.to_string(), text.as_str())).collect(),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language::parse(tag).unwrap()
    }

    #[test]
    fn a_language_has_one_spelling() {
        for (given, canonical) in
            [("EN", "en"), ("pt-br", "pt-BR"), ("ZH-hant-TW", "zh-Hant-TW"), ("sgn-ase", "sgn-ase")]
        {
            assert_eq!(language(given).as_str(), canonical);
        }
        for bad in
            ["", "e", "english", "en_GB", "en-", "-en", "e1", "en-123456789", "日本", &format!("en{}", "-a".repeat(20))]
        {
            assert_eq!(Language::parse(bad), Err(InvalidLanguage), "{bad}");
        }
    }

    #[test]
    fn a_text_falls_back_to_a_sister_and_then_to_the_default() {
        let text = Text::new(language("en"), "colour").with(&language("pt-BR"), "cor").with(&language("fr"), "");
        assert_eq!(text.in_language(&language("pt-BR")), "cor");
        assert_eq!(text.in_language(&language("pt")), "cor");
        assert_eq!(text.in_language(&language("de")), "colour");
        assert_eq!(text.in_language(&language("fr")), "colour", "an empty translation is none");
        assert_eq!(text.to_string(), "colour");
        assert_eq!(text.to_json().to_string(), r#"{"en":"colour","pt-BR":"cor","fr":""}"#);
        assert_eq!(Text::new(language("en"), "a").with(&language("en"), "b").to_json(), "b");
    }
}
