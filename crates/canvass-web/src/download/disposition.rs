//! A file's name in a header: this file is about `Content-Disposition` (RFC 6266), whatever the name is made of.

use std::fmt::Write;

use canvass_model::file::{FileName, Handling};

/// The header: what to do with the file, and its name, once in ASCII for old readers and once in full.
pub(super) fn of(name: &FileName, handling: Handling) -> String {
    let word = match handling {
        Handling::Inline => "inline",
        Handling::Attachment => "attachment",
    };
    let plain: String = name.as_str().chars().map(|it| if is_plain(it) { it } else { '_' }).collect();
    format!("{word}; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name.as_str()))
}

/// Whether a character may stand between the quotes, and is read the same by all.
fn is_plain(it: char) -> bool {
    (it.is_ascii_graphic() || it == ' ') && !matches!(it, '"' | '\\' | '%' | ';')
}

/// A name as an extended value (RFC 8187).
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_a_header_and_whole_for_whoever_reads_it() {
        let header = |name: &str| of(&FileName::offered(name), Handling::Attachment);
        assert_eq!(header("menu.pdf"), "attachment; filename=\"menu.pdf\"; filename*=UTF-8''menu.pdf");
        assert_eq!(
            header("Menü \"März\"; x=.pdf"),
            "attachment; filename=\"Men_ _M_rz__ x=.pdf\"; filename*=UTF-8''Men%C3%BC%20%22M%C3%A4rz%22%3B%20x%3D.pdf"
        );
        assert!(header("昼食.pdf").is_ascii());
        assert!(!header("a\r\nSet-Cookie: b=c").contains(['\r', '\n']));
    }
}
