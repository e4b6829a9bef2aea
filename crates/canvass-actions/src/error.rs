//! Why an action did not happen: this file is about the crate's one error; actions compose, so their refusals must.

use canvass_model::{
    address::InvalidAddress,
    chunk::Damaged,
    definition::{Definition, EditRefusal, Fault},
    survey::WrongStatus,
};
use canvass_storage as storage;

/// Why an action did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This tenant has no such thing.
    #[error("There is nothing at this address")]
    NotFound,
    /// A document or form is not right; names each fault and where it is.
    #[error("Some of what was sent is not right")]
    Invalid {
        /// What is wrong, and where.
        faults: Vec<Fault>,
    },
    /// The survey's state does not allow it.
    #[error(transparent)]
    WrongStatus(#[from] WrongStatus),
    /// A question was changed or removed by somebody else in the meantime.
    #[error(transparent)]
    Edit(EditRefusal),
    /// An address names no page.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// The draft is no longer the one the change was made from.
    #[error("The survey was changed in the meantime; read it again and repeat your change")]
    ChangedMeanwhile,
    /// A name or address somebody already has; says which and what to do.
    #[error("{0}")]
    Taken(String),
    /// The plan does not include it; says what, how many and what to do.
    #[error("{0}")]
    Limit(String),
    /// A script is no Python.
    #[error("Line {line}, column {column}: {message}")]
    Syntax {
        /// What Python says about it.
        message: String,
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// A part of Canvass is not there at the moment; says which and when to try again.
    #[error("{0}")]
    Unavailable(String),
    /// Something else that is refused, worded for the person who asked.
    #[error("{0}")]
    Refused(String),
    /// Too many failed attempts; wait.
    #[error("Too many attempts; try again in {retry_after_seconds} seconds")]
    TooMany {
        /// When trying again makes sense.
        retry_after_seconds: u64,
    },
    /// The data could not be reached.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

impl Error {
    /// Whether the same action may succeed later without anybody changing what is asked: what workers retry.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Storage(error) => !matches!(error, storage::Error::Rejected(_) | storage::Error::Corrupt { .. }),
            Self::TooMany { .. } | Self::Unavailable(_) => true,
            Self::NotFound
            | Self::Invalid { .. }
            | Self::WrongStatus(_)
            | Self::Edit(_)
            | Self::Address(_)
            | Self::ChangedMeanwhile
            | Self::Taken(_)
            | Self::Limit(_)
            | Self::Syntax { .. }
            | Self::Refused(_) => false,
        }
    }
}

/// A change that would make a definition wrong is a fault of the document, not of somebody else.
impl From<EditRefusal> for Error {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            EditRefusal::Invalid(faults) => Self::Invalid { faults },
            meanwhile => Self::Edit(meanwhile),
        }
    }
}

/// What applying a batch answers to the intake: a refusal is the record's own fault, and makes it a dead letter.
impl From<Error> for storage::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Storage(error) => error,
            refusal => Self::Rejected(refusal.to_string()),
        }
    }
}

/// Reads a definition that was valid when it was stored.
pub(crate) fn stored_definition(text: &str) -> Result<Definition, Error> {
    Definition::parse_text(text).map_err(|faults| {
        let found = faults.first().map(ToString::to_string).unwrap_or_default();
        Error::Storage(storage::Error::Corrupt { what: "definition", found })
    })
}

/// Stored responses that cannot be read.
pub(crate) fn stored_responses(damage: &Damaged) -> Error {
    Error::Storage(storage::Error::Corrupt { what: "chunk of responses", found: damage.to_string() })
}
