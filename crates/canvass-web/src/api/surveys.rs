//! Surveys, over the API.

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions as actions;
use canvass_model::{
    definition::Definition,
    id::SurveyId,
    survey::{Revision, Status, Survey, Version},
    time::Timestamp,
};
use canvass_storage::{self as storage, idempotency, surveys};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::body::{Body, Id, Listed, Paging, Parameters, etag, idempotency_key, if_match};
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
    pub(super) fn new(person: &Person, survey: &Survey) -> Self {
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
        }
    }
}

/// The surveys at work, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = match &paging.cursor {
        None => None,
        Some(text) => {
            Some(SurveyId::parse(text).ok_or_else(|| Problem::BadRequest("`cursor` is not one of ours".to_owned()))?)
        }
    };
    let found = analyst.read(move |tx| surveys::list(tx, surveys::Shelf::AtWork, after, limit)).await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|it| it.id.to_string());
    let items = found.iter().map(|it| Shown::new(&analyst, it)).collect();
    Ok(Json(Listed { items, next_cursor }))
}

/// One survey with its draft.
pub(super) async fn show(analyst: Analyst, Id(id): Id<SurveyId>) -> Result<Response, Problem> {
    let (survey, draft) = analyst
        .read(move |tx| {
            let survey = surveys::find(tx, id)?.ok_or(Problem::NotFound)?;
            let draft = surveys::draft(tx, id)?.ok_or(Problem::NotFound)?;
            Ok::<_, Problem>((survey, draft))
        })
        .await?;
    whole(&analyst, &survey, &draft, StatusCode::OK)
}

/// Starts a survey from its definition.
pub(super) async fn create(creator: Creator, headers: HeaderMap, body: Body<Value>) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let definition = parse(&body.value)?;
    let fingerprint = body.fingerprint;
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
            if let Some(key) = &key {
                let earlier = idempotency::Earlier { fingerprint: fingerprint.clone(), answer: survey.id.to_string() };
                idempotency::insert(tx, key, &earlier)?;
            }
            Ok(survey)
        })
        .await?;
    let id = survey.id;
    let draft = creator.read(move |tx| surveys::draft(tx, id)).await?.ok_or(Problem::NotFound)?;
    let mut response = whole(&creator, &survey, &draft, StatusCode::CREATED)?;
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
            let draft = actions::surveys::replace_draft(tx, by, id, revision, &definition)?;
            let text = surveys::draft(tx, id)?.ok_or(actions::Error::NotFound)?;
            Ok::<_, actions::Error>((draft.survey, text))
        })
        .await;
    match written {
        Ok((survey, draft)) => whole(&creator, &survey, &draft, StatusCode::OK),
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

fn whole(person: &Person, survey: &Survey, draft: &str, status: StatusCode) -> Result<Response, Problem> {
    let definition = serde_json::from_str(draft)
        .map_err(|error| storage::Error::Corrupt { what: "draft", found: error.to_string() })?;
    let body = Whole { survey: Shown::new(person, survey), definition };
    Ok((status, [(header::ETAG, etag(survey.revision))], Json(body)).into_response())
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
            "The body is a definition as in `/-/schema/survey.json`. An `Idempotency-Key` makes repeating safe.",
        )
        .tag("Surveys")
        .with(super::definition::body)
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
