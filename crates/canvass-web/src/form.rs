//! Posted forms: this file is about reading `application/x-www-form-urlencoded` bodies, repeated fields kept.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header,
};

use crate::Problem;

/// The fields of a posted form, in order, repeated ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    /// More fields than any form of ours has: 500 questions with 500 choices each would be one survey too many.
    const FIELDS_MAX: usize = 5_000;

    /// The parameters of an address, which are written like a form; the first ones when there are too many.
    pub(crate) fn of_address(query: Option<&str>) -> Self {
        let parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(parameters.into_owned().take(Self::FIELDS_MAX).collect())
    }

    /// The first value of a field, trimmed; empty when it is missing.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.find(name).map_or("", str::trim)
    }

    /// The first value of a field as it came.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let form = kind
            .split(';')
            .next()
            .is_some_and(|it| it.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let body = Bytes::from_request(request, state).await.map_err(Problem::from_bytes)?;
        if !form && !body.is_empty() {
            return Err(Problem::UnsupportedMediaType { expected: "application/x-www-form-urlencoded" });
        }
        let fields: Vec<(String, String)> =
            form_urlencoded::parse(&body).into_owned().take(Self::FIELDS_MAX + 1).collect();
        if Self::FIELDS_MAX < fields.len() {
            return Err(Problem::BadRequest("This form has too many fields".to_owned()));
        }
        Ok(Self(fields))
    }
}
