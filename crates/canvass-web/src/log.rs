//! One line per request: this file is about request ids and the log line each request leaves.

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use crate::App;

/// Names one request in the log, in problem documents and on problem pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(String);

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl RequestId {
    /// The id of a request; empty outside the layer that makes them.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or(Self(String::new()))
    }

    /// The id as shown.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    #[expect(clippy::disallowed_methods, reason = "a request's name is no stored id; it only joins log lines")]
    fn new() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string())
    }
}

/// Gives each request an id and logs it when it is answered. Addresses of clients and queries are left out: they may
/// name people.
pub(crate) async fn requests(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    let route = request.extensions().get::<MatchedPath>().map_or("", |it| it.as_str()).to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", id = id.as_str(), tenant = tracing::field::Empty);
    let began = tokio::time::Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(%method, route, status, micros, "answered"));
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    if app.is_draining() {
        response.headers_mut().insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
