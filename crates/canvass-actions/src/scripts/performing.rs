//! Performing: this file is about one run from its order to its record, with its effects stored or not at all.

use std::sync::Arc;

use canvass_model::{
    script::{Allowance, Cause, LimitKind, Limits, Outcome, Run, RunFailure, Usage},
    time::Timestamp,
};
use canvass_script::{Call, Failure, Order, Report};
use canvass_storage::{
    Tenant, Tx,
    scripts::{runs, versions},
};
use serde_json::Value;

use super::{
    Loaded, Scripts,
    budget::end_of_hour,
    context::{Member, context},
    desk::Desk,
    effects::{Effects, Unsettled},
    load,
};
use crate::Error;

/// What is to be run, and why.
#[derive(Clone)]
pub(super) struct Errand<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) loaded: &'a Loaded,
    pub(super) allowance: Allowance,
    pub(super) cause: Cause,
    pub(super) call: Call,
    pub(super) member: Option<Member>,
    pub(super) parameters: Value,
    pub(super) limits: Limits,
    /// The moment and the seed of a run that is to come to the same every time; `None` for the present and for chance.
    pub(super) fixed: Option<(Timestamp, u64)>,
    /// Who says whether the answer may leave, before anything is stored; `None` where every answer may.
    pub(super) judge: Option<&'a Judge<'a>>,
}

/// Looks at an answer, and refuses it in words for the script's author.
pub(super) type Judge<'a> = dyn Fn(&Value) -> Result<(), String> + Send + Sync + 'a;

/// What a run came to.
#[derive(Debug, Clone)]
pub(super) struct Performed {
    pub(super) run: Run,
    /// The script's answer, when it ended well.
    pub(super) result: Value,
    pub(super) effects: Effects,
}

