//! Replay, over the API: this file is about what a script's new source would say of past responses.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::scripts::replay::{self, Difference, Replayed};
use canvass_model::{
    definition::Fault,
    id::{ResponseId, SurveyId},
    script::{RunFailure, Source, VersionNumber},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::named::Named;
use crate::{Problem, access::Creator, api::body::Body};

/// What is to be replayed.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewReplay")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// The responses of this survey.
    survey: SurveyId,
    /// With this source; the draft when it is left out.
    source: Option<String>,
    /// At most so many responses, the newest; 1,000 unless said.
    #[schemars(range(min = 1, max = 10_000))]
    limit: Option<u32>,
}

/// What would be different.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Replay")]
pub(super) struct Shown {
    /// How many responses were looked at.
    responses: u32,
    /// How many of them would be different.
    changed: u32,
    /// The live version they are compared with; `null` when there is none.
    version: Option<VersionNumber>,
    /// The differences; 1,000 at most.
    differences: Vec<Row>,
    /// Why it ended early, if it did.
    error: Option<RunFailure>,
    /// What was printed.
    output: String,
}

/// One difference.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReplayDifference")]
struct Row {
    response: ResponseId,
    /// A calculated field, `tags`, or `errors` of a check.
    field: String,
    /// What the live version says.
    before: Value,
    /// What the new source says.
    after: Value,
}

/// Responses of a replay that does not say.
const RESPONSES_DEFAULT: u32 = 1_000;

/// Replays past responses; nothing is stored.
pub(super) async fn create(creator: Creator, Named(name): Named, body: Body<New>) -> Result<Json<Shown>, Problem> {
    let New { survey, source, limit } = body.value;
    let source = source.as_deref().map(Source::parse).transpose().map_err(|invalid| Problem::Invalid {
        faults: vec![Fault { pointer: "/source".to_owned(), message: invalid.to_string() }],
    })?;
    let wanted = replay::Wanted { survey, source, limit: limit.unwrap_or(RESPONSES_DEFAULT) };
    let (runner, tenant, _) = creator.scripting();
    let Replayed { responses, changed, differences, failure, live, output } =
        replay::replay(runner, tenant, &name, wanted).await?;
    let row = |Difference { response, field, before, after }| Row { response, field, before, after };
    let differences = differences.into_iter().map(row).collect();
    Ok(Json(Shown { responses, changed, version: live, differences, error: failure, output }))
}

/// How the document describes it.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("replay_script")
        .summary("What a new source would say of past responses")
        .description(
            "Gives the newest responses of a survey to the live version and to the new source, without effects, and \
             answers where they differ. For scripts that run after responses were stored, and for checks.",
        )
        .tag("Scripts")
        .response_with::<200, Json<Shown>, _>(|it| it.description("The differences."))
}
