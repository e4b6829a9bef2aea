//! Figures: this file is about what each script's runs came to, in the last day and in the last thirty.

use std::collections::BTreeMap;

use canvass_model::{script::ScriptName, time::Timestamp};
use canvass_storage::{
    Error, ReadTx,
    scripts::runs::{self, Account},
};

/// What the runs of one script came to, as far as they are kept; `None` where there were none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figures {
    /// Of the last 24 hours.
    pub day: Option<Account>,
    /// Of the last 30 days.
    pub month: Option<Account>,
}

/// Days of the longer span: as long as runs are kept at the most.
const MONTH_DAYS: i64 = 30;

/// The figures of one script, or of all that ran, by name.
pub fn figures(tx: &mut ReadTx<'_>, only: Option<&ScriptName>) -> Result<BTreeMap<ScriptName, Figures>, Error> {
    let now = tx.now();
    let mut found: BTreeMap<ScriptName, Figures> = BTreeMap::new();
    for account in runs::accounts(tx, now.plus_ms(-Timestamp::DAY_MS), only)? {
        let name = account.script.clone();
        found.entry(name).or_default().day = Some(account);
    }
    for account in runs::accounts(tx, now.plus_ms(-MONTH_DAYS * Timestamp::DAY_MS), only)? {
        let name = account.script.clone();
        found.entry(name).or_default().month = Some(account);
    }
    Ok(found)
}
