//! Many responses as one statement's parameters: this file is about the columns that `unnest` turns into rows.

use std::collections::HashSet;

use canvass_model::response::Accepted;
use tokio_postgres::types::ToSql;

use super::super::{Row, Value};

/// Responses, column by column, in their order.
pub(super) struct Columns<'a> {
    ids: Vec<String>,
    surveys: Vec<String>,
    versions: Vec<i64>,
    received_at: Vec<i64>,
    sources: Vec<&'static str>,
    answers: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(responses: impl Iterator<Item = &'a Accepted> + Clone) -> Self {
        Self {
            ids: responses.clone().map(|it| it.id.to_string()).collect(),
            surveys: responses.clone().map(|it| it.survey.to_string()).collect(),
            versions: responses.clone().map(|it| it.version.0.into()).collect(),
            received_at: responses.clone().map(|it| it.received_at.0).collect(),
            sources: responses.clone().map(|it| it.source.as_str()).collect(),
            answers: responses.map(|it| it.answers.as_str()).collect(),
        }
    }

    /// The parameters: id, survey, version, moment, source and answers.
    pub(super) fn args(&self) -> [&(dyn ToSql + Sync); 6] {
        [&self.ids, &self.surveys, &self.versions, &self.received_at, &self.sources, &self.answers]
    }

    /// For each response whether its id is among those the statement returned; of two with one id, the first.
    pub(super) fn which_are_new(&self, returned: Vec<Row>) -> Vec<bool> {
        let mut fresh: HashSet<String> = returned
            .into_iter()
            .filter_map(|row| match row.into_iter().next() {
                Some(Value::Text(id)) => Some(id),
                _ => None,
            })
            .collect();
        self.ids.iter().map(|it| fresh.remove(it)).collect()
    }
}
