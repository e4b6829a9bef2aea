//! Bodies that are too large: this file is about refusing them so that their senders hear why.

use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderName, header},
};
use canvass_format::picture;
use futures_util::{Stream, StreamExt};

use crate::{App, Problem};

/// Whoever is still sending when the answer comes hears of a broken connection instead: so much is read and thrown away
/// first. Larger bodies are cut.
const READ_ON_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A picture as large as is taken, and the form around it.
pub(crate) const UPLOAD_BYTES_MAX: usize = picture::BYTES_MAX + 64 * 1024;

/// Whether a request brings a file: those are bounded by the plan while they arrive.
fn brings_a_file(path: &str) -> bool {
    let is_ours = path.starts_with("/-/console/") || path.starts_with("/api/v1/files");
    is_ours && ["/files", "/content", "/pages/upload"].iter().any(|it| path.ends_with(it))
}

/// Refuses a request whose body says beforehand that it is too large. Batches are bounded line by line.
pub(crate) async fn refuse(app: &App, request: Request) -> Result<Request, Problem> {
    if brings_a_file(request.uri().path()) {
        return Ok(request);
    }
    let is_logo = request.uri().path().ends_with("/brand/logo");
    let bytes_max = if is_logo { UPLOAD_BYTES_MAX } else { app.settings().body_bytes_max };
    let says_so = text(&request, &header::CONTENT_LENGTH).parse().is_ok_and(|it: usize| bytes_max < it);
    if !says_so || text(&request, &header::CONTENT_TYPE).contains("ndjson") {
        return Ok(request);
    }
    read_on(request.into_body().into_data_stream()).await;
    Err(Problem::TooLarge { bytes_max })
}

/// Reads what is left of a body, to its end or to the bound.
pub(crate) async fn read_on<E>(mut body: impl Stream<Item = Result<Bytes, E>> + Unpin) {
    let mut bytes = 0;
    while let Some(Ok(chunk)) = body.next().await {
        bytes += chunk.len();
        if READ_ON_BYTES_MAX < bytes {
            return;
        }
    }
}

fn text<'a>(request: &'a Request, name: &HeaderName) -> &'a str {
    request.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
}
