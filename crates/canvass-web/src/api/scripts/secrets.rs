//! Secrets, over the API: this file is about setting and removing what scripts know and nobody can read.

use aide::transform::TransformOperation;
use axum::{Json, http::StatusCode};
use canvass_actions::scripts;
use canvass_model::{
    script::{Allowance, SecretName},
    time::Timestamp,
};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::named::Secret;
use crate::{
    Problem,
    access::SecretKeeper,
    api::body::{Body, Listed},
};

/// A secret, without what it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptSecret")]
pub(super) struct Shown {
    #[schemars(with = "String")]
    name: SecretName,
    /// When it was last set.
    updated_at: Timestamp,
}

/// A secret as it is set.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "NewScriptSecret")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// What it is: 1 to 4,096 bytes; never shown again.
    value: String,
}

/// The secrets' names; all of them, for there are few.
pub(super) async fn index(keeper: SecretKeeper) -> Result<Json<Listed<Shown>>, Problem> {
    let found = keeper.read(|tx| storage::scripts::secrets::list(tx, Allowance::FULL.secrets_max)).await?;
    let items = found.into_iter().map(|it| Shown { name: it.name, updated_at: it.updated_at }).collect();
    Ok(Json(Listed { items, next_cursor: None }))
}

/// Sets a secret.
pub(super) async fn update(keeper: SecretKeeper, Secret(name): Secret, body: Body<New>) -> Result<StatusCode, Problem> {
    let (runner, tenant, by) = keeper.scripting();
    scripts::set_secret(runner, tenant, by, (&name, &body.value.value)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a secret.
pub(super) async fn delete(keeper: SecretKeeper, Secret(name): Secret) -> Result<StatusCode, Problem> {
    let (_, tenant, by) = keeper.scripting();
    scripts::remove_secret(tenant, by, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_script_secrets").summary("Names of the secrets that scripts may read").tag("Scripts")
}

/// How the document describes a secret that is set.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("put_script_secret")
        .summary("Set a secret for scripts")
        .description("It is sealed with a key of the installation, and never shown again.")
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It is set."))
}

/// How the document describes a secret that is removed.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_script_secret")
        .summary("Remove a secret")
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It is gone."))
}
