//! A tenant's allowance: this file is about how much of scripts a plan includes.

use super::{Limits, TriggerName};
use crate::plan::{Feature, Plan};

/// How much of scripts a tenant may have. `None` on plans without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "ScriptAllowance")]
pub struct Allowance {
    /// Scripts, those that are off included.
    pub scripts_max: u32,
    /// Runs in one minute, of pages, by hand and of test cases. Checks and hooks are bounded by the responses.
    pub runs_minute_max: u32,
    /// Work of all runs together in one hour of the clock, in the units of [`Limits::fuel_max`]: what keeps one tenant from
    /// computing all day on what others wait for.
    pub fuel_hour_max: u64,
    /// Bytes of keys and values in the store.
    pub store_bytes_max: u64,
    /// Secrets.
    pub secrets_max: u32,
    /// Runs kept in the records, the newest first.
    pub kept_runs_max: u32,
    /// Days a run stays in the records.
    pub kept_days_max: u32,
}

impl Allowance {
    /// Bytes of one value in the store, as JSON.
    pub const VALUE_BYTES_MAX: usize = 64 * 1024;
    /// Bytes of one secret.
    pub const SECRET_BYTES_MAX: usize = 4 * 1024;
    /// Responses given to one run of a hook.
    pub const BATCH_MAX: u32 = 1_000;
    /// Helper modules a run can import, and their bytes together.
    pub const MODULES_MAX: usize = 20;

    /// All there is.
    pub const FULL: Self = Self {
        scripts_max: 100,
        runs_minute_max: 600,
        // Some ten minutes of a processor.
        fuel_hour_max: 1_800_000_000_000,
        store_bytes_max: 16 * 1024 * 1024,
        secrets_max: 50,
        kept_runs_max: 5_000,
        kept_days_max: 30,
    };

    /// What a plan includes; `None` when it has no scripts.
    pub fn of(plan: &Plan) -> Option<Self> {
        plan.includes(Feature::Scripts).then_some(Self::FULL)
    }

    /// What one run of a trigger may use.
    pub fn limits(&self, trigger: TriggerName) -> Limits {
        match trigger {
            TriggerName::Validate => Limits::VALIDATE,
            TriggerName::Page => Limits::DEFAULT,
            TriggerName::Manual | TriggerName::Responded | TriggerName::Schedule | TriggerName::Module => {
                Limits::BACKGROUND
            }
        }
    }
}
