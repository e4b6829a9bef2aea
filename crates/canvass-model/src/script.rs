//! A script: this file is about a tenant's own Python program, what starts it and how it stands.
//!
//! Reading order: a [`ScriptName`] and a [`Source`] are what a tenant writes; a [`Trigger`] says when it runs, with a
//! [`Schedule`] or [`Parameters`]; [`Limits`] bound one run, an [`Allowance`] a tenant; a [`Run`] records what came of it.

mod allowance;
mod annotation;
pub mod gallery;
mod limits;
mod name;
mod parameter;
mod record;
mod schedule;
mod source;
#[cfg(test)]
mod tests;
mod trigger;

pub use self::{
    allowance::Allowance,
    annotation::{Annotation, FieldKind, FieldName, InvalidAnnotation, Tag},
    limits::Limits,
    name::{InvalidScriptName, ScriptName, SecretName, StoreKey},
    parameter::{Parameter, ParameterKind, ParameterName, Parameters},
    record::{Cause, LimitKind, LogLevel, LogLine, Outcome, Run, RunFailure, Usage},
    schedule::{Cron, InvalidSchedule, Schedule},
    source::{InvalidSource, Source},
    trigger::{Trigger, TriggerName},
};
use crate::{
    id::{ScriptId, ScriptTestId},
    survey::Revision,
    time::Timestamp,
};

/// One program of a tenant, without its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Its id; the name may be used again after it was deleted, this is not.
    pub id: ScriptId,
    /// What the API and other scripts call it.
    pub name: ScriptName,
    /// What people call it; empty for a script that is called by its name.
    pub title: String,
    /// When it runs.
    pub trigger: Trigger,
    /// Whether the tenant lets it run.
    pub switch: Switch,
    /// Why the operator stopped it, if they did: nothing of the tenant's starts it again.
    pub stopped_by_operator: Option<String>,
    /// Counts the changes of its draft and settings from 1; an edit names the one it was made from.
    pub revision: Revision,
    /// The version that runs; `None` before the first was published.
    pub live: Option<VersionNumber>,
    /// Whether the draft differs from the live version.
    pub changed_since_published: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its draft, settings or live version last changed.
    pub updated_at: Timestamp,
    /// When it was thrown away, if it is in the trash: it keeps its name, and nothing starts it.
    pub trashed_at: Option<Timestamp>,
}

/// Whether a tenant lets a script run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ScriptSwitch")]
pub enum Switch {
    /// Its trigger starts it.
    On,
    /// Nothing starts it but a member who tries it out.
    Off,
}

/// The number of a script's version: 1 at the first publication.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
#[schemars(rename = "ScriptVersionNumber")]
pub struct VersionNumber(pub u32);

/// One version of a script, without its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: VersionNumber,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it, by their name at the time.
    pub by: String,
    /// What they wrote about it; may be empty.
    pub note: String,
    /// Which of the triggers' functions it defines.
    pub functions: Functions,
    /// How large its source is.
    pub source_bytes: u64,
}

/// Which of the functions that a trigger calls a script defines. A script with none answers by its last expression or by
/// the variable `result`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ScriptFunctions")]
pub struct Functions {
    /// `page(request)`.
    pub page: bool,
    /// `validate(response)`.
    pub validate: bool,
    /// `responded(responses)`.
    pub responded: bool,
}

/// A test case kept with a script: what it is given, and what it must answer before a version goes live. It runs at
/// [`TestCase::NOW`] with the seed 0, so that it comes to the same every time.
#[derive(Debug, Clone, PartialEq)]
pub struct TestCase {
    /// Its id.
    pub id: ScriptTestId,
    /// What it shows, in a few words.
    pub name: String,
    /// What the script's function is given: a request, a response, a list of responses; `null` for other triggers.
    pub given: serde_json::Value,
    /// The parameters it is run with.
    pub parameters: serde_json::Value,
    /// How it must end.
    pub expectation: Expectation,
}

/// How a test case must end.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ScriptExpectation")]
pub enum Expectation {
    /// Well, whatever it answers.
    EndsWell,
    /// Well, with this answer.
    Result(serde_json::Value),
    /// With an exception of this class.
    Error(String),
}

impl Script {
    /// The most characters a title may have.
    pub const TITLE_CHARS_MAX: usize = 200;
    /// The most characters a version's note may have.
    pub const NOTE_CHARS_MAX: usize = 500;
    /// Versions kept of each script, the live one always among them.
    pub const VERSIONS_MAX: u32 = 100;
    /// Test cases of one script: publishing runs them all, one after the other.
    pub const TESTS_MAX: usize = 20;
    /// Days a script stays in the trash before it is deleted for good.
    pub const TRASH_DAYS: i64 = 30;
    /// Scripts of one tenant in the trash: they keep their names and their versions, so there is an end to them.
    pub const TRASH_MAX: u32 = 100;

    /// What people call it: its title, or its name when it has none.
    pub fn own_title(&self) -> &str {
        if self.title.is_empty() { self.name.as_str() } else { &self.title }
    }

    /// Whether its trigger starts it.
    pub fn is_on(&self) -> bool {
        self.switch == Switch::On
            && self.stopped_by_operator.is_none()
            && self.live.is_some()
            && self.trashed_at.is_none()
    }

    /// When it is deleted for good, if it is in the trash.
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.trashed_at.map(|it| it.plus_ms(Self::TRASH_DAYS * Timestamp::DAY_MS))
    }
}

impl Switch {
    /// The switch's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    /// Reads a switch's name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::On, Self::Off].into_iter().find(|it| it.as_str() == text)
    }
}

impl TestCase {
    /// The moment at which every test case runs: 2026-01-01T00:00:00Z.
    pub const NOW: Timestamp = Timestamp(1_767_225_600_000);
    /// The most characters its name may have.
    pub const NAME_CHARS_MAX: usize = 200;
    /// The most bytes what it is given and what it must answer may have as JSON, each.
    pub const JSON_BYTES_MAX: usize = 64 * 1024;
}
