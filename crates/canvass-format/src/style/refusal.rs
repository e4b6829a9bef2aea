//! Refusals: this file is about why a piece of CSS was not taken, where it stands, and what to do instead.

/// Refusals reported at once; whoever has more has enough to begin with.
pub const REFUSALS_MAX: usize = 100;

/// One thing that was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {reason}")]
pub struct Refusal {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// Why.
    pub reason: Reason,
}

/// Why a piece of CSS was refused, worded for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// More text than is compiled.
    #[error("This style sheet has {bytes} bytes; {max} is the most", max = super::SOURCE_BYTES_MAX)]
    TooLong {
        /// How much there is.
        bytes: usize,
    },
    /// A backslash: a way to write a word so that it is not recognised.
    #[error("Write characters as they are; a backslash is not taken")]
    Escape,
    /// Loading something.
    #[error("A style sheet loads nothing: no url(), no @import, no fonts and no pictures")]
    Loads,
    /// The beginning of markup.
    #[error("Markup does not belong into a style sheet: remove <")]
    Markup,
    /// An invisible character.
    #[error("There is an invisible character here; remove it")]
    Control,
    /// Brackets in brackets in brackets.
    #[error("Brackets are nested deeper than {max}", max = super::DEPTH_MAX)]
    Deep,
    /// A bracket without its other half.
    #[error("A bracket is opened and not closed, or closed and not opened")]
    Unbalanced,
    /// A string or comment without its end.
    #[error("A text in quotes or a comment is not ended")]
    Open,
    /// An at-rule other than `@media`.
    #[error("@{0} is not taken; @media is the only rule of its kind")]
    AtRule(String),
    /// A media query that is not understood.
    #[error(
        "This media query is not taken. Write for example (max-width: 600px), (prefers-color-scheme: dark) or \
         (prefers-reduced-motion: reduce), several joined by \"and\""
    )]
    Media,
    /// A selector that is no part.
    #[error(
        "The selector \"{0}\" is not taken. Write the name of a part after a dot, like .question-label or .button:hover"
    )]
    Selector(String),
    /// A class that is no part.
    #[error("There is no part \".{0}\"; the list of parts names all there are")]
    UnknownPart(String),
    /// A state the part does not have.
    #[error(".{part} has no state \":{state}\"")]
    UnknownState {
        /// Which part.
        part: &'static str,
        /// What was asked for.
        state: String,
    },
    /// A rule inside a rule.
    #[error("Rules inside rules are not taken; write them one after the other")]
    Nested,
    /// Something that is no rule and no declaration.
    #[error("This is not understood: a rule is .part {{ property: value; }}")]
    Stray,
    /// More rules than are compiled.
    #[error("There are more than {0} declarations")]
    TooMany(usize),
    /// A property that could hide something.
    #[error("\"{0}\" could hide what people must see or reach")]
    Hides(String),
    /// A property that could cover something.
    #[error("\"{0}\" could cover the form or move it out of sight")]
    Covers(String),
    /// A property that runs something.
    #[error("\"{0}\" runs something; a style sheet does not")]
    Runs(String),
    /// A property that nobody knows or that is not offered.
    #[error("The property \"{0}\" is not taken")]
    UnknownProperty(String),
    /// A property the part does not take.
    #[error(".{part} does not take \"{property}\"")]
    NotHere {
        /// Which part.
        part: String,
        /// Which property.
        property: &'static str,
    },
    /// `!important`, which would win over what keeps the page usable.
    #[error("!important is not taken; these rules come last anyway")]
    Important,
    /// A value of another kind.
    #[error("\"{property}\" takes {takes}")]
    Value {
        /// Of which property.
        property: &'static str,
        /// What it takes.
        takes: String,
    },
    /// A length that goes too far.
    #[error("\"{property}\" goes from {low} to {high} here")]
    Range {
        /// Of which property.
        property: &'static str,
        /// The least.
        low: String,
        /// The most.
        high: String,
    },
    /// A function that is not taken.
    #[error("{0}() is not taken in a value")]
    Function(String),
    /// Text nobody can read.
    #[error(
        "{parts} could not be read or seen: the contrast with what is behind would be {ratio} to 1{when}, and must be {min} to \
         1. Set color and background together, for light and dark pages"
    )]
    Contrast {
        /// Which parts, in words.
        parts: String,
        /// The ratio, cut to one decimal.
        ratio: String,
        /// The least it must be.
        min: String,
        /// In which appearance, in words that follow a number; empty for both.
        when: &'static str,
    },
}

impl Reason {
    /// A short stable name: what a corpus of refused sheets expects, and programs may match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too-long",
            Self::Escape => "escape",
            Self::Loads => "loads",
            Self::Markup => "markup",
            Self::Control => "control",
            Self::Deep => "deep",
            Self::Unbalanced => "unbalanced",
            Self::Open => "open",
            Self::AtRule(_) => "at-rule",
            Self::Media => "media",
            Self::Selector(_) => "selector",
            Self::UnknownPart(_) => "unknown-part",
            Self::UnknownState { .. } => "unknown-state",
            Self::Nested => "nested",
            Self::Stray => "stray",
            Self::TooMany(_) => "too-many",
            Self::Hides(_) => "hides",
            Self::Covers(_) => "covers",
            Self::Runs(_) => "runs",
            Self::UnknownProperty(_) => "unknown-property",
            Self::NotHere { .. } => "not-here",
            Self::Important => "important",
            Self::Value { .. } => "value",
            Self::Range { .. } => "range",
            Self::Function(_) => "function",
            Self::Contrast { .. } => "contrast",
        }
    }

    /// This reason at a place, both counted from 0.
    pub(super) fn at(self, place: Place) -> Refusal {
        Refusal { line: place.line + 1, column: place.column + 1, reason: self }
    }
}

/// Where something stands: line and character, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// As the parser counts: lines from 0, columns from 1.
impl From<cssparser::SourceLocation> for Place {
    fn from(it: cssparser::SourceLocation) -> Self {
        Self { line: it.line, column: it.column.saturating_sub(1) }
    }
}

/// What a person wrote, short enough to be shown to them.
pub(super) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = text.char_indices().nth(CHARS_MAX) {
        text.truncate(cut);
        text.push('…');
    }
    text
}
