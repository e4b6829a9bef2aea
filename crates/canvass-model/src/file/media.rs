//! What a file is: this file is about deciding its media type ourselves, and what a browser may do with it.

use super::name::extension;

/// What a file is, decided by its extension and confirmed by its beginning. What is not on the list is just bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media(&'static Kind);

/// What a browser is told to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// To show it.
    Inline,
    /// To save it, and never to look into it.
    Attachment,
}

/// One type that is known.
#[derive(Debug, PartialEq, Eq)]
struct Kind {
    /// Its extensions.
    extensions: &'static [&'static str],
    /// Its media type, with its character set.
    name: &'static str,
    /// What people call it.
    label: &'static str,
    handling: Handling,
    proof: Proof,
}

/// What the first bytes of a type look like.
#[derive(Debug, PartialEq, Eq)]
enum Proof {
    /// They are one of these.
    Begins(&'static [&'static [u8]]),
    /// They are the first, and behind four or eight bytes of length there is one of the others.
    Boxed(&'static [u8], usize, &'static [&'static [u8]]),
    /// They are UTF-8 without control characters.
    Text,
    /// Nothing is asked of them.
    Nothing,
}

/// Bytes from the beginning that are looked at.
pub const SNIFFED_BYTES: usize = 4_096;

use Handling::{Attachment, Inline};
use Proof::{Begins, Boxed, Nothing, Text};

/// What is in no other row.
static BYTES: Kind =
    Kind { extensions: &[], name: "application/octet-stream", label: "File", handling: Attachment, proof: Nothing };

const ZIP: Proof = Begins(&[b"PK\x03\x04", b"PK\x05\x06"]);
const MP4: Proof = Boxed(b"", 4, &[b"ftyp"]);

macro_rules! kinds {
    ($([$($extension:literal)+] $name:literal $label:literal $handling:ident $proof:expr;)+) => {
        &[$(Kind { extensions: &[$($extension),+], name: $name, label: $label, handling: $handling, proof: $proof }),+]
    };
}

/// Every type that is known. Nothing that a browser would run is among them: HTML, SVG, XML and scripts are just bytes.
static KINDS: &[Kind] = kinds! {
    ["png"] "image/png" "PNG picture" Inline Begins(&[b"\x89PNG\r\n\x1a\n"]);
    ["jpg" "jpeg"] "image/jpeg" "JPEG picture" Inline Begins(&[b"\xff\xd8\xff"]);
    ["gif"] "image/gif" "GIF picture" Inline Begins(&[b"GIF87a", b"GIF89a"]);
    ["webp"] "image/webp" "WebP picture" Inline Boxed(b"RIFF", 8, &[b"WEBP"]);
    ["avif"] "image/avif" "AVIF picture" Inline Boxed(b"", 4, &[b"ftypavif", b"ftypavis"]);
    ["pdf"] "application/pdf" "PDF document" Inline Begins(&[b"%PDF-"]);
    ["mp3"] "audio/mpeg" "MP3 sound" Inline Begins(&[b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"]);
    ["ogg" "oga" "opus"] "audio/ogg" "Ogg sound" Inline Begins(&[b"OggS"]);
    ["wav"] "audio/wav" "WAV sound" Inline Boxed(b"RIFF", 8, &[b"WAVE"]);
    ["flac"] "audio/flac" "FLAC sound" Inline Begins(&[b"fLaC"]);
    ["m4a"] "audio/mp4" "MP4 sound" Inline MP4;
    ["mp4" "m4v"] "video/mp4" "MP4 video" Inline MP4;
    ["webm"] "video/webm" "WebM video" Inline Begins(&[b"\x1a\x45\xdf\xa3"]);
    ["ogv"] "video/ogg" "Ogg video" Inline Begins(&[b"OggS"]);
    ["txt" "md" "log"] "text/plain; charset=utf-8" "Text" Inline Text;
    ["csv"] "text/csv; charset=utf-8" "CSV table" Attachment Text;
    ["ics"] "text/calendar; charset=utf-8" "Calendar" Attachment Text;
    ["json"] "application/json" "JSON" Attachment Text;
    ["zip"] "application/zip" "ZIP archive" Attachment ZIP;
    ["gz" "tgz"] "application/gzip" "Gzip archive" Attachment Begins(&[b"\x1f\x8b"]);
    ["7z"] "application/x-7z-compressed" "7-Zip archive" Attachment Begins(&[b"7z\xbc\xaf\x27\x1c"]);
    ["epub"] "application/epub+zip" "EPUB book" Attachment ZIP;
    ["docx"] "application/vnd.openxmlformats-officedocument.wordprocessingml.document" "Word document" Attachment ZIP;
    ["xlsx"] "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" "Excel workbook" Attachment ZIP;
    ["pptx"] "application/vnd.openxmlformats-officedocument.presentationml.presentation" "PowerPoint slides" Attachment ZIP;
    ["odt"] "application/vnd.oasis.opendocument.text" "OpenDocument text" Attachment ZIP;
    ["ods"] "application/vnd.oasis.opendocument.spreadsheet" "OpenDocument sheet" Attachment ZIP;
    ["odp"] "application/vnd.oasis.opendocument.presentation" "OpenDocument slides" Attachment ZIP;
};

impl Media {
    /// What a file with this name and beginning is; `head` are its first [`SNIFFED_BYTES`], or all of them.
    pub fn decide(name: &str, head: &[u8]) -> Self {
        let extension = extension(name);
        let kind = KINDS.iter().find(|it| it.extensions.contains(&extension.as_str()));
        Self(kind.filter(|it| it.proof.holds(head)).unwrap_or(&BYTES))
    }

    /// Reads a stored media type; what is no longer known is just bytes.
    pub fn stored(name: &str) -> Self {
        Self(KINDS.iter().find(|it| it.name == name).unwrap_or(&BYTES))
    }

    /// Its media type, as in `Content-Type`.
    pub fn as_str(self) -> &'static str {
        self.0.name
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        self.0.label
    }

    /// What a browser is told to do with it.
    pub fn handling(self) -> Handling {
        self.0.handling
    }

    /// Whether it is words: worth compressing, and not asked for in parts.
    pub fn is_text(self) -> bool {
        self.0.proof == Text
    }
}

impl Proof {
    fn holds(&self, head: &[u8]) -> bool {
        match self {
            Begins(beginnings) => beginnings.iter().any(|it| head.starts_with(it)),
            Boxed(first, skipped, then) => {
                head.starts_with(first)
                    && head.get(*skipped..).is_some_and(|it| then.iter().any(|to| it.starts_with(to)))
            }
            Text => is_text(head),
            Nothing => true,
        }
    }
}

/// Whether bytes are the beginning of a text in UTF-8; a letter may be cut in two at the end of what is looked at.
fn is_text(head: &[u8]) -> bool {
    let text = match str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && SNIFFED_BYTES <= head.len() => {
            str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.chars().any(|it| it.is_control() && !matches!(it, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn the_extension_names_a_type_and_the_beginning_must_confirm_it() {
        assert_eq!(Media::decide("Menu.PNG", PNG).as_str(), "image/png");
        assert_eq!(Media::decide("a.mp4", b"\0\0\0\x20ftypisom").as_str(), "video/mp4");
        assert_eq!(Media::decide("a.webp", b"RIFF\x10\0\0\0WEBPVP8 ").as_str(), "image/webp");
        assert_eq!(Media::decide("a.wav", b"RIFF\x10\0\0\0WEBPVP8 ").as_str(), "application/octet-stream");
        assert_eq!(Media::decide("a.txt", "naïve\n".as_bytes()).as_str(), "text/plain; charset=utf-8");
    }

    #[test]
    fn what_lies_about_itself_is_just_bytes() {
        let html = b"<!doctype html><script>alert(1)</script>";
        for name in ["a.png", "a.pdf", "a.html", "a.svg", "a.xml", "a.js", "a.xhtml", "a", "png", ".png", "a.png.html"]
        {
            let media = Media::decide(name, html);
            assert_eq!((media.as_str(), media.handling()), ("application/octet-stream", Attachment), "{name}");
        }
        assert_eq!(Media::decide("a.png.html", PNG).as_str(), "application/octet-stream");
        assert_eq!(Media::decide("a.txt", b"MZ\0\x01").as_str(), "application/octet-stream");
        assert_eq!(Media::decide("a.txt", b"\xff\xfe<\0s\0").as_str(), "application/octet-stream");
    }

    #[test]
    fn a_letter_cut_by_the_end_of_what_is_looked_at_is_text() {
        let long = "é".repeat(SNIFFED_BYTES);
        assert!(Media::decide("a.txt", &long.as_bytes()[..SNIFFED_BYTES - 1]).as_str() == "application/octet-stream");
        let shifted = format!("a{long}");
        assert!(Media::decide("a.txt", &shifted.as_bytes()[..SNIFFED_BYTES]).is_text());
    }

    #[test]
    fn nothing_that_a_browser_runs_is_shown_in_it() {
        for kind in KINDS {
            let active = ["html", "svg", "xml", "script", "wasm"].iter().any(|it| kind.name.contains(it));
            let office = kind.name.contains("openxmlformats");
            assert!(!active || office && kind.handling == Attachment, "{}", kind.name);
            assert_eq!(Media::stored(kind.name).as_str(), kind.name);
        }
        assert_eq!(Media::stored("text/html").as_str(), "application/octet-stream");
    }
}
