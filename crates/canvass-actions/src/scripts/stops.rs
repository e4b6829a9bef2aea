//! Stops: this file is about the operator switching scripts off, one or all of a tenant's, and on again.

use canvass_model::{event::Event, member::Actor, script::ScriptName};
use canvass_storage::{ReadTx, Tenant, Tx, events, meta, scripts, surveys};

use super::load::found;
use crate::{Error, tenants::REASON_CHARS_MAX};

/// Why the operator has stopped all scripts of the tenant, if they have.
pub fn stopped(tx: &mut ReadTx<'_>) -> Result<Option<String>, Error> {
    Ok(meta::find(tx, STOPPED)?.filter(|it| !it.is_empty()))
}

/// Stops one script of a tenant, or all of them: nothing of the tenant's starts them again before the operator allows it.
/// The tenant's members read why. [`Error::Refused`] without a reason, [`Error::NotFound`] when there is no such script.
pub async fn stop(tenant: &Tenant, by: &Actor, which: Option<&ScriptName>, reason: &str) -> Result<(), Error> {
    let reason = worded(reason)?;
    let (which, by) = (which.cloned(), by.clone());
    tenant
        .write(move |tx| {
            match &which {
                Some(name) => {
                    let mut script = found(tx, name)?;
                    script.stopped_by_operator = Some(reason.clone());
                    scripts::update(tx, &script)?;
                }
                None => put(tx, &reason)?,
            }
            let event = Event::ScriptsStopped { script: which.clone(), reason: reason.clone() };
            Ok(events::insert(tx, &by, &event)?)
        })
        .await
}

/// Lets one script of a tenant run again, or whatever is not stopped by itself; what waited meanwhile is looked at at once.
/// [`Error::NotFound`] when there is no such script. What is not stopped stays as it is.
pub async fn allow(tenant: &Tenant, by: &Actor, which: Option<&ScriptName>) -> Result<(), Error> {
    let (which, by) = (which.cloned(), by.clone());
    tenant
        .write(move |tx| {
            match &which {
                Some(name) => {
                    let mut script = found(tx, name)?;
                    if script.stopped_by_operator.take().is_none() {
                        return Ok(());
                    }
                    scripts::update(tx, &script)?;
                }
                None if stopped(tx)?.is_none() => return Ok(()),
                None => put(tx, "")?,
            }
            Ok::<_, Error>(events::insert(tx, &by, &Event::ScriptsAllowed { script: which.clone() })?)
        })
        .await?;
    Ok(tenant.ring_duty().await?)
}

fn put(tx: &mut Tx<'_>, reason: &str) -> Result<(), Error> {
    surveys::change_content(tx)?;
    Ok(meta::put(tx, STOPPED, reason)?)
}

fn worded(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    let chars = reason.chars().count();
    if !(1..=REASON_CHARS_MAX).contains(&chars) || reason.chars().any(char::is_control) {
        return Err(Error::Refused(format!(
            "Say why in 1 to {REASON_CHARS_MAX} characters on one line: the tenant's members read it"
        )));
    }
    Ok(reason.to_owned())
}

/// Under which name the reason is kept.
const STOPPED: &str = "scripts stopped";
