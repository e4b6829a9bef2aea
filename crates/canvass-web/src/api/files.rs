//! Files, over the API: this file is about uploading, listing, fetching and throwing away what pages serve.

use aide::{
    OperationInput,
    generate::GenContext,
    openapi::{MediaType, Operation, ReferenceOr, RequestBody, SchemaObject},
    transform::TransformOperation,
};
use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions as actions;
use canvass_model::{
    definition::Fault,
    file::{File, FileName, Scan, State},
    id::FileId,
    member::Actor,
    time::Timestamp,
};
use canvass_storage::{
    Arrived, ReadTx, Tx,
    files::{self, Shelf},
    idempotency, pages,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{Id, Listed, Paging, Parameters, cursor, idempotency_key};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    download::Asked,
    pages::files::send,
    upload,
};

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "File")]
pub(super) struct Shown {
    id: FileId,
    /// What it is called when it is saved.
    name: FileName,
    /// What it is, decided by its name and its first bytes.
    media_type: String,
    bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    sha256: String,
    /// How its newest content stands. What waits or was refused is not served; an earlier content is, if there is one.
    state: State,
    /// The signature that the virus scan found; `null` otherwise.
    signature: Option<String>,
    /// Why the last try of a scan came to nothing; `null` otherwise.
    scan_trouble: Option<String>,
    /// Whether anything of it is served.
    served: bool,
    /// The addresses of the pages that serve it, below the tenant's.
    pages: Vec<String>,
    /// Who uploaded it.
    uploaded_by: String,
    uploaded_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What a body without a name of its own is called.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Named {
    /// The file's name, for a body that is the file itself.
    name: Option<String>,
}

/// A file as the body: a form with a field `file`, or the bytes alone.
pub(super) struct Upload(Request);

/// The files that are not in the trash, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = cursor(paging.cursor.as_deref(), FileId::parse)?;
    let found = analyst
        .read(move |tx| {
            let found = files::list(tx, Shelf::Kept, after, limit)?;
            with_pages(tx, found)
        })
        .await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|(it, _)| it.id.to_string());
    let items = found.into_iter().map(|it| Shown::new(&analyst, it)).collect();
    Ok(Json(Listed { items, next_cursor }))
}

/// One file.
pub(super) async fn show(analyst: Analyst, Id(id): Id<FileId>) -> Result<Json<Shown>, Problem> {
    shown(&analyst, id).await.map(Json)
}

/// What is served of a file.
pub(super) async fn content(analyst: Analyst, Id(id): Id<FileId>, asked: Asked) -> Result<Response, Problem> {
    let file = analyst.read(move |tx| actions::files::found(tx, id)).await?;
    send(&analyst, &file, &asked).await
}

/// Uploads a file.
pub(super) async fn create(
    creator: Creator,
    Parameters(named): Parameters<Named>,
    headers: HeaderMap,
    Upload(request): Upload,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let (name, arrived) = arrived(&creator, named, request).await?;
    let plan = creator.tenant().plan.plan();
    let create = move |tx: &mut Tx<'_>, by: &Actor, arrived: &Arrived| {
        let fingerprint = format!("{} {name}", arrived.sha256);
        if let Some(key) = &key
            && let Some(earlier) = idempotency::find(tx, key)?
        {
            if earlier.fingerprint != fingerprint {
                return Err(Problem::IdempotencyKeyReused);
            }
            let id = FileId::parse(&earlier.answer).ok_or(Problem::NotFound)?;
            return Ok(actions::files::found(tx, id)?);
        }
        let file = actions::files::create(tx, by, &plan, (&name, arrived))?;
        if let Some(key) = &key {
            idempotency::insert(tx, key, &idempotency::Earlier { fingerprint, answer: file.id.to_string() })?;
        }
        Ok(file)
    };
    let file = creator.keep(arrived, create).await?;
    let mut response = (StatusCode::CREATED, Json(shown(&creator, file.id).await?)).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/files/{}", file.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Gives a file another content.
pub(super) async fn replace(
    creator: Creator,
    Id(id): Id<FileId>,
    Upload(request): Upload,
) -> Result<Json<Shown>, Problem> {
    let file = creator.read(move |tx| actions::files::found(tx, id)).await?;
    let named = Named { name: Some(file.name.as_str().to_owned()) };
    let (_, arrived) = arrived(&creator, named, request).await?;
    let plan = creator.tenant().plan.plan();
    let replace = move |tx: &mut Tx<'_>, by: &Actor, arrived: &Arrived| {
        Ok(actions::files::replace(tx, by, &plan, (id, arrived))?)
    };
    creator.keep(arrived, replace).await?;
    shown(&creator, id).await.map(Json)
}

