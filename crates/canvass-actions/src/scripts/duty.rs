//! Duty: this file is about what a tenant's scripts do by themselves: work on responses that were stored, and keep times.
//!
//! A hook's place among the responses moves in the transaction that stores what its run has come to. So a run that was
//! lost, with its process or the machine, has stored nothing and is made again; one that was stored is never made again.

use std::sync::Arc;

use canvass_model::{
    id::ResponseId,
    response::Response,
    script::{Allowance, Annotation, Cause, Outcome, Run, Schedule, Script, Trigger},
    time::Timestamp,
};
use canvass_script::Call;
use canvass_storage::{
    ReadTx, Tenant, Tx,
    responses::{self, Order},
    scripts::hooks::{self as stored, Hook},
};
use serde_json::Value;

use super::{
    Loaded, Scripts, allowance,
    budget::end_of_hour,
    desk::{annotated, item},
    effects::{Effects, Unsettled},
    hooks, load,
    performing::{Besides, Errand, Performed},
};
use crate::Error;

/// Without a wish, hooks of responses are looked at so often: for what a process left that died between storing a
/// response and wishing.
const LOOK_EVERY_MS: i64 = Timestamp::HOUR_MS;
/// A look begins no further run after so long: others wait for their turn.
const LOOK_MS_MAX: i64 = 30 * Timestamp::SECOND_MS;
/// A hook that fails so often in a row is given up until a member lets it go on.
const FAILURES_MAX: u32 = 6;
/// How long a hook waits after its first failure; twice as long after each further one.
const RETRY_FIRST_MS: i64 = 5 * Timestamp::SECOND_MS;
/// The longest a hook waits.
const RETRY_MAX_MS: i64 = 10 * Timestamp::MINUTE_MS;
/// Bytes of the responses of one run as JSON, below what a run can be given.
pub(super) const GIVEN_BYTES_MAX: usize = 900 * 1024;
/// How much smaller a batch becomes after a failure, to find the response that a script cannot work on.
const SHRINK: u32 = 8;
/// Where there are too many runs, or no sandbox, a hook comes again after so long.
const CROWDED_MS: i64 = Timestamp::SECOND_MS;

/// What there is to do for one hook.
enum Work {
    /// Responses, all of one survey.
    Responses(Vec<Response>, Vec<Value>),
    /// A time that has come; the next one.
    Time(Option<Timestamp>),
}

/// Lets each of a tenant's hooks that has something to do run once. Answers when to look again; `None` when no script runs
/// by itself. One hook that fails does not keep the others from running.
pub async fn look(scripts: &Scripts, tenant: &Tenant) -> Result<Option<Timestamp>, Error> {
    let all = tenant.read(hooks::all).await?;
    if all.is_empty() || allowance(tenant).is_err() {
        return Ok(None);
    }
    let (mut next, began_at, count) = (None, tenant.now(), all.len());
    // Another one begins each time, so that none waits for ever behind those before it.
    let first = usize::try_from(began_at.0 / Timestamp::SECOND_MS).unwrap_or_default() % count;
    for (script, hook) in all.into_iter().cycle().skip(first).take(count) {
        if LOOK_MS_MAX < tenant.now().ms_since(began_at) {
            return Ok(Some(tenant.now()));
        }
        let name = script.name.clone();
        let at = match scripts.look_at(tenant, script, hook).await {
            Ok(at) => at,
            Err(error) => {
                tracing::warn!(tenant = %tenant.record().id, script = %name, %error, "A hook could not be looked at");
                Some(tenant.now().plus_ms(RETRY_FIRST_MS))
            }
        };
        next = [next, at].into_iter().flatten().min();
    }
    Ok(next)
}

