//! Links: this file is about addresses made of values, which never lead to another place than the one written.

use std::fmt::{self, Write as _};

use url::Url;

use super::FieldId;
use crate::definition::InvalidIdentifier;

/// An address with names of fields in braces behind its host, like `https://erp.example/{product_id}`. Scheme, host and
/// port are fixed: a value is percent-encoded, and never becomes a step upwards in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `https://erp.example`, in the spelling of the URL standard.
    origin: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Written(String),
    Field(FieldId),
}

/// Why a link was refused, worded for the person at the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLink {
    /// Longer than the limit.
    #[error("A link has {} characters or fewer", Link::CHARS_MAX)]
    TooLong,
    /// Another scheme, or none.
    #[error("A link begins with https:// or http://")]
    Scheme,
    /// A host that is none, with a name or password before it, or with a field in it.
    #[error("After https:// comes a host, like erp.example; fields in braces stand behind it, after a slash")]
    Host,
    /// White space, a control character, or one that browsers read as another.
    #[error("Remove the spaces, quotes, backslashes and angle brackets")]
    Character,
    /// A `.` or `..` between slashes.
    #[error("Leave out the parts . and .. of the path")]
    Dots,
    /// A brace without its other one.
    #[error("Write fields in braces, like {{product_id}}")]
    Brace,
    /// What stands in braces is not the id of a field.
    #[error("{{{0}}} is no field: {1}")]
    Field(String, InvalidIdentifier),
}

impl Link {
    /// The longest link: what every browser and mail program takes.
    pub const CHARS_MAX: usize = 1_000;

    /// Reads a link.
    pub fn parse(text: &str) -> Result<Self, InvalidLink> {
        let text = text.trim();
        if Self::CHARS_MAX < text.chars().count() {
            return Err(InvalidLink::TooLong);
        }
        if text.chars().any(|it| it.is_whitespace() || it.is_control() || "\\\"'<>`^|".contains(it)) {
            return Err(InvalidLink::Character);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidLink::Scheme)?;
        if !["https", "http"].iter().any(|it| scheme.eq_ignore_ascii_case(it)) {
            return Err(InvalidLink::Scheme);
        }
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let link = Self { origin: origin(scheme, host)?, parts: parts(rest)? };
        if climbs(&link.filled(|_| "x".to_owned())) { Err(InvalidLink::Dots) } else { Ok(link) }
    }

    /// The fields it names, in order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldId> {
        self.parts.iter().filter_map(|it| match it {
            Part::Field(id) => Some(id),
            Part::Written(_) => None,
        })
    }

    /// The address for these values; `None` when one is missing, or would lead upwards in the path.
    pub fn expand(&self, value: impl Fn(&FieldId) -> Option<String>) -> Option<String> {
        let values: Option<Vec<String>> = self.fields().map(value).collect();
        let mut values = values?.into_iter();
        let rest = self.filled(|_| encoded(&values.next().unwrap_or_default()));
        (!climbs(&rest)).then(|| format!("{}{rest}", self.origin))
    }

    /// Everything behind the host, with `value` in place of each field.
    fn filled(&self, mut value: impl FnMut(&FieldId) -> String) -> String {
        self.parts.iter().fold(String::new(), |out, it| match it {
            Part::Written(text) => out + text,
            Part::Field(id) => out + &value(id),
        })
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        f.write_str(&self.filled(|id| format!("{{{id}}}")))
    }
}

/// Scheme, host and port as the URL standard writes them: what browsers will take them for.
fn origin(scheme: &str, host: &str) -> Result<String, InvalidLink> {
    if host.contains(['@', '%', '{', '}']) {
        return Err(InvalidLink::Host);
    }
    let url = Url::parse(&format!("{scheme}://{host}/")).map_err(|_| InvalidLink::Host)?;
    if !url.has_host() || !url.username().is_empty() || url.password().is_some() || url.path() != "/" {
        return Err(InvalidLink::Host);
    }
    Ok(url.origin().ascii_serialization())
}

fn parts(text: &str) -> Result<Vec<Part>, InvalidLink> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(['{', '}']) {
        let (written, braced) = rest.split_at(begin);
        let inside = braced.strip_prefix('{').ok_or(InvalidLink::Brace)?;
        let (name, after) = inside.split_once('}').ok_or(InvalidLink::Brace)?;
        if !written.is_empty() {
            parts.push(Part::Written(written.to_owned()));
        }
        let id = FieldId::parse(name);
        parts.push(Part::Field(id.map_err(|invalid| InvalidLink::Field(shown(name), invalid))?));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Written(rest.to_owned()));
    }
    Ok(parts)
}

/// Whether the path has a part that browsers take for this folder or the one above, encoded or not.
fn climbs(rest: &str) -> bool {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|it| matches!(it.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

/// Percent-encodes everything that is not unreserved (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// As much of a wrong name as helps to find it.
fn shown(name: &str) -> String {
    const CHARS_MAX: usize = 64;
    name.chars().take(CHARS_MAX).collect()
}
