//! Hidden values on their way: this file is about the fields of a form that bring them from its address to its answers.
//!
//! The form keeps nothing on the server, so it carries them like every other answer: whoever looks into the page can read
//! and change them.

use std::collections::HashMap;

use askama::Template;
use canvass_model::{
    answer,
    definition::{Definition, QuestionId},
};

use crate::Problem;

/// A field for each hidden value that may come along, empty where none did: a draft kept in the browser fills those.
#[derive(Template)]
#[template(path = "respond/carried.html")]
struct Fields<'a> {
    fields: Vec<(&'a QuestionId, String)>,
}

/// The fields for what was brought: the first value of each name that fits.
pub(super) fn fields<Text: AsRef<str>>(
    definition: &Definition,
    brought: impl Iterator<Item = (Text, Text)>,
) -> Result<String, Problem> {
    let mut values: HashMap<&str, String> = definition.carried().map(|it| (it.id.as_str(), String::new())).collect();
    if values.is_empty() {
        return Ok(String::new());
    }
    for (name, text) in brought {
        if let Some(value) = values.get_mut(name.as_ref())
            && value.is_empty()
        {
            *value = answer::carried(text.as_ref()).unwrap_or_default();
        }
    }
    let mut take = |id: &QuestionId| values.remove(id.as_str()).unwrap_or_default();
    let fields = definition.carried().map(|it| (&it.id, take(&it.id))).collect();
    Ok(Fields { fields }.render()?)
}
