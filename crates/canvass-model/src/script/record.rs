//! Runs: this file is about what is recorded of each, and the names of how they can end.

use super::{ScriptName, VersionNumber};
use crate::{id::RunId, time::Timestamp};

/// What started a run. A trigger, or somebody who tries something out: then it has no effects.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RunCause")]
pub enum Cause {
    /// A member or a program asked for it.
    Manual,
    /// A page was asked for.
    Page,
    /// A response was about to be accepted.
    Validate,
    /// Responses were stored.
    Responded,
    /// Its time had come.
    Schedule,
    /// A test case, without effects.
    Test,
    /// Past responses were given to it again, without effects.
    Replay,
}

/// A limit that a run met.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    /// Too much computing.
    Cpu,
    /// Too long: what it computed, waited for and slept.
    Wall,
    /// Too much memory.
    Memory,
    /// Calls nested too deeply for the interpreter.
    Stack,
    /// Too many calls of the host interface.
    HostCalls,
    /// A value for the host interface, or its answer, is too large.
    HostBytes,
    /// The answer is too large.
    Result,
    /// What the script was to be given is too large.
    Argument,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Well; its effects are stored.
    Done,
    /// With an exception that nobody caught.
    Exception,
    /// At a limit.
    Limit(LimitKind),
    /// It ended, but what it answered or asked to store is not allowed.
    Refused,
    /// It never began: too many of the tenant's runs at once.
    Crowded,
    /// It never began: the tenant's scripts have done the work of this hour.
    Spent,
    /// It never began: scripts are switched off.
    Off,
    /// It was lost with its host, or never began because the machine cannot run scripts.
    Unavailable,
}

/// How loud a line of the log is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// For the script's author.
    Debug,
    /// Something worth knowing.
    Info,
    /// Something odd.
    Warning,
    /// Something wrong.
    Error,
}

/// A line a script wrote into its log.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct LogLine {
    /// How loud.
    pub level: LogLevel,
    /// What.
    pub message: String,
}

/// What a run used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[schemars(rename = "RunUsage")]
pub struct Usage {
    /// Microseconds of computing.
    pub cpu_us: u64,
    /// Instructions of the sandbox.
    pub fuel: u64,
    /// Microseconds on the clock.
    pub wall_us: u64,
    /// Bytes of memory at the most.
    pub memory_peak_bytes: u64,
    /// Calls of the host interface.
    pub host_calls: u32,
}

/// Why a run did not end well, for the members of its tenant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct RunFailure {
    /// The exception's class, or the limit's name.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened.
    pub message: String,
    /// The line of the script, counted from 1, when it is known.
    pub line: Option<u32>,
    /// The traceback as Python writes it; empty when there is none.
    pub traceback: String,
}

/// One run, as it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its id: the reference a visitor is given.
    pub id: RunId,
    /// Of which script, by its name at the time.
    pub script: ScriptName,
    /// Of which version; `None` for its draft.
    pub version: Option<VersionNumber>,
    /// What started it.
    pub cause: Cause,
    /// When it began.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// What it used.
    pub usage: Usage,
    /// Why it did not end well.
    pub failure: Option<RunFailure>,
    /// What it printed.
    pub output: String,
    /// Whether it printed more than is kept.
    pub output_truncated: bool,
    /// What it wrote into its log.
    pub log: Vec<LogLine>,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 7] =
        [Self::Manual, Self::Page, Self::Validate, Self::Responded, Self::Schedule, Self::Test, Self::Replay];

    /// The cause's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Page => "page",
            Self::Validate => "validate",
            Self::Responded => "responded",
            Self::Schedule => "schedule",
            Self::Test => "test",
            Self::Replay => "replay",
        }
    }

    /// Reads a cause's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }

    /// Whether what the script stores is kept.
    pub fn has_effects(self) -> bool {
        !matches!(self, Self::Test | Self::Replay)
    }
}

impl LimitKind {
    /// Every limit.
    pub const ALL: [Self; 8] = [
        Self::Cpu,
        Self::Wall,
        Self::Memory,
        Self::Stack,
        Self::HostCalls,
        Self::HostBytes,
        Self::Result,
        Self::Argument,
    ];

    /// The limit's stored and public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wall => "wall",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::HostCalls => "host_calls",
            Self::HostBytes => "host_bytes",
            Self::Result => "result",
            Self::Argument => "argument",
        }
    }
}

impl Outcome {
    /// The outcome's stored and public name: `done`, `exception`, `refused`, `crowded`, `spent`, `off`, `unavailable`, or a
    /// limit's name behind `limit_`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Exception => "exception",
            Self::Limit(LimitKind::Cpu) => "limit_cpu",
            Self::Limit(LimitKind::Wall) => "limit_wall",
            Self::Limit(LimitKind::Memory) => "limit_memory",
            Self::Limit(LimitKind::Stack) => "limit_stack",
            Self::Limit(LimitKind::HostCalls) => "limit_host_calls",
            Self::Limit(LimitKind::HostBytes) => "limit_host_bytes",
            Self::Limit(LimitKind::Result) => "limit_result",
            Self::Limit(LimitKind::Argument) => "limit_argument",
            Self::Refused => "refused",
            Self::Crowded => "crowded",
            Self::Spent => "spent",
            Self::Off => "off",
            Self::Unavailable => "unavailable",
        }
    }

    /// Reads an outcome's name.
    pub fn parse(text: &str) -> Option<Self> {
        let plain =
            [Self::Done, Self::Exception, Self::Refused, Self::Crowded, Self::Spent, Self::Off, Self::Unavailable];
        plain.into_iter().chain(LimitKind::ALL.map(Self::Limit)).find(|it| it.as_str() == text)
    }

    /// Whether the run ended well.
    pub fn is_done(self) -> bool {
        self == Self::Done
    }
}

impl LogLevel {
    /// Every level, the quietest first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warning, Self::Error];

    /// The level's public name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads a level's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == text)
    }
}
