//! Describing the API: this file is about what the handlers' types cannot say of themselves.

use aide::{
    OperationInput, OperationOutput,
    generate::GenContext,
    openapi::{
        MediaType, OpenApi, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, ReferenceOr,
        Response, SchemaObject, SecurityScheme,
    },
    transform::TransformOpenApi,
};
use canvass_model::definition::Fault;
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::Serialize;

use crate::{
    Problem,
    access::{Analyst, Claimant, Collector, Creator, OperatorProgram, SecretKeeper},
};

/// What every failed request answers (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
struct ProblemDocument {
    /// An address that ends in the problem's stable code.
    r#type: String,
    /// The code in words.
    title: String,
    /// The status.
    status: u16,
    /// What happened, in a sentence.
    detail: String,
    /// What is wrong in the request, and where.
    #[serde(default)]
    errors: Vec<Fault>,
    /// The request's name in the log.
    request_id: String,
}

/// The document's head.
pub(super) fn document(document: TransformOpenApi<'_>) -> TransformOpenApi<'_> {
    document
        .title("Canvass")
        .version("1")
        .description(
            "Surveys, publication, responses, summaries, exports and pages of one tenant: the one the token belongs to. \
             Tokens are made in the console. What is tagged `Operator` is for the installation's operator, with tokens of \
             their own, and opens no tenant's data. Lists are paged by cursor; creations may carry an `Idempotency-Key`; \
             edits carry `If-Match`. A failed request answers `application/problem+json`.",
        )
        .security_scheme(
            "operator_token",
            SecurityScheme::Http {
                scheme: "bearer".to_owned(),
                bearer_format: Some("cvo_…".to_owned()),
                description: Some("A token made in the operator console or at the command line.".to_owned()),
                extensions: serde_json::Map::new().into_iter().collect(),
            },
        )
        .security_scheme(
            "token",
            SecurityScheme::Http {
                scheme: "bearer".to_owned(),
                bearer_format: Some("cvs_…".to_owned()),
                description: Some("An API token with the scopes the operation names.".to_owned()),
                extensions: serde_json::Map::new().into_iter().collect(),
            },
        )
}

/// Adds what belongs to no single operation: the parts of a definition, and the document that failed requests answer
/// with, to every operation, so that none can forget it.
pub(super) fn complete(document: &mut OpenApi) {
    super::definition::add_components(document);
    document.components.get_or_insert_default().schemas.insert("Problem".to_owned(), problem_schema());
    let Some(paths) = &mut document.paths else { return };
    // A parameter that takes the rest of the path: the router marks it, a document has no word for it.
    paths.paths =
        std::mem::take(&mut paths.paths).into_iter().map(|(path, it)| (path.replace("{*", "{"), it)).collect();
    for (_, item) in &mut paths.paths {
        let ReferenceOr::Item(item) = item else { continue };
        for operation in [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten() {
            let responses = operation.responses.get_or_insert_default();
            responses.default = Some(ReferenceOr::Item(problem()));
        }
    }
}

/// A parameter in the path, a UUID.
pub(super) fn path_parameter<T: JsonSchema>(ctx: &mut GenContext, operation: &mut Operation, name: &str) {
    path_parameter_of(ctx.schema.subschema_for::<T>(), operation, name, None);
}

/// A parameter in the path, explained.
pub(super) fn path_parameter_of(schema: Schema, operation: &mut Operation, name: &str, description: Option<&str>) {
    operation.parameters.push(ReferenceOr::Item(Parameter::Path {
        parameter_data: ParameterData {
            name: name.to_owned(),
            description: description.map(str::to_owned),
            required: true,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(SchemaObject {
                json_schema: schema,
                external_docs: None,
                example: None,
            }),
            example: None,
            examples: [].into_iter().collect(),
            explode: None,
            extensions: serde_json::Map::new().into_iter().collect(),
        },
        style: PathStyle::Simple,
    }));
}

/// What every failed request answers: a reference to one schema.
fn problem() -> Response {
    let reference = schemars::json_schema!({ "$ref": "#/components/schemas/Problem" });
    let schema = SchemaObject { json_schema: reference, external_docs: None, example: None };
    let media = MediaType { schema: Some(schema), ..MediaType::default() };
    Response {
        description: "The request failed; the document says why.".to_owned(),
        content: [("application/problem+json".to_owned(), media)].into_iter().collect(),
        ..Response::default()
    }
}

/// That schema.
fn problem_schema() -> SchemaObject {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let json_schema = settings.into_generator().into_root_schema_for::<ProblemDocument>();
    SchemaObject { json_schema, external_docs: None, example: None }
}

impl OperationOutput for Problem {
    type Inner = Self;
}

/// The scope a person's token needs, as the operation's security requirement.
fn scope(operation: &mut Operation, scope: &str) {
    operation.security = vec![[("token".to_owned(), vec![scope.to_owned()])].into_iter().collect()];
}

impl OperationInput for OperatorProgram {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        operation.security = vec![[("operator_token".to_owned(), Vec::new())].into_iter().collect()];
    }
}

impl OperationInput for Analyst {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        scope(operation, "read");
    }
}

impl OperationInput for Creator {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        scope(operation, "write");
    }
}

impl OperationInput for Claimant {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        scope(operation, "write");
    }
}

impl OperationInput for SecretKeeper {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        scope(operation, "admin");
    }
}

impl OperationInput for Collector {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        scope(operation, "collect");
    }
}
