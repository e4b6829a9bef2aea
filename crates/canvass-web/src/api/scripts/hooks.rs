//! Hooks, over the API: this file is about where a script that runs by itself stands, and about letting it go on.

use aide::transform::TransformOperation;
use axum::{Json, http::StatusCode};
use canvass_actions::{scripts, scripts::Hooked};
use canvass_model::{
    id::{ResponseId, RunId},
    time::Timestamp,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::named::Named;
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::Body,
};

/// Where a script that runs by itself stands.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptHook")]
pub(super) struct Shown {
    /// When a schedule is due; `null` for hooks of responses.
    due_at: Option<Timestamp>,
    /// The response it works on next; `null` when it has worked on all.
    next_response: Option<ResponseId>,
    /// When that response was received.
    waiting_since: Option<Timestamp>,
    /// Failures in a row.
    failures: u32,
    /// Before this moment it is not tried again.
    retry_at: Option<Timestamp>,
    /// When it was given up, if it was: resume it, or let it skip a response.
    stopped_at: Option<Timestamp>,
    /// The run that failed last.
    failed_run: Option<RunId>,
}

/// How a hook is to go on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "NewResumption")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// The response to skip: the one it works on next.
    skip: Option<ResponseId>,
}

/// Where a hook stands.
pub(super) async fn show(analyst: Analyst, Named(name): Named) -> Result<Json<Shown>, Problem> {
    let found = analyst.read(move |tx| scripts::hooked(tx, &name)).await?;
    let Hooked { hook, next, waiting_since } = found.ok_or(Problem::NotFound)?;
    Ok(Json(Shown {
        due_at: hook.due_at,
        next_response: next,
        waiting_since,
        failures: hook.failures,
        retry_at: hook.retry_at,
        stopped_at: hook.stopped_at,
        failed_run: hook.run,
    }))
}

/// Lets a hook go on.
pub(super) async fn create(creator: Creator, Named(name): Named, body: Body<New>) -> Result<StatusCode, Problem> {
    let (_, tenant, by) = creator.scripting();
    match body.value.skip {
        None => scripts::resume(tenant, by, &name).await?,
        Some(response) => scripts::skip(tenant, by, &name, response).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_script_hook")
        .summary("Where a script that runs by itself stands")
        .description("404 for a script that does not run by itself.")
        .tag("Scripts")
}

/// How the document describes going on.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("resume_script_hook")
        .summary("Let a hook that has stopped go on")
        .description("With `skip` it goes on behind the response it works on next, which it is never given again.")
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It goes on."))
}
