//! Surveys, over the API.

use std::collections::BTreeMap;

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::{self as actions, metadata::Described};
use canvass_model::{
    definition::Definition,
    id::SurveyId,
    metadata::{FieldId, Metadata},
    survey::{Revision, Status, Survey, Version},
    time::Timestamp,
};
use canvass_storage::{self as storage, idempotency, surveys};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::body::{Body, Id, Listed, Paging, Parameters, cursor, etag, idempotency_key, if_match};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
};

/// A survey, without what it asks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Survey")]
pub(super) struct Shown {
    id: SurveyId,
    /// The draft's title in its default language.
    title: String,
    /// `draft`, `published`, `closed` or `archived`.
    status: String,
    /// Counts the draft's changes; its `ETag`.
    revision: Revision,
    /// The live version; 0 before the first publication.
    version: Version,
    /// Whether the draft differs from the live version.
    changed_since_published: bool,
    /// Responses applied so far.
    responses: u64,
    /// The address it is answered at.
    page: Option<String>,
    /// The same, in full.
    url: Option<String>,
    /// When it closes by itself, or was closed.
    closes_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Its values by the ids of the tenant's own fields; a field without a value is left out.
    metadata: Value,
    /// Where these values lead, for fields that have a link.
    metadata_links: BTreeMap<FieldId, String>,
}

/// A survey with the draft of what it asks.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SurveyWithDraft")]
pub(super) struct Whole {
    #[serde(flatten)]
    survey: Shown,
    /// The draft, as in `/-/schema/survey.json`.
    definition: Value,
}

impl Shown {
    pub(super) fn new(person: &Person, survey: &Survey, described: &Described) -> Self {
        let page = survey.status.page();
        let url = page.map(|it| format!("{}/{}/{}", person.settings().base_url, person.tenant().alias, it.href()));
        let closes_at = match &survey.status {
            Status::Published { closes_at, .. } => Some(*closes_at),
            Status::Closed { since, .. } => Some(*since),
            Status::Draft | Status::Archived { .. } => None,
        };
        Self {
            id: survey.id,
            title: survey.title.clone(),
            status: survey.status.as_str().to_owned(),
            revision: survey.revision,
            version: survey.version,
            changed_since_published: survey.changed_since_published,
            responses: survey.responses,
            page: page.map(|it| it.native().to_owned()),
            url,
            closes_at,
            created_at: survey.created_at,
            updated_at: survey.updated_at,
            metadata: described.metadata.to_json(),
            metadata_links: links(described),
        }
    }
}

/// The surveys at work, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = cursor(paging.cursor.as_deref(), SurveyId::parse)?;
    let (found, fields, mut metadata) = analyst
        .read(move |tx| {
            let found = surveys::list(tx, surveys::Shelf::AtWork, after, limit)?;
            let ids: Vec<SurveyId> = found.iter().map(|it| it.id).collect();
            let fields = storage::fields::list(tx)?;
            let metadata = storage::metadata::list(tx, &fields, &ids)?;
            Ok::<_, storage::Error>((found, fields, metadata))
        })
        .await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|it| it.id.to_string());
    let mut described = Described { fields, metadata: Metadata::default() };
    let items = found.iter().map(|it| {
        described.metadata = metadata.remove(&it.id).unwrap_or_default();
        Shown::new(&analyst, it, &described)
    });
    let items = items.collect();
    Ok(Json(Listed { items, next_cursor }))
}

/// One survey with its draft.
pub(super) async fn show(analyst: Analyst, Id(id): Id<SurveyId>) -> Result<Response, Problem> {
    whole(&analyst, id, StatusCode::OK).await
}

