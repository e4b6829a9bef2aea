//! The REST API: this file is about its routes, under `/api/v1`.

use axum::Router;

use crate::App;

/// Every route of the API.
pub(crate) fn router() -> Router<App> {
    Router::new()
}
