//! What goes in and out of the API: this file is about JSON bodies, path ids, paging, `ETags` and idempotency keys.

use aide::OperationInput;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use canvass_model::{
    definition::{Fault, Fingerprint},
    hex::hex,
    survey::Revision,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::Problem;

/// A JSON body; what is wrong in it is reported with its JSON pointer.
pub(super) struct Body<T> {
    pub(super) value: T,
    bytes: Bytes,
}

/// An id in the path. What is no id names nothing: 404.
pub(super) struct Id<T>(pub(super) T);

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ListOf{T}")]
pub(super) struct Listed<T> {
    /// What is on this page.
    pub(super) items: Vec<T>,
    /// Where the next page begins; `null` on the last.
    pub(super) next_cursor: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub(super) struct Paging {
    /// How many items at most, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    pub(super) limit: Option<u32>,
    /// The `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// Query parameters, refused with a clear message when they are not what they must be.
pub(super) struct Parameters<T>(pub(super) T);

impl Paging {
    const LIMIT_DEFAULT: u32 = 50;
    const LIMIT_MAX: u32 = 500;

    pub(super) fn limit(&self) -> Result<u32, Problem> {
        match self.limit {
            None => Ok(Self::LIMIT_DEFAULT),
            Some(limit @ 1..=Self::LIMIT_MAX) => Ok(limit),
            Some(_) => Err(Problem::BadRequest(format!("`limit` is a number from 1 to {}", Self::LIMIT_MAX))),
        }
    }
}

/// What a cursor of ours says, if there is one.
pub(super) fn cursor<T>(text: Option<&str>, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    match text.map(parse) {
        None => Ok(None),
        Some(Some(read)) => Ok(Some(read)),
        Some(None) => Err(Problem::BadRequest("`cursor` is not one of ours".to_owned())),
    }
}

/// The `ETag` of a draft's revision.
pub(super) fn etag(revision: Revision) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", revision.0)).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The `ETag` of something that is told apart by what it looks like.
pub(super) fn etag_of(fingerprint: &Fingerprint) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{fingerprint}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The revision an edit was made from, by `If-Match`; `None` stands for `*`, any.
pub(super) fn if_match(headers: &HeaderMap) -> Result<Option<Revision>, Problem> {
    let Some(tag) = named_by(headers)? else { return Ok(None) };
    tag.parse().map(|it| Some(Revision(it))).map_err(|_| Problem::PreconditionFailed)
}

/// How something looked when an edit was made from it, by `If-Match`; `None` stands for `*`, in whatever way.
pub(super) fn if_match_fingerprint(headers: &HeaderMap) -> Result<Option<Fingerprint>, Problem> {
    Ok(named_by(headers)?.map(Fingerprint::offered))
}

/// The one `ETag` in `If-Match`, without its quotes; `None` for `*`.
fn named_by(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let text = headers.get(header::IF_MATCH).ok_or(Problem::PreconditionRequired)?.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    tag.map(Some).ok_or(Problem::PreconditionFailed)
}

/// The `Idempotency-Key` of a creation, if it has one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const BYTES_MAX: usize = 100;
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=BYTES_MAX).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_graphic()) => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::BadRequest(format!("Idempotency-Key has 1 to {BYTES_MAX} visible ASCII characters"))),
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind != "application/json" && !kind.ends_with("+json") {
            return Err(Problem::UnsupportedMediaType { expected: "application/json" });
        }
        let bytes = Bytes::from_request(request, state).await.map_err(Problem::from_bytes)?;
        Ok(Self { value: read(&bytes)?, bytes })
    }
}

impl<T> Body<T> {
    /// The SHA-256 of the bytes as they came, in hexadecimal: what an idempotency key is bound to.
    pub(super) fn fingerprint(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

/// Reads a JSON document: a body, or one line of a batch.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // To know where something is wrong costs more than the reading: only a document that is wrong is read for it.
    serde_json::from_slice(bytes).or_else(|_| {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| fault(&error))?;
        json.end().map_err(|error| Problem::BadRequest(format!("The body is not one JSON document: {error}")))?;
        Ok(value)
    })
}

fn fault(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    use serde_json::error::Category;
    match error.inner().classify() {
        Category::Data => {
            let pointer = pointer(error.path());
            Problem::Invalid { faults: vec![Fault { pointer, message: error.inner().to_string() }] }
        }
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::BadRequest(format!("The body is not JSON: {}", error.inner()))
        }
    }
}

/// The JSON pointer (RFC 6901) of a path into a document.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|it| match it {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                format!("/{}", key.replace('~', "~0").replace('/', "~1"))
            }
            Segment::Unknown => "/".to_owned(),
        })
        .collect()
}

/// What stands in the path under this name.
pub(super) async fn parameter<S: Send + Sync>(parts: &mut Parts, state: &S, wanted: &str) -> Result<String, Problem> {
    let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
    path.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned()).ok_or(Problem::NotFound)
}

/// Ids by their names in the path.
macro_rules! ids {
    ($($name:literal => $id:ty),*) => {
        $(impl<S: Send + Sync> FromRequestParts<S> for Id<$id> {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                <$id>::parse(&parameter(parts, state, $name).await?).map(Self).ok_or(Problem::NotFound)
            }
        }

        impl OperationInput for Id<$id> {
            fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
                super::describe::path_parameter::<$id>(ctx, operation, $name);
            }
        })*
    };
}

/// A `filter` as it stands in an address, as JSON; `null` for none.
pub(super) fn filter_json(filter: Option<&str>) -> Result<serde_json::Value, Problem> {
    match filter.map(str::trim) {
        None | Some("") => Ok(serde_json::Value::Null),
        Some(text) => {
            serde_json::from_str(text).map_err(|error| Problem::BadRequest(format!("`filter` is not JSON: {error}")))
        }
    }
}

ids! {
    "survey" => canvass_model::id::SurveyId,
    "response" => canvass_model::id::ResponseId,
    "export" => canvass_model::id::ExportId,
    "file" => canvass_model::id::FileId,
    "link" => canvass_model::id::InvitationId
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => {
                Err(Problem::BadRequest(format!("A query parameter is not right: {}", rejection.body_text())))
            }
        }
    }
}

impl<T: JsonSchema> OperationInput for Parameters<T> {
    fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        <axum::extract::Query<T> as OperationInput>::operation_input(ctx, operation);
    }
}

impl<T: JsonSchema> OperationInput for Body<T> {
    fn operation_input(ctx: &mut aide::generate::GenContext, operation: &mut aide::openapi::Operation) {
        <axum::Json<T> as OperationInput>::operation_input(ctx, operation);
    }
}
