//! A survey's running summary, over the API.

use std::sync::Arc;

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::results;
use canvass_model::id::SurveyId;
use schemars::JsonSchema;
use serde::Deserialize;

use super::body::{Id, Parameters, filter_json};
use crate::{Problem, access::Analyst};

/// Which responses to count.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "SummaryWanted")]
pub(super) struct Wanted {
    /// Only those that pass this filter: a JSON object from question id to a value, a list of values, or tests, like
    /// `{"age": {"between": [18, 30]}}`. Without it all responses that were applied so far, whose summary is always ready.
    filter: Option<String>,
}

/// The summary of all responses applied so far, or of those that a filter lets.
pub(super) async fn show(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<serde_json::Value>, Problem> {
    let found = analyst.read(move |tx| results::load(tx, survey)).await?;
    let filter = results::filter(&found.definition, &filter_json(wanted.filter.as_deref())?)?;
    if filter.is_empty() {
        return Ok(Json(found.summary.to_api(&found.definition)));
    }
    let definition = Arc::new(found.definition);
    let counting = results::count(survey, Arc::clone(&definition), filter);
    let counted = analyst.look_through(move |_| Ok(counting.clone())).await?.finish();
    Ok(Json(counted.to_api(&definition)))
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_summary")
        .summary("Counts, means and frequent words per question")
        .description(
            "`{\"responses\": 2800, \"questions\": {\"A1\": {\"answered\": 2784, \"choices\": {\"1\": 922, …}}, \
             \"age\": {\"answered\": …, \"mean\", \"variance\", \"min\", \"max\"}}}`. The variance is the sample's (n - 1).",
        )
        .tag("Results")
}
