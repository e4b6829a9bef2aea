//! What a script may ask for while it runs: this file is about the side of the server that answers.

use futures_util::future::BoxFuture;

/// Answers the host calls of one run. Made for a run and bound to its tenant, which is therefore never an argument of a
/// call: a script cannot name another one.
///
/// Calls come one after the other, at most as many as the run's limits allow. Whatever a run writes is kept here until
/// its [`Report`](crate::Report) says that it ended well. `log` never comes here: its lines are in the report.
pub trait Host: Send {
    /// Answers the call `name`, such as `responses.page`, with JSON.
    ///
    /// `arguments` is a JSON object of at most [`CALL_BYTES_MAX`] bytes, written by the script: trust nothing in it. An
    /// answer that is longer than [`CALL_BYTES_MAX`] reaches the script as a refusal.
    fn call<'a>(&'a mut self, name: &'a str, arguments: &'a str) -> BoxFuture<'a, Result<String, Refusal>>;
}

/// How long the arguments and the answer of one host call may be, in bytes of JSON. What is more comes in pages.
pub const CALL_BYTES_MAX: usize = 1024 * 1024;

/// Host calls that change nothing. A run whose host process was lost is begun again only if it made no other call.
pub const READING: [&str; 9] = [
    "surveys.list",
    "surveys.get",
    "responses.page",
    "responses.get",
    "summary.get",
    "crosstab",
    "store.get",
    "store.list",
    "secrets.get",
];

/// Why a host call was not answered, in words for whoever wrote the script: it becomes `canvass.HostError`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Refusal {
    /// A refusal that says why.
    pub fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}
