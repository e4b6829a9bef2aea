//! Figures of scripts, over the API: this file is about what their runs came to, and what they cost.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::{self as actions, scripts};
use canvass_model::script::ScriptName;
use canvass_storage::{
    self as storage,
    scripts::runs::{Account, Percentiles},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{named::Named, runs::milliseconds};
use crate::{Problem, access::Analyst, api::body::Listed};

/// What the runs of a script came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptFigures")]
pub(super) struct Shown {
    script: ScriptName,
    /// Of the last 24 hours.
    day: Span,
    /// Of the last 30 days, as far as the runs are kept.
    month: Span,
}

/// What the runs of a span of time came to.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "ScriptFiguresOfSpan")]
struct Span {
    runs: u64,
    /// Runs that did not end well.
    failed: u64,
    /// How long they took on the clock; `null` when none began.
    wall: Option<Wall>,
    /// Milliseconds of computing, in all.
    cpu_ms: f64,
    /// Bytes of memory at the most.
    memory_peak_bytes: u64,
    /// Calls of the host interface, in all.
    host_calls: u64,
}

/// Milliseconds on the clock that so many in a hundred runs did not exceed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptRunTimes")]
#[expect(clippy::struct_field_names, reason = "the API says the unit with every time")]
struct Wall {
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

/// The figures of every script that is there, by name.
pub(super) async fn index(analyst: Analyst) -> Result<Json<Listed<Shown>>, Problem> {
    let items = analyst
        .read(|tx| {
            let mut figures = scripts::figures(tx, None)?;
            let all = storage::scripts::list(tx)?;
            let shown = all.into_iter().map(|it| Shown::new(figures.remove(&it.name).unwrap_or_default(), it.name));
            Ok::<_, actions::Error>(shown.collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(Listed { items, next_cursor: None }))
}

/// The figures of one script.
pub(super) async fn show(analyst: Analyst, Named(name): Named) -> Result<Json<Shown>, Problem> {
    let shown = analyst.read(move |tx| {
        scripts::found(tx, &name)?;
        let figures = scripts::figures(tx, Some(&name))?.remove(&name).unwrap_or_default();
        Ok::<_, actions::Error>(Shown::new(figures, name.clone()))
    });
    Ok(Json(shown.await?))
}

impl Shown {
    fn new(figures: scripts::Figures, script: ScriptName) -> Self {
        let span = |it: Option<Account>| it.map_or_else(Span::default, Span::from);
        Self { script, day: span(figures.day), month: span(figures.month) }
    }
}

impl From<Account> for Span {
    fn from(it: Account) -> Self {
        Self {
            runs: it.runs,
            failed: it.failed,
            wall: it.wall.map(Wall::from),
            cpu_ms: milliseconds(it.cpu_us),
            memory_peak_bytes: it.memory_peak_bytes,
            host_calls: it.host_calls,
        }
    }
}

impl From<Percentiles> for Wall {
    fn from(it: Percentiles) -> Self {
        Self { p50_ms: milliseconds(it.p50_us), p95_ms: milliseconds(it.p95_us), p99_ms: milliseconds(it.p99_us) }
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("list_script_figures")
        .summary("What the runs of each script came to")
        .description("Of every script, by name: runs, failures, times and cost, of the last 24 hours and of 30 days.")
        .tag("Scripts")
}

/// How the document describes one script's figures.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_script_figures")
        .summary("What the runs of a script came to")
        .description("Runs, failures, times and cost, of the last 24 hours and of 30 days as far as runs are kept.")
        .tag("Scripts")
        .response_with::<200, Json<Shown>, _>(|it| it.description("The figures."))
}
