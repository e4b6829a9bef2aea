//! Runs, over the API: this file is about running a script, and about what became of earlier runs.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::{
    self as actions, scripts,
    scripts::manual::{Asked, Ended, What},
};
use canvass_model::{
    definition::Fault,
    id::RunId,
    script::{Cause, LogLine, Run, RunFailure, ScriptName, Source, VersionNumber},
    time::Timestamp,
};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::named::Named;
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::{Body, Listed, Paging, Parameters, cursor},
};

/// How a script is to be run.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewRun")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// Its parameters: an object from name to value.
    #[serde(default)]
    parameters: Value,
    /// Runs the draft, to try it out: nothing is stored.
    #[serde(default)]
    draft: bool,
    /// Runs this source instead, to try it out: nothing is stored.
    source: Option<String>,
    /// What the script's function is given, to try it out: a request, a response, a list of responses. Nothing is stored.
    given: Option<Value>,
}

/// What a run came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EndedRun")]
pub(super) struct Answer {
    /// The script's answer; `null` when it did not end well.
    result: Value,
    #[serde(flatten)]
    run: Shown,
}

/// A run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub(super) struct Shown {
    id: RunId,
    script: ScriptName,
    /// Which version; `null` for a draft.
    version: Option<VersionNumber>,
    cause: Cause,
    began_at: Timestamp,
    /// `done`, `exception`, `refused`, `unavailable`, or `limit_` and the limit it met.
    outcome: &'static str,
    /// What it printed.
    output: String,
    /// Whether it printed more than is kept.
    output_truncated: bool,
    /// Why it did not end well.
    error: Option<RunFailure>,
    /// What it wrote into its log.
    log: Vec<LogLine>,
    /// Milliseconds of computing.
    cpu_ms: f64,
    /// Milliseconds on the clock.
    wall_ms: f64,
    /// Work in instructions of the sandbox: what the limit of a run and that of an hour count.
    fuel: u64,
    /// Bytes of memory at the most.
    memory_peak_bytes: u64,
    /// Calls of the host interface.
    host_calls: u32,
}

/// Which runs to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "RunsWanted")]
pub(super) struct Wanted {
    /// How many items at most, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those that did not end well.
    #[serde(default)]
    failed: bool,
}

/// The runs of a script, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Named(name): Named,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = Paging { limit: wanted.limit, cursor: None }.limit()?;
    let before = cursor(wanted.cursor.as_deref(), RunId::parse)?;
    let failed = wanted.failed;
    let found = analyst
        .read(move |tx| {
            scripts::found(tx, &name)?;
            let filter = storage::scripts::runs::Filter { script: Some(name.clone()), failed, before, limit };
            Ok::<_, actions::Error>(storage::scripts::runs::list(tx, &filter)?)
        })
        .await?;
    let next_cursor = found.last().filter(|_| found.len() == limit as usize).map(|it| it.id.to_string());
    Ok(Json(Listed { items: found.into_iter().map(Shown::from).collect(), next_cursor }))
}

/// Runs a script.
pub(super) async fn create(creator: Creator, Named(name): Named, body: Body<New>) -> Result<Json<Answer>, Problem> {
    let New { parameters, draft, source, given } = body.value;
    let what = match source {
        Some(text) => What::Source(Source::parse(&text).map_err(|invalid| Problem::Invalid {
            faults: vec![Fault { pointer: "/source".to_owned(), message: invalid.to_string() }],
        })?),
        None if draft => What::Draft,
        None => What::Live,
    };
    let (runner, tenant, _) = creator.scripting();
    let ended = scripts::manual::run(runner, tenant, None, (&name, Asked { parameters, given, what })).await;
    let Ended { run, result } = ended.map_err(below_parameters)?;
    Ok(Json(Answer { result, run: run.into() }))
}

/// Faults of parameters point into the body.
fn below_parameters(error: actions::Error) -> Problem {
    match error {
        actions::Error::Invalid { faults } => Problem::Invalid {
            faults: faults
                .into_iter()
                .map(|it| Fault { pointer: format!("/parameters{}", it.pointer), message: it.message })
                .collect(),
        },
        error => error.into(),
    }
}

impl From<Run> for Shown {
    fn from(it: Run) -> Self {
        Self {
            id: it.id,
            script: it.script,
            version: it.version,
            cause: it.cause,
            began_at: it.at,
            outcome: it.outcome.as_str(),
            output: it.output,
            output_truncated: it.output_truncated,
            error: it.failure,
            log: it.log,
            cpu_ms: milliseconds(it.usage.cpu_us),
            wall_ms: milliseconds(it.usage.wall_us),
            fuel: it.usage.fuel,
            memory_peak_bytes: it.usage.memory_peak_bytes,
            host_calls: it.usage.host_calls,
        }
    }
}

/// Microseconds as the API writes times.
pub(super) fn milliseconds(micros: u64) -> f64 {
    std::time::Duration::from_micros(micros).as_secs_f64() * 1_000.0
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_runs").summary("Runs of a script, the newest first").tag("Scripts")
}

/// How the document describes a run.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("run_script")
        .summary("Run a script")
        .description(
            "The live version of a script that is run by hand or at times is run for good. A draft, a source or a sample \
             (`given`) is only tried out: what it would store is not. A script that fails answers 200 with an `error`; 429 \
             when too many of the tenant's scripts run, 503 when none can be run at the moment.",
        )
        .tag("Scripts")
        .response_with::<200, Json<Answer>, _>(|it| it.description("It ended; `error` says whether well."))
}
