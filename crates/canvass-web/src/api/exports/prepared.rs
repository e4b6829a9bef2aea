//! Exports made in the background, over the API: this file is about asking for them, following them, and fetching them.

use aide::transform::TransformOperation;
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::{Error, exports as verbs};
use canvass_model::{
    export::{Cells, End, Export, Format, Leading, State},
    file::FileName,
    id::{ExportId, SurveyId},
    time::Timestamp,
};
use canvass_storage::{exports, idempotency, surveys};
use schemars::JsonSchema;
use serde::Serialize;

use super::Asked;
use crate::{
    Problem,
    access::Analyst,
    api::body::{Body, Id, Listed, Paging, Parameters, cursor, idempotency_key},
    download,
};

/// A file of responses that is made in the background.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Export")]
pub(in crate::api) struct Shown {
    id: ExportId,
    survey: SurveyId,
    /// What the file is called.
    name: FileName,
    format: Format,
    labels: bool,
    footer: bool,
    metadata: bool,
    state: State,
    /// Rows written so far.
    rows: u64,
    /// Rows it will have, as far as is known.
    rows_expected: u64,
    /// Bytes written so far.
    bytes: u64,
    /// The SHA-256 of the whole file, in hexadecimal; `null` before it is made.
    sha256: Option<String>,
    /// Why it is not made; `null` otherwise.
    reason: Option<String>,
    requested_by: String,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    /// When it is removed; `null` before its end.
    expires_at: Option<Timestamp>,
}

/// A survey's exports, the newest first.
pub(in crate::api) async fn index(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = cursor(paging.cursor.as_deref(), ExportId::parse)?;
    let read = analyst.read(move |tx| {
        surveys::find(tx, survey)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>((exports::list(tx, survey, after, limit)?, tx.now()))
    });
    let (found, now) = read.await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|it| it.id.to_string());
    // Those that have had their time wait for the sweep, and for nobody else.
    let kept = found.into_iter().filter(|it| it.expires_at().is_none_or(|at| now < at));
    Ok(Json(Listed { items: kept.map(Shown::new).collect(), next_cursor }))
}

/// One export.
pub(in crate::api) async fn show(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Id(id): Id<ExportId>,
) -> Result<Json<Shown>, Problem> {
    Ok(Json(Shown::new(analyst.read(move |tx| verbs::found(tx, survey, id)).await?)))
}

/// Asks for one.
pub(in crate::api) async fn create(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    headers: HeaderMap,
    body: Body<Asked>,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let (fingerprint, wanted) = (format!("{survey} {}", body.fingerprint()), body.value.wanted());
    let export = analyst.ask_for_export(move |tx, by| {
        if let Some(key) = &key
            && let Some(earlier) = idempotency::find(tx, key)?
        {
            if earlier.fingerprint != fingerprint {
                return Err(Problem::IdempotencyKeyReused);
            }
            let id = ExportId::parse(&earlier.answer).ok_or(Problem::NotFound)?;
            return Ok(verbs::found(tx, survey, id)?);
        }
        let export = verbs::create(tx, by, survey, wanted)?;
        if let Some(key) = &key {
            let earlier = idempotency::Earlier { fingerprint: fingerprint.clone(), answer: export.id.to_string() };
            idempotency::insert(tx, key, &earlier)?;
        }
        Ok(export)
    });
    let export = export.await?;
    let location = format!("/api/v1/surveys/{survey}/exports/{}", export.id);
    let mut response = (StatusCode::ACCEPTED, Json(Shown::new(export))).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The file of one.
pub(in crate::api) async fn file(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Id(id): Id<ExportId>,
    asked: download::Asked,
) -> Result<Response, Problem> {
    let (export, reader) = analyst.made_export(survey, id).await?;
    download::save(&asked, &export, reader).await
}

/// Stops one.
pub(in crate::api) async fn cancel(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Id(id): Id<ExportId>,
) -> Result<Json<Shown>, Problem> {
    analyst.cancel_export(survey, id).await?;
    Ok(Json(Shown::new(analyst.read(move |tx| verbs::found(tx, survey, id)).await?)))
}

/// Removes one.
pub(in crate::api) async fn delete(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Id(id): Id<ExportId>,
) -> Result<StatusCode, Problem> {
    analyst.delete_export(survey, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Shown {
    fn new(export: Export) -> Self {
        let wanted = export.wanted;
        Self {
            expires_at: export.expires_at(),
            id: export.id,
            survey: export.survey,
            name: export.name,
            format: wanted.format,
            labels: wanted.cells == Cells::Labels,
            footer: wanted.end == End::Footer,
            metadata: wanted.leading == Leading::Metadata,
            state: export.state,
            rows: export.rows,
            rows_expected: export.rows_expected,
            bytes: export.bytes,
            sha256: export.sha256,
            reason: export.reason,
            requested_by: export.by.name().to_owned(),
            created_at: export.created_at,
            finished_at: export.finished_at,
        }
    }
}

/// How the document describes the list.
pub(in crate::api) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_exports").summary("Files of responses made in the background, the newest first").tag("Exports")
}

/// How the document describes one.
pub(in crate::api) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_export").summary("How far an export is").tag("Exports")
}

/// How the document describes the asking.
pub(in crate::api) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("create_export")
        .summary("Make a file of all responses in the background")
        .description(
            "One is made at a time, in the order asked; 10 may wait. The file is kept for 7 days and counts as the tenant's \
             files do. When a response in it is erased, the file is withdrawn.",
        )
        .tag("Exports")
        .response_with::<202, Json<Shown>, _>(|it| it.description("It waits for its turn. `Location` names it."))
}

/// How the document describes a file.
pub(in crate::api) fn file_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_export_file")
        .summary("The file of an export that is done")
        .description("Answers `Range` with 206 or 416, so that a cut download goes on where it was cut.")
        .tag("Exports")
        .response_with::<200, (), _>(|it| it.description("The bytes, with their media type and name."))
        .response_with::<206, (), _>(|it| it.description("Some of them."))
        .response_with::<416, (), _>(|it| it.description("There are none there."))
}

/// How the document describes a stop.
pub(in crate::api) fn cancel_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("cancel_export").summary("Stop an export that waits or is being made").tag("Exports")
}

/// How the document describes a removal.
pub(in crate::api) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_export")
        .summary("Remove an export, with its file or before there is one")
        .tag("Exports")
        .response_with::<204, (), _>(|it| it.description("It is gone."))
}
