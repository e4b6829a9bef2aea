//! A tenant's own fields for surveys: this file is about where they are defined and how their values are kept.
//!
//! Reading order: a [`Kind`] says what a [`Value`] may be; a [`Pattern`] narrows texts down and a [`Link`] makes an
//! address of values; a [`Field`] is all of that under a name, [`Fields`] a tenant's list of them, and [`Metadata`] what
//! one survey has in them.

mod field;
mod fields;
mod link;
mod pattern;
#[cfg(test)]
mod tests;
mod value;
mod values;

pub use self::{
    field::{Document, Field},
    fields::Fields,
    link::{InvalidLink, Link},
    pattern::{InvalidPattern, Pattern},
    value::{InvalidValue, Kind, Value},
    values::Metadata,
};
pub use crate::definition::FieldId;

/// Fields of one tenant: more is a table of its own, in another system, to link to.
pub const FIELDS_MAX: usize = 50;
/// Fields shown in the list of surveys: what fits beside a title on a wide screen.
pub const LISTED_MAX: usize = 5;
/// Characters of a field's label: a column's heading.
pub const LABEL_CHARS_MAX: usize = 100;
/// Characters of a text value: one line.
pub const TEXT_CHARS_MAX: usize = 500;
/// Days a removed field can be fetched back, with its values.
pub const REMOVED_DAYS: i64 = 30;
