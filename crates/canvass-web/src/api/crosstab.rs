//! Cross-tabs, over the API: this file is about setting the answers to two questions against each other.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::crosstabs::{self, Asked};
use canvass_model::{id::SurveyId, survey::Version, time::Timestamp};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::body::{Id, Parameters, filter_json};
use crate::{Problem, access::Analyst};

/// What to count.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "CrosstabWanted")]
pub(super) struct Wanted {
    /// The question whose categories are the rows: a choice, a scale, yes or no, or a number, which is counted in ranges.
    /// Or a fact about responses: `_received_day`, `_received_week`, `_received_month` (in UTC), `_version`, `_source`.
    #[serde(default)]
    rows: String,
    /// The question or fact whose categories are the columns.
    #[serde(default)]
    columns: String,
    /// Which responses count: a JSON object from question id to a value, a list of values, or tests, like
    /// `{"gender": "2", "A1": ["5", "6"], "age": {"between": [18, 30]}}`; the page "Filters" of the documentation has them all.
    filter: Option<String>,
    /// Only responses received then or later.
    since: Option<Timestamp>,
    /// Only responses received before.
    until: Option<Timestamp>,
    /// Only responses to this version.
    version: Option<Version>,
}

/// The cross-tab of two questions.
pub(super) async fn show(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Value>, Problem> {
    let Wanted { rows, columns, filter, since, until, version } = wanted;
    let filter = filter_json(filter.as_deref())?;
    let asked = Asked { rows, columns, filter, since, until, version };
    let counted = analyst.look_through(move |tx| crosstabs::begin(tx, survey, &asked)).await?;
    Ok(Json(counted.finish()?.to_api()))
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_crosstab")
        .summary("How the answers to two questions go together, or develop over time")
        .description(
            "`{\"rows\": {\"question\", \"label\", \"multiple\", \"categories\": [{\"id\", \"label\", \"total\"}]}, \
             \"columns\": {…}, \"counts\": [[…]], \"row_percentages\", \"column_percentages\", \"total_percentages\", \
             \"total\", \"missing\": {\"rows\", \"columns\", \"both\"}, \"chi_square\": {\"statistic\", \
             \"degrees_of_freedom\", \"p\", \"cramers_v\", \"expected_below_5\"}, \"no_chi_square\"}`. Counted are responses \
             that answered both questions; `missing` has the others. The test is Pearson's, without Yates' correction. With \
             a multiple choice a response may be in several cells: percentages are shares of responses, and there is no \
             test (`no_chi_square` is `several_picks`). A question or filter that cannot be counted is refused (422).",
        )
        .tag("Results")
}
