//! Styles and scripts: this file is about the files served as written, under the hash of their content.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use canvass_model::hex::hex;
use sha2::{Digest, Sha256};

use crate::Problem;

/// One embedded file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static [u8],
    /// The first 16 hexadecimal digits of the SHA-256 of its content.
    hash: String,
}

macro_rules! assets {
    ($($name:literal as $kind:literal from [$($file:literal),+],)*) => {
        static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| vec![
            $(Asset::new($name, $kind, concat!($(include_str!(concat!("../assets/", $file))),+).as_bytes()),)*
        ]);
    };
}

assets! {
    "base.css" as "text/css; charset=utf-8" from ["base.css"],
    "app.css" as "text/css; charset=utf-8" from ["app.css", "results.css"],
    "results.css" as "text/css; charset=utf-8" from ["results.css"],
    "respond.css" as "text/css; charset=utf-8" from ["respond.css"],
    "enhance.js" as "text/javascript; charset=utf-8" from ["enhance.js"],
    "elements.js" as "text/javascript; charset=utf-8" from [
        "elements/alias-field.js",
        "elements/copy-button.js",
        "elements/live-preview.js",
        "elements/live-region.js",
        "elements/local-time.js",
        "elements/look-again.js",
        "elements/sortable-list.js",
        "elements/upload-progress.js"
    ],
    "respond-form.js" as "text/javascript; charset=utf-8" from ["elements/respond-form.js"],
    "scripts.css" as "text/css; charset=utf-8" from ["scripts/scripts.css"],
    "code-editor.js" as "text/javascript; charset=utf-8" from ["scripts/code-editor.js"],
    "codemirror.js" as "text/javascript; charset=utf-8" from ["vendor/codemirror.js"],
    "favicon.svg" as "image/svg+xml" from ["favicon.svg"],
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, body: &'static [u8]) -> Self {
        let hash = hex(&Sha256::digest(body)[..8]);
        Self { name, kind, body, hash }
    }
}

/// Where a file is served; for templates. A name that does not exist gives an address that is not found.
pub(crate) fn url(name: &str) -> String {
    let hash = ASSETS.iter().find(|it| it.name == name).map_or("missing", |it| it.hash.as_str());
    format!("/-/assets/{hash}/{name}")
}

/// Serves a file for ever: another content has another address. Any origin may read it, since tenants' pages have an
/// opaque one.
pub(crate) async fn show(Path((hash, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|it| it.name == name && it.hash == hash).ok_or(Problem::NotFound)?;
    Ok(for_ever(asset.kind, asset.body))
}

/// An answer that never changes, which any origin may read.
pub(crate) fn for_ever(kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_a_template_names_exists() {
        let mut places = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        let mut names = 0;
        while let Some(place) = places.pop() {
            if place.is_dir() {
                places.extend(std::fs::read_dir(&place).unwrap().map(|it| it.unwrap().path()));
                continue;
            }
            for rest in std::fs::read_to_string(&place).unwrap().split("assets::url(\"").skip(1) {
                let name = rest.split('"').next().unwrap();
                assert!(!url(name).contains("/missing/"), "{} names {name}", place.display());
                names += 1;
            }
        }
        assert!(names > 0);
    }
}
