//! Scripts thrown away: this file is about the trash, undoing it, and deleting for good.
//!
//! A script in the trash keeps its name, for pages, runs and other scripts know it by that: what is restored is what it
//! was.

use canvass_model::{
    event::Event,
    member::Actor,
    script::{Allowance, Script, ScriptName},
    survey::Revision,
    time::Timestamp,
};
use canvass_storage::{Tenant, Tx, events, scripts};

use super::edit::{next, unchanged};
use crate::Error;

/// Throws a script away: nothing starts it, and its pages are not found. For [`Script::TRASH_DAYS`] days all of it can be
/// restored. [`Error::ChangedMeanwhile`] when it is no longer as `seen`, [`Error::Limit`] when the trash is full.
pub fn throw_away(tx: &mut Tx<'_>, by: &Actor, name: &ScriptName, seen: Option<Revision>) -> Result<Script, Error> {
    let script = unchanged(tx, name, seen)?;
    if Script::TRASH_MAX <= scripts::trash::count(tx)? {
        let most = Script::TRASH_MAX;
        return Err(Error::Limit(format!("The trash has room for {most} scripts. Delete some of them for good first")));
    }
    let now = tx.now();
    let script = next(tx, Script { trashed_at: Some(now), ..script });
    scripts::update(tx, &script)?;
    events::insert(tx, by, &Event::ScriptTrashed { script: name.clone() })?;
    Ok(script)
}

/// Takes a script out of the trash, with its versions, test cases and pages. A hook goes on where it stood: responses that
/// came meanwhile are worked on now. [`Error::NotFound`] when it is not in the trash, [`Error::Limit`] when the plan has no
/// place for it.
pub async fn restore(tenant: &Tenant, by: &Actor, name: &ScriptName) -> Result<Script, Error> {
    tenant.ring_duty().await?;
    // On a plan without scripts they stay readable, as many as there can have been.
    let allowance = Allowance::of(&tenant.record().plan.plan()).unwrap_or(Allowance::FULL);
    let (wanted, by) = (name.clone(), by.clone());
    let script = tenant
        .write(move |tx| {
            let script = scripts::trash::find(tx, &wanted)?.ok_or(Error::NotFound)?;
            if allowance.scripts_max <= scripts::count(tx)? {
                let most = allowance.scripts_max;
                return Err(Error::Limit(format!("There is room for {most} scripts. Throw another one away first")));
            }
            let script = next(tx, Script { trashed_at: None, ..script });
            scripts::update(tx, &script)?;
            events::insert(tx, &by, &Event::ScriptRestored { script: wanted.clone() })?;
            Ok(script)
        })
        .await?;
    tenant.ring_duty().await?;
    Ok(script)
}

/// Deletes a script in the trash for good, with its versions, test cases, hook and pages; its name is free again. What it
/// noted of responses stays, and its runs until their time has come. [`Error::NotFound`] when it is not in the trash.
pub fn delete(tx: &mut Tx<'_>, by: &Actor, name: &ScriptName) -> Result<(), Error> {
    let script = scripts::trash::find(tx, name)?.ok_or(Error::NotFound)?;
    scripts::delete(tx, script.id)?;
    Ok(events::insert(tx, by, &Event::ScriptDeleted { script: name.clone() })?)
}

/// Deletes for good at most `limit` scripts that have been in the trash for longer than [`Script::TRASH_DAYS`] days;
/// answers how many.
pub fn empty(tx: &mut Tx<'_>, limit: u32) -> Result<u32, Error> {
    let before = tx.now().plus_ms(-Script::TRASH_DAYS * Timestamp::DAY_MS);
    Ok(scripts::trash::delete_old(tx, before, limit)?)
}
