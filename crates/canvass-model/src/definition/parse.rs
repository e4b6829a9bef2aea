//! A definition from JSON: this file is about reading a document strictly and naming every fault in it.

use serde_json::Value;

use super::{Content, Fault, Language, Question};

pub(super) fn definition(_json: &Value) -> Result<Content, Vec<Fault>> {
    todo!()
}

pub(super) fn question_alone(_json: &Value, _languages: &[Language]) -> Result<Question, Vec<Fault>> {
    todo!()
}
