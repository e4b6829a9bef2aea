//! A survey's values in its tenant's own fields, over the API.

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use canvass_actions as actions;
use canvass_model::{
    id::SurveyId,
    metadata::{Fields, Metadata},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::body::{Body, Id, etag_of, if_match_fingerprint};
use crate::{
    Problem,
    access::{Analyst, Creator},
};

/// A survey's values by the ids of the tenant's own fields: strings, numbers and booleans as the fields' types say. A
/// field without a value is left out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Metadata")]
#[serde(transparent)]
pub(super) struct Values(Map<String, Value>);

/// What a survey has in the fields.
pub(super) async fn show(analyst: Analyst, Id(id): Id<SurveyId>) -> Result<Response, Problem> {
    Ok(shown(&analyst.read(move |tx| actions::metadata::find(tx, id)).await?.metadata))
}

/// Replaces what a survey has in the fields, if it still is what was read.
pub(super) async fn update(
    creator: Creator,
    Id(id): Id<SurveyId>,
    headers: HeaderMap,
    body: Body<Value>,
) -> Result<Response, Problem> {
    let base = if_match_fingerprint(&headers)?;
    let plan = creator.tenant().plan.plan();
    let replaced = creator.write(move |tx, by| {
        let read = |fields: &Fields| Metadata::from_json(fields, &body.value);
        actions::metadata::replace(tx, by, &plan, (id, base.as_ref()), read)
    });
    match replaced.await {
        Ok(described) => Ok(shown(&described.metadata)),
        Err(actions::Error::ChangedMeanwhile) => Err(Problem::PreconditionFailed),
        Err(error) => Err(error.into()),
    }
}

fn shown(metadata: &Metadata) -> Response {
    ([(header::ETAG, etag_of(&metadata.fingerprint()))], Json(metadata.to_json())).into_response()
}

/// How the document describes the values.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_metadata")
        .summary("A survey's values in the tenant's own fields")
        .tag("Fields")
        .response_with::<200, Json<Values>, _>(|it| it.description("The values; the ETag names them."))
}

/// How the document describes a replacement.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let mut operation = operation;
    operation.inner_mut().request_body = None;
    operation
        .input::<Json<Values>>()
        .id("replace_metadata")
        .summary("Replace a survey's values in the tenant's own fields")
        .description(
            "All values at once: a field left out has none afterwards. What is required may be missing until the survey \
             is published. `If-Match` names the ETag that was read (428 without, 412 when somebody else was faster). The \
             plan must include fields.",
        )
        .tag("Fields")
        .response_with::<200, Json<Values>, _>(|it| it.description("The values as they are now."))
}
