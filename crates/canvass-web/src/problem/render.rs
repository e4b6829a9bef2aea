//! Showing problems: this file is about turning a carried problem into a document or a page.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header, uri::PathAndQuery},
    response::{IntoResponse, Redirect, Response},
};
use canvass_actions as actions;

use super::{Carried, Problem};
use crate::{access::Hosted, log::RequestId, pages::problems};

/// Who reads an answer.
pub(crate) struct Reader {
    id: RequestId,
    kind: Kind,
    /// What a person wanted to see; what was posted is not posted again after a sign-in.
    wanted: Option<PathAndQuery>,
}

/// Where an answer is read.
enum Kind {
    /// By a program.
    Program,
    /// At the installation's own host.
    Product,
    /// At a host of a tenant's own, where the product's other pages are not.
    Hosted,
    /// At a host that is nobody's: nothing is told but that.
    Nowhere,
}

/// Marks a request that came to a host that is nobody's.
#[derive(Clone)]
pub(crate) struct Stray;

impl Reader {
    pub(crate) fn of(request: &Request) -> Self {
        let (uri, is_get) = (request.uri(), request.method() == Method::GET);
        let wanted = uri.path_and_query().filter(|_| is_get).cloned();
        let kind = if Hosted::of_request(request).is_some() {
            Kind::Hosted
        } else if request.extensions().get::<Stray>().is_some() {
            Kind::Nowhere
        } else if uri.path().starts_with("/api/") {
            Kind::Program
        } else {
            Kind::Product
        };
        Self { id: RequestId::of(request), kind, wanted }
    }

    /// Shows a problem the way its reader expects it: an RFC 9457 document to programs, a page to people.
    pub(crate) fn show(&self, response: Response) -> Response {
        let Some(Carried(problem)) = response.extensions().get::<Carried>() else { return response };
        let wanted = self.wanted.as_ref().map_or("/-/console", PathAndQuery::as_str);
        let mut shown = match self.kind {
            Kind::Program => document(problem, &self.id),
            Kind::Product => page(problem, &self.id, wanted),
            Kind::Hosted => {
                finish(problem, (problem.code().status, problems::hosted(problem, &self.id)).into_response())
            }
            Kind::Nowhere => {
                finish(problem, (problem.code().status, format!("{}\n", problem.detail())).into_response())
            }
        };
        if let Some(methods) = response.headers().get(header::ALLOW) {
            shown.headers_mut().insert(header::ALLOW, methods.clone());
        }
        shown
    }
}

/// What a handler that panicked answers: the panic itself is in the log.
pub(crate) fn of_panic(_: Box<dyn std::any::Any + Send>) -> Response {
    Problem::Internal("a handler panicked".to_owned()).into_response()
}

fn document(problem: &Problem, id: &RequestId) -> Response {
    let code = problem.code();
    let mut body = serde_json::json!({
        "type": format!("https://canvass.example/problems/{}", code.name),
        "title": code.title(),
        "status": code.status.as_u16(),
        "detail": problem.detail(),
        "request_id": id.as_str(),
    });
    if let Problem::Invalid { faults } | Problem::Action(actions::Error::Invalid { faults }) = problem {
        body["errors"] = serde_json::to_value(faults).unwrap_or_default();
    }
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut shown = finish(problem, (code.status, kind, body.to_string()).into_response());
    if let Some(challenge) = challenge(problem) {
        shown.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    shown
}

/// What a program is asked for (RFC 6750, section 3): a token, or a better one.
fn challenge(problem: &Problem) -> Option<&'static str> {
    match problem {
        Problem::TokenUnknown | Problem::OperatorTokenUnknown | Problem::TokenExpired { .. } => {
            Some("Bearer error=\"invalid_token\"")
        }
        _ if problem.code().status == StatusCode::UNAUTHORIZED => Some("Bearer"),
        _ => None,
    }
}

/// A page; whoever must sign in goes to the sign-in page and back.
fn page(problem: &Problem, id: &RequestId, wanted: &str) -> Response {
    let back: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    match problem {
        Problem::SignInRequired => Redirect::to(&format!("/-/login?to={back}")).into_response(),
        Problem::OperatorSignInRequired => Redirect::to(&format!("/-/operate/login?to={back}")).into_response(),
        _ => finish(problem, (problem.code().status, problems::page(problem, id)).into_response()),
    }
}

/// Adds what every shown problem has: when to try again, its place in the log, and no place in any cache.
fn finish(problem: &Problem, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after_seconds() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match response.status() {
        // A tenant's own program failed; its members read why in the record of its run.
        StatusCode::INTERNAL_SERVER_ERROR if matches!(problem, Problem::ScriptFailed { .. }) => {}
        StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(problem = problem.code().name, cause = ?problem, "a request failed");
        }
        // It passes by itself, or is meant: no defect.
        StatusCode::SERVICE_UNAVAILABLE => {
            tracing::warn!(problem = problem.code().name, cause = ?problem, "a request was turned away");
        }
        _ => {}
    }
    response
}
