//! The survey schema: this file is about publishing the JSON Schema of survey definitions.

use axum::{http::header, response::IntoResponse};
use canvass_model::definition;

/// The JSON Schema (2020-12) that every survey definition keeps to.
pub(crate) async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/schema+json"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, definition::schema().to_string())
}
