//! A file's name: this file is about what it may be called, so that no reader of it is misled.

use std::fmt;

/// What a file is called: one line without slashes, control characters or marks that turn text around. Names no place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct FileName(String);

/// Why a name was refused, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFileName {
    /// Nothing, or nothing but dots and spaces.
    #[error("Enter a name, like minutes.pdf")]
    Empty,
    /// Longer than file systems take.
    #[error("The name must have {} bytes or fewer; it has more", FileName::BYTES_MAX)]
    TooLong,
    /// It holds something that is no part of a name.
    #[error("Remove the slashes, line breaks and control characters from the name")]
    Control,
}

impl FileName {
    /// What most file systems take. Letters beyond ASCII have two bytes or more.
    pub const BYTES_MAX: usize = 200;
    /// What a file is called whose name has nothing that could be kept.
    const FALLBACK: &str = "file";

    /// Trims and checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidFileName> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(InvalidFileName::Empty);
        }
        if text.chars().any(is_misleading) {
            return Err(InvalidFileName::Control);
        }
        if Self::BYTES_MAX < text.len() {
            return Err(InvalidFileName::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// A name out of whatever an upload calls itself: folders, control characters and marks that turn text around are left
    /// out, and what is too long loses its middle, not its extension.
    pub fn offered(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).find(|it| !trimmed(it).is_empty()).unwrap_or_default();
        let kept: String = last.chars().filter(|it| !is_misleading(*it)).collect();
        let kept = trimmed(&kept);
        if kept.is_empty() {
            return Self(Self::FALLBACK.to_owned());
        }
        Self(shortened(kept))
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its last dot, in lower case; empty when there is none.
    pub fn extension(&self) -> String {
        extension(&self.0)
    }

    /// The name without its extension: a title to begin with.
    pub fn stem(&self) -> &str {
        match self.0.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => &self.0,
        }
    }
}

/// What stands behind the last dot of a name, in lower case; empty when there is none.
pub(super) fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// Spaces around a name, and dots at its end, are what some file systems lose.
fn trimmed(text: &str) -> &str {
    let text = text.trim();
    if text.chars().all(|it| it == '.' || it.is_whitespace()) { "" } else { text.trim_end_matches(['.', ' ']) }
}

/// Whether a character is no part of a name: slashes, controls, and the invisible marks by which `gpj.exe` can look like
/// `exe.jpg`.
fn is_misleading(it: char) -> bool {
    let turns = matches!(it, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let breaks = matches!(it, '\u{2028}' | '\u{2029}');
    it.is_control() || turns || breaks || matches!(it, '/' | '\\')
}

/// A name cut to what may be kept, its extension last.
fn shortened(name: &str) -> String {
    /// A longer one is no extension.
    const EXTENSION_BYTES_MAX: usize = 20;
    if name.len() <= FileName::BYTES_MAX {
        return name.to_owned();
    }
    let ending = match name.rsplit_once('.') {
        Some((_, ending)) if ending.len() <= EXTENSION_BYTES_MAX => format!(".{ending}"),
        _ => String::new(),
    };
    let room = FileName::BYTES_MAX - ending.len();
    let cut = (0..=room).rev().find(|it| name.is_char_boundary(*it)).unwrap_or_default();
    format!("{}{ending}", name.get(..cut).unwrap_or_default())
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl schemars::JsonSchema for FileName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileName".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::BYTES_MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_names_no_place() {
        assert_eq!(FileName::parse(" Protokoll März.pdf ").unwrap().as_str(), "Protokoll März.pdf");
        for (bad, why) in [
            ("", InvalidFileName::Empty),
            (" .. ", InvalidFileName::Empty),
            ("../../etc/passwd", InvalidFileName::Control),
            ("a\\b.txt", InvalidFileName::Control),
            ("a\0.png", InvalidFileName::Control),
            ("a\r\nSet-Cookie: b", InvalidFileName::Control),
            ("gpj\u{202e}exe.png", InvalidFileName::Control),
        ] {
            assert_eq!(FileName::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(FileName::parse(&"a".repeat(201)), Err(InvalidFileName::TooLong));
    }

    #[test]
    fn whatever_an_upload_calls_itself_becomes_a_name() {
        for (offered, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\fakepath\\menu.pdf", "menu.pdf"),
            ("a\0b.png", "ab.png"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("..", "file"),
            ("/", "file"),
            ("", "file"),
            ("menu/", "menu"),
            ("昼食.pdf", "昼食.pdf"),
        ] {
            assert_eq!(FileName::offered(offered).as_str(), kept, "{offered:?}");
        }
    }

    #[test]
    fn a_name_that_is_too_long_keeps_its_extension_and_its_letters_whole() {
        for letter in ["a", "é", "昼"] {
            let name = FileName::offered(&format!("{}.PDF", letter.repeat(4096)));
            assert!(name.as_str().len() <= FileName::BYTES_MAX);
            assert!(name.as_str().ends_with(".PDF"));
            assert_eq!(FileName::parse(name.as_str()).unwrap(), name);
        }
        assert_eq!(FileName::offered("minutes.tar.gz").extension(), "gz");
        assert_eq!(FileName::offered(".profile").extension(), "");
    }

    proptest::proptest! {
        #[test]
        fn what_was_offered_is_a_name(text in ".*") {
            let name = FileName::offered(&text);
            proptest::prop_assert_eq!(FileName::parse(name.as_str()), Ok(name));
        }
    }
}
