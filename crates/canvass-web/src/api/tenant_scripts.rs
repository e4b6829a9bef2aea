//! Tenants' scripts, over the operator's API: this file is about stopping them and letting them run again.

use aide::{OperationInput, transform::TransformOperation};
use axum::{Json, extract::FromRequestParts, http::request::Parts};
use canvass_actions::{self as actions, scripts as verbs};
use canvass_model::{alias::Alias, script::ScriptName};

use super::{
    body::{Body, parameter},
    tenants::{Named, Reason, Shown, shown, worded},
};
use crate::{Problem, access::OperatorProgram};

/// The name of a script in the path; what is none names nothing: 404.
pub(super) struct ScriptNamed(ScriptName);

/// Stops all scripts of a tenant.
pub(super) async fn stop(
    program: OperatorProgram,
    Named(alias): Named,
    body: Body<Reason>,
) -> Result<Json<Shown>, Problem> {
    stop_which(&program, (alias, None), &body.value).await
}

/// Stops one script of a tenant.
pub(super) async fn stop_one(
    program: OperatorProgram,
    Named(alias): Named,
    ScriptNamed(name): ScriptNamed,
    body: Body<Reason>,
) -> Result<Json<Shown>, Problem> {
    stop_which(&program, (alias, Some(name)), &body.value).await
}

/// Lets a tenant's scripts run again, but for those that are stopped by name.
pub(super) async fn allow(program: OperatorProgram, Named(alias): Named) -> Result<Json<Shown>, Problem> {
    allow_which(&program, (alias, None)).await
}

/// Lets one script of a tenant run again.
pub(super) async fn allow_one(
    program: OperatorProgram,
    Named(alias): Named,
    ScriptNamed(name): ScriptNamed,
) -> Result<Json<Shown>, Problem> {
    allow_which(&program, (alias, Some(name))).await
}

async fn stop_which(
    program: &OperatorProgram,
    (alias, which): (Alias, Option<ScriptName>),
    reason: &Reason,
) -> Result<Json<Shown>, Problem> {
    let (wanted, reason) = (alias.clone(), worded(reason)?);
    program
        .act(|directory, by| async move {
            let tenant = in_use(directory.tenant(&wanted).await?)?;
            verbs::stop(&tenant, &by, which.as_ref(), &reason).await
        })
        .await?;
    Ok(Json(shown(program, alias).await?))
}

async fn allow_which(
    program: &OperatorProgram,
    (alias, which): (Alias, Option<ScriptName>),
) -> Result<Json<Shown>, Problem> {
    let wanted = alias.clone();
    program
        .act(|directory, by| async move {
            let tenant = in_use(directory.tenant(&wanted).await?)?;
            verbs::allow(&tenant, &by, which.as_ref()).await
        })
        .await?;
    Ok(Json(shown(program, alias).await?))
}

/// A tenant that has scripts to stop: one whose data is there.
fn in_use(tenant: Option<canvass_storage::Tenant>) -> Result<canvass_storage::Tenant, actions::Error> {
    tenant.filter(|it| it.record().state.is_in_use()).ok_or(actions::Error::NotFound)
}

impl<S: Send + Sync> FromRequestParts<S> for ScriptNamed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        ScriptName::parse(&parameter(parts, state, "script").await?).map(Self).map_err(|_| Problem::NotFound)
    }
}

impl OperationInput for ScriptNamed {
    fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        super::describe::path_parameter::<ScriptName>(ctx, operation, "script");
    }
}

/// How the document describes stopping all.
pub(super) fn stop_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("stop_scripts")
        .summary("Stop all scripts of a tenant")
        .description("Nothing of the tenant's starts them before they are allowed again. Its members read the reason.")
        .tag("Operator")
}

/// How the document describes stopping one.
pub(super) fn stop_one_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("stop_script").summary("Stop one script of a tenant").tag("Operator")
}

/// How the document describes allowing all.
pub(super) fn allow_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("allow_scripts")
        .summary("Let a tenant's scripts run again, but for those that are stopped by name")
        .tag("Operator")
}

/// How the document describes allowing one.
pub(super) fn allow_one_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("allow_script").summary("Let one script of a tenant run again").tag("Operator")
}
