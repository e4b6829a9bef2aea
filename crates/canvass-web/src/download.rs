//! Files on their way out: this file is about sending them piece by piece, in parts when asked, and harmless in a browser.

mod disposition;
mod range;

use std::io;

use aide::OperationInput;
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::FromRequestParts,
    http::{self, HeaderMap, HeaderValue, Method, StatusCode, header, request},
    response::{IntoResponse, Response},
};
use canvass_model::{
    export::Export,
    file::{Content, FileName, Handling, Media},
};
use futures_util::{StreamExt, stream};
use tower_http::compression::Predicate;

use self::range::Range;
use crate::{Problem, access::ContentReader};

/// What a request says of how it wants a file.
pub(crate) struct Asked {
    method: Method,
    range: Option<HeaderValue>,
    if_range: Option<HeaderValue>,
}

/// Compresses no file that is asked for in parts: its bytes are what was uploaded, and most are compressed already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IsCompressible;

/// What a browser may do with a file it shows: look at it, with no origin and no power. Pictures are drawn by a page of the
/// browser's own, which has a style inside.
const SHOWN: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors *; base-uri 'none'; \
                     form-action 'none'; sandbox";
/// The same for sounds and videos: the browser's page around them asks for the file once more, and without an origin it
/// would be refused. No program runs in that page, so it needs no sandbox.
const PLAYED: &str = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors *; base-uri 'none'; \
                      form-action 'none'";
/// The same for PDF, which browsers draw in a viewer of their own that a sandbox keeps from starting. A PDF is no
/// document of ours: it reaches no cookie and no page.
const SHOWN_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors *; \
                         base-uri 'none'; form-action 'none'";
/// A file that is saved, should a browser look into it all the same.
const SAVED: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/// What is sent, and what is said of it.
struct Sent {
    disposition: String,
    media: &'static str,
    bytes: u64,
    tag: String,
    parts: Parts,
    policy: &'static str,
}

/// Whether something may be asked for in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    /// It may: its bytes travel as they are.
    Sent,
    /// It is words, which may be compressed on their way.
    Compressed,
}

/// Sends a content under a name.
pub(crate) async fn send(
    asked: &Asked,
    (name, content): (&FileName, &Content),
    reader: ContentReader,
) -> Result<Response, Problem> {
    let sent = Sent {
        disposition: disposition::of(name, content.media.handling()),
        media: content.media.as_str(),
        bytes: content.bytes,
        tag: tag(content),
        parts: if content.media.is_text() { Parts::Compressed } else { Parts::Sent },
        policy: policy(content.media),
    };
    answer(asked, sent, reader).await
}

/// Sends an export's file, to be saved. Its bytes are what its checksum says, and a cut download goes on where it was cut.
pub(crate) async fn save(asked: &Asked, export: &Export, reader: ContentReader) -> Result<Response, Problem> {
    let sent = Sent {
        disposition: disposition::of(&export.name, Handling::Attachment),
        media: export.wanted.format.media(),
        bytes: export.bytes,
        tag: format!("\"{}\"", digits(export.sha256.as_deref().unwrap_or_default())),
        parts: Parts::Sent,
        policy: SAVED,
    };
    answer(asked, sent, reader).await
}

/// What makes a browser save a file under a name.
pub(crate) fn saved_as(name: &FileName) -> String {
    disposition::of(name, Handling::Attachment)
}

async fn answer(asked: &Asked, sent: Sent, reader: ContentReader) -> Result<Response, Problem> {
    let range = asked.range(&sent);
    let mut response = match range {
        Range::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Range::Whole => body(reader, 0, sent.bytes).await?,
        Range::Part { first, last } => {
            let mut part = body(reader, first, last - first + 1).await?;
            *part.status_mut() = StatusCode::PARTIAL_CONTENT;
            part
        }
    };
    let headers = response.headers_mut();
    if let Some(text) = range.content_range(sent.bytes) {
        insert(headers, header::CONTENT_RANGE, &text);
    }
    if range != Range::Unsatisfiable {
        insert(headers, header::CONTENT_TYPE, sent.media);
        insert(headers, header::CONTENT_DISPOSITION, &sent.disposition);
        insert(headers, header::ETAG, &sent.tag);
    }
    match sent.parts {
        Parts::Compressed => headers.insert(header::VARY, HeaderValue::from_static("accept-encoding")),
        Parts::Sent => headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(sent.policy));
    Ok(response)
}

impl Asked {
    /// Which bytes are wanted. Only a `GET` asks for some, and only as long as the content is the one it knows.
    fn range(&self, sent: &Sent) -> Range {
        let knows = self.if_range.as_ref().is_none_or(|it| it.as_bytes() == sent.tag.as_bytes());
        match &self.range {
            Some(text) if self.method == Method::GET && knows && sent.parts == Parts::Sent => {
                Range::parse(text.as_bytes(), sent.bytes)
            }
            Some(_) | None => Range::Whole,
        }
    }
}

/// Names a content. A text may be compressed on its way, which only a weak tag allows.
fn tag(content: &Content) -> String {
    let digits = digits(&content.sha256);
    if content.media.is_text() { format!("W/\"{digits}\"") } else { format!("\"{digits}\"") }
}

/// Half of a digest's digits.
fn digits(sha256: &str) -> &str {
    const DIGITS: usize = 32;
    sha256.get(..DIGITS).unwrap_or(sha256)
}

fn policy(media: Media) -> &'static str {
    match media.handling() {
        Handling::Attachment => SAVED,
        Handling::Inline if media.as_str() == "application/pdf" => SHOWN_PDF,
        Handling::Inline if media.as_str().starts_with("audio/") || media.as_str().starts_with("video/") => PLAYED,
        Handling::Inline => SHOWN,
    }
}

/// The bytes from `from` on, of which there are `length`. The first are read before the answer begins, so that it does not
/// begin when there are none.
async fn body(reader: ContentReader, from: u64, length: u64) -> Result<Response, Problem> {
    let first = reader.read(from).await?;
    let first = first.ok_or_else(|| Problem::Internal("the bytes of a file are missing".to_owned()))?;
    let bytes = stream::unfold((reader, from, length, Some(first)), |(reader, from, left, read)| async move {
        if left == 0 {
            return None;
        }
        let piece = match read {
            Some(piece) => Ok(Some(piece)),
            None => reader.read(from).await,
        };
        let mut piece = match piece {
            Ok(Some(piece)) if !piece.is_empty() => piece,
            Ok(_) => return Some((Err(io::Error::from(io::ErrorKind::UnexpectedEof)), (reader, from, 0, None))),
            Err(error) => return Some((Err(io::Error::other(error)), (reader, from, 0, None))),
        };
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let taken = piece.len() as u64;
        Some((Ok(Bytes::from(piece)), (reader, from + taken, left - taken, None)))
    });
    // Whoever compresses asks again after the end.
    let mut response = Body::from_stream(bytes.fuse()).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

fn insert(headers: &mut HeaderMap, name: header::HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Self::Rejection> {
        let find = |name: header::HeaderName| parts.headers.get(name).cloned();
        Ok(Self { method: parts.method.clone(), range: find(header::RANGE), if_range: find(header::IF_RANGE) })
    }
}

impl OperationInput for Asked {}

impl Predicate for IsCompressible {
    fn should_compress<B: HttpBody>(&self, response: &http::Response<B>) -> bool {
        !response.headers().contains_key(header::ACCEPT_RANGES)
    }
}
