//! The guard: this file is about what a style sheet must be before anything parses it.
//!
//! The parsers behind it recurse into brackets, and a stack that overflows ends the process, not the request. So brackets
//! are counted first, flat. Escapes, `url(` and markup are refused outright: they are the only ways, beside strings and
//! comments, in which a bracket could stand and not be one.

use super::refusal::{Place, Reason, Refusal};

/// The most bytes of CSS a tenant may write: some hundred rules.
pub const SOURCE_BYTES_MAX: usize = 32 * 1024;
/// Brackets in brackets; `@media`, a rule, a gradient and a colour in it are four.
pub const DEPTH_MAX: usize = 8;

/// Refuses what no parser shall see.
pub(super) fn check(source: &str) -> Result<(), Refusal> {
    if SOURCE_BYTES_MAX < source.len() {
        return Err(Reason::TooLong { bytes: source.len() }.at(Place::default()));
    }
    if let Some((at, reason)) = forbidden(source) {
        return Err(reason.at(place(source, at)));
    }
    brackets(source).map_err(|(at, reason)| reason.at(place(source, at)))
}

/// The first thing that may stand nowhere, not even in a comment.
fn forbidden(source: &str) -> Option<(usize, Reason)> {
    let found = |at: usize, character: char| match character {
        '\\' => Some(Reason::Escape),
        '<' => Some(Reason::Markup),
        '-' if source[at..].starts_with("-->") => Some(Reason::Markup),
        'u' | 'U' if source.as_bytes()[at..].get(..4).is_some_and(|it| it.eq_ignore_ascii_case(b"url(")) => {
            Some(Reason::Loads)
        }
        it if is_invisible(it) => Some(Reason::Control),
        _ => None,
    };
    source.char_indices().find_map(|(at, it)| found(at, it).map(|reason| (at, reason)))
}

/// Control characters, and those that make text look like other text: marks of direction, byte order and tags.
fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\r' | '\t' => false,
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        other => other.is_control(),
    }
}

/// Counts brackets outside of strings and comments.
fn brackets(source: &str) -> Result<(), (usize, Reason)> {
    let mut open: Vec<(usize, u8)> = Vec::new();
    let bytes = source.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = source[at + 2..].find("*/").ok_or((at, Reason::Open))?;
                at += end + 3;
            }
            b'"' | b'\'' => {
                let end = bytes[at + 1..].iter().position(|it| [byte, b'\n', b'\r'].contains(it));
                let end = end.filter(|it| bytes[at + 1 + it] == byte).ok_or((at, Reason::Open))?;
                at += end + 1;
            }
            b'(' | b'[' | b'{' if open.len() == DEPTH_MAX => return Err((at, Reason::Deep)),
            b'(' => open.push((at, b')')),
            b'[' => open.push((at, b']')),
            b'{' => open.push((at, b'}')),
            b')' | b']' | b'}' if open.pop().map(|it| it.1) != Some(byte) => return Err((at, Reason::Unbalanced)),
            _ => {}
        }
        at += 1;
    }
    open.pop().map_or(Ok(()), |(at, _)| Err((at, Reason::Unbalanced)))
}

/// The line and character of a byte.
fn place(source: &str, at: usize) -> Place {
    let before = &source[..at];
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let small = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    Place { line: small(line), column: small(column) }
}
