//! A script's page: this file is about asking a script, and about what of its answer leaves.
//!
//! What a script writes is a tenant's own words, to be trusted no more than a respondent's: HTML and SVG are cleaned, the
//! headers come from a short list, and the page has an opaque origin like all pages of tenants.

mod clean;

use std::{collections::BTreeMap, convert::Infallible};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use canvass_actions::scripts::page::{Answer, HEADERS, Kind, Request, Served, fields};
use canvass_model::{
    address::PageAddress,
    id::{RunId, ScriptId},
    script::{LimitKind, Outcome},
};
use serde_json::Value;

use super::posted::Posted;
use crate::{
    Problem,
    access::{Entered, Site},
};

/// What of a request a script may see besides its body.
pub(crate) struct Asking {
    method: String,
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
}

/// Parameters of one query: more is a form.
const QUERY_MAX: usize = 200;
/// Bytes of one header that are passed on.
const HEADER_BYTES_MAX: usize = 1_000;

#[derive(Template)]
#[template(path = "respond/script.html")]
struct ScriptPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    title: &'a str,
    html: String,
}

/// The page of a script.
pub(super) async fn show(entered: &Entered<'_>, script: ScriptId, asking: Asking) -> Result<Response, Problem> {
    serve(entered, script, asking, None).await
}

/// What a script makes of a posted form or JSON.
pub(super) async fn create(
    entered: &Entered<'_>,
    script: ScriptId,
    asking: Asking,
    posted: Posted,
) -> Result<Response, Problem> {
    serve(entered, script, asking, Some(posted)).await
}

async fn serve(
    entered: &Entered<'_>,
    script: ScriptId,
    asking: Asking,
    posted: Option<Posted>,
) -> Result<Response, Problem> {
    let respondent = entered.respondent();
    let member = match entered.member() {
        Some(account) => respondent.member(account).await?,
        None => None,
    };
    let (form, json) = posted.map_or_else(Default::default, |it| (it.form.0, it.json));
    // The gate's own fields are no business of the script.
    let form = form.into_iter().filter(|(name, _)| !matches!(name.as_str(), "_pass" | "_password"));
    let query = asking.query.into_iter().filter(|(name, _)| name != "invitation");
    let request = Request {
        method: asking.method,
        path: entered.page().address.native().to_owned(),
        rest: entered.rest().to_owned(),
        query: fields(query),
        form: fields(form),
        json: json.unwrap_or(Value::Null),
        headers: asking.headers,
        member,
    };
    match respondent.ask_script(script, request).await? {
        Served::Answer(answer, run) => answered(entered, answer, run),
        Served::Failed(outcome, run) => Err(failed(outcome, run)),
    }
}

fn answered(entered: &Entered<'_>, answer: Answer, run: RunId) -> Result<Response, Problem> {
    let failed = || Problem::ScriptFailed { reference: run.to_string() };
    let status = StatusCode::from_u16(answer.status).map_err(|error| Problem::Internal(error.to_string()))?;
    if let Some(location) = &answer.location {
        let location = inside(entered, location).ok_or_else(failed)?;
        return Ok((status, [(header::LOCATION, location), (header::CACHE_CONTROL, NO_STORE)]).into_response());
    }
    let respondent = entered.respondent();
    let body = match answer.kind {
        Kind::Html => {
            let html = clean::html(&answer.body);
            let organisation = respondent.tenant().name.as_str();
            ScriptPage { organisation, site: respondent.site(), title: entered.page().own_title(), html }.render()?
        }
        Kind::Svg => clean::svg(&answer.body).ok_or_else(failed)?,
        Kind::Text | Kind::Csv | Kind::Json => answer.body,
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(answer.kind.content_type()));
    let mut response = (status, [kind, (header::CACHE_CONTROL, NO_STORE)], body).into_response();
    let is_open = entered.page().visibility.is_open();
    for (name, value) in answer.headers {
        // What only some may see is kept by nobody, whatever the script says.
        if name == "cache-control" && !is_open {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// A redirect's way to a page of the same tenant; `None` when it leads elsewhere.
fn inside(entered: &Entered<'_>, location: &str) -> Option<HeaderValue> {
    let (path, query) = location.split_once('?').map_or((location, None), |(path, query)| (path, Some(query)));
    if path.contains([':', '\\']) || path.contains("//") {
        return None;
    }
    let address = match path.trim_matches('/') {
        "" => entered.page().address.clone(),
        path => PageAddress::parse(path).ok()?,
    };
    let mut href = entered.respondent().site().href(&address);
    if let Some(query) = query {
        href.push('?');
        href.extend(query.chars().filter(char::is_ascii_graphic));
    }
    HeaderValue::try_from(href).ok()
}

/// Why there is no page, with the run's id as reference: members find its record by it.
fn failed(outcome: Outcome, run: RunId) -> Problem {
    let reference = run.to_string();
    match outcome {
        Outcome::Limit(LimitKind::Argument) => Problem::TooLarge { bytes_max: ARGUMENT_BYTES_MAX },
        Outcome::Limit(kind) => Problem::ScriptLimit { limit: words(kind), reference },
        Outcome::Done
        | Outcome::Exception
        | Outcome::Refused
        | Outcome::Crowded
        | Outcome::Spent
        | Outcome::Off
        | Outcome::Unavailable => Problem::ScriptFailed { reference },
    }
}

fn words(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Cpu => "computing time",
        LimitKind::Wall => "time",
        LimitKind::Memory => "memory",
        LimitKind::Stack => "nested calls",
        LimitKind::HostCalls => "calls",
        LimitKind::HostBytes => "data in one call",
        LimitKind::Result => "the size of an answer",
        LimitKind::Argument => "the size of a request",
    }
}

/// A page that a program makes is made for this request, unless it says otherwise.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// What a script can be given.
const ARGUMENT_BYTES_MAX: usize = 1024 * 1024;

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        let header = |name: &&str| {
            let value = parts.headers.get(*name)?.to_str().ok()?;
            let value: String = value.chars().take(HEADER_BYTES_MAX).collect();
            Some(((*name).to_owned(), value))
        };
        Ok(Self {
            method: parts.method.as_str().to_owned(),
            query: form_urlencoded::parse(query).into_owned().take(QUERY_MAX).collect(),
            headers: HEADERS.iter().filter_map(header).collect(),
        })
    }
}
