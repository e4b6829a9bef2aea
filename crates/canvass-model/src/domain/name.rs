//! Names of domains: this file is about which a tenant may claim, in both of their spellings.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// A host's full name as the name system has it: small letters, digits and hyphens, two labels or more, without a final
/// dot. A name in another script is here in its ASCII form (`xn--…`).
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(transparent)]
pub struct DomainName(String);

/// Why a text is no domain that a tenant may claim, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// Nothing.
    #[error("Enter a domain, like surveys.adatum.example")]
    Empty,
    /// A port, a path, an address of numbers, or signs that no domain has.
    #[error("Enter the domain alone, like surveys.adatum.example: no https://, port, path or numeric address")]
    NotAName,
    /// A top-level domain, or one below which strangers register theirs.
    #[error("Other people register their domains below this one; enter a domain of your own")]
    Shared,
}

impl DomainName {
    /// What the name system can hold.
    pub const BYTES_MAX: usize = 253;

    /// Reads what somebody typed, in any script and case. A final dot says nothing.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(InvalidDomain::Empty);
        }
        let ascii = Uts46::new()
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
            .map_err(|_| InvalidDomain::NotAName)?;
        if !ascii.contains('.') {
            return Err(InvalidDomain::Shared);
        }
        let name = Self::of_host(&ascii).ok_or(InvalidDomain::NotAName)?;
        if psl::domain_str(&name.0).is_none() { Err(InvalidDomain::Shared) } else { Ok(name) }
    }

    /// Reads a host of a request, already in small letters and without port and final dot; `None` for what can be
    /// nobody's domain, such as a numeric address.
    pub fn of_host(host: &str) -> Option<Self> {
        let is_label = |it: &str| {
            (1..=63).contains(&it.len())
                && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
                && !it.starts_with('-')
                && !it.ends_with('-')
        };
        let (_, last) = host.rsplit_once('.')?;
        let is_numeric = last.bytes().all(|it| it.is_ascii_digit());
        let is_name = host.len() <= Self::BYTES_MAX && !is_numeric && host.split('.').all(is_label);
        is_name.then(|| Self(host.to_owned()))
    }

    /// The name as the name system has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in its own script: what its owner knows it by. Names that look alike differ in the other spelling.
    pub fn native(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// Whether it is `other`, or stands below it.
    pub fn is_within(&self, other: &str) -> bool {
        self.0.strip_suffix(other).is_some_and(|it| it.is_empty() || it.ends_with('.'))
    }

    /// Whether it is a domain as one registers it, with nothing in front: such a name can be no alias (CNAME) of another.
    pub fn is_apex(&self) -> bool {
        psl::domain_str(&self.0) == Some(self.as_str())
    }

    /// Where the record stands that proves whose it is.
    pub fn record_name(&self) -> String {
        format!("_canvass.{}", self.0)
    }
}

impl TryFrom<String> for DomainName {
    type Error = InvalidDomain;

    fn try_from(text: String) -> Result<Self, InvalidDomain> {
        Self::of_host(&text).ok_or(InvalidDomain::NotAName)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_one_whatever_its_spelling() {
        for text in ["Umfrage.Adatum.Example", " umfrage.adatum.example. ", "umfrage．adatum。example"] {
            assert_eq!(DomainName::parse(text).unwrap().as_str(), "umfrage.adatum.example", "{text}");
        }
        let name = DomainName::parse("BÜCHER.example").unwrap();
        assert_eq!((name.as_str(), name.native().as_str()), ("xn--bcher-kva.example", "bücher.example"));
        assert_eq!(DomainName::parse("xn--bcher-kva.example").unwrap(), name);
    }

    #[test]
    fn names_that_look_alike_differ_in_ascii() {
        let (latin, cyrillic) =
            (DomainName::parse("adatum.example").unwrap(), DomainName::parse("аdatum.example").unwrap());
        assert_ne!(latin, cyrillic);
        assert!(cyrillic.as_str().starts_with("xn--"), "{cyrillic}");
    }

    #[test]
    fn what_nobody_can_own_alone_is_refused() {
        for text in ["example", "localhost", "com", "co.uk", "github.io", "ck"] {
            assert_eq!(DomainName::parse(text), Err(InvalidDomain::Shared), "{text}");
        }
        assert!(DomainName::parse("adatum.co.uk").unwrap().is_apex());
        assert!(!DomainName::parse("surveys.adatum.co.uk").unwrap().is_apex());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(DomainName::parse(" . "), Err(InvalidDomain::Empty));
        let (long_label, long) = (format!("{}.example", "a".repeat(64)), format!("{}example", "a.".repeat(130)));
        for text in [
            "https://adatum.example",
            "adatum.example:8443",
            "adatum.example/x",
            "user@adatum.example",
            "192.0.2.7",
            "[2001:db8::1]",
            "2001:db8::1",
            "a..example",
            ".adatum.example",
            "-a.example",
            "a-.example",
            "a_b.example",
            "*.adatum.example",
            "a b.example",
            "a\0.example",
            "xn--a.example",
            &long_label,
            &long,
        ] {
            assert_eq!(DomainName::parse(text), Err(InvalidDomain::NotAName), "{text}");
        }
    }

    #[test]
    fn a_name_stands_within_itself_and_its_parents_alone() {
        let name = DomainName::parse("a.surveys.example").unwrap();
        assert!(name.is_within("surveys.example") && name.is_within("a.surveys.example"));
        assert!(!name.is_within("urveys.example") && !name.is_within("b.a.surveys.example"));
    }

    proptest! {
        #[test]
        fn a_name_is_settled(text in "\\PC{1,30}\\.[a-zé]{2,8}") {
            if let Ok(name) = DomainName::parse(&text) {
                prop_assert_eq!(DomainName::of_host(name.as_str()), Some(name.clone()));
                prop_assert_eq!(DomainName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
