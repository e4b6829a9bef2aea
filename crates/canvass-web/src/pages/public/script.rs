//! A script's page: this file is about asking a script, and about what of its answer leaves.
//!
//! What a script writes is a tenant's own words, to be trusted no more than a respondent's: below the installation's
//! address HTML is cleaned and has an opaque origin like all pages of tenants. At a host of the tenant's own there is
//! nothing of anybody else's to be reached, and HTML leaves as it is. SVG is cleaned everywhere, and the headers come from a
//! short list.

mod clean;

use std::{collections::BTreeMap, convert::Infallible};

use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
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
    access::{Entered, Origin, Site},
    security,
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

/// An answer as it may leave.
struct Fit {
    status: StatusCode,
    kind: Kind,
    location: Option<HeaderValue>,
    headers: HeaderMap,
    body: String,
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
    match respondent.ask_script(script, request, |answer| Fit::make(entered, answer)).await? {
        Served::Answer(fit, _) => fit.into_response(entered),
        Served::Failed(outcome, run) => Err(failed(outcome, run)),
    }
}

impl Fit {
    /// Makes of an answer what may leave. An error says why it may not, to the script's author.
    fn make(entered: &Entered<'_>, answer: Answer) -> Result<Self, String> {
        let status = StatusCode::from_u16(answer.status).map_err(|error| error.to_string())?;
        let location = match &answer.location {
            None => None,
            Some(it) => Some(inside(entered, it).ok_or("a redirect leads to a page of yours, like menu?from=card")?),
        };
        let body = match (answer.kind, entered.respondent().origin()) {
            (Kind::Html, Origin::Shared) => clean::html(&answer.body),
            (Kind::Svg, _) => {
                clean::svg(&answer.body).ok_or("an answer of the type image/svg+xml is a drawing, from <svg on")?
            }
            (Kind::Html, Origin::Sibling | Origin::Own) | (Kind::Text | Kind::Csv | Kind::Json, _) => answer.body,
        };
        let mut headers = HeaderMap::new();
        for (name, value) in answer.headers {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            headers.insert(name, HeaderValue::try_from(value).map_err(|error| error.to_string())?);
        }
        Ok(Self { status, kind: answer.kind, location, headers, body })
    }

    fn into_response(self, entered: &Entered<'_>) -> Result<Response, Problem> {
        let Self { status, kind, location, headers, body } = self;
        if let Some(location) = location {
            return Ok((status, [(header::LOCATION, location), (header::CACHE_CONTROL, NO_STORE)]).into_response());
        }
        let respondent = entered.respondent();
        let origin = respondent.origin();
        let body = match kind {
            Kind::Html if origin != Origin::Shared && is_whole(&body) => body,
            Kind::Html => {
                let organisation = respondent.tenant().name.as_str();
                let (site, title) = (respondent.site(), entered.page().own_title());
                ScriptPage { organisation, site, title, html: body }.render()?
            }
            Kind::Svg | Kind::Text | Kind::Csv | Kind::Json => body,
        };
        let content = (header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
        let mut response = (status, [content, (header::CACHE_CONTROL, NO_STORE)], body).into_response();
        if let (Kind::Html, Some(policy)) = (kind, security::of_programs(origin)) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        let is_open = entered.page().visibility.is_open();
        for (name, value) in &headers {
            // What only some may see is kept by nobody, whatever the script says.
            if name != header::CACHE_CONTROL || is_open {
                response.headers_mut().insert(name, value.clone());
            }
        }
        Ok(response)
    }
}

/// Whether HTML is a document of its own, which needs no frame of ours.
fn is_whole(html: &str) -> bool {
    let begin: String = html.trim_start().chars().take("<!doctype".len()).collect::<String>().to_ascii_lowercase();
    begin == "<!doctype" || begin.starts_with("<html")
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
