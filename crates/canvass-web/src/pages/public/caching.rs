//! Kept copies: this file is about what browsers, caches and search engines may do with a public page.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use canvass_model::{hex::hex, page::Visibility};
use sha2::{Digest, Sha256};

/// Everybody may keep a copy, and asks before each use whether it is still right: a change shows at once, and whoever
/// is up to date is told so in a few bytes.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("public, no-cache");
/// What only some may see is kept by nobody: not by a cache in between, nor in a shared browser.
const KEEP_NOTHING: HeaderValue = HeaderValue::from_static("private, no-store");
/// The type of most pages.
pub(super) const HTML: &str = "text/html; charset=utf-8";
/// Bytes of the SHA-256 that name a content.
const TAG_BYTES: usize = 16;

/// A page that is the same for everybody who may see it. Its tag is weak: the content has it, whatever the compression.
pub(super) fn page(visibility: Visibility, kind: &'static str, body: String) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if !visibility.is_open() {
        return ([kind, (header::CACHE_CONTROL, KEEP_NOTHING)], body).into_response();
    }
    let tag = format!("W/\"{}\"", hex(&Sha256::digest(&body)[..TAG_BYTES]));
    let mut response = ([kind, (header::CACHE_CONTROL, ASK_FIRST)], body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// What may be kept of an answer for whoever may see its page.
pub(super) fn for_visibility(visibility: Visibility) -> HeaderValue {
    if visibility.is_open() { ASK_FIRST } else { KEEP_NOTHING }
}

/// Asks search engines to leave out what is not for everybody to find.
pub(super) fn for_search_engines(visibility: Visibility, mut response: Response) -> Response {
    if visibility != Visibility::Public {
        response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
    response
}

/// Answers 304 without a body to whoever has the content already (RFC 9110, section 13.1.2).
pub(crate) async fn revalidate(request: Request, next: Next) -> Response {
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    let known: Vec<HeaderValue> = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
    let mut response = next.run(request).await;
    let has = asks && response.status() == StatusCode::OK;
    if !has || !response.headers().get(header::ETAG).is_some_and(|tag| known.iter().any(|it| names(it, tag))) {
        return response;
    }
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = Body::empty();
    for gone in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        response.headers_mut().remove(gone);
    }
    response
}

/// Whether a list of tags names this one, compared weakly. Ours hold no commas.
fn names(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(list), Ok(tag)) = (list.to_str(), tag.to_str()) else { return false };
    let opaque = |it: &str| it.trim().trim_start_matches("W/").to_owned();
    list.trim() == "*" || list.split(',').any(|it| opaque(it) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_compared_weakly() {
        let tag = HeaderValue::from_static("W/\"a1\"");
        for list in ["W/\"a1\"", "\"a1\"", "*", "\"b\", W/\"a1\"", "W/\"b\" ,\"a1\"", " * "] {
            assert!(names(&HeaderValue::from_static(list), &tag), "{list}");
        }
        for list in ["", "a1", "W/\"a\"", "\"b\",\"a12\"", "w/\"a1\""] {
            assert!(!names(&HeaderValue::from_static(list), &tag), "{list}");
        }
    }

    #[test]
    fn what_is_not_for_everybody_is_kept_by_nobody() {
        for visibility in Visibility::ALL {
            let response = for_search_engines(visibility, page(visibility, "text/html", "x".to_owned()));
            let header = |name: &str| response.headers().get(name).map_or("", |it| it.to_str().unwrap());
            let open = visibility.is_open();
            assert_eq!(header("cache-control"), if open { "public, no-cache" } else { "private, no-store" });
            assert_eq!(!header("etag").is_empty(), open, "{visibility:?}");
            assert_eq!(header("x-robots-tag"), if visibility == Visibility::Public { "" } else { "noindex" });
        }
    }
}