/// Starts a survey from its definition.
pub(super) async fn create(creator: Creator, headers: HeaderMap, body: Body<Value>) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let fingerprint = body.fingerprint();
    let mut document = body.value;
    let metadata = document.as_object_mut().and_then(|it| it.shift_remove("metadata"));
    let definition = parse(&document)?;
    let plan = creator.tenant().plan.plan();
    let survey = creator
        .write(move |tx, by| {
            if let Some(key) = &key
                && let Some(earlier) = idempotency::find(tx, key)?
            {
                if earlier.fingerprint != fingerprint {
                    return Err(Problem::IdempotencyKeyReused);
                }
                let id = SurveyId::parse(&earlier.answer).ok_or(Problem::NotFound)?;
                return surveys::find(tx, id)?.ok_or(Problem::NotFound);
            }
            let survey = actions::surveys::create(tx, by, &definition)?;
            if let Some(metadata) = &metadata {
                actions::metadata::describe(tx, &plan, survey.id, metadata)?;
            }
            if let Some(key) = &key {
                let earlier = idempotency::Earlier { fingerprint: fingerprint.clone(), answer: survey.id.to_string() };
                idempotency::insert(tx, key, &earlier)?;
            }
            Ok(survey)
        })
        .await?;
    let id = survey.id;
    let mut response = whole(&creator, id, StatusCode::CREATED).await?;
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/surveys/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Replaces a survey's draft, if it still is the one that was read.
pub(super) async fn update_draft(
    creator: Creator,
    Id(id): Id<SurveyId>,
    headers: HeaderMap,
    body: Body<Value>,
) -> Result<Response, Problem> {
    let base = if_match(&headers)?;
    let definition = parse(&body.value)?;
    let written = creator
        .write(move |tx, by| {
            let revision = match base {
                Some(base) => base,
                None => surveys::find(tx, id)?.ok_or(actions::Error::NotFound)?.revision,
            };
            actions::surveys::replace_draft(tx, by, id, revision, &definition)
        })
        .await;
    match written {
        Ok(_) => whole(&creator, id, StatusCode::OK).await,
        Err(actions::Error::ChangedMeanwhile) => Err(Problem::PreconditionFailed),
        Err(error) => Err(error.into()),
    }
}

/// Puts a survey into the trash.
pub(super) async fn delete(creator: Creator, Id(id): Id<SurveyId>) -> Result<StatusCode, Problem> {
    creator.write(move |tx, by| actions::surveys::trash(tx, by, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse(json: &Value) -> Result<Definition, Problem> {
    Definition::parse(json).map_err(|faults| Problem::Invalid { faults })
}

/// A survey as it is now, with its draft.
async fn whole(person: &Person, id: SurveyId, status: StatusCode) -> Result<Response, Problem> {
    let (survey, draft, described) = person
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Problem::NotFound)?;
            let draft = surveys::draft(tx, id)?.ok_or(Problem::NotFound)?;
            Ok::<_, Problem>((survey, draft, actions::metadata::find(tx, id)?))
        })
        .await?;
    let definition = serde_json::from_str(&draft)
        .map_err(|error| storage::Error::Corrupt { what: "draft", found: error.to_string() })?;
    let body = Whole { survey: Shown::new(person, &survey, &described), definition };
    Ok((status, [(header::ETAG, etag(survey.revision))], Json(body)).into_response())
}

fn links(described: &Described) -> BTreeMap<FieldId, String> {
    let Described { fields, metadata } = described;
    fields.iter().filter_map(|it| Some((it.id().clone(), metadata.link(it)?))).collect()
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_surveys").summary("Surveys at work, the newest first").tag("Surveys")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_survey")
        .summary("A survey with its draft")
        .tag("Surveys")
        .response_with::<200, Json<Whole>, _>(|it| it.description("The survey; its ETag is the draft's revision."))
}

/// How the document describes a creation.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("create_survey")
        .summary("Start a survey from its definition")
        .description(
            "The body is a definition as in `/-/schema/survey.json`, and may have `metadata`: values for the tenant's own \
             fields. An `Idempotency-Key` makes repeating safe.",
        )
        .tag("Surveys")
        .with(super::definition::body_with_metadata)
        .response_with::<201, Json<Whole>, _>(|it| it.description("The new survey."))
}

/// How the document describes the replacement of a draft.
pub(super) fn update_draft_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("replace_draft")
        .summary("Replace a survey's draft")
        .description("`If-Match` names the ETag that was read (428 without, 412 when somebody else was faster).")
        .tag("Surveys")
        .with(super::definition::body)
        .response_with::<200, Json<Whole>, _>(|it| it.description("The survey with its new draft."))
}

/// How the document describes a removal.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("trash_survey")
        .summary("Put a survey into the trash, for 30 days")
        .tag("Surveys")
        .response_with::<204, (), _>(|it| it.description("It is in the trash."))
}
