//! The token's tenant, over the API.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_model::{
    alias::Alias,
    plan::{Plan, PlanId},
    script::Allowance,
    text::OrganisationName,
    time::Timestamp,
};
use canvass_storage::{self as storage, responses, surveys};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Problem, access::Analyst};

/// A tenant, its limits and what it uses of them.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Tenant {
    /// Its name in URLs.
    alias: Alias,
    /// What it calls itself.
    name: OrganisationName,
    /// Its plan.
    plan: PlanId,
    /// What the plan includes.
    limits: Plan,
    /// What is used of it.
    usage: Usage,
    /// What the plan includes of scripts, and what they do in this hour; `null` on plans without them.
    scripts: Option<Scripts>,
}

/// What a tenant's scripts may do, and have done in this hour.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptUsage")]
pub(super) struct Scripts {
    /// What the plan includes.
    limits: Allowance,
    /// Work of all runs in this hour of the clock, in instructions of the sandbox.
    fuel_hour: u64,
    /// What that may be on this installation. At this point nothing more is run before the next hour: pages answer 429,
    /// responses are accepted unchecked, and hooks wait.
    fuel_hour_max: u64,
    /// When the next hour begins.
    hour_ends_at: Timestamp,
}

/// What a tenant uses.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Usage {
    /// Surveys open now.
    active_surveys: u32,
    /// Responses received since the first of this month (UTC).
    responses_month: u64,
}

/// The token's tenant.
pub(super) async fn show(analyst: Analyst) -> Result<Json<Tenant>, Problem> {
    let usage = analyst
        .read(|tx| {
            let now = tx.now();
            let active_surveys = surveys::count_open(tx)?;
            let responses_month = responses::count_in_month(tx, now)?;
            Ok::<_, storage::Error>(Usage { active_surveys, responses_month })
        })
        .await?;
    let record = analyst.tenant();
    let hour = analyst.hour_of_scripts().await?;
    let scripts = Allowance::of(&record.plan.plan()).zip(hour).map(|(limits, hour)| Scripts {
        limits,
        fuel_hour: hour.fuel,
        fuel_hour_max: hour.fuel_max,
        hour_ends_at: hour.ends_at,
    });
    Ok(Json(Tenant {
        alias: record.alias.clone(),
        name: record.name.clone(),
        plan: record.plan,
        limits: record.plan.plan(),
        usage,
        scripts,
    }))
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_tenant").summary("The token's tenant: plan, limits and usage").tag("Tenant")
}
