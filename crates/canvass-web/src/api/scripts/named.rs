//! Names in the path: this file is about the script, version, secret or value that a route is about.

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{MediaType, Operation, ReferenceOr, RequestBody, SchemaObject},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_model::script::{ScriptName, SecretName, StoreKey, VersionNumber};

use crate::{
    Problem,
    api::{body::parameter, describe::path_parameter_of},
};

/// A script's name. What is no name names nothing: 404.
pub(super) struct Named(pub(super) ScriptName);

/// A script's name and a version's number.
pub(super) struct Numbered(pub(super) ScriptName, pub(super) VersionNumber);

/// A secret's name.
pub(super) struct Secret(pub(super) SecretName);

/// A key of the store. What is no key names nothing: 404.
pub(super) struct Key(pub(super) StoreKey);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        ScriptName::parse(&parameter(parts, state, "script").await?).map(Self).map_err(|invalid| {
            match parts.method.as_str() {
                // Whoever wishes to make one is told what a name is.
                "PUT" => Problem::BadRequest(invalid.to_string()),
                _ => Problem::NotFound,
            }
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Numbered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let name = ScriptName::parse(&parameter(parts, state, "script").await?).map_err(|_| Problem::NotFound)?;
        let number = parameter(parts, state, "version").await?.parse().map_err(|_| Problem::NotFound)?;
        Ok(Self(name, VersionNumber(number)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Secret {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let name = parameter(parts, state, "secret").await?;
        SecretName::parse(&name).map(Self).map_err(|invalid| Problem::BadRequest(invalid.to_string()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        StoreKey::parse(&parameter(parts, state, "value").await?).map(Self).map_err(|invalid| {
            match parts.method.as_str() {
                // Whoever wishes to set one is told what a key is.
                "PUT" => Problem::BadRequest(invalid.to_string()),
                _ => Problem::NotFound,
            }
        })
    }
}

fn script(operation: &mut Operation) {
    let schema = schemars::json_schema!({ "type": "string", "pattern": ScriptName::PATTERN });
    path_parameter_of(schema, operation, "script", Some("The script's name."));
}

impl OperationInput for Named {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        script(operation);
    }
}

impl OperationInput for Numbered {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        script(operation);
        let schema = schemars::json_schema!({ "type": "integer", "minimum": 1 });
        path_parameter_of(schema, operation, "version", Some("The version's number."));
    }
}

impl OperationInput for Secret {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let schema = schemars::json_schema!({ "type": "string", "pattern": ScriptName::PATTERN });
        path_parameter_of(schema, operation, "secret", Some("The secret's name."));
    }
}

impl OperationInput for Key {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let schema = schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": StoreKey::CHARS_MAX });
        path_parameter_of(schema, operation, "value", Some("The key, as one part of the path: a slash is `%2F`."));
    }
}

/// A body of Python, for the document.
pub(super) fn python() -> ReferenceOr<RequestBody> {
    let schema =
        SchemaObject { json_schema: schemars::json_schema!({ "type": "string" }), external_docs: None, example: None };
    let media = MediaType { schema: Some(schema), ..MediaType::default() };
    ReferenceOr::Item(RequestBody {
        content: [("text/x-python".to_owned(), media)].into_iter().collect(),
        required: true,
        ..RequestBody::default()
    })
}
