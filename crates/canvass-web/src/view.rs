//! Pieces shared by pages: this file is about what templates need beyond the model's own words.

pub(crate) mod chart;
pub(crate) mod log_lines;
pub(crate) mod metadata;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod questions;
pub(crate) mod survey_head;
