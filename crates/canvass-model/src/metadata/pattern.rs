//! Patterns: this file is about the regular expressions a tenant may write for a field's texts.

use std::{fmt, sync::OnceLock};

use regex::{Regex, RegexBuilder};

/// A regular expression that a whole text must match. It is matched in time linear in the text, whatever it says, and
/// its compiled form is bounded; there are neither look-around nor back-references.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    /// Compiled when it is first needed; `None` for a stored one that is none any more.
    whole: OnceLock<Option<Regex>>,
}

/// Why a pattern was refused, worded for the person at the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPattern {
    /// Longer than the limit.
    #[error("A pattern has {} characters or fewer", Pattern::CHARS_MAX)]
    TooLong,
    /// Becomes too large, as nested repetitions do.
    #[error("This pattern repeats too much; use smaller numbers in braces")]
    TooLarge,
    /// Not a regular expression of ours; says where and why in one line.
    #[error("This is not a regular expression: {0}")]
    Syntax(String),
}

impl Pattern {
    /// The longest pattern: what a person can still read.
    pub const CHARS_MAX: usize = 200;
    /// Memory of the compiled form: `.{1,500}` fits in. Compiling so much takes some milliseconds.
    const COMPILED_BYTES_MAX: usize = 512 << 10;
    /// Groups within groups.
    const NESTING_MAX: u32 = 20;

    /// Compiles a pattern.
    pub fn parse(source: &str) -> Result<Self, InvalidPattern> {
        if Self::CHARS_MAX < source.chars().count() {
            return Err(InvalidPattern::TooLong);
        }
        // Alone first: what is wrong by itself, like a closing bracket too many, could be right between ours.
        compile(source)?;
        let whole = compile_whole(source)?;
        Ok(Self { source: source.to_owned(), whole: OnceLock::from(Some(whole)) })
    }

    /// Takes a pattern that was right when it was stored, without compiling it yet.
    pub(super) fn stored(source: &str) -> Self {
        Self { source: source.to_owned(), whole: OnceLock::new() }
    }

    /// Whether a whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.whole.get_or_init(|| compile_whole(&self.source).ok()).as_ref().is_some_and(|it| it.is_match(text))
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

fn compile_whole(source: &str) -> Result<Regex, InvalidPattern> {
    compile(&format!("^(?:{source})$"))
}

fn compile(source: &str) -> Result<Regex, InvalidPattern> {
    let built = RegexBuilder::new(source)
        .size_limit(Pattern::COMPILED_BYTES_MAX)
        .dfa_size_limit(Pattern::COMPILED_BYTES_MAX)
        .nest_limit(Pattern::NESTING_MAX)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => InvalidPattern::TooLarge,
        error => {
            // The message draws the place below the pattern; its last line says what is wrong.
            let message = error.to_string();
            let reason = message.lines().next_back().unwrap_or_default();
            InvalidPattern::Syntax(reason.trim_start_matches("error: ").to_owned())
        }
    })
}
