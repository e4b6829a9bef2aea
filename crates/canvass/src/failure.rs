//! How a command fails: this file is about exit codes and about errors that say what happened, why and what to do.

use std::{fmt, process::ExitCode};

use serde_json::json;

use crate::config::Faults;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub struct Failure {
    /// The class of the failure, for scripts.
    pub exit: Exit,
    /// What did not happen.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub advice: String,
}

/// What a process ends with. The numbers are documented and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It worked.
    Done = 0,
    /// Something failed that no other code names.
    Failed = 1,
    /// The command line cannot be understood.
    Usage = 2,
    /// The configuration cannot be used.
    Configuration = 3,
    /// The storage is away, locked, full or not writable.
    Storage = 4,
    /// There is no such thing.
    NotFound = 5,
    /// It was understood and refused: a name is taken, a state or a plan does not allow it.
    Refused = 6,
}

/// The exit codes, as `--help` and the documentation list them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  it worked
  1  something failed that no other code names
  2  the command line cannot be understood
  3  the configuration cannot be used
  4  the storage is away, locked, full or not writable
  5  there is no such thing
  6  understood and refused: a name is taken, or a state or plan does not allow it";

impl Failure {
    /// A failure of one class.
    pub fn new(exit: Exit, what: impl Into<String>, why: impl fmt::Display, advice: impl Into<String>) -> Self {
        Self { exit, what: what.into(), why: why.to_string(), advice: advice.into() }
    }

    /// A configuration that cannot be used.
    pub fn configuration(faults: &Faults) -> Self {
        Self::new(
            Exit::Configuration,
            "the configuration cannot be used",
            faults,
            "Correct it and try again; `canvass config example` shows every setting.",
        )
    }

    /// There is no tenant with this alias.
    pub fn no_tenant(alias: &str) -> Self {
        Self::new(
            Exit::NotFound,
            format!("there is no tenant {alias:?}"),
            "nothing in the directory has that alias",
            "`canvass tenant list` shows all.",
        )
    }

    /// A storage error on the way to something.
    pub fn storage(what: impl Into<String>, error: &canvass_storage::Error) -> Self {
        let (exit, advice) = match error {
            canvass_storage::Error::Conflict(_) | canvass_storage::Error::Rejected(_) => {
                (Exit::Refused, "Choose another and try again.")
            }
            canvass_storage::Error::Busy { .. } => (Exit::Storage, "Try again in a moment."),
            canvass_storage::Error::Corrupt { .. } => {
                (Exit::Failed, "Restore the tenant from a backup; nothing was changed.")
            }
            canvass_storage::Error::Full => (Exit::Storage, "Make room on the disk; nothing was lost."),
            canvass_storage::Error::Unusable(_) => (Exit::Storage, "`canvass doctor` looks at everything around it."),
            canvass_storage::Error::Unreachable(_) | canvass_storage::Error::Engine(_) => {
                (Exit::Storage, "Check that the storage is there and reachable; `canvass doctor` helps.")
            }
        };
        Self::new(exit, what, error, advice)
    }

    /// An action that did not happen.
    pub fn action(what: impl Into<String>, error: &canvass_actions::Error) -> Self {
        use canvass_actions::Error as Refusal;
        match error {
            Refusal::Storage(error) => Self::storage(what, error),
            Refusal::NotFound => Self::new(Exit::NotFound, what, error, "Check what was named."),
            Refusal::Invalid { faults } => {
                let why: Vec<String> = faults.iter().map(ToString::to_string).collect();
                Self::new(Exit::Refused, what, why.join("\n"), "Correct it and try again.")
            }
            Refusal::TooMany { .. } => Self::new(Exit::Refused, what, error, "Wait, then try again."),
            Refusal::Unavailable(_) => Self::new(Exit::Failed, what, error, "`canvass doctor` looks at the machine."),
            Refusal::WrongStatus(_)
            | Refusal::Edit(_)
            | Refusal::Address(_)
            | Refusal::ChangedMeanwhile
            | Refusal::Taken(_)
            | Refusal::Limit(_)
            | Refusal::Syntax { .. }
            | Refusal::Refused(_) => Self::new(Exit::Refused, what, error, "Nothing was changed."),
        }
    }

    /// The failure as one JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        json!({ "error": { "exit": self.exit as u8, "what": self.what, "why": self.why, "advice": self.advice } })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, why, advice, .. } = self;
        if why.contains('\n') {
            write!(f, "canvass: {what}:\n  {}\n{advice}", why.replace('\n', "\n  "))
        } else {
            write!(f, "canvass: {what}: {why}\n{advice}")
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Failed, "the output could not be written", error, "Look at where it was sent.")
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
