//! A small survey: this file is about Lunch, for tests that are about something else.

use serde_json::{Value, json};

use super::{Person, Survey};

/// The one survey of one question, published at `/adatum/lunch` by a program of Adatum.
pub async fn lunch(program: &Person) -> Survey {
    lunch_at(program, "adatum").await
}

/// The same of another tenant.
pub async fn lunch_at(program: &Person, alias: &str) -> Survey {
    let question = json!({ "id": "soup", "type": "yes_no", "label": "Soup?", "required": true });
    let definition = json!({ "title": "Lunch", "sections": [{ "id": "all", "questions": [question] }] });
    Survey::publish(program.clone(), alias, "lunch", &definition).await
}

/// A response to it.
pub fn soup() -> Value {
    json!({ "answers": { "soup": true } })
}