impl Scripts {
    /// Lets one hook run if it has something to do; answers when to look at it again.
    async fn look_at(&self, tenant: &Tenant, script: Script, hook: Hook) -> Result<Option<Timestamp>, Error> {
        let now = tenant.now();
        if let Some(at) = hook.retry_at.filter(|it| now < *it) {
            return Ok(Some(at));
        }
        if hook.stopped_at.is_some() || !script.is_on() {
            // Who switches it on wishes for a look.
            return Ok(Some(now.plus_ms(LOOK_EVERY_MS)));
        }
        if let Some(at) = hook.due_at.filter(|it| now < *it) {
            return Ok(Some(at));
        }
        if self.waits_for_the_hour(tenant, now).await? {
            return Ok(Some(end_of_hour(now)));
        }
        let plan = tenant.record().plan.plan();
        let (id, batch, position, trigger) = (script.id, hook.batch.max(1), hook.position, script.trigger.clone());
        let since = hook.since;
        let found = tenant
            .read(move |tx| {
                let Some(loaded) = load::live(tx, &plan, id)? else { return Ok::<_, Error>(None) };
                let work = match &trigger {
                    Trigger::Responded(survey) => {
                        let some = responses::list(tx, *survey, Order::OldestFirst, Some(position), batch)?;
                        let (some, items) = batch_of(tx, some)?;
                        Work::Responses(some, items)
                    }
                    Trigger::Schedule(schedule) => Work::Time(next_time(schedule, since, tx.now())),
                    Trigger::Manual(_) | Trigger::Page | Trigger::Validate(_) | Trigger::Module => return Ok(None),
                };
                Ok(Some((loaded, work)))
            })
            .await?;
        match found {
            None => Ok(Some(now.plus_ms(LOOK_EVERY_MS))),
            Some((_, Work::Responses(some, _))) if some.is_empty() => Ok(Some(now.plus_ms(LOOK_EVERY_MS))),
            Some((loaded, work)) => self.work(tenant, &loaded, &hook, work).await,
        }
    }

    /// Whether the tenant's hour is spent and its members know: then nothing is read only to be refused.
    async fn waits_for_the_hour(&self, tenant: &Tenant, now: Timestamp) -> Result<bool, Error> {
        let is_spent = self.hour(tenant, &allowance(tenant)?).await?.is_spent();
        Ok(is_spent && self.budget().has_told(tenant.record().id, now))
    }

    async fn work(
        &self,
        tenant: &Tenant,
        loaded: &Loaded,
        hook: &Hook,
        work: Work,
    ) -> Result<Option<Timestamp>, Error> {
        let allowance = allowance(tenant)?;
        let trigger = loaded.script.trigger.name();
        let (cause, call, besides, next) = match work {
            Work::Time(next) => (Cause::Schedule, Call::Main, on_time(hook.clone(), next), next),
            Work::Responses(some, items) => {
                (Cause::Responded, Call::Responded(items), on_responses(loaded, hook, &some), Some(tenant.now()))
            }
        };
        let errand = Errand {
            tenant,
            loaded,
            allowance,
            cause,
            call,
            member: None,
            parameters: Value::Null,
            limits: allowance.limits(trigger),
            fixed: None,
            judge: None,
        };
        let Performed { run, .. } = self.perform(&errand, Some(besides)).await?;
        match run.outcome {
            Outcome::Done => Ok(next),
            Outcome::Crowded | Outcome::Unavailable => Ok(Some(tenant.now().plus_ms(CROWDED_MS))),
            Outcome::Spent => Ok(Some(end_of_hour(run.at))),
            Outcome::Off => Ok(Some(tenant.now().plus_ms(LOOK_EVERY_MS))),
            Outcome::Exception | Outcome::Limit(_) | Outcome::Refused => {
                let (hook, run) = (hook.clone(), run);
                tenant.write(move |tx| failed(tx, &hook, &run)).await
            }
        }
    }
}

/// Responses as scripts see them, as many of the first ones as can be given at once; one at least.
fn batch_of(tx: &mut ReadTx<'_>, mut some: Vec<Response>) -> Result<(Vec<Response>, Vec<Value>), Error> {
    let mut notes = annotated(tx, &some)?;
    let (mut items, mut bytes) = (Vec::with_capacity(some.len()), 0);
    for response in &some {
        let item = item(response, &notes.remove(&response.accepted.id).unwrap_or_default())?;
        bytes += item.to_string().len();
        if !items.is_empty() && GIVEN_BYTES_MAX < bytes {
            break;
        }
        items.push(item);
    }
    some.truncate(items.len());
    Ok((some, items))
}

