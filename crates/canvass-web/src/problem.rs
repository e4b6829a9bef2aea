//! Every way a request fails: this file is about problems, shown as RFC 9457 documents or as pages.

mod code;
mod render;

use axum::{
    extract::rejection::BytesRejection,
    response::{IntoResponse, Response},
};
use canvass_actions as actions;
use canvass_model::definition::Fault;
use canvass_storage as storage;

pub use code::CODES;
pub(crate) use render::{Reader, Stray, of_panic};

/// A failed request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// Not signed in.
    #[error("Sign in to continue")]
    SignInRequired,
    /// A program that sends no token.
    #[error("Send `Authorization: Bearer cvs_…` with a token made in the console")]
    TokenRequired,
    /// A token that opens nothing here.
    #[error("This token was revoked, or never was one; make another in the console")]
    TokenUnknown,
    /// A token that had its time.
    #[error("This token expired on {at}; make another where it was made")]
    TokenExpired {
        /// When, in words.
        at: String,
    },
    /// A program at the operator's routes that sends no token of the operator's.
    #[error("Send `Authorization: Bearer cvo_…` with a token made in the operator console")]
    OperatorTokenRequired,
    /// A token of the operator's that opens nothing.
    #[error("This token was revoked, or never was one; make another in the operator console")]
    OperatorTokenUnknown,
    /// The operator is not signed in.
    #[error("Sign in as operator to continue")]
    OperatorSignInRequired,
    /// Signed in, not allowed.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing here, or nothing this person may know of.
    #[error("There is nothing at this address")]
    NotFound,
    /// The tenant is suspended.
    #[error("This organisation's pages are not available at the moment")]
    Suspended,
    /// The body or a parameter is not what it must be.
    #[error("{0}")]
    BadRequest(String),
    /// The body has another type than the route takes.
    #[error("Send the body as {expected}")]
    UnsupportedMediaType {
        /// What the route takes.
        expected: &'static str,
    },
    /// The body is too large.
    #[error("The request is larger than the {bytes_max} bytes allowed here")]
    TooLarge {
        /// The most it may have.
        bytes_max: usize,
    },
    /// A file that is too large for the plan; says how large one may be.
    #[error("{0}")]
    FileTooLarge(String),
    /// A file that waits for the virus scan.
    #[error("This file is being checked for viruses; come back in a moment")]
    FileWaiting,
    /// Fields or parts of a document that are wrong, each with where and why.
    #[error("Some of what was sent is not right")]
    Invalid {
        /// What is wrong, and where.
        faults: Vec<Fault>,
    },
    /// An edit that was made from an older state.
    #[error("This was changed in the meantime; read it again and repeat your change")]
    PreconditionFailed,
    /// An edit that does not say which state it was made from.
    #[error("Send If-Match with the ETag of what you read")]
    PreconditionRequired,
    /// A key that was used for another request.
    #[error("This Idempotency-Key was used for another request")]
    IdempotencyKeyReused,
    /// The method is not for this address.
    #[error("This address does not take that method")]
    MethodNotAllowed,
    /// A form posted from another site.
    #[error("This form was sent from another site")]
    CrossSite,
    /// Too much too fast.
    #[error("Too many requests; wait a moment and try again")]
    TooMany {
        /// When trying again makes sense.
        retry_after_seconds: u64,
    },
    /// A tenant's script did not make its page.
    #[error("This page could not be made: its script failed. Whoever runs this site finds why under {reference}")]
    ScriptFailed {
        /// The run, for the tenant's members.
        reference: String,
    },
    /// A tenant's script met one of its limits.
    #[error("This page could not be made: its script used more {limit} than it may. Reference: {reference}")]
    ScriptLimit {
        /// Which limit.
        limit: &'static str,
        /// The run, for the tenant's members.
        reference: String,
    },
    /// A refused or failed action.
    #[error(transparent)]
    Action(#[from] actions::Error),
    /// Something we got wrong.
    #[error("Something went wrong on our side")]
    Internal(String),
}

impl From<storage::Error> for Problem {
    fn from(error: storage::Error) -> Self {
        Self::Action(error.into())
    }
}

impl From<askama::Error> for Problem {
    fn from(error: askama::Error) -> Self {
        Self::Internal(format!("a template failed: {error}"))
    }
}

impl Problem {
    /// A body that could not be read.
    pub(crate) fn from_bytes(rejection: BytesRejection) -> Self {
        match rejection.into_response().status() {
            axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                Self::TooLarge { bytes_max: crate::Settings::BODY_BYTES_MAX_DEFAULT }
            }
            _ => Self::BadRequest("The request's body could not be read".to_owned()),
        }
    }
}

/// A problem on its way to the layer that shows it as a document or a page.
#[derive(Clone)]
pub(crate) struct Carried(pub(crate) std::sync::Arc<Problem>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code().status.into_response();
        response.extensions_mut().insert(Carried(std::sync::Arc::new(self)));
        response
    }
}
