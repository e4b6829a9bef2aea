//! Problem pages: this file is about what a person sees when a request failed.

use axum::response::Html;

use crate::{Problem, log::RequestId};

/// The page for a problem.
pub(crate) fn page(problem: &Problem, request: &RequestId) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=en><title>{problem}</title><h1>{problem}</h1><p>{}</p></html>",
        request.as_str()
    ))
}
