//! Around every handler: this file is about what happens to each request before it reaches one and to each answer after.
//!
//! One layer, not one for each thing: the router clones all of its layers, one inside the other, for each request.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

use crate::{App, log::Line, problem::Reader, security::Policy, too_large};

/// Logs a request, refuses what is too large, shows problems the way their reader expects them, and adds the headers that
/// bound what a browser does with the answer.
pub(crate) async fn handler(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let line = Line::begin(&mut request);
    let (policy, reader) = (Policy::of(&request), Reader::of(&request));
    let handled = async {
        let response = match too_large::refuse(&app, request).await {
            Ok(request) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
        let mut response = reader.show(response);
        policy.bound(&mut response);
        response
    };
    let response = handled.instrument(line.span()).await;
    line.end(&app, response)
}
