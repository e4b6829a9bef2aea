//! Figures: this file is about what each script's runs came to, in the last day and in the last thirty.

use std::collections::{BTreeMap, HashMap};

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

/// What the runs of the last 24 hours came to, of each script that had some.
pub fn figures_of_day(tx: &mut ReadTx<'_>) -> Result<HashMap<ScriptName, Account>, Error> {
    Ok(since(tx, 1, None)?.collect())
}

/// The figures of one script, or of all that ran, by name.
pub fn figures(tx: &mut ReadTx<'_>, only: Option<&ScriptName>) -> Result<BTreeMap<ScriptName, Figures>, Error> {
    let mut found: BTreeMap<ScriptName, Figures> = BTreeMap::new();
    for (name, account) in since(tx, 1, only)? {
        found.entry(name).or_default().day = Some(account);
    }
    for (name, account) in since(tx, MONTH_DAYS, only)? {
        found.entry(name).or_default().month = Some(account);
    }
    Ok(found)
}

/// What the runs of the last days came to, each with the script's name.
fn since(
    tx: &mut ReadTx<'_>,
    days: i64,
    only: Option<&ScriptName>,
) -> Result<impl Iterator<Item = (ScriptName, Account)> + use<>, Error> {
    let accounts = runs::accounts(tx, tx.now().plus_ms(-days * Timestamp::DAY_MS), only)?;
    Ok(accounts.into_iter().map(|it| (it.script.clone(), it)))
}
