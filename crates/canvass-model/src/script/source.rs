//! Sources: this file is about the text of a script.

/// The text of a script, with line feeds between its lines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, Default)]
#[serde(transparent)]
pub struct Source(String);

/// Why a source was refused, worded for its author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSource {
    /// Larger than the limit.
    #[error("A script has at most {} KiB; move tables of data into the store", Source::BYTES_MAX / 1024)]
    TooLarge,
    /// Holds a zero byte, which Python refuses.
    #[error("A script holds no zero bytes; save the file as UTF-8 text")]
    Zero,
}

impl Source {
    /// A program beyond this is several; it bounds what is compiled, kept per version and shown.
    pub const BYTES_MAX: usize = 256 * 1024;

    /// Takes a text, with `\r\n` and `\r` read as line ends and without a byte order mark.
    pub fn parse(text: &str) -> Result<Self, InvalidSource> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if Self::BYTES_MAX < text.len() {
            return Err(InvalidSource::TooLarge);
        }
        if text.contains('\0') {
            return Err(InvalidSource::Zero);
        }
        if text.contains('\r') {
            return Ok(Self(text.replace("\r\n", "\n").replace('\r', "\n")));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
