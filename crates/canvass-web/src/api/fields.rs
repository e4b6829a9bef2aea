//! A tenant's own fields for surveys, over the API.

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use canvass_actions::{self as actions, fields};
use canvass_model::metadata::{Document, Fields};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::{Body, etag_of, if_match_fingerprint};
use crate::{
    Problem,
    access::{Analyst, Creator},
};

/// The fields of a tenant, in the order in which they are shown; 50 at most, 5 of them listed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct FieldList {
    fields: Vec<Document>,
}

/// All fields.
pub(super) async fn show(analyst: Analyst) -> Result<Response, Problem> {
    Ok(shown(&analyst.read(fields::find).await?))
}

/// Replaces the list of fields, if it still is the one that was read.
pub(super) async fn update(creator: Creator, headers: HeaderMap, body: Body<Value>) -> Result<Response, Problem> {
    let base = if_match_fingerprint(&headers)?;
    let wanted = Fields::parse(&body.value).map_err(|faults| Problem::Invalid { faults })?;
    let plan = creator.tenant().plan.plan();
    let kept = wanted.clone();
    match creator.write(move |tx, by| fields::replace(tx, by, &plan, base.as_ref(), &kept)).await {
        Ok(()) => Ok(shown(&wanted)),
        Err(actions::Error::ChangedMeanwhile) => Err(Problem::PreconditionFailed),
        Err(error) => Err(error.into()),
    }
}

fn shown(fields: &Fields) -> Response {
    ([(header::ETAG, etag_of(&fields.fingerprint()))], Json(fields.to_json())).into_response()
}

/// How the document describes the list.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_fields")
        .summary("The tenant's own fields for surveys")
        .tag("Fields")
        .response_with::<200, Json<FieldList>, _>(|it| it.description("The fields; the ETag names this list."))
}

/// How the document describes a replacement.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let mut operation = operation;
    operation.inner_mut().request_body = None;
    operation
        .input::<Body<FieldList>>()
        .id("replace_fields")
        .summary("Replace the tenant's own fields for surveys")
        .description(
            "A field that is not in the list is removed; members can fetch it back for 30 days, with its values. A type \
             changes only if every value is written the same in the new one (409 otherwise). A required field's default \
             is given to every survey without a value. `If-Match` names the ETag that was read (428 without, 412 when \
             somebody else was faster). The plan must include fields.",
        )
        .tag("Fields")
        .response_with::<200, Json<FieldList>, _>(|it| it.description("The fields as they are now."))
}
