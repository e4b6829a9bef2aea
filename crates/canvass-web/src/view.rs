//! Pieces shared by pages: this file is about what templates need beyond the model's own words.

pub(crate) mod chart;
pub(crate) mod filter_bar;
pub(crate) mod log_lines;
pub(crate) mod look;
pub(crate) mod metadata;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod questions;
pub(crate) mod run_outcome;
pub(crate) mod script_head;
pub(crate) mod source_difference;
pub(crate) mod survey_head;
pub(crate) mod tokens;
pub(crate) mod versions;

/// The same words, beginning with a capital.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