/// Puts a file into the trash.
pub(super) async fn delete(creator: Creator, Id(id): Id<FileId>) -> Result<StatusCode, Problem> {
    creator.write(move |tx, by| actions::files::trash(tx, by, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a request with its name, whole and durable.
async fn arrived(creator: &Creator, named: Named, request: Request) -> Result<(FileName, Arrived), Problem> {
    let invalid = |pointer: &str, message: String| Problem::Invalid { faults: vec![Fault::new(pointer, message)] };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let file = upload::form(creator, request).await?.file;
        return file.ok_or_else(|| invalid("/file", "Send the file as the field `file`, with its name".to_owned()));
    }
    let name = FileName::parse(named.name.as_deref().unwrap_or_default())
        .map_err(|refusal| invalid("/name", refusal.to_string()))?;
    Ok((name, upload::body(creator, request).await?))
}

async fn shown(person: &Person, id: FileId) -> Result<Shown, Problem> {
    let found = person.read(move |tx| {
        let file = actions::files::found(tx, id)?;
        with_pages(tx, vec![file])
    });
    let found = found.await?.pop().ok_or(Problem::NotFound)?;
    Ok(Shown::new(person, found))
}

/// Files, each with the addresses that serve it.
fn with_pages(tx: &mut ReadTx<'_>, found: Vec<File>) -> Result<Vec<(File, Vec<String>)>, Problem> {
    let ids: Vec<FileId> = found.iter().map(|it| it.id).collect();
    let served = pages::list_of_files(tx, &ids)?;
    let of = |id: FileId| {
        served.iter().filter(|(it, _)| *it == id).map(|(_, page)| page.address.native().to_owned()).collect()
    };
    Ok(found.into_iter().map(|it| (of(it.id), it)).map(|(pages, it)| (it, pages)).collect())
}

impl Shown {
    fn new(person: &Person, (file, pages): (File, Vec<String>)) -> Self {
        let scanning = person.settings().scanning;
        let newest = file.newest();
        let signature = newest.and_then(|it| match &it.scan {
            Scan::Infected(signature) => Some(signature.clone()),
            Scan::Unscanned | Scan::Clean => None,
        });
        Self {
            id: file.id,
            name: file.name.clone(),
            media_type: newest.map_or_else(String::new, |it| it.media.as_str().to_owned()),
            bytes: newest.map_or(0, |it| it.bytes),
            sha256: newest.map_or_else(String::new, |it| it.sha256.clone()),
            state: newest.map_or(State::Waiting, |it| it.state(scanning)),
            signature,
            scan_trouble: newest.and_then(|it| it.trouble.clone()),
            served: file.served(scanning).is_some(),
            pages,
            uploaded_by: newest.map_or_else(String::new, |it| it.by.name().to_owned()),
            uploaded_at: newest.map_or(file.created_at, |it| it.at),
            created_at: file.created_at,
            updated_at: file.updated_at,
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        Ok(Self(request))
    }
}

impl OperationInput for Upload {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let bytes = schemars::json_schema!({ "type": "string", "format": "binary" });
        let form = schemars::json_schema!({
            "type": "object",
            "properties": { "file": { "type": "string", "format": "binary" } },
            "required": ["file"],
        });
        let media = |json_schema| MediaType {
            schema: Some(SchemaObject { json_schema, external_docs: None, example: None }),
            ..MediaType::default()
        };
        let content =
            [("multipart/form-data".to_owned(), media(form)), ("application/octet-stream".to_owned(), media(bytes))];
        let body = RequestBody { content: content.into_iter().collect(), required: true, ..RequestBody::default() };
        operation.request_body = Some(ReferenceOr::Item(body));
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_files").summary("Files, the newest first").tag("Files")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_file").summary("A file, without its content").tag("Files")
}

/// How the document describes a content.
pub(super) fn content_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_file_content")
        .summary("What is served of a file")
        .description("Answers `Range` with 206 or 416, except for texts. What waits for its virus scan answers 503.")
        .tag("Files")
        .response_with::<200, (), _>(|it| it.description("The bytes, with their media type and name."))
        .response_with::<206, (), _>(|it| it.description("Some of them."))
        .response_with::<416, (), _>(|it| it.description("There are none there."))
}

/// How the document describes an upload.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("upload_file")
        .summary("Upload a file")
        .description(
            "Send a form with the field `file`, or the bytes themselves with `name` in the query. The media type is decided \
             by the name and the first bytes. The plan bounds a file (413) and all of them together (409).",
        )
        .tag("Files")
        .response_with::<201, Json<Shown>, _>(|it| it.description("The new file."))
}

/// How the document describes a replacement.
pub(super) fn replace_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("replace_file_content").summary("Give a file another content; pages keep their addresses").tag("Files")
}

/// How the document describes a removal.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("trash_file")
        .summary("Put a file into the trash, for 30 days")
        .description("Refused with 409 while a page serves it.")
        .tag("Files")
        .response_with::<204, (), _>(|it| it.description("It is in the trash."))
}
