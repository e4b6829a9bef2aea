//! Tenants, as the operator steers them: this file is about suspending one and letting it go on.

use canvass_model::{
    alias::Alias,
    event::Event,
    member::Actor,
    tenant::{TenantRecord, TenantState},
};
use canvass_storage::{Directory, events, tenants};

use crate::Error;

/// The longest reason that is kept: some sentences.
pub const REASON_CHARS_MAX: usize = 500;

/// Stops a tenant: its pages and console say that it is suspended, and nothing is lost. The tenant reads the reason.
pub async fn suspend(directory: &Directory, by: &Actor, alias: &Alias, reason: &str) -> Result<TenantRecord, Error> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::Refused("Say why: the tenant will read it".to_owned()));
    }
    if REASON_CHARS_MAX < reason.chars().count() {
        return Err(Error::Refused(format!("The reason must be {REASON_CHARS_MAX} characters or fewer")));
    }
    let event = Event::TenantSuspended { reason: reason.clone() };
    let change = (TenantState::Active, TenantState::Suspended, Some(reason));
    switch(directory, by, alias, (change, event)).await
}

/// Lets a suspended tenant go on.
pub async fn resume(directory: &Directory, by: &Actor, alias: &Alias) -> Result<TenantRecord, Error> {
    let change = (TenantState::Suspended, TenantState::Active, None);
    switch(directory, by, alias, (change, Event::TenantResumed)).await
}

/// A state to leave, a state to enter, and why.
type Change = (TenantState, TenantState, Option<String>);

async fn switch(
    directory: &Directory,
    by: &Actor,
    alias: &Alias,
    ((from, to, reason), event): (Change, Event),
) -> Result<TenantRecord, Error> {
    let wanted = alias.clone();
    let changed = directory
        .write(move |tx| {
            let record = tenants::find(tx, &wanted)?.ok_or(Error::NotFound)?;
            if record.state == to {
                return Ok(None);
            }
            if record.state != from {
                return Err(Error::Refused(format!("This tenant is {}", record.state.as_str())));
            }
            let record = TenantRecord { state: to, reason: reason.clone(), ..record };
            tenants::update(tx, &record)?;
            Ok(Some(record))
        })
        .await?;
    let tenant = directory.tenant(alias).await?.ok_or(Error::NotFound)?;
    if changed.is_some() {
        let by = by.clone();
        tenant.write(move |tx| events::insert(tx, &by, &event)).await?;
    }
    Ok(tenant.record().clone())
}
