//! Stops: this file is about the operator switching scripts off, one or all of a tenant's, and on again.

use canvass_model::{event::Event, member::Actor, script::ScriptName};
use canvass_storage::{ReadTx, Tx, events, meta, scripts, surveys};

use super::load::found;
use crate::Error;

/// Why the operator has stopped all scripts of the tenant, if they have.
pub fn stopped(tx: &mut ReadTx<'_>) -> Result<Option<String>, Error> {
    Ok(meta::find(tx, STOPPED)?.filter(|it| !it.is_empty()))
}

/// Stops all scripts of a tenant: none runs, by whatever trigger, until the operator allows them again. The tenant's
/// members read why.
pub fn stop_all(tx: &mut Tx<'_>, by: &Actor, reason: &str) -> Result<(), Error> {
    let reason = worded(reason)?;
    surveys::change_content(tx)?;
    meta::put(tx, STOPPED, &reason)?;
    Ok(events::insert(tx, by, &Event::ScriptsStopped { script: None, reason })?)
}

/// Lets a tenant's scripts run again.
pub fn allow_all(tx: &mut Tx<'_>, by: &Actor) -> Result<(), Error> {
    if stopped(tx)?.is_none() {
        return Ok(());
    }
    surveys::change_content(tx)?;
    meta::put(tx, STOPPED, "")?;
    Ok(events::insert(tx, by, &Event::ScriptsAllowed { script: None })?)
}

/// Stops one script; nothing of the tenant's starts it again.
pub fn stop(tx: &mut Tx<'_>, by: &Actor, name: &ScriptName, reason: &str) -> Result<(), Error> {
    let reason = worded(reason)?;
    let mut script = found(tx, name)?;
    script.stopped_by_operator = Some(reason.clone());
    scripts::update(tx, &script)?;
    Ok(events::insert(tx, by, &Event::ScriptsStopped { script: Some(script.name), reason })?)
}

/// Lets one script run again.
pub fn allow(tx: &mut Tx<'_>, by: &Actor, name: &ScriptName) -> Result<(), Error> {
    let mut script = found(tx, name)?;
    if script.stopped_by_operator.take().is_none() {
        return Ok(());
    }
    scripts::update(tx, &script)?;
    Ok(events::insert(tx, by, &Event::ScriptsAllowed { script: Some(script.name) })?)
}

fn worded(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() || REASON_CHARS_MAX < reason.chars().count() {
        return Err(Error::Refused(format!(
            "Say why in 1 to {REASON_CHARS_MAX} characters: the tenant's members read it"
        )));
    }
    Ok(reason.to_owned())
}

/// Under which name the reason is kept.
const STOPPED: &str = "scripts stopped";
/// A few sentences.
const REASON_CHARS_MAX: usize = 500;
