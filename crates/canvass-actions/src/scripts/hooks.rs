//! Hooks: this file is about where a script that runs by itself stands, and about a member letting it go on.

use canvass_model::{
    event::Event,
    id::ResponseId,
    member::Actor,
    script::{Allowance, Script, ScriptName, Trigger},
    time::Timestamp,
};
use canvass_storage::{
    ReadTx, Tenant, Tx, events,
    responses::{self, Order},
    scripts::{
        self,
        hooks::{self, Hook},
    },
};

use super::load::found;
use crate::Error;

/// Where a script that runs by itself stands, for its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Hooked {
    /// How far it has come, and whether it goes on.
    pub hook: Hook,
    /// The response it works on next, if there is one: the one to skip when it has stopped.
    pub next: Option<ResponseId>,
    /// When the response it works on next was received.
    pub waiting_since: Option<Timestamp>,
}

/// Where a script stands; `None` when it does not run by itself.
pub fn hooked(tx: &mut ReadTx<'_>, name: &ScriptName) -> Result<Option<Hooked>, Error> {
    let script = found(tx, name)?;
    let Some(hook) = hooks::find(tx, script.id)? else { return Ok(None) };
    let next = next_response(tx, &script, &hook)?;
    let (next, waiting_since) = next.map(|it| (it.accepted.id, it.accepted.received_at)).unzip();
    Ok(Some(Hooked { hook, next, waiting_since }))
}

/// Lets a hook that has stopped, or waits for its next try, go on at once.
pub async fn resume(tenant: &Tenant, by: &Actor, name: &ScriptName) -> Result<(), Error> {
    let (wanted, by) = (name.clone(), by.clone());
    tenant
        .write(move |tx| {
            let script = found(tx, &wanted)?;
            let hook = hooks::find(tx, script.id)?.ok_or(Error::NotFound)?;
            hooks::put(tx, &going_on(hook))?;
            Ok::<_, Error>(events::insert(tx, &by, &Event::ScriptResumed { script: wanted.clone() })?)
        })
        .await?;
    Ok(tenant.ring_duty().await?)
}

/// Lets a hook go on behind the response it works on next, which it is never given again. [`Error::Refused`] when there is
/// none, or when it is not `response` any more.
pub async fn skip(tenant: &Tenant, by: &Actor, name: &ScriptName, response: ResponseId) -> Result<(), Error> {
    let (wanted, by) = (name.clone(), by.clone());
    tenant
        .write(move |tx| {
            let script = found(tx, &wanted)?;
            let hook = hooks::find(tx, script.id)?.ok_or(Error::NotFound)?;
            let next = next_response(tx, &script, &hook)?.filter(|it| it.accepted.id == response);
            let Some(next) = next else {
                return Err(Error::Refused("The script works on another response by now; look again".to_owned()));
            };
            hooks::put(tx, &Hook { position: next.position, ..going_on(hook) })?;
            let event = Event::ScriptSkipped { script: wanted.clone(), response };
            Ok::<_, Error>(events::insert(tx, &by, &event)?)
        })
        .await?;
    Ok(tenant.ring_duty().await?)
}

/// Keeps a script's hook in step with its trigger: made when it first goes live, begun anew when it is about something
/// else, removed when it no longer runs by itself.
pub(super) fn keep_up(tx: &mut Tx<'_>, before: Option<&Script>, after: &Script) -> Result<(), Error> {
    let same = before.is_some_and(|it| it.trigger == after.trigger);
    let there = hooks::find(tx, after.id)?;
    if same && there.is_some() {
        return Ok(());
    }
    let (position, due_at) = match &after.trigger {
        Trigger::Responded(survey) => (responses::last_position(tx, *survey)?, None),
        Trigger::Schedule(schedule) => (0, schedule.next(tx.now(), tx.now())),
        Trigger::Manual(_) | Trigger::Page | Trigger::Validate(_) | Trigger::Module => {
            hooks::delete(tx, after.id)?;
            return Ok(());
        }
    };
    if after.live.is_none() {
        return Ok(hooks::delete(tx, after.id)?);
    }
    let hook = Hook {
        script: after.id,
        position,
        batch: Allowance::BATCH_MAX,
        since: tx.now(),
        due_at,
        failures: 0,
        retry_at: None,
        stopped_at: None,
        run: None,
    };
    Ok(hooks::put(tx, &hook)?)
}

/// A hook whose failures are forgiven.
pub(super) fn going_on(hook: Hook) -> Hook {
    Hook { failures: 0, retry_at: None, stopped_at: None, ..hook }
}

fn next_response(
    tx: &mut ReadTx<'_>,
    script: &Script,
    hook: &Hook,
) -> Result<Option<canvass_model::response::Response>, Error> {
    let Trigger::Responded(survey) = &script.trigger else { return Ok(None) };
    Ok(responses::list(tx, *survey, Order::OldestFirst, Some(hook.position), 1)?.into_iter().next())
}

/// The scripts that run by themselves, with where they stand.
pub(super) fn all(tx: &mut ReadTx<'_>) -> Result<Vec<(Script, Hook)>, Error> {
    let mut all = Vec::new();
    for hook in hooks::list(tx)? {
        if let Some(script) = scripts::find_by_id(tx, hook.script)? {
            all.push((script, hook));
        }
    }
    Ok(all)
}
