//! Showing problems: this file is about the two layers that turn a carried problem into a document or a page.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use canvass_actions as actions;

use super::{Carried, Problem};
use crate::log::RequestId;

/// Shows problems of the API as RFC 9457 documents.
pub(crate) async fn as_json(request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    let response = next.run(request).await;
    let Some(Carried(problem)) = response.extensions().get::<Carried>().cloned() else { return response };
    let code = problem.code();
    let mut body = serde_json::json!({
        "type": format!("https://canvass.example/problems/{}", code.name),
        "title": problem.to_string(),
        "status": code.status.as_u16(),
        "request_id": id.as_str(),
    });
    if let Problem::Invalid { faults } | Problem::Action(actions::Error::Invalid { faults }) = &*problem {
        body["errors"] = serde_json::to_value(faults).unwrap_or_default();
    }
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    finish(&problem, (code.status, kind, body.to_string()).into_response())
}

/// Shows problems of pages as pages; sends those who must sign in to the sign-in page and back.
pub(crate) async fn as_page(request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    let wanted = request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let response = next.run(request).await;
    let Some(Carried(problem)) = response.extensions().get::<Carried>().cloned() else { return response };
    let back: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    match &*problem {
        Problem::SignInRequired => Redirect::to(&format!("/-/login?to={back}")).into_response(),
        Problem::OperatorSignInRequired => Redirect::to(&format!("/-/operate/login?to={back}")).into_response(),
        _ => finish(&problem, (problem.code().status, crate::pages::problems::page(&problem, &id)).into_response()),
    }
}

/// Adds what every shown problem has: when to try again, its place in the log, and no place in any cache.
fn finish(problem: &Problem, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.retry_after_seconds() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if response.status().is_server_error() {
        tracing::error!(problem = problem.code().name, cause = ?problem, "a request failed");
    }
    response
}
