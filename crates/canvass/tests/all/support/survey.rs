//! Surveys that collect: this file is about publishing one, and about where it is found.

use serde_json::{Value, json};

use super::{Canvass, Person};

/// A survey of twelve questions in three sections, one of every type that takes an answer.
pub fn workshop() -> Value {
    serde_json::from_str(include_str!("../../data/workshop.json")).expect("it is JSON")
}

/// A published survey, and the program that published it.
#[derive(Clone)]
pub struct Survey {
    /// Whoever may do everything with it over the API.
    pub program: Person,
    /// Its id.
    pub id: String,
    /// Its public address, from the first slash.
    pub page: String,
}

impl Canvass {
    /// A survey of a tenant, published at `/{alias}/{page}`.
    pub async fn survey(&self, alias: &str, page: &str, definition: &Value) -> Survey {
        Survey::publish(self.program_of(alias).await, alias, page, definition).await
    }
}

impl Survey {
    /// Makes a survey over the API and publishes it at `/{alias}/{page}`.
    pub async fn publish(program: Person, alias: &str, page: &str, definition: &Value) -> Self {
        let made = program.post_json("/api/v1/surveys", definition).await.expect(201).json();
        let id = made["id"].as_str().expect("a survey has an id").to_owned();
        let address = json!({ "page": page });
        program.post_json(&format!("/api/v1/surveys/{id}/publication"), &address).await.expect(201);
        Self { program, id, page: format!("/{alias}/{page}") }
    }

    /// An address of this survey below its own in the API: `/responses`, `/summary`, `/export`.
    pub fn api(&self, below: &str) -> String {
        format!("/api/v1/surveys/{}{below}", self.id)
    }

    /// An address of this survey below its own in the console.
    pub fn console(&self, below: &str) -> String {
        let alias = self.page.split('/').nth(1).expect("a page lies below an alias");
        format!("/-/console/{alias}/surveys/{}{below}", self.id)
    }

    /// How many responses the summary counts.
    pub async fn counted(&self) -> u64 {
        let summary = self.program.get(&self.api("/summary")).await.expect(200).json();
        summary["responses"].as_u64().expect("a count")
    }
}
