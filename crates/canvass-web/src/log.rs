//! One line per request: this file is about request ids and the log line each request leaves.

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method},
    response::Response,
};
use tokio::time::Instant;
use tracing::Span;
use uuid::{Uuid, fmt::Simple};

use crate::App;

/// Names one request in the log, in problem documents and on problem pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(HeaderValue);

/// The line a request will leave. Addresses of clients and queries are left out: they may name people.
pub(crate) struct Line {
    id: RequestId,
    span: Span,
    method: Method,
    route: Option<MatchedPath>,
    began: Instant,
}

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

impl RequestId {
    /// The id of a request; empty outside the layer that makes them.
    pub(crate) fn of(request: &Request) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or(Self(HeaderValue::from_static("")))
    }

    /// The id as shown.
    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    #[expect(clippy::disallowed_methods, reason = "a request's name is no stored id; it only joins log lines")]
    fn new() -> Self {
        let mut digits = [0; Simple::LENGTH];
        let text = Uuid::now_v7().simple().encode_lower(&mut digits);
        Self(HeaderValue::from_str(text).unwrap_or_else(|_| unreachable!("hexadecimal digits are a header's value")))
    }
}

impl Line {
    /// Gives a request an id and begins its line.
    pub(crate) fn begin(request: &mut Request) -> Self {
        let id = RequestId::new();
        request.extensions_mut().insert(id.clone());
        let span = tracing::info_span!("request", id = id.as_str(), tenant = tracing::field::Empty);
        let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
        Self { id, span, method, route, began: Instant::now() }
    }

    /// In which everything about the request is logged.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Logs the request, which is answered now, and gives the answer its id.
    pub(crate) fn end(self, app: &App, mut response: Response) -> Response {
        let (method, route) = (self.method, self.route.as_ref().map_or("", MatchedPath::as_str));
        let status = response.status().as_u16();
        let micros = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.span.in_scope(|| tracing::info!(%method, route, status, micros, "answered"));
        response.headers_mut().insert(REQUEST_ID.clone(), self.id.0);
        if app.is_draining() {
            response.headers_mut().insert(axum::http::header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
