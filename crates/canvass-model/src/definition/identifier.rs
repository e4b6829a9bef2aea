//! Stable names: this file is about the ids of sections, questions, choices and a tenant's own fields.

use std::{fmt, sync::Arc};

/// Why an id was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Not a letter followed by letters, digits and underscores, or longer than the limit.
    #[error("an id is a letter, then up to {} letters, digits or underscores", CHARS_MAX - 1)]
    Name,
    /// Not letters, digits and underscores that begin with a letter or digit, or longer than the limit.
    #[error("a choice's id is a letter or digit, then up to {} letters, digits or underscores", CHARS_MAX - 1)]
    Choice,
}

/// The longest id.
const CHARS_MAX: usize = super::limit::ID_CHARS_MAX;

/// Declares an id that is cheap to clone and exists only when it is right.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $first:expr, $invalid:expr, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The regular expression every id of this kind matches.
            pub const PATTERN: &'static str = $pattern;

            /// Checks an id.
            pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
                let first: fn(&u8) -> bool = $first;
                let bytes = text.as_bytes();
                let good = bytes.len() <= CHARS_MAX
                    && bytes.first().is_some_and(first)
                    && bytes.iter().all(|it| it.is_ascii_alphanumeric() || *it == b'_');
                if good { Ok(Self(text.into())) } else { Err($invalid) }
            }

            /// The id as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        /// Lets a map keyed by ids be searched with a borrowed text.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

/// Declares what an id begins with that is made for something that came without one.
macro_rules! generated {
    ($($name:ident: $prefix:literal),*) => {
        $(impl $name {
            /// The id given to what came without one, numbered from 1.
            pub(super) fn generated(number: usize) -> Self {
                Self(format!(concat!($prefix, "{}"), number).into())
            }
        })*
    };
}

identifier! {
    /// Names one question within its survey; results, exports and answers are keyed by it.
    QuestionId, u8::is_ascii_alphabetic, InvalidIdentifier::Name, "^[A-Za-z][A-Za-z0-9_]{0,63}$"
}
identifier! {
    /// Names one section within its survey.
    SectionId, u8::is_ascii_alphabetic, InvalidIdentifier::Name, "^[A-Za-z][A-Za-z0-9_]{0,63}$"
}
identifier! {
    /// Names one choice within its question. May begin with a digit: coded scales are written `1` to `6`.
    ChoiceId, u8::is_ascii_alphanumeric, InvalidIdentifier::Choice, "^[A-Za-z0-9][A-Za-z0-9_]{0,63}$"
}
identifier! {
    /// Names one of a tenant's own fields for surveys.
    FieldId, u8::is_ascii_alphabetic, InvalidIdentifier::Name, "^[A-Za-z][A-Za-z0-9_]{0,63}$"
}
generated! { QuestionId: "q", SectionId: "s", ChoiceId: "c" }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_letter_then_letters_digits_and_underscores() {
        for good in ["A1", "a", "age_in_years", &"q".repeat(64)] {
            assert_eq!(QuestionId::parse(good).unwrap().as_str(), good);
            assert_eq!(SectionId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "1", "_a", "a b", "a.b", "é", "a\0", &"q".repeat(65)] {
            assert_eq!(QuestionId::parse(bad), Err(InvalidIdentifier::Name), "{bad}");
        }
    }

    #[test]
    fn only_a_choice_may_begin_with_a_digit() {
        assert_eq!(ChoiceId::parse("1").unwrap().as_str(), "1");
        for bad in ["", "_1", ".other", "-1", "1.5"] {
            assert_eq!(ChoiceId::parse(bad), Err(InvalidIdentifier::Choice), "{bad}");
        }
    }

    #[test]
    fn an_id_is_read_from_json_only_when_it_is_right() {
        assert_eq!(serde_json::from_str::<QuestionId>("\"A1\"").unwrap().as_str(), "A1");
        assert!(serde_json::from_str::<QuestionId>("\"1A\"").is_err());
        assert_eq!(serde_json::to_string(&ChoiceId::parse("1").unwrap()).unwrap(), "\"1\"");
    }
}
