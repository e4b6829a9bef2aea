//! What Canvass is measured against: this file is about handlers that do the least a web server can do.

use std::io;

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    routing::{get, post},
};
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A server that does almost nothing.
#[derive(Debug, Clone)]
pub enum Bare {
    /// `POST /` reads and parses a JSON body, stores nothing and answers 201 with a short JSON body.
    Reading,
    /// `GET /` answers with these headers and this body.
    Answering {
        /// Headers by name; one that HTTP does not allow is left out.
        headers: Vec<(String, String)>,
        /// The body.
        body: Bytes,
    },
}

/// Serves as bare as it goes until `shutdown`.
pub async fn serve_bare(listener: TcpListener, bare: Bare, shutdown: CancellationToken) -> io::Result<()> {
    let router = match bare {
        Bare::Reading => Router::new().route("/", post(read)),
        Bare::Answering { headers, body } => {
            let headers = allowed(&headers);
            Router::new().route("/", get(async move || (headers, body)))
        }
    };
    let router = router.layer(DefaultBodyLimit::disable());
    axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await
}

/// As long as the id of a response.
const ID: &str = "00000000-0000-0000-0000-000000000000";

async fn read(Json(_): Json<serde_json::Value>) -> (StatusCode, Json<serde_json::Value>) {
    (StatusCode::CREATED, Json(serde_json::json!({ "id": ID })))
}

fn allowed(headers: &[(String, String)]) -> HeaderMap {
    let allowed = headers.iter().filter_map(|(name, value)| {
        Some((HeaderName::try_from(name.as_str()).ok()?, HeaderValue::from_str(value).ok()?))
    });
    allowed.collect()
}
