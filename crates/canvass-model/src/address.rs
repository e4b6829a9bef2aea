//! Public addresses: this file is about the path of a tenant's page, and the key under which it is looked up.

mod url;

use std::fmt;

use unicode_normalization::UnicodeNormalization;

pub use self::url::{Address, Hosts, NoAddress, TenantKey};

/// Where a page lives under its tenant: the spelling people see, and the key both stores look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAddress {
    native: String,
    key: PageKey,
}

/// The folded, escaped form of a page's path. Two spellings of one page share it; two pages never do.
/// ASCII only (`a-z 0-9 . _ - /` and `~` with hexadecimal digits), so it is safe in any store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey(String);

/// Why a path names no page, worded for the person at the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Nothing between the slashes.
    #[error("Enter an address, like customer-survey")]
    Empty,
    /// Too many parts.
    #[error("An address has at most {max} parts", max = PageAddress::SEGMENTS_MAX)]
    TooDeep,
    /// A part is too long.
    #[error("Each part of an address has at most {max} characters", max = PageAddress::SEGMENT_CHARS_MAX)]
    TooLong,
    /// `.`, `..`, a control character, or bytes that are no text.
    #[error("This address holds characters that an address cannot have")]
    Character,
}

impl PageAddress {
    /// Deep enough for any structure a person keeps in mind.
    pub const SEGMENTS_MAX: usize = 8;
    /// Long enough for a title in any script.
    pub const SEGMENT_CHARS_MAX: usize = 100;

    /// The address of the page that the tenant's own address serves, when there is one.
    pub fn index() -> Self {
        Self { native: "index".to_owned(), key: PageKey("index".to_owned()) }
    }

    /// The address of the tenant's map for search engines, unless a page stands there.
    pub fn sitemap() -> Self {
        Self { native: "sitemap.xml".to_owned(), key: PageKey("sitemap.xml".to_owned()) }
    }

    /// Reads the part of a URL's path behind the tenant, percent-decoding it once.
    pub fn parse(path: &str) -> Result<Self, InvalidAddress> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            return Err(InvalidAddress::Empty);
        }
        let segments: Vec<String> = path.split('/').map(segment).collect::<Result<_, _>>()?;
        if Self::SEGMENTS_MAX < segments.len() {
            return Err(InvalidAddress::TooDeep);
        }
        let key = segments.iter().map(|it| fold(it)).collect::<Vec<_>>().join("/");
        Ok(Self { native: segments.join("/"), key: PageKey(key) })
    }

    /// An address made from a survey's title.
    pub fn suggest(title: &str) -> Self {
        let mut text = String::new();
        for letter in title.nfc().flat_map(char::to_lowercase) {
            if letter.is_alphanumeric() {
                text.push(letter);
            } else if !text.is_empty() && !text.ends_with('-') && letter != '\'' && letter != '’' {
                text.push('-');
            }
            if Self::SEGMENT_CHARS_MAX / 2 <= text.chars().count() {
                break;
            }
        }
        let text = text.trim_end_matches('-');
        let text = if text.is_empty() { "survey" } else { text };
        Self { native: text.to_owned(), key: PageKey(fold(text)) }
    }

    /// The path as people see it, decoded, without a leading slash.
    pub fn native(&self) -> &str {
        &self.native
    }

    /// The path as it stands in a link: every part percent-encoded.
    pub fn href(&self) -> String {
        use fmt::Write as _;
        let mut out = String::with_capacity(self.native.len());
        for byte in self.native.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    out.push(char::from(byte));
                }
                _ => {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
        out
    }

    /// The path as a person types it: decoded, except for the percent sign, so that reading it again gives the same page.
    pub fn typed(&self) -> String {
        self.native.replace('%', "%25")
    }

    /// The address one part shorter; `None` when it has one part alone.
    #[must_use]
    pub fn above(&self) -> Option<Self> {
        let (native, _) = self.native.rsplit_once('/')?;
        let (key, _) = self.key.0.rsplit_once('/')?;
        Some(Self { native: native.to_owned(), key: PageKey(key.to_owned()) })
    }

    /// What follows `above` in this address, decoded, without a leading slash; empty when nothing does.
    pub fn below(&self, above: &Self) -> &str {
        let depth = above.native.split('/').count();
        self.native.splitn(depth + 1, '/').nth(depth).unwrap_or_default()
    }

    /// What stores and caches look up.
    pub fn key(&self) -> &PageKey {
        &self.key
    }
}

