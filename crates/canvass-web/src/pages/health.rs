//! Health: this file is about telling a load balancer whether this node serves.

use axum::{extract::State, http::StatusCode};

use crate::App;

/// 200 while this node serves; 503 while it drains or its store is away.
pub(crate) async fn show(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    match app.check().await {
        Ok(()) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "the store is away");
            (StatusCode::SERVICE_UNAVAILABLE, "the store is away\n")
        }
    }
}
