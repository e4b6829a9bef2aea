//! What PostgreSQL says when it cannot: this file is about turning that into storage's errors, worded for an operator.

use std::{collections::HashMap, error::Error as StdError};

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use tokio_postgres::{
    Config,
    config::Host,
    error::{DbError, SqlState},
};

use crate::Error;

/// What errors name: the server, and the columns behind each unique constraint.
#[derive(Debug, Clone, Default)]
pub(super) struct Server {
    /// Where it is, as in `db.example:5432`.
    pub(super) address: String,
    /// Constraint by name to its columns, as in `page_key`.
    pub(super) unique: HashMap<String, String>,
}

/// What to tell those who meet a busy database.
const RETRY_AFTER_MS: u64 = 1_000;

/// Whether running the same transaction again may succeed: others were in the way.
pub(super) fn is_transient(code: &SqlState) -> bool {
    *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
}

/// Whether the same statement with the same values fails always: bad data, or a broken constraint.
pub(super) fn is_about_data(code: &SqlState) -> bool {
    code.code().starts_with("22") || code.code().starts_with("23")
}

/// Whether this connection is of no more use: its server became a standby, or another node changed the tables behind
/// its prepared statements.
pub(super) fn is_about_connection(code: &SqlState) -> bool {
    *code == SqlState::READ_ONLY_SQL_TRANSACTION || *code == SqlState::FEATURE_NOT_SUPPORTED
}

/// A database that others hold for too long.
pub(super) fn busy() -> Error {
    Error::Busy { retry_after_ms: RETRY_AFTER_MS }
}

/// Storage after [`close`](super::super::Engine::close).
pub(super) fn closed() -> Error {
    Error::engine("storage is closed; this node is shutting down")
}

impl Server {
    /// The server or servers a connection string names.
    pub(super) fn of(config: &Config) -> Self {
        let ports = config.get_ports();
        let names = config.get_hosts().iter().enumerate().map(|(at, host)| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(name) => format!("{name}:{port}"),
                Host::Unix(folder) => format!("{}:{port}", folder.display()),
            }
        });
        Self { address: names.collect::<Vec<_>>().join(", "), unique: HashMap::new() }
    }

    /// What a failed statement or connection means.
    pub(super) fn explain(&self, error: &tokio_postgres::Error) -> Error {
        let Some(refusal) = error.as_db_error() else { return self.explain_broken(error) };
        match refusal.code() {
            &SqlState::UNIQUE_VIOLATION => Error::Conflict(self.conflict(refusal)),
            &SqlState::DISK_FULL => Error::Full,
            &SqlState::LOCK_NOT_AVAILABLE | &SqlState::QUERY_CANCELED | &SqlState::TOO_MANY_CONNECTIONS => busy(),
            &SqlState::INVALID_PASSWORD
            | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            | &SqlState::INVALID_CATALOG_NAME => Error::Unusable(format!(
                "PostgreSQL at {} refuses the connection: {}. Correct the user, password or database of the \
                 connection string.",
                self.address,
                refusal.message()
            )),
            code if is_transient(code) => busy(),
            code if is_about_shutdown(code) => self.unreachable(refusal.message()),
            code => Error::engine(format!("PostgreSQL at {}: {} ({})", self.address, refusal.message(), code.code())),
        }
    }

    /// What it means that the pool has no connection to give.
    pub(super) fn explain_pool(&self, error: PoolError) -> Error {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => busy(),
            PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle) => {
                self.unreachable("it does not answer in time")
            }
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => self.explain(&error),
            PoolError::PostCreateHook(HookError::Message(why)) => self.unreachable(&why),
            PoolError::Closed | PoolError::NoRuntimeSpecified => closed(),
        }
    }

    fn explain_broken(&self, error: &tokio_postgres::Error) -> Error {
        let is_connection = error.is_closed() || causes(error).any(<dyn StdError>::is::<std::io::Error>);
        let mut words = error.to_string();
        for cause in causes(error) {
            words = format!("{words}: {cause}");
        }
        if is_connection { self.unreachable(&words) } else { Error::engine(words) }
    }

    fn unreachable(&self, why: &str) -> Error {
        Error::Unreachable(format!("PostgreSQL at {}: {why}", self.address))
    }

    fn conflict(&self, refusal: &DbError) -> String {
        let name = refusal.constraint().unwrap_or("a unique value");
        self.unique.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

/// Whether the server is going, coming, or gone.
fn is_about_shutdown(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ]
        .contains(code)
}

fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&it| it.source())
}
