//! Words people type: this file is about the short texts that exist only when they are right.

use std::fmt;

/// Declares a trimmed one-line text with bounds on its characters.
macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $invalid:ident, $max:expr, $empty:literal, $too_long:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        #[doc = concat!("Why a [`", stringify!($name), "`] was refused, worded for the person at the form.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum $invalid {
            /// Nothing but spaces.
            #[error($empty)]
            Empty,
            /// Longer than the limit.
            #[error($too_long, max = $name::CHARS_MAX)]
            TooLong,
            /// Holds a line break, a tab or another control character.
            #[error("Remove the line breaks and control characters")]
            Control,
        }

        impl $name {
            /// The most characters it may have.
            pub const CHARS_MAX: usize = $max;

            /// Trims and checks `text`.
            pub fn parse(text: &str) -> Result<Self, $invalid> {
                let text = text.trim();
                if text.is_empty() {
                    return Err($invalid::Empty);
                }
                if text.chars().any(char::is_control) {
                    return Err($invalid::Control);
                }
                if Self::CHARS_MAX < text.chars().count() {
                    return Err($invalid::TooLong);
                }
                Ok(Self(text.to_owned()))
            }

            /// The text as shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
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
                schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    };
}

line! {
    /// A survey's title: one line, trimmed.
    Title, InvalidTitle, 200, "Enter a title", "Title must be {max} characters or fewer"
}
line! {
    /// What a tenant calls itself.
    OrganisationName, InvalidOrganisationName, 100, "Enter the name of your organisation",
    "The name of your organisation must be {max} characters or fewer"
}
line! {
    /// What colleagues call a person.
    PersonName, InvalidPersonName, 100, "Enter your name", "Name must be {max} characters or fewer"
}
line! {
    /// What an API token is for, in its maker's words.
    TokenName, InvalidTokenName, 100, "Enter what this token is for",
    "The name of a token must be {max} characters or fewer"
}

line! {
    /// What a field for surveys is called: a column's heading.
    FieldLabel, InvalidFieldLabel, crate::metadata::LABEL_CHARS_MAX, "Enter a label",
    "The label must be {max} characters or fewer"
}

/// An e-mail address, trimmed and in lower case, so that one person has one spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// Why an e-mail address was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter an e-mail address, like name@example.org")]
pub struct InvalidEmail;

impl Email {
    /// The longest address mail servers accept (RFC 5321, section 4.5.3.1.3).
    pub const BYTES_MAX: usize = 254;

    /// Checks the shape `local@domain.tld`; whether it can be delivered only a mail can tell.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let plain = |part: &str| {
            !part.is_empty()
                && !part.contains(|it: char| it.is_whitespace() || it.is_control() || "<>()[],;:\\\"@".contains(it))
        };
        let label = |it: &str| !it.is_empty() && !it.starts_with('-') && !it.ends_with('-');
        let good = plain(local)
            && plain(domain)
            && domain.contains('.')
            && domain.split('.').all(label)
            && text.len() <= Self::BYTES_MAX;
        if good { Ok(Self(text)) } else { Err(InvalidEmail) }
    }

    /// The address as sent to.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A password as typed. Never shown, logged or stored; only its hash is.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Too easy to guess by length alone.
    #[error("Use at least {min} characters; a few unrelated words work well", min = Password::CHARS_MIN)]
    TooShort,
    /// Longer than anything a person or a password manager makes.
    #[error("Password must be {max} characters or fewer", max = Password::CHARS_MAX)]
    TooLong,
    /// Among the first that an attacker tries.
    #[error("This password is one of the most common ones; choose another")]
    Common,
}

impl Password {
    /// OWASP ASVS 5.0, 6.2.1 asks for 8 at least and recommends 15; the middle suits a survey tool.
    pub const CHARS_MIN: usize = 10;
    /// Bounds the work of one hash.
    pub const CHARS_MAX: usize = 200;

    /// Checks a new password. Spaces count: nothing is trimmed.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        let chars = text.chars().count();
        if chars < Self::CHARS_MIN {
            return Err(InvalidPassword::TooShort);
        }
        if Self::CHARS_MAX < chars {
            return Err(InvalidPassword::TooLong);
        }
        let mut distinct: Vec<char> = text.to_lowercase().chars().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 4 || COMMON.contains(&text.to_lowercase().as_str()) {
            return Err(InvalidPassword::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a password offered at sign-in as it is: only its hash decides. Cut at the longest that could exist.
    pub fn offered(text: &str) -> Self {
        Self(text.chars().take(Self::CHARS_MAX + 1).collect())
    }

    /// The text, for the hash function alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Passwords of ten characters and more that lead every published list of leaked ones.
const COMMON: [&str; 24] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "password123",
    "password1234",
    "passw0rd123",
    "qwertyuiop",
    "qwerty12345",
    "qwerty123456",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "iloveyou123",
    "iloveyou1234",
    "administrator",
    "adminadmin",
    "letmein1234",
    "welcome123",
    "welcome1234",
    "changeme123",
    "football123",
    "princess123",
    "abcdefghij",
    "1qaz2wsx3edc",
    "asdfghjkl1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_trimmed_line() {
        assert_eq!(Title::parse("  Lunch ").unwrap().as_str(), "Lunch");
        assert_eq!(Title::parse("   "), Err(InvalidTitle::Empty));
        assert_eq!(Title::parse("a\nb"), Err(InvalidTitle::Control));
        assert_eq!(Title::parse(&"é".repeat(200)).unwrap().as_str().chars().count(), 200);
        assert_eq!(Title::parse(&"é".repeat(201)), Err(InvalidTitle::TooLong));
    }

    #[test]
    fn an_address_has_one_spelling() {
        assert_eq!(Email::parse(" Ada@Adatum.Example ").unwrap().as_str(), "ada@adatum.example");
        for bad in ["", "ada", "ada@", "@x.org", "a b@x.org", "a@x", "a@x..org", "a@-x.org", "a@x.org\r\nBcc: b@x.org"]
        {
            assert_eq!(Email::parse(bad), Err(InvalidEmail), "{bad}");
        }
    }

    #[test]
    fn a_common_password_is_refused() {
        assert_eq!(Password::parse("Password123"), Err(InvalidPassword::Common));
        assert_eq!(Password::parse("aaaaaaaaaaaa"), Err(InvalidPassword::Common));
        assert!(Password::parse("correct horse battery").is_ok());
        assert_eq!(format!("{:?}", Password::offered("secret")), "Password(…)");
    }
}
