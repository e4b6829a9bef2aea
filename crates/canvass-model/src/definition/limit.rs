//! Bounds of a definition: this file is about how much a survey may hold, and why.

/// A survey of more pages is several surveys.
pub const SECTIONS_MAX: usize = 100;
/// Far beyond what anybody answers; keeps every page, table and summary of a survey bounded.
pub const QUESTIONS_MAX: usize = 500;
/// More than the countries of the world with their common variants; longer lists are data of their own.
pub const CHOICES_MAX: usize = 500;
/// Bounds a document: every text may be written once in each.
pub const LANGUAGES_MAX: usize = 20;
/// Characters of a question's label: a long paragraph.
pub const LABEL_CHARS_MAX: usize = 2_000;
/// Characters of a question's help.
pub const HELP_CHARS_MAX: usize = 4_000;
/// Characters of a description, a section's description or a thank-you text: a few screens.
pub const PROSE_CHARS_MAX: usize = 10_000;
/// Characters of the title and of a section's title: one heading.
pub const TITLE_CHARS_MAX: usize = crate::text::Title::CHARS_MAX;
/// Characters of a choice's label: a sentence or two.
pub const CHOICE_CHARS_MAX: usize = 500;
/// Characters of the name of a scale's end, and of the field for another answer.
pub const END_CHARS_MAX: usize = 100;
/// Characters of a unit.
pub const UNIT_CHARS_MAX: usize = 30;
/// Characters of a short text answer: one line on any screen, and what it has unless the question says less.
pub const SHORT_TEXT_CHARS_MAX: u32 = 500;
/// Characters of a long text answer: some ten pages, and what it has unless the question says less.
pub const LONG_TEXT_CHARS_MAX: u32 = 20_000;
/// Characters of an answer of one's own beside the choices.
pub const OTHER_CHARS_MAX: u32 = 500;
/// Characters of an id: what every database, statistics package and column header takes.
pub const ID_CHARS_MAX: usize = 64;
/// Characters of a hidden value: a campaign, a customer's number or a hash of anything; short enough to count each.
pub const HIDDEN_CHARS_MAX: u32 = 200;
/// Hidden values of a survey: a form carries each along, and a summary keeps the frequent ones of each.
pub const HIDDEN_MAX: usize = 50;
/// The largest number asked for or given: beyond 2^53 JSON readers, spreadsheets and browsers lose digits.
pub const NUMBER_MAX: i64 = crate::number::MAX;
/// The fewest stars.
pub const STARS_MIN: u8 = 2;
/// The most stars.
pub const STARS_MAX: u8 = 10;
/// The stars of a question that does not say.
pub const STARS_DEFAULT: u8 = 5;
/// The most picks a multiple choice can ask for: every choice and one answer of one's own.
pub const PICKS_MAX: u32 = 501;
/// The lowest high end of an opinion scale: two points at least.
pub const SCALE_TO_MIN: u8 = 2;
/// The highest end of an opinion scale.
pub const SCALE_TO_MAX: u8 = 10;
/// The low end of an opinion scale that does not say.
pub const SCALE_FROM_DEFAULT: u8 = 1;
/// The high end of an opinion scale that does not say.
pub const SCALE_TO_DEFAULT: u8 = 5;
/// Faults reported at once: enough to repair a document, bounded for a hostile one.
pub const FAULTS_MAX: usize = 100;
