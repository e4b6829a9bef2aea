//! Question types: this file is about what can be asked, and what each type is made of.

use super::{ChoiceId, Text};

/// What a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// One line of text.
    ShortText {
        /// The fewest characters of an answer.
        chars_min: u32,
        /// The most characters of an answer.
        chars_max: u32,
    },
    /// Text of several lines.
    LongText {
        /// The fewest characters of an answer.
        chars_min: u32,
        /// The most characters of an answer.
        chars_max: u32,
    },
    /// A whole number.
    Integer {
        /// The smallest allowed.
        min: Option<i64>,
        /// The largest allowed.
        max: Option<i64>,
        /// What is counted, like "years".
        unit: Option<Text>,
    },
    /// A number with decimals.
    Decimal {
        /// The smallest allowed.
        min: Option<f64>,
        /// The largest allowed.
        max: Option<f64>,
        /// Answers are whole multiples of it above the minimum, or above zero without one.
        step: Option<f64>,
        /// What is measured, like "kg".
        unit: Option<Text>,
    },
    /// One choice of several, all in sight.
    SingleChoice {
        /// What to choose from, in the order shown.
        choices: Vec<Choice>,
        /// Whether one may write an answer of one's own.
        other: Other,
    },
    /// Any number of choices.
    MultipleChoice {
        /// What to choose from, in the order shown.
        choices: Vec<Choice>,
        /// Whether one may write an answer of one's own.
        other: Other,
        /// The fewest choices of an answer.
        picks_min: Option<u32>,
        /// The most choices of an answer.
        picks_max: Option<u32>,
    },
    /// One choice of a long list.
    Dropdown {
        /// What to choose from, in the order shown.
        choices: Vec<Choice>,
        /// Whether one may write an answer of one's own.
        other: Other,
    },
    /// One to `count` stars.
    Stars {
        /// How many stars there are.
        count: u8,
    },
    /// A number on a scale whose ends have names.
    OpinionScale {
        /// The low end: 0 or 1.
        from: u8,
        /// The high end, at most 10.
        to: u8,
        /// What the low end means.
        low_label: Option<Text>,
        /// What the high end means.
        high_label: Option<Text>,
    },
    /// The likelihood of a recommendation from 0 to 10 (net promoter score).
    Nps {
        /// What 0 means.
        low_label: Option<Text>,
        /// What 10 means.
        high_label: Option<Text>,
    },
    /// Yes or no.
    YesNo,
    /// A text to read; takes no answer.
    Statement,
    /// A value that respondents never see: it comes along with the address, or a script sets it.
    Hidden {
        /// Whose value it is.
        set_by: SetBy,
        /// The value of a response that comes without one; one line, never empty.
        default: Option<String>,
    },
}

/// Whose a hidden value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// Whoever makes the address of the form, or the program that submits: anybody can change it on its way. A script may
    /// change it once more.
    Url,
    /// Scripts that check responses, and nobody else: what comes from an address, a form or a program is not taken.
    Script,
}

/// One of the choices of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Stays the same whatever the label becomes.
    pub id: ChoiceId,
    /// What is shown.
    pub label: Text,
}

/// Whether an answer that is not among the choices may be written.
#[derive(Debug, Clone, PartialEq)]
pub enum Other {
    /// Only the choices.
    Absent,
    /// A field for one's own answer.
    Offered {
        /// What the field is called; without it the interface's word for "Other".
        label: Option<Text>,
    },
}

/// A question type's name, as in the `type` of the document.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    /// One line of text.
    ShortText,
    /// Text of several lines.
    LongText,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// One choice of several, all in sight.
    SingleChoice,
    /// Any number of choices.
    MultipleChoice,
    /// One choice of a long list.
    Dropdown,
    /// Stars.
    Stars,
    /// A number on a scale whose ends have names.
    OpinionScale,
    /// The likelihood of a recommendation.
    Nps,
    /// Yes or no.
    YesNo,
    /// A text to read.
    Statement,
    /// A value that respondents never see.
    Hidden,
}

impl Kind {
    /// The type's name.
    pub fn name(&self) -> KindName {
        match self {
            Self::ShortText { .. } => KindName::ShortText,
            Self::LongText { .. } => KindName::LongText,
            Self::Integer { .. } => KindName::Integer,
            Self::Decimal { .. } => KindName::Decimal,
            Self::SingleChoice { .. } => KindName::SingleChoice,
            Self::MultipleChoice { .. } => KindName::MultipleChoice,
            Self::Dropdown { .. } => KindName::Dropdown,
            Self::Stars { .. } => KindName::Stars,
            Self::OpinionScale { .. } => KindName::OpinionScale,
            Self::Nps { .. } => KindName::Nps,
            Self::YesNo => KindName::YesNo,
            Self::Statement => KindName::Statement,
            Self::Hidden { .. } => KindName::Hidden,
        }
    }