/// Moves a hook behind the responses of its batch, if it still stands before them, and stores what the script answered.
fn on_responses(loaded: &Loaded, hook: &Hook, some: &[Response]) -> Arc<Besides> {
    let (hook, script) = (hook.clone(), loaded.script.id);
    let survey = loaded.script.trigger.survey();
    let ids: Vec<ResponseId> = some.iter().map(|it| it.accepted.id).collect();
    let last = some.last().map_or(hook.position, |it| it.position);
    Arc::new(move |tx, answer| {
        stands(tx, &hook)?;
        let batch = hook.batch.saturating_mul(2).min(Allowance::BATCH_MAX);
        stored::put(tx, &Hook { position: last, batch, ..hooks::going_on(&hook) })?;
        let mut effects = Effects::default();
        for (response, note) in answered(answer, &ids).map_err(Unsettled::Refused)? {
            if let Some(survey) = survey {
                effects.note(survey, response, note).map_err(Unsettled::Refused)?;
            }
        }
        effects.settle(tx, script, &NO_STORE)
    })
}

/// Moves a schedule on to its next time.
fn on_time(hook: Hook, next: Option<Timestamp>) -> Arc<Besides> {
    Arc::new(move |tx, _| {
        stands(tx, &hook)?;
        Ok(stored::put(tx, &Hook { due_at: next, ..hooks::going_on(&hook) })?)
    })
}

/// Whether a hook still stands where this run found it; else another node has worked on the same.
fn stands(tx: &mut Tx<'_>, hook: &Hook) -> Result<(), Unsettled> {
    let now = stored::find(tx, hook.script)?;
    if now.is_some_and(|it| it.position == hook.position && it.due_at == hook.due_at && it.since == hook.since) {
        return Ok(());
    }
    Err(Unsettled::Failed(Error::ChangedMeanwhile))
}

/// What a script answered: an object from a response's id to fields; nothing for nothing.
fn answered(answer: &Value, ids: &[ResponseId]) -> Result<Vec<(ResponseId, Annotation)>, String> {
    let notes = match answer {
        Value::Null => return Ok(Vec::new()),
        Value::Object(notes) => notes,
        _ => return Err("responded(responses) returns nothing, or an object from a response's id to fields".to_owned()),
    };
    let mut read = Vec::with_capacity(notes.len());
    for (id, note) in notes {
        let known = ResponseId::parse(id).filter(|it| ids.contains(it));
        let id = known.ok_or_else(|| {
            let id: String = id.chars().take(80).collect();
            format!("{id} is not the id of one of the responses that were given")
        })?;
        read.push((id, Annotation::read_answer(note).map_err(|it| it.to_string())?));
    }
    Ok(read)
}

/// Notes a failure: a smaller batch at once, until it is one response; then waiting, then giving up.
fn failed(tx: &mut Tx<'_>, hook: &Hook, run: &Run) -> Result<Option<Timestamp>, Error> {
    let Some(present) = stored::find(tx, hook.script)?.filter(|it| it.position == hook.position) else {
        return Ok(Some(tx.now()));
    };
    let now = tx.now();
    let mut after = Hook { run: Some(run.id), ..present };
    let next = if run.cause == Cause::Responded && 1 < after.batch {
        after.batch = (after.batch / SHRINK).max(1);
        now
    } else {
        after.failures += 1;
        if FAILURES_MAX <= after.failures {
            after.stopped_at = Some(now);
            now.plus_ms(LOOK_EVERY_MS)
        } else {
            let wait = RETRY_FIRST_MS.saturating_mul(1 << (after.failures - 1)).min(RETRY_MAX_MS);
            after.retry_at = Some(now.plus_ms(wait));
            now.plus_ms(wait)
        }
    };
    stored::put(tx, &after)?;
    Ok(Some(next))
}

/// The next time after `now`: what was missed meanwhile is made up for by one run.
fn next_time(schedule: &Schedule, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    schedule.next(since, now)
}

/// A hook's answer writes nothing into the store.
const NO_STORE: Allowance = Allowance {
    scripts_max: 0,
    runs_minute_max: 0,
    fuel_hour_max: 0,
    store_bytes_max: u64::MAX,
    secrets_max: 0,
    kept_runs_max: 0,
    kept_days_max: 0,
};
