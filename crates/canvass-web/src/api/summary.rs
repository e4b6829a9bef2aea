//! A survey's running summary, over the API.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions as actions;
use canvass_model::id::SurveyId;

use super::body::Id;
use crate::{Problem, access::Analyst};

/// The summary of all responses applied so far.
pub(super) async fn show(analyst: Analyst, Id(survey): Id<SurveyId>) -> Result<Json<serde_json::Value>, Problem> {
    let found = analyst.read(move |tx| actions::results::load(tx, survey)).await?;
    Ok(Json(found.summary.to_api(&found.definition)))
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
