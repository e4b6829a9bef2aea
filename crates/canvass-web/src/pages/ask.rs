//! Certificates: this file is about telling a proxy, before it gets one, whether a name is served here.

use axum::http::StatusCode;

use crate::access::Asked;

/// 200 for a name that is served here, 404 for all others; what proxies that get certificates on demand ask first.
pub(crate) async fn show(asked: Asked) -> (StatusCode, &'static str) {
    if asked.is_served { (StatusCode::OK, "served here\n") } else { (StatusCode::NOT_FOUND, "not served here\n") }
}
