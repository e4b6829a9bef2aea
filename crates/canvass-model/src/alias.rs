//! Tenants' names in URLs: this file is about the alias, its rule and how one is suggested.

use std::fmt;

/// A tenant's name in URLs: 3 to 40 of `a-z 0-9 -`, beginning and ending with a letter or digit, without `--`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Alias(String);

/// Why an alias was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAlias {
    /// Outside the bounds.
    #[error("Use {min} to {max} characters", min = Alias::CHARS_MIN, max = Alias::CHARS_MAX)]
    Length,
    /// Something other than a to z, 0 to 9 and the hyphen.
    #[error("Use only letters a to z, digits and hyphens")]
    Character,
    /// A hyphen at either end, or two in a row.
    #[error("Begin and end with a letter or digit, and use single hyphens")]
    Hyphen,
    /// A word the product keeps for itself.
    #[error("This address is reserved; choose another")]
    Reserved,
}

impl Alias {
    /// Shorter ones are kept for the operator.
    pub const CHARS_MIN: usize = 3;
    /// Fits a DNS label with room for a prefix.
    pub const CHARS_MAX: usize = 40;
    /// `/api` is the API's; no tenant may stand before it.
    const RESERVED: [&str; 1] = ["api"];

    /// Checks `text`, taking capitals as small letters.
    pub fn parse(text: &str) -> Result<Self, InvalidAlias> {
        let text = text.trim().to_ascii_lowercase();
        if text.chars().any(|it| !matches!(it, 'a'..='z' | '0'..='9' | '-')) {
            return Err(InvalidAlias::Character);
        }
        if !(Self::CHARS_MIN..=Self::CHARS_MAX).contains(&text.len()) {
            return Err(InvalidAlias::Length);
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(InvalidAlias::Hyphen);
        }
        if Self::RESERVED.contains(&text.as_str()) {
            return Err(InvalidAlias::Reserved);
        }
        Ok(Self(text))
    }

    /// An alias made from a name in any script; always valid, so that the form can offer it.
    pub fn suggest(name: &str) -> Self {
        let mut text = String::new();
        for letter in deunicode::deunicode(name).to_ascii_lowercase().chars() {
            if letter.is_ascii_alphanumeric() {
                text.push(letter);
            } else if !text.is_empty() && !text.ends_with('-') && letter != '\'' {
                text.push('-');
            }
            if text.len() == Self::CHARS_MAX {
                break;
            }
        }
        let text = text.trim_end_matches('-');
        let padded = match text.len() {
            0 => "organisation".to_owned(),
            1 | 2 => format!("{text}-org"),
            _ => text.to_owned(),
        };
        Self::parse(&padded).unwrap_or_else(|_| Self("organisation".to_owned()))
    }

    /// The `n`th variation of this alias (`adatum-2`), within the bounds.
    #[must_use]
    pub fn variation(&self, n: u32) -> Self {
        let suffix = format!("-{n}");
        let room = Self::CHARS_MAX - suffix.len();
        let stem = self.0.get(..room).unwrap_or(&self.0).trim_end_matches('-');
        Self(format!("{stem}{suffix}"))
    }

    /// The alias as it stands in URLs.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Alias {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Alias {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Alias".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 3, "maxLength": 40, "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_in_any_script_suggests_an_alias() {
        assert_eq!(Alias::suggest("Café Zürich & Söhne").as_str(), "cafe-zurich-sohne");
        assert_eq!(Alias::suggest("北京大学").as_str(), "bei-jing-da-xue");
        assert_eq!(Alias::suggest("Люди").as_str(), "liudi");
        assert_eq!(Alias::suggest("!!").as_str(), "organisation");
        assert_eq!(Alias::suggest("HP").as_str(), "hp-org");
        assert_eq!(Alias::suggest("API").as_str(), "organisation");
    }

    #[test]
    fn capitals_are_the_same_alias() {
        assert_eq!(Alias::parse("Adatum"), Alias::parse("adatum"));
    }

    #[test]
    fn the_rule_is_kept() {
        for (text, refusal) in [
            ("ab", InvalidAlias::Length),
            ("-ab", InvalidAlias::Hyphen),
            ("ab-", InvalidAlias::Hyphen),
            ("a--b", InvalidAlias::Hyphen),
            ("añb", InvalidAlias::Character),
            ("a/b", InvalidAlias::Character),
            ("api", InvalidAlias::Reserved),
        ] {
            assert_eq!(Alias::parse(text), Err(refusal), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_suggestion_is_an_alias(name in any::<String>(), n in 2u32..100_000) {
            let alias = Alias::suggest(&name);
            prop_assert_eq!(Alias::parse(alias.as_str()), Ok(alias.clone()));
            prop_assert_eq!(Alias::parse(alias.variation(n).as_str()), Ok(alias.variation(n)));
        }
    }
}