    /// The choices of a question that has them.
    pub fn choices(&self) -> Option<&[Choice]> {
        match self {
            Self::SingleChoice { choices, .. }
            | Self::MultipleChoice { choices, .. }
            | Self::Dropdown { choices, .. } => Some(choices),
            Self::ShortText { .. }
            | Self::LongText { .. }
            | Self::Integer { .. }
            | Self::Decimal { .. }
            | Self::Stars { .. }
            | Self::OpinionScale { .. }
            | Self::Nps { .. }
            | Self::YesNo
            | Self::Statement
            | Self::Hidden { .. } => None,
        }
    }

    /// Whether an answer of one's own may be written; `Absent` for questions without choices.
    pub fn other(&self) -> &Other {
        match self {
            Self::SingleChoice { other, .. } | Self::MultipleChoice { other, .. } | Self::Dropdown { other, .. } => {
                other
            }
            Self::ShortText { .. }
            | Self::LongText { .. }
            | Self::Integer { .. }
            | Self::Decimal { .. }
            | Self::Stars { .. }
            | Self::OpinionScale { .. }
            | Self::Nps { .. }
            | Self::YesNo
            | Self::Statement
            | Self::Hidden { .. } => &Other::Absent,
        }
    }

    /// Whether answers are numbers, so that one may stand between two.
    pub fn is_number(&self) -> bool {
        match self {
            Self::Integer { .. }
            | Self::Decimal { .. }
            | Self::Stars { .. }
            | Self::OpinionScale { .. }
            | Self::Nps { .. } => true,
            Self::ShortText { .. }
            | Self::LongText { .. }
            | Self::SingleChoice { .. }
            | Self::MultipleChoice { .. }
            | Self::Dropdown { .. }
            | Self::YesNo
            | Self::Statement
            | Self::Hidden { .. } => false,
        }
    }

    /// The ends of a scale: of stars, an opinion scale or NPS.
    pub fn scale(&self) -> Option<std::ops::RangeInclusive<i64>> {
        match self {
            Self::Stars { count } => Some(1..=i64::from(*count)),
            Self::OpinionScale { from, to, .. } => Some(i64::from(*from)..=i64::from(*to)),
            Self::Nps { .. } => Some(0..=10),
            Self::ShortText { .. }
            | Self::LongText { .. }
            | Self::Integer { .. }
            | Self::Decimal { .. }
            | Self::SingleChoice { .. }
            | Self::MultipleChoice { .. }
            | Self::Dropdown { .. }
            | Self::YesNo
            | Self::Statement
            | Self::Hidden { .. } => None,
        }
    }
}

impl KindName {
    /// All types, in the order in which the builder offers them.
    pub const ALL: [Self; 13] = [
        Self::ShortText,
        Self::LongText,
        Self::SingleChoice,
        Self::MultipleChoice,
        Self::Dropdown,
        Self::YesNo,
        Self::Stars,
        Self::OpinionScale,
        Self::Nps,
        Self::Integer,
        Self::Decimal,
        Self::Statement,
        Self::Hidden,
    ];

    /// The name as in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShortText => "short_text",
            Self::LongText => "long_text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::SingleChoice => "single_choice",
            Self::MultipleChoice => "multiple_choice",
            Self::Dropdown => "dropdown",
            Self::Stars => "stars",
            Self::OpinionScale => "opinion_scale",
            Self::Nps => "nps",
            Self::YesNo => "yes_no",
            Self::Statement => "statement",
            Self::Hidden => "hidden",
        }
    }

    /// What the builder calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ShortText => "Short text",
            Self::LongText => "Long text",
            Self::Integer => "Whole number",
            Self::Decimal => "Decimal number",
            Self::SingleChoice => "Single choice",
            Self::MultipleChoice => "Multiple choice",
            Self::Dropdown => "Dropdown",
            Self::Stars => "Stars",
            Self::OpinionScale => "Opinion scale",
            Self::Nps => "Net promoter score",
            Self::YesNo => "Yes or no",
            Self::Statement => "Statement",
            Self::Hidden => "Hidden value",
        }
    }

    /// Reads a name as in the document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl SetBy {
    /// Both, in the order in which the builder offers them.
    pub const ALL: [Self; 2] = [Self::Url, Self::Script];

    /// The word as in the document.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Script => "script",
        }
    }

    /// Reads a word as in the document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}

impl std::fmt::Display for KindName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
