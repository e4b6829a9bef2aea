//! The survey definition in the description of the API: this file is about putting its parts where references reach.
//!
//! The published schema is a document of its own, whose references start at its root. Inside the description that root
//! is another, so every part becomes a component and every reference follows it.

use aide::{
    openapi::{MediaType, OpenApi, ReferenceOr, RequestBody, SchemaObject},
    transform::TransformOperation,
};
use canvass_model::definition;
use serde_json::{Value, json};

/// The component that is the whole definition; its parts have names that begin like it.
const COMPONENT: &str = "SurveyDefinition";

/// The component that is a definition with the metadata of a new survey.
const WITH_METADATA: &str = "NewSurvey";

/// Says that the body of an operation is a definition.
pub(super) fn body(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    body_of(operation, COMPONENT)
}

/// Says that the body of an operation is a definition, which may have the survey's metadata beside its own parts.
pub(super) fn body_with_metadata(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    body_of(operation, WITH_METADATA)
}

fn body_of<'t>(mut operation: TransformOperation<'t>, component: &str) -> TransformOperation<'t> {
    let media = MediaType {
        schema: Some(object(json!({ "$ref": format!("#/components/schemas/{component}") }))),
        ..MediaType::default()
    };
    let body = RequestBody {
        content: [("application/json".to_owned(), media)].into_iter().collect(),
        required: true,
        ..RequestBody::default()
    };
    operation.inner_mut().request_body = Some(ReferenceOr::Item(body));
    operation
}

/// Adds the definition and its parts to the components.
pub(super) fn add_components(document: &mut OpenApi) {
    let mut whole = definition::schema();
    lead_to_components(&mut whole);
    let parts = whole.as_object_mut().and_then(|it| it.remove("$defs"));
    let parts = parts.as_ref().and_then(Value::as_object).into_iter().flatten();
    let mut with_metadata = whole.clone();
    with_metadata["title"] = "New survey".into();
    with_metadata["properties"]["metadata"] = json!({
        "description": "Values by the ids of the tenant's own fields; a field left out has its default.",
        "type": "object",
    });
    let named = parts.map(|(name, part)| (format!("{COMPONENT}.{name}"), part.clone()));
    let schemas = &mut document.components.get_or_insert_with(Default::default).schemas;
    schemas.extend(
        named
            .chain([(COMPONENT.to_owned(), whole.clone()), (WITH_METADATA.to_owned(), with_metadata)])
            .map(|(name, part)| (name, object(part))),
    );
}

fn lead_to_components(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("$schema");
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = reference.replace("#/$defs/", &format!("#/components/schemas/{COMPONENT}."));
            }
            fields.values_mut().for_each(lead_to_components);
        }
        Value::Array(items) => items.iter_mut().for_each(lead_to_components),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn object(schema: Value) -> SchemaObject {
    let json_schema = schemars::Schema::try_from(schema).unwrap_or_default();
    SchemaObject { json_schema, external_docs: None, example: None }
}
