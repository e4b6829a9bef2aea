//! What a run came to: this file is about reports, failures and what a run used.

use std::time::Duration;

use canvass_model::script::{LimitKind, LogLine};
use serde_json::Value;

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The script's answer, or why there is none.
    pub outcome: Result<Value, Failure>,
    /// What it printed, up to its limit.
    pub output: String,
    /// Whether it printed more than that.
    pub output_truncated: bool,
    /// What it logged, up to its limit.
    pub log: Vec<LogLine>,
    /// What it used.
    pub usage: Usage,
}

/// What a run used. All zero where nothing ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Time on a processor, measured by the operating system.
    pub cpu: Duration,
    /// Work done, in units of fuel: about one for each instruction of WebAssembly. The same run uses the same fuel.
    pub fuel: u64,
    /// From the moment an instance was there until the end.
    pub wall: Duration,
    /// The most memory the instance had, in bytes. A fresh one begins with what the interpreter needs.
    pub memory_peak_bytes: u64,
    /// Calls to the host.
    pub host_calls: u32,
}

/// Why a run has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The script raised an exception that it did not catch.
    #[error("{kind}: {message}")]
    Exception {
        /// The exception's class, such as `KeyError`.
        kind: String,
        /// What it says.
        message: String,
        /// The line of the script in which it was raised, from 1.
        line: Option<u32>,
        /// The traceback as Python writes it, of the script's own frames.
        traceback: String,
    },
    /// It wanted more than it may use.
    #[error("{}", excess(*.0))]
    Limit(LimitKind),
    /// Too many runs of this tenant wait already: try again in a moment.
    #[error("too many scripts of this tenant run at once; try again in a moment")]
    Crowded,
    /// The operator has switched scripts off.
    #[error("scripts are switched off on this installation")]
    Off,
    /// Scripts cannot be run at present; why, for the operator.
    #[error("scripts cannot be run at present: {0}")]
    Unavailable(String),
}

/// What was too much, in a sentence's beginning.
fn excess(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Cpu => "the script did more work than it may",
        LimitKind::Wall => "the script took longer than it may",
        LimitKind::Memory => "the script needed more memory than it may have",
        LimitKind::Stack => "the script nested calls deeper than the interpreter can",
        LimitKind::HostCalls => "the script called the host more often than it may",
        LimitKind::HostBytes => "the script gave a host call more than it takes at once",
        LimitKind::Result => "the script's answer is longer than it may be",
        LimitKind::Argument => "the script was given more than it may be given at once",
    }
}

/// Why a script was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// It is not Python.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// What Python says about it.
        message: String,
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// Reading it takes more than a script may use.
    #[error("{}, while it was read", excess(*.0))]
    Limit(LimitKind),
    /// Too many scripts of this tenant are being run or checked already.
    #[error("too many scripts of this tenant run at once; try again in a moment")]
    Crowded,
    /// The operator has switched scripts off.
    #[error("scripts are switched off on this installation")]
    Off,
    /// Scripts cannot be checked at present; why, for the operator.
    #[error("scripts cannot be checked at present: {0}")]
    Unavailable(String),
}

impl Report {
    /// The report of a run that never began.
    pub fn refused(failure: Failure) -> Self {
        Self {
            outcome: Err(failure),
            output: String::new(),
            output_truncated: false,
            log: Vec::new(),
            usage: Usage::default(),
        }
    }
}