/// What else is stored with a run that ended well, in the transaction of its effects: refused in words for the script's
/// author, or with [`Unsettled::Meanwhile`] when it has to be made again.
pub(super) type Besides = dyn Fn(&mut Tx<'_>, &Value) -> Result<(), Unsettled> + Send + Sync;

/// Runs that rest on what others change meanwhile are made again so often.
const TRIES_MAX: u32 = 8;

impl Scripts {
    /// Runs a script once, unless its tenant's hour is spent; nothing is stored, the run's record included.
    pub(super) async fn try_out(&self, errand: &Errand<'_>) -> Result<Performed, Error> {
        if self.hour(errand.tenant, &errand.allowance).await?.is_spent() {
            return Ok(spent(errand));
        }
        let (now, seed) = match errand.fixed {
            Some(fixed) => fixed,
            None => (errand.tenant.now(), seed()?),
        };
        let Loaded { script, source, program, modules, .. } = errand.loaded;
        let order = Order {
            tenant: errand.tenant.record().id,
            name: script.name.clone(),
            source: source.clone(),
            program: program.clone(),
            modules: modules.clone(),
            call: errand.call.clone(),
            context: context(errand.tenant, errand.cause, errand.member.as_ref(), &errand.parameters),
            limits: self.limits(errand.limits),
            now,
            seed,
        };
        let began_at = errand.tenant.now();
        let mut desk = Desk::new(errand.tenant, self.seal());
        let report = self.sandbox().run(order, &mut desk).await;
        let effects = desk.effects;
        let Report { outcome, output, output_truncated, log, usage } = report;
        let mut run = Run { usage: used(&usage), output, output_truncated, log, ..blank(errand, began_at) };
        self.budget().add(errand.tenant.record().id, began_at, run.usage.fuel);
        let result = match outcome {
            Ok(result) => result,
            Err(failure) => {
                (run.outcome, run.failure) = described(failure);
                Value::Null
            }
        };
        self.keep_program(errand).await;
        if matches!(errand.cause, Cause::Test | Cause::Replay) {
            // What is only tried leaves no record, and is work nevertheless.
            let run = Run { output: String::new(), log: Vec::new(), ..run.clone() };
            self.recorder().record(errand.tenant, run).await?;
        }
        Ok(Performed { run, result, effects })
    }

    /// Stores the byte code that this run had made of a published version: once after an upgrade, of which the old code is
    /// no good any more.
    async fn keep_program(&self, errand: &Errand<'_>) {
        let Loaded { script, version, source, program, .. } = errand.loaded;
        let is_current = program.as_ref().is_some_and(|it| it.is_current());
        let (false, Some(version)) = (is_current, *version) else { return };
        let Some(program) = self.sandbox().kept(&script.name, source) else { return };
        let (id, compiled) = (script.id, load::compiled(&program));
        let kept = errand.tenant.write(move |tx| versions::set_program(tx, id, version, &compiled)).await;
        if let Err(error) = kept {
            // The run is as good without; the next one tries again.
            tracing::warn!(tenant = %errand.tenant.record().id, script = %script.name, %error, "Byte code was not kept");
        }
    }

    /// Runs a script and stores its effects, what is `besides`, and its record, in one transaction when it ends well; of a
    /// run that does not, only the record. A run that others overtook in the store is made again, after those of its tenant
    /// that have to be as well.
    pub(super) async fn perform(&self, errand: &Errand<'_>, besides: Option<Arc<Besides>>) -> Result<Performed, Error> {
        let (mut performed, mut turn) = (self.judged(errand).await?, None);
        for _ in 1..TRIES_MAX {
            match self.store(errand, &mut performed, besides.clone()).await? {
                Stored::Yes => return Ok(performed),
                Stored::Meanwhile => {
                    if turn.is_none() {
                        turn = Some(self.again().turn(errand.tenant.record().id).await);
                    }
                    performed = self.judged(errand).await?;
                }
            }
        }
        let why = "others changed the same keys of the store again and again while this ran";
        refuse(&mut performed, why.to_owned());
        self.record(errand, &performed.run).await?;
        Ok(performed)
    }

    /// Runs a script once; what it answers may leave, or the run is refused.
    async fn judged(&self, errand: &Errand<'_>) -> Result<Performed, Error> {
        let mut performed = self.try_out(errand).await?;
        if let Some(judge) = errand.judge
            && performed.run.outcome.is_done()
            && let Err(why) = judge(&performed.result)
        {
            refuse(&mut performed, why);
        }
        Ok(performed)
    }

    async fn store(
        &self,
        errand: &Errand<'_>,
        performed: &mut Performed,
        besides: Option<Arc<Besides>>,
    ) -> Result<Stored, Error> {
        let has_more = !performed.effects.is_empty() || besides.is_some();
        if !performed.run.outcome.is_done() || !has_more {
            self.record(errand, &performed.run).await?;
            return Ok(Stored::Yes);
        }
        let (work, script, allowance) = (performed.clone(), errand.loaded.script.id, errand.allowance);
        let settled = errand.tenant.write(move |tx| {
            if let Some(besides) = &besides {
                besides(tx, &work.result)?;
            }
            work.effects.settle(tx, script, &allowance)?;
            runs::insert(tx, &work.run)?;
            Ok::<_, Unsettled>(())
        });
        match settled.await {
            Ok(()) => Ok(Stored::Yes),
            Err(Unsettled::Meanwhile) => Ok(Stored::Meanwhile),
            Err(Unsettled::Failed(error)) => Err(error),
            Err(Unsettled::Refused(why)) => {
                refuse(performed, why);
                self.record(errand, &performed.run).await?;
                Ok(Stored::Yes)
            }
        }
    }

    /// Records a run: at once where somebody looks for it right after, else when there is time. Of the runs that a spent
    /// hour refuses some are recorded.
    pub(super) async fn record(&self, errand: &Errand<'_>, run: &Run) -> Result<(), Error> {
        if run.outcome == Outcome::Spent && !self.budget().tells(errand.tenant.record().id, run.at) {
            return Ok(());
        }
        match errand.cause {
            Cause::Page | Cause::Validate => self.recorder().record(errand.tenant, run.clone()).await,
            Cause::Manual | Cause::Responded | Cause::Schedule | Cause::Test | Cause::Replay => {
                let run = run.clone();
                errand.tenant.write(move |tx| Ok(runs::insert(tx, &run)?)).await
            }
        }
    }
}

enum Stored {
    Yes,
    Meanwhile,
}

impl Performed {
    /// The run's failure as the error of whoever asked for it.
    pub(super) fn error(&self) -> Option<Error> {
        match self.run.outcome {
            Outcome::Crowded => Some(Error::TooMany { retry_after_seconds: 1 }),
            Outcome::Spent => Some(Error::TooMany { retry_after_seconds: seconds_left(self.run.at) }),
            Outcome::Off => Some(Error::Refused("Scripts are switched off on this installation".to_owned())),
            Outcome::Unavailable => {
                Some(Error::Unavailable("Scripts cannot be run at the moment; try again in a few seconds".to_owned()))
            }
            Outcome::Done | Outcome::Exception | Outcome::Limit(_) | Outcome::Refused => None,
        }
    }
}

/// Turns a run that ended well into one whose answer or effects are not allowed: of such a run only the record is stored.
pub(super) fn refuse(performed: &mut Performed, why: String) {
    performed.run.outcome = Outcome::Refused;
    performed.run.failure =
        Some(RunFailure { kind: "Refused".to_owned(), message: why, line: None, traceback: String::new() });
    performed.result = Value::Null;
}

/// A run that has not begun.
fn blank(errand: &Errand<'_>, at: Timestamp) -> Run {
    Run {
        id: errand.tenant.new_id(),
        script: errand.loaded.script.name.clone(),
        version: errand.loaded.version,
        cause: errand.cause,
        at,
        outcome: Outcome::Done,
        usage: Usage::default(),
        failure: None,
        output: String::new(),
        output_truncated: false,
        log: Vec::new(),
    }
}

/// A run that does not begin because the hour is spent.
fn spent(errand: &Errand<'_>) -> Performed {
    let message =
        "the scripts of this organisation have done the work of this hour; they go on with the next".to_owned();
    let failure = RunFailure { kind: "HourLimit".to_owned(), message, line: None, traceback: String::new() };
    let run = Run { outcome: Outcome::Spent, failure: Some(failure), ..blank(errand, errand.tenant.now()) };
    Performed { run, result: Value::Null, effects: Effects::default() }
}

/// Seconds until the hour ends, at least one.
fn seconds_left(now: Timestamp) -> u64 {
    u64::try_from(end_of_hour(now).ms_since(now) / Timestamp::SECOND_MS).unwrap_or_default() + 1
}

fn described(failure: Failure) -> (Outcome, Option<RunFailure>) {
    let message = failure.to_string();
    let of = |kind: &str| Some(RunFailure { kind: kind.to_owned(), message, line: None, traceback: String::new() });
    match failure {
        Failure::Exception { kind, message, line, traceback } => {
            (Outcome::Exception, Some(RunFailure { kind, message, line, traceback }))
        }
        Failure::Limit(kind) => (Outcome::Limit(kind), of(limit_name(kind))),
        Failure::Crowded => (Outcome::Crowded, of("Crowded")),
        Failure::Off => (Outcome::Off, of("Off")),
        Failure::Unavailable(why) => {
            tracing::warn!(why, "A script could not be run");
            // Why is the operator's matter.
            let message = "scripts cannot be run at the moment; try again in a few seconds".to_owned();
            let failure = RunFailure { kind: "Unavailable".to_owned(), message, line: None, traceback: String::new() };
            (Outcome::Unavailable, Some(failure))
        }
    }
}

fn limit_name(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Cpu => "CpuLimit",
        LimitKind::Wall => "TimeLimit",
        LimitKind::Memory => "MemoryLimit",
        LimitKind::Stack => "StackLimit",
        LimitKind::HostCalls => "HostCallLimit",
        LimitKind::HostBytes => "HostBytesLimit",
        LimitKind::Result => "ResultLimit",
        LimitKind::Argument => "ArgumentLimit",
    }
}

fn used(usage: &canvass_script::Usage) -> Usage {
    let micros = |it: std::time::Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
    Usage {
        cpu_us: micros(usage.cpu),
        fuel: usage.fuel,
        wall_us: micros(usage.wall),
        memory_peak_bytes: usage.memory_peak_bytes,
        host_calls: usage.host_calls,
    }
}

fn seed() -> Result<u64, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| {
        let why = format!("the system gives no random numbers: {error}");
        Error::Storage(canvass_storage::Error::Unusable(why))
    })?;
    Ok(u64::from_le_bytes(bytes))
}
