//! Showing problems: this file is about turning a carried problem into a document or a page.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header, uri::PathAndQuery},
    response::{IntoResponse, Redirect, Response},
};
use canvass_actions as actions;

use super::{Carried, Problem};
use crate::log::RequestId;

/// Who reads an answer.
pub(crate) struct Reader {
    id: RequestId,
    is_api: bool,
    /// What a person wanted to see; what was posted is not posted again after a sign-in.
    wanted: Option<PathAndQuery>,
}

impl Reader {
    pub(crate) fn of(request: &Request) -> Self {
        let (uri, is_get) = (request.uri(), request.method() == Method::GET);
        let wanted = uri.path_and_query().filter(|_| is_get).cloned();
        Self { id: RequestId::of(request), is_api: uri.path().starts_with("/api/"), wanted }
    }

    /// Shows a problem the way its reader expects it: an RFC 9457 document to programs, a page to people.
    pub(crate) fn show(&self, response: Response) -> Response {
        let Some(Carried(problem)) = response.extensions().get::<Carried>() else { return response };
        let wanted = self.wanted.as_ref().map_or("/-/console", PathAndQuery::as_str);
        let mut shown = if self.is_api { document(problem, &self.id) } else { page(problem, &self.id, wanted) };
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
        Problem::TokenUnknown | Problem::TokenExpired { .. } => Some("Bearer error=\"invalid_token\""),
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
        _ => finish(problem, (problem.code().status, crate::pages::problems::page(problem, id)).into_response()),
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
