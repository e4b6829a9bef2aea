//! What is posted to a page: this file is about bodies that are a form, or JSON for a script.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header,
};
use serde_json::Value;

use crate::{Problem, form::Form};

/// A posted body.
pub(crate) struct Posted {
    /// The fields of a form; none of JSON.
    pub(crate) form: Form,
    /// The JSON; `None` of a form.
    pub(crate) json: Option<Value>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let is_json = kind.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Ok(Self { form: Form::from_request(request, state).await?, json: None });
        }
        let bytes = Bytes::from_request(request, state).await.map_err(Problem::from_bytes)?;
        let json = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::BadRequest(format!("The body is not JSON: {error}")))?;
        Ok(Self { form: Form(Vec::new()), json: Some(json) })
    }
}
