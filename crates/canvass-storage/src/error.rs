//! What can go wrong below a query: this file is about storage's one error.

/// Why storage could not do what was asked. "Not found" is never an error: queries answer with `Option`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique value is already taken; names the constraint or column.
    #[error("{0} is already taken")]
    Conflict(String),
    /// A queue is full, or the database is held by others for too long; nothing was done.
    #[error("too busy; try again in {retry_after_ms} ms")]
    Busy {
        /// When trying again makes sense.
        retry_after_ms: u64,
    },
    /// A row does not decode; the database was changed outside Canvass, or is damaged.
    #[error("stored {what} is not valid: {found}")]
    Corrupt {
        /// Which thing.
        what: &'static str,
        /// What was found.
        found: String,
    },
    /// A record cannot be applied, however often it is tried; says why.
    #[error("{0}")]
    Rejected(String),
    /// There is no room left on the disk; nothing was written.
    #[error("the disk is full")]
    Full,
    /// The installation cannot be used as it is; says what to do.
    #[error("{0}")]
    Unusable(String),
    /// The database is away; it may come back. What was under way is not known to have happened.
    #[error("cannot reach {0}")]
    Unreachable(String),
    /// The engine failed.
    #[error("storage failed: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps an engine's own error.
    pub(crate) fn engine(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Engine(error.into())
    }
}
