//! Stable codes: this file is about the name and status each problem travels with.

use axum::http::StatusCode;
use canvass_actions as actions;
use canvass_storage as storage;

use super::Problem;

/// A problem's stable name, the last part of its `type`, and its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What clients match on; explained in `docs/problems.md`.
    pub name: &'static str,
    /// The status it travels with.
    pub(crate) status: StatusCode,
}

macro_rules! codes {
    ($($constant:ident = $name:literal, $status:ident;)*) => {
        $(const $constant: Code = Code { name: $name, status: StatusCode::$status };)*
        /// Every code there is.
        pub const CODES: &[Code] = &[$($constant),*];
    };
}

codes! {
    SIGN_IN_REQUIRED = "sign-in-required", UNAUTHORIZED;
    FORBIDDEN = "forbidden", FORBIDDEN;
    CROSS_SITE = "cross-site", FORBIDDEN;
    NOT_FOUND = "not-found", NOT_FOUND;
    METHOD_NOT_ALLOWED = "method-not-allowed", METHOD_NOT_ALLOWED;
    SUSPENDED = "suspended", SERVICE_UNAVAILABLE;
    BAD_REQUEST = "bad-request", BAD_REQUEST;
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE;
    TOO_LARGE = "too-large", PAYLOAD_TOO_LARGE;
    INVALID = "invalid", UNPROCESSABLE_ENTITY;
    REFUSED = "refused", CONFLICT;
    TAKEN = "taken", CONFLICT;
    LIMIT_REACHED = "limit-reached", CONFLICT;
    CHANGED_MEANWHILE = "changed-meanwhile", CONFLICT;
    PRECONDITION_FAILED = "precondition-failed", PRECONDITION_FAILED;
    PRECONDITION_REQUIRED = "precondition-required", PRECONDITION_REQUIRED;
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused", UNPROCESSABLE_ENTITY;
    TOO_MANY_REQUESTS = "too-many-requests", TOO_MANY_REQUESTS;
    FILE_WAITING = "file-waiting", SERVICE_UNAVAILABLE;
    BUSY = "busy", SERVICE_UNAVAILABLE;
    SYNTAX = "syntax", UNPROCESSABLE_ENTITY;
    SCRIPT_FAILED = "script-failed", INTERNAL_SERVER_ERROR;
    SCRIPT_LIMIT = "script-limit", GATEWAY_TIMEOUT;
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE;
    INTERNAL = "internal", INTERNAL_SERVER_ERROR;
}

impl Code {
    /// The name in words: what problems of this kind have in common.
    pub(crate) fn title(self) -> String {
        let words = self.name.replace('-', " ");
        let (first, rest) = words.split_at(1.min(words.len()));
        first.to_uppercase() + rest
    }
}

impl Problem {
    /// What happened, for those outside: of our own machinery they learn only that it failed.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Action(actions::Error::Storage(storage::Error::Unreachable(_))) => {
                "Canvass cannot reach its data for a moment; try again in a few seconds".to_owned()
            }
            _ if self.code() == INTERNAL => "Something went wrong on our side".to_owned(),
            _ => self.to_string(),
        }
    }

    /// The stable name and the status.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::SignInRequired
            | Self::OperatorSignInRequired
            | Self::TokenRequired
            | Self::TokenUnknown
            | Self::OperatorTokenRequired
            | Self::OperatorTokenUnknown
            | Self::TokenExpired { .. } => SIGN_IN_REQUIRED,
            Self::Forbidden(_) => FORBIDDEN,
            Self::NotFound => NOT_FOUND,
            Self::Suspended => SUSPENDED,
            Self::BadRequest(_) => BAD_REQUEST,
            Self::UnsupportedMediaType { .. } => UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } | Self::FileTooLarge(_) => TOO_LARGE,
            Self::FileWaiting => FILE_WAITING,
            Self::Invalid { .. } => INVALID,
            Self::PreconditionFailed => PRECONDITION_FAILED,
            Self::PreconditionRequired => PRECONDITION_REQUIRED,
            Self::IdempotencyKeyReused => IDEMPOTENCY_KEY_REUSED,
            Self::MethodNotAllowed => METHOD_NOT_ALLOWED,
            Self::CrossSite => CROSS_SITE,
            Self::TooMany { .. } => TOO_MANY_REQUESTS,
            Self::ScriptFailed { .. } => SCRIPT_FAILED,
            Self::ScriptLimit { .. } => SCRIPT_LIMIT,
            Self::Action(error) => of_action(error),
            Self::Internal(_) => INTERNAL,
        }
    }

    /// When trying again makes sense, for the problems that pass by themselves.
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMany { retry_after_seconds } | Self::Action(actions::Error::TooMany { retry_after_seconds }) => {
                Some(*retry_after_seconds)
            }
            Self::Suspended => Some(3_600),
            Self::FileWaiting => Some(30),
            Self::Action(actions::Error::Storage(storage::Error::Busy { retry_after_ms })) => {
                Some(retry_after_ms.div_ceil(1_000).max(1))
            }
            Self::Action(actions::Error::Unavailable(_) | actions::Error::Storage(storage::Error::Unreachable(_))) => {
                Some(5)
            }
            Self::Action(actions::Error::Storage(storage::Error::Full)) => Some(60),
            _ => None,
        }
    }
}

fn of_action(error: &actions::Error) -> Code {
    match error {
        actions::Error::NotFound => NOT_FOUND,
        actions::Error::Invalid { .. } | actions::Error::Address(_) => INVALID,
        actions::Error::WrongStatus(_) | actions::Error::Refused(_) => REFUSED,
        actions::Error::Edit(_) | actions::Error::ChangedMeanwhile => CHANGED_MEANWHILE,
        actions::Error::Taken(_) => TAKEN,
        actions::Error::Limit(_) => LIMIT_REACHED,
        actions::Error::TooMany { .. } => TOO_MANY_REQUESTS,
        actions::Error::Syntax { .. } => SYNTAX,
        actions::Error::Unavailable(_) => UNAVAILABLE,
        actions::Error::Storage(
            storage::Error::Busy { .. } | storage::Error::Full | storage::Error::Unreachable(_),
        ) => BUSY,
        actions::Error::Storage(_) => INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_with_its_status() {
        let page = include_str!("../../../../docs/problems.md");
        for code in CODES {
            let row = format!("| `{}` | {} |", code.name, code.status.as_u16());
            assert!(page.contains(&row), "docs/problems.md lacks the row {row}");
        }
        assert_eq!(page.matches("\n| `").count(), CODES.len(), "docs/problems.md explains a code that does not exist");
    }
}
