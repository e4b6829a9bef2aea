//! The limits of one run: this file is about what a script may use before it is stopped.

/// What one run may use. Each is enforced by itself, and ends the run with its own
/// [`LimitKind`](super::LimitKind).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "ScriptLimits")]
pub struct Limits {
    /// Instructions of the sandbox, the same for the same run on any machine: what the verdict "too much computing" goes
    /// by. Some 2.9 million are a millisecond on the machine of `docs/decisions.md`.
    pub fuel_max: u64,
    /// Milliseconds of computing, of the server's answers and of sleeping; waiting for a turn or a processor does not count.
    pub wall_ms_max: u64,
    /// Bytes of memory of the script, its interpreter included.
    pub memory_bytes_max: u64,
    /// Calls of the host interface.
    pub host_calls_max: u32,
    /// Bytes of printed output that are kept; what is beyond is dropped, and the record says so.
    pub output_bytes_max: u64,
    /// Lines of the log that are kept.
    pub log_lines_max: u32,
    /// Bytes of the answer as JSON, and of what the script is given.
    pub result_bytes_max: u64,
    /// Bytes of a traceback that are kept.
    pub traceback_bytes_max: u64,
    /// Runs of one tenant at once.
    pub at_once_max: u32,
    /// Runs of one tenant that may wait for a turn; beyond that they are refused as too many.
    pub waiting_max: u32,
}

impl Limits {
    /// What a run has unless its trigger says less.
    pub const DEFAULT: Self = Self {
        fuel_max: 2_000_000_000,
        wall_ms_max: 2_000,
        memory_bytes_max: 64 * 1024 * 1024,
        host_calls_max: 1_000,
        output_bytes_max: 64 * 1024,
        log_lines_max: 200,
        result_bytes_max: 1024 * 1024,
        traceback_bytes_max: 20 * 1024,
        at_once_max: 2,
        waiting_max: 50,
    };

    /// A respondent waits for it: a script that checks an answer has the time a person does not notice.
    pub const VALIDATE: Self = Self { fuel_max: 150_000_000, wall_ms_max: 50, host_calls_max: 20, ..Self::DEFAULT };

    /// Nobody waits for it: a script that walks over all responses has more time, and more to ask for.
    pub const BACKGROUND: Self =
        Self { fuel_max: 15_000_000_000, wall_ms_max: 10_000, host_calls_max: 10_000, ..Self::DEFAULT };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
