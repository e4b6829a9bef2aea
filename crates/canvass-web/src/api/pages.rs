//! Pages, over the API: this file is about what a tenant's addresses serve, named by the addresses themselves.

use aide::{OperationInput, transform::TransformOperation};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use canvass_actions::{self as actions, pages::Asked, passwords};
use canvass_model::{
    address::PageAddress,
    definition::Fault,
    id::PageId,
    page::{Destination, Kind, Page, Target, Visibility},
    survey::Revision,
    text::Password,
    time::Timestamp,
};
use canvass_storage::{self as storage, ReadTx, pages};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{Body, Listed, Paging, Parameters, cursor, etag, if_match};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
};

/// What stands before a page's address in the API.
const PREFIX: &str = "/api/v1/pages/";

/// A page's address in the path, read as public addresses are: `%2F` is no separator.
pub(super) struct Address(PageAddress);

/// A page.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Page")]
pub(super) struct Shown {
    id: PageId,
    /// Its address below the tenant's.
    page: String,
    /// The same, in full.
    url: String,
    /// What lists call it; empty when it is called as the survey it serves.
    title: String,
    kind: Kind,
    /// What it serves: a survey's id, a feed's format, a file's id, or where a redirect leads; `null` for a document.
    target: Option<String>,
    /// Whether a page that moved left it behind; a new page at its address takes its place.
    moved: bool,
    visibility: Visibility,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    /// Counts its changes; its `ETag`.
    revision: Revision,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// A page with what it says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageWithBody")]
pub(super) struct Whole {
    #[serde(flatten)]
    page: Shown,
    /// A document's Markdown; `null` for other pages.
    body: Option<String>,
}

/// What a page is to be. What is left out is as for a new page, but a document keeps its `body` and a page its `password`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "WantedPage")]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    kind: Kind,
    /// What it serves: a survey's id; `rss`, `atom` or `json`; a file's id; of a redirect the address of a page, or a web
    /// address on an allowed host. Of a document, its Markdown, unless `body` has it.
    target: Option<String>,
    /// What lists call it.
    #[serde(default)]
    title: String,
    /// Who may see it; `public` unless said.
    visibility: Option<Visibility>,
    /// A new password for `visibility` `password`; never shown again.
    password: Option<String>,
    opens_at: Option<Timestamp>,
    closes_at: Option<Timestamp>,
    /// A document's Markdown.
    body: Option<String>,
    /// Where a page that is there moves to; its earlier address leads on. Left out, it stays.
    move_to: Option<String>,
    /// What becomes of the pages below one that moves.
    #[serde(default)]
    below: Below,
}

/// What becomes of the pages below one that moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PagesBelow")]
enum Below {
    /// They stay where they are.
    #[default]
    Stay,
    /// They move along, all or none.
    Move,
}

impl Shown {
    /// `leads_to` is where a redirect to a page leads.
    fn new(person: &Person, page: &Page, leads_to: Option<&PageAddress>) -> Self {
        let base = &person.settings().base_url;
        Self {
            id: page.id,
            page: page.address.native().to_owned(),
            url: format!("{base}/{}/{}", person.tenant().alias, page.address.href()),
            title: page.title.clone(),
            kind: page.target.kind(),
            target: match &page.target {
                Target::Survey(survey) | Target::Results(survey) => Some(survey.to_string()),
                Target::Document => None,
                Target::Feed(format) => Some(format.as_str().to_owned()),
                Target::File(file) => Some(file.to_string()),
                Target::Script(script) => Some(script.to_string()),
                Target::Redirect(Destination::Url(url)) => Some(url.as_str().to_owned()),
                Target::Redirect(Destination::Page(_) | Destination::Moved(_)) => leads_to.map(PageAddress::typed),
            },
            moved: has_moved(page),
            visibility: page.visibility,
            opens_at: page.opens_at,
            closes_at: page.closes_at,
            revision: page.revision,
            created_at: page.created_at,
            updated_at: page.updated_at,
        }
    }
}

