//! Versions, over the API: this file is about the sources of a script that were live.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::{self as actions, scripts};
use canvass_model::{
    script::{Functions, Version, VersionNumber},
    time::Timestamp,
};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Published,
    named::{Named, Numbered},
};
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::{Listed, Paging, Parameters, cursor},
};

/// A version.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptVersion")]
pub(super) struct Shown {
    version: VersionNumber,
    published_at: Timestamp,
    /// Who published it, by their name at the time.
    by: String,
    note: String,
    /// Which of the triggers' functions it defines.
    functions: Functions,
    source_bytes: u64,
}

/// A version with its source.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptVersionWithSource")]
pub(super) struct Whole {
    #[serde(flatten)]
    version: Shown,
    source: String,
}

/// The versions of a script, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Named(name): Named,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let before = cursor(paging.cursor.as_deref(), |it| it.parse().ok().map(VersionNumber))?;
    let found = analyst
        .read(move |tx| {
            let script = scripts::found(tx, &name)?;
            Ok::<_, actions::Error>(storage::scripts::versions::list(tx, script.id, before, limit)?)
        })
        .await?;
    let next_cursor = found.last().filter(|_| found.len() == limit as usize).map(|it| it.number.0.to_string());
    Ok(Json(Listed { items: found.into_iter().map(Shown::from).collect(), next_cursor }))
}

/// One version with its source.
pub(super) async fn show(analyst: Analyst, Numbered(name, number): Numbered) -> Result<Json<Whole>, Problem> {
    let found = analyst
        .read(move |tx| {
            let script = scripts::found(tx, &name)?;
            Ok::<_, actions::Error>(storage::scripts::versions::find(tx, script.id, number)?)
        })
        .await?;
    let (version, checked) = found.ok_or(Problem::NotFound)?;
    Ok(Json(Whole { version: version.into(), source: checked.source.as_str().to_owned() }))
}

/// Publishes an earlier version again, as the next one.
pub(super) async fn create(creator: Creator, Numbered(name, number): Numbered) -> Result<Json<Published>, Problem> {
    let (runner, tenant, by) = creator.scripting();
    Ok(Json(scripts::revert(runner, tenant, by, (&name, number)).await?.into()))
}

impl From<Version> for Shown {
    fn from(it: Version) -> Self {
        Self {
            version: it.number,
            published_at: it.published_at,
            by: it.by,
            note: it.note,
            functions: it.functions,
            source_bytes: it.source_bytes,
        }
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_script_versions").summary("Versions of a script, the newest first").tag("Scripts")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_script_version").summary("A version of a script, with its source").tag("Scripts")
}

/// How the document describes going back.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("publish_script_version")
        .summary("Put an earlier version live again")
        .description("Its source becomes the next version, after the test cases have passed.")
        .tag("Scripts")
        .response_with::<200, Json<Published>, _>(|it| it.description("It is live again."))
}