impl PageKey {
    /// The key as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn segment(raw: &str) -> Result<String, InvalidAddress> {
    let text = decode(raw).ok_or(InvalidAddress::Character)?;
    if text.is_empty() {
        return Err(InvalidAddress::Empty);
    }
    if text == "." || text == ".." || text.chars().any(|it| it.is_control() || it == '/' || it == '\\') {
        return Err(InvalidAddress::Character);
    }
    let text: String = text.nfc().collect();
    if PageAddress::SEGMENT_CHARS_MAX < text.chars().count() {
        return Err(InvalidAddress::TooLong);
    }
    Ok(text)
}

/// Percent-decodes once; `None` when a `%` stands alone or the bytes are not UTF-8.
fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Case folding by way of capitals and back, which joins ß with ss and all three sigmas, until nothing changes;
/// then every byte outside the safe set as `~` and two hexadecimal digits.
fn fold(segment: &str) -> String {
    use fmt::Write as _;
    let mut folded: String = segment.nfc().collect();
    for _ in 0..FOLDS_MAX {
        let next: String = folded
            .chars()
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase)
            .map(|it| if it == 'ς' { 'σ' } else { it })
            .nfc()
            .collect();
        if next == folded {
            break;
        }
        folded = next;
    }
    let mut key = String::with_capacity(folded.len());
    for byte in folded.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => key.push(char::from(byte)),
            _ => {
                let _ = write!(key, "~{byte:02x}");
            }
        }
    }
    key
}

/// Folding settles in two rounds for every character of Unicode; the bound only keeps the loop finite.
const FOLDS_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(path: &str) -> String {
        PageAddress::parse(path).unwrap().key().as_str().to_owned()
    }

    #[test]
    fn case_does_not_matter_and_spelling_is_kept() {
        assert_eq!(key("/BartsWeb/RSS.xml"), key("/bartsweb/rss.xml"));
        assert_eq!(PageAddress::parse("/BartsWeb/RSS.xml").unwrap().native(), "BartsWeb/RSS.xml");
        assert_eq!(key("Straße"), key("STRASSE"));
        assert_eq!(key("ΟΔΟΣ"), key("οδος"));
    }

    #[test]
    fn an_address_knows_those_above_it() {
        let address = PageAddress::parse("Lunch/Menü/Today").unwrap();
        let above = address.above().unwrap();
        assert_eq!(above, PageAddress::parse("Lunch/Menü").unwrap());
        assert_eq!(address.below(&above), "Today");
        assert_eq!(address.below(&above.above().unwrap()), "Menü/Today");
        assert_eq!(address.below(&address), "");
        assert_eq!(above.above().unwrap().above(), None);
    }

    #[test]
    fn the_index_is_an_address_like_others() {
        assert_eq!(PageAddress::parse("index"), Ok(PageAddress::index()));
    }

    #[test]
    fn composed_and_decomposed_are_one_page() {
        assert_eq!(key("caf%C3%A9"), key("cafe%CC%81"));
    }

    #[test]
    fn traps_are_refused() {
        for path in
            ["", "/", "a//b", "a/../b", ".", "%2e%2e", "a%2fb", "a%00b", "%zz", "%ff", "a\\b", "1/2/3/4/5/6/7/8/9"]
        {
            assert!(PageAddress::parse(path).is_err(), "{path}");
        }
        assert!(PageAddress::parse("1/2/3/4/5/6/7/8").is_ok());
    }

    proptest! {
        #[test]
        fn a_key_is_safe_and_settled(path in "\\PC{1,40}") {
            if let Ok(address) = PageAddress::parse(&path) {
                let safe = address.key().as_str().bytes().all(|it| {
                    it.is_ascii_lowercase() || it.is_ascii_digit() || b"-._/~".contains(&it)
                });
                prop_assert!(safe);
                let again = PageAddress::parse(&address.href()).unwrap();
                prop_assert_eq!(again.key(), address.key());
                prop_assert_eq!(&PageAddress::parse(&address.typed()).unwrap(), &address);
                let upper: String = address.native().chars().flat_map(char::to_uppercase).collect();
                if let Ok(upper) = PageAddress::parse(&upper.replace('%', "%25")) {
                    prop_assert_eq!(upper.key(), address.key());
                }
            }
        }

        #[test]
        fn a_suggestion_is_an_address(title in any::<String>()) {
            let address = PageAddress::suggest(&title);
            let again = PageAddress::parse(&address.href()).unwrap();
            prop_assert_eq!(again.key(), address.key());
        }
    }
}