/// The pages, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = paging.limit()?;
    let after = cursor(paging.cursor.as_deref(), PageId::parse)?;
    let (found, all) = analyst
        .read(move |tx| {
            let found = pages::list_by_age(tx, after, limit)?;
            let leads_on = found.iter().any(|it| destination(it).is_some());
            let all = if leads_on { pages::list(tx)? } else { Vec::new() };
            Ok::<_, Problem>((found, all))
        })
        .await?;
    let full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| full).map(|it| it.id.to_string());
    let shown = |page: &Page| {
        let to = destination(page).and_then(|to| all.iter().find(|it| it.id == to));
        Shown::new(&analyst, page, to.map(|it| &it.address))
    };
    Ok(Json(Listed { items: found.iter().map(shown).collect(), next_cursor }))
}

/// One page.
pub(super) async fn show(analyst: Analyst, Address(address): Address) -> Result<Response, Problem> {
    whole(&analyst, address, StatusCode::OK).await
}

/// Makes the page at an address what is asked: a new one, or the one that was read.
pub(super) async fn update(
    creator: Creator,
    Address(address): Address,
    headers: HeaderMap,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let seen = if headers.contains_key(header::IF_MATCH) { Some(if_match(&headers)?) } else { None };
    let (below, move_to) = (body.value.below, moved_to(&body.value)?);
    let asked = asked(move_to.clone().unwrap_or_else(|| address.clone()), body.value).await?;
    let written = creator.write(move |tx, by| {
        let wanted = asked.wanted(tx)?;
        let present = pages::find(tx, address.key())?.filter(|it| !has_moved(it));
        match (present, seen) {
            (None, None) if move_to.is_some() => return Err(Problem::NotFound),
            (None, None) => actions::pages::create(tx, by, &wanted).map(|it| (it, StatusCode::CREATED)),
            (None, Some(_)) => return Err(Problem::PreconditionFailed),
            (Some(_), None) => return Err(Problem::PreconditionRequired),
            (Some(page), Some(seen)) if below == Below::Move => {
                actions::pages::update_with_below(tx, by, page.id, seen, &wanted).map(|(it, _)| (it, StatusCode::OK))
            }
            (Some(page), Some(seen)) => {
                actions::pages::update(tx, by, page.id, seen, &wanted).map(|it| (it, StatusCode::OK))
            }
        }
        .map_err(Problem::from)
    });
    let (page, status) = match written.await {
        Err(Problem::Action(actions::Error::ChangedMeanwhile)) => return Err(Problem::PreconditionFailed),
        written => written?,
    };
    let mut response = whole(&creator, page.address.clone(), status).await?;
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}{}", page.address.href()))
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Puts a page into the trash.
pub(super) async fn delete(creator: Creator, Address(address): Address) -> Result<StatusCode, Problem> {
    creator
        .write(move |tx, by| {
            let page = pages::find(tx, address.key())?.ok_or(actions::Error::NotFound)?;
            actions::pages::trash(tx, by, page.id)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The address a body moves a page to, if it does.
fn moved_to(wanted: &Wanted) -> Result<Option<PageAddress>, Problem> {
    let parsed = wanted.move_to.as_deref().map(PageAddress::parse).transpose();
    parsed.map_err(|invalid| Problem::Invalid { faults: vec![Fault::new("/move_to", invalid.to_string())] })
}

/// What a body asks of the page at an address, its password hashed.
async fn asked(address: PageAddress, wanted: Wanted) -> Result<Asked, Problem> {
    let visibility = wanted.visibility.unwrap_or(Visibility::Public);
    let password_hash = match wanted.password {
        Some(text) if visibility == Visibility::Password => {
            let password = Password::parse(&text)
                .map_err(|refusal| Problem::Invalid { faults: vec![Fault::new("/password", refusal.to_string())] })?;
            Some(passwords::hash(password).await?)
        }
        Some(_) | None => None,
    };
    let target = wanted.target.unwrap_or_default();
    let is_document = wanted.kind == Kind::Document;
    let body = wanted.body.or_else(|| Some(target.clone()).filter(|it| !it.is_empty()));
    Ok(Asked {
        address: Some(address),
        title: wanted.title,
        kind: wanted.kind,
        target,
        visibility,
        password_hash,
        opens_at: wanted.opens_at,
        closes_at: wanted.closes_at,
        body: body.filter(|_| is_document),
    })
}

async fn whole(person: &Person, address: PageAddress, status: StatusCode) -> Result<Response, Problem> {
    let (page, to, body) = person.read(move |tx| find(tx, &address)).await?.ok_or(Problem::NotFound)?;
    let body = Whole { page: Shown::new(person, &page, to.as_ref()), body };
    Ok((status, [(header::ETAG, etag(page.revision))], Json(body)).into_response())
}

/// The page at an address, where it leads, and what it says.
#[expect(clippy::type_complexity, reason = "three parts of one page, taken apart at once")]
fn find(
    tx: &mut ReadTx<'_>,
    address: &PageAddress,
) -> Result<Option<(Page, Option<PageAddress>, Option<String>)>, storage::Error> {
    let Some(page) = pages::find(tx, address.key())? else { return Ok(None) };
    let to = match destination(&page) {
        Some(to) => pages::find_by_id(tx, to)?.filter(|it| it.trashed_at.is_none()).map(|it| it.address),
        None => None,
    };
    let body = match page.target {
        Target::Document => Some(pages::document(tx, page.id)?.unwrap_or_default()),
        Target::Survey(_)
        | Target::Results(_)
        | Target::Feed(_)
        | Target::File(_)
        | Target::Redirect(_)
        | Target::Script(_) => None,
    };
    Ok(Some((page, to, body)))
}

/// The page that a redirect leads to.
fn destination(page: &Page) -> Option<PageId> {
    match page.target {
        Target::Redirect(Destination::Page(to) | Destination::Moved(to)) => Some(to),
        Target::Redirect(Destination::Url(_))
        | Target::Survey(_)
        | Target::Results(_)
        | Target::Document
        | Target::Feed(_)
        | Target::File(_)
        | Target::Script(_) => None,
    }
}

fn has_moved(page: &Page) -> bool {
    matches!(page.target, Target::Redirect(Destination::Moved(_)))
}

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let path = parts.uri.path().strip_prefix(PREFIX).ok_or(Problem::NotFound)?;
        PageAddress::parse(path).map(Self).map_err(|invalid| Problem::BadRequest(invalid.to_string()))
    }
}

impl OperationInput for Address {
    fn operation_input(_: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        let schema = schemars::json_schema!({ "type": "string" });
        let words = "The page's address below the tenant's: 1 to 8 parts with slashes between them, which stand in the \
                     path as they are. Parts are percent-encoded; `%2F` is refused, for it separates nothing.";
        super::describe::path_parameter_of(schema, operation, "page", Some(words));
    }
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_pages").summary("Pages, the newest first").tag("Pages")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_page")
        .summary("The page at an address")
        .tag("Pages")
        .response_with::<200, Json<Whole>, _>(|it| it.description("The page; its ETag is its revision."))
}

/// How the document describes a page that is put somewhere.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("put_page")
        .summary("Make or change the page at an address")
        .description(
            "Without `If-Match` a page is made; a page that is there already asks for the ETag that was read (428 \
             without, 412 when somebody else was faster). `move_to` gives it another address, to which the earlier one \
             leads; with `below` `move` the pages below it move along, all of them or, when one cannot, none (409).",
        )
        .tag("Pages")
        .response_with::<200, Json<Whole>, _>(|it| it.description("The changed page."))
        .response_with::<201, Json<Whole>, _>(|it| it.description("The new page."))
}

/// How the document describes a removal.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("trash_page")
        .summary("Put a page into the trash, for 30 days")
        .tag("Pages")
        .response_with::<204, (), _>(|it| it.description("It is in the trash; its address is free."))
}
