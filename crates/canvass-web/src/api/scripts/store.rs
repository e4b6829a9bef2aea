//! The store of scripts, over the API: this file is about what they keep from run to run.

use aide::transform::TransformOperation;
use axum::{Json, http::StatusCode};
use canvass_actions::{self as actions, scripts};
use canvass_model::script::StoreKey;
use canvass_storage::scripts::values;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::named::Key;
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::{Body, Listed, Paging, Parameters},
};

/// A value of the store.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoredValue")]
pub(super) struct Shown {
    #[schemars(with = "String")]
    key: StoreKey,
    /// Whatever JSON has.
    value: Value,
}

/// A value as it is set.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewStoredValue")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// Whatever JSON has; at most 64 KiB of it.
    #[serde(deserialize_with = "given")]
    value: Value,
}

/// Which values to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "StoredValuesWanted")]
pub(super) struct Wanted {
    /// How many items at most, 1 to 500; a page of more than 1 MiB ends earlier.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only keys that begin with this.
    #[serde(default)]
    prefix: String,
}

/// The values in the order of their keys.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let Wanted { limit, cursor, prefix } = wanted;
    let limit = Paging { limit, cursor: None }.limit()?;
    let found = analyst.read(move |tx| scripts::values_page(tx, &prefix, cursor.as_deref(), limit)).await?;
    let items = found.items.into_iter().map(|(key, value)| shown(key, &value)).collect::<Result<_, Problem>>()?;
    Ok(Json(Listed { items, next_cursor: found.next.map(|it| it.to_string()) }))
}

/// One value.
pub(super) async fn show(analyst: Analyst, Key(key): Key) -> Result<Json<Shown>, Problem> {
    let wanted = key.clone();
    let found = analyst.read(move |tx| Ok::<_, actions::Error>(values::find(tx, &wanted)?)).await?;
    shown(key, &found.ok_or(Problem::NotFound)?).map(Json)
}

/// Puts a value under a key.
pub(super) async fn update(creator: Creator, Key(key): Key, body: Body<New>) -> Result<StatusCode, Problem> {
    let (_, tenant, by) = creator.scripting();
    let is_new = scripts::put_value(tenant, by, &key, &body.value.value).await?;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::NO_CONTENT })
}

/// Removes a value.
pub(super) async fn delete(creator: Creator, Key(key): Key) -> Result<StatusCode, Problem> {
    creator.write(move |tx, by| scripts::remove_value(tx, by, &key)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(key: StoreKey, value: &str) -> Result<Shown, Problem> {
    let value = serde_json::from_str(value).map_err(|error| Problem::Internal(format!("a stored value: {error}")))?;
    Ok(Shown { key, value })
}

/// A field that has to be there, though `null` is a value as good as any.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_script_store").summary("What scripts keep, in the order of the keys").tag("Scripts")
}

/// How the document describes one value.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_script_value")
        .summary("A value that scripts keep")
        .tag("Scripts")
        .response_with::<200, Json<Shown>, _>(|it| it.description("The value."))
}

/// How the document describes a value that is set.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("put_script_value")
        .summary("Put a value under a key of the scripts' store")
        .description(
            "In place of an earlier one. A run that has read it meanwhile is made again before it stores anything. 409 \
             when the store has no room for it. The plan must include scripts.",
        )
        .tag("Scripts")
        .response_with::<201, (), _>(|it| it.description("It is there; the key is new."))
        .response_with::<204, (), _>(|it| it.description("It took the place of the earlier one."))
}

/// How the document describes a value that is removed.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_script_value")
        .summary("Remove a value from the scripts' store")
        .tag("Scripts")
        .response_with::<204, (), _>(|it| it.description("It is gone."))
}
