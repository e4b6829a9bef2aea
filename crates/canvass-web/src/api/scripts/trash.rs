//! Scripts thrown away, over the API: this file is about the trash, undoing it, and deleting for good.

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::scripts;
use canvass_model::{script::Script, time::Timestamp};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::Serialize;

use super::named::Named;
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::{Listed, etag},
};

/// A script in the trash.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptInTrash")]
pub(super) struct Shown {
    #[serde(flatten)]
    script: super::Shown,
    /// When it was thrown away.
    trashed_at: Option<Timestamp>,
    /// When it is deleted for good.
    gone_at: Option<Timestamp>,
}

impl From<Script> for Shown {
    fn from(it: Script) -> Self {
        Self { trashed_at: it.trashed_at, gone_at: it.gone_at(), script: it.into() }
    }
}

/// The scripts in the trash, the latest first; all of them, for the trash has an end.
pub(super) async fn index(analyst: Analyst) -> Result<Json<Listed<Shown>>, Problem> {
    let found = analyst.read(storage::scripts::trash::list).await?;
    Ok(Json(Listed { items: found.into_iter().map(Shown::from).collect(), next_cursor: None }))
}

/// Takes a script out of the trash.
pub(super) async fn create(creator: Creator, Named(name): Named) -> Result<Response, Problem> {
    let (_, tenant, by) = creator.scripting();
    let script = scripts::restore(tenant, by, &name).await?;
    Ok(([(header::ETAG, etag(script.revision))], Json(super::Shown::from(script))).into_response())
}

/// Deletes a script in the trash for good.
pub(super) async fn delete(creator: Creator, Named(name): Named) -> Result<StatusCode, Problem> {
    creator.write(move |tx, by| scripts::delete(tx, by, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_script_trash").summary("Scripts in the trash, the latest first").tag("Scripts")
}

/// How the document describes a script that comes back.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("restore_script")
        .summary("Take a script out of the trash")
        .description(
            "With its versions, test cases and pages. A hook goes on where it stood: responses that came meanwhile are \
             worked on now. 409 when the plan has no place for it.",
        )
        .tag("Scripts")
        .response_with::<200, Json<super::Shown>, _>(|it| it.description("The script as it is now."))
}

/// How the document describes a script that is deleted for good.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_script_for_good")
        .summary("Delete a script in the trash for good")
        .description(
            "Its versions, test cases and pages go with it, and its name is free again. What it noted of responses stays, \
             and its runs stay until their time has come.",
        )
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It is gone."))
}
