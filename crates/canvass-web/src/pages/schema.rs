//! Schemas: this file is about publishing what survey definitions keep to, and what scripts may call.

use std::sync::LazyLock;

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::IntoResponse,
};
use canvass_model::{definition, hex::hex};
use canvass_script::component;
use sha2::{Digest, Sha256};

/// Bytes of the SHA-256 that name the stubs.
const TAG_BYTES: usize = 8;
/// A new version of Canvass shows within the hour; whoever asks earlier is told in a few bytes that nothing changed.
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// It is nobody's secret.
const FOR_EVERYBODY: (HeaderName, HeaderValue) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// The version of the contract and a hash of the stubs. Weak: the content has it, whatever the compression.
static TAG: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = hex(&Sha256::digest(component::STUBS)[..TAG_BYTES]);
    HeaderValue::try_from(format!("W/\"{}-{hash}\"", component::CONTRACT)).unwrap_or(HeaderValue::from_static("\"\""))
});

/// The JSON Schema (2020-12) that every survey definition keeps to.
pub(crate) async fn show() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/schema+json"));
    ([kind, (header::CACHE_CONTROL, AN_HOUR), FOR_EVERYBODY], definition::schema().to_string())
}

/// The type stubs of the module that scripts import as `canvass`.
pub(crate) async fn stubs() -> impl IntoResponse {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/x-python; charset=utf-8"));
    let tag = (header::ETAG, TAG.clone());
    ([kind, (header::CACHE_CONTROL, AN_HOUR), tag, FOR_EVERYBODY], component::STUBS)
}
