//! The token's tenant, over the API.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_model::{
    alias::Alias,
    plan::{Plan, PlanId},
    text::OrganisationName,
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
    Ok(Json(Tenant {
        alias: record.alias.clone(),
        name: record.name.clone(),
        plan: record.plan,
        limits: record.plan.plan(),
        usage,
    }))
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_tenant").summary("The token's tenant: plan, limits and usage").tag("Tenant")
}
