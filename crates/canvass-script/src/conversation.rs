//! Talking a run through with a host: this file is about ordering it, answering its calls, and believing nothing it says.

use std::{sync::Arc, time::Duration};

use canvass_model::script::{LimitKind, Limits, Source};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::{
    Call, CheckError, Failure, Host, Order, Program, Report, Usage, component,
    engine::held_up_max,
    host::{CALL_BYTES_MAX, READING},
    pool::{Place, link::Talk},
    wire::{Allowed, Broken, Bytes, Checked, Done, End, FromHost, ModuleFrame, RunFrame, ToHost},
};

/// What a host may be late beyond a run's limit, a tenth and what it may be held up before it counts as stuck: an instance
/// to be made.
const GRACE: Duration = Duration::from_millis(1_500);

/// The byte code for a run: the script's, and that of the modules it may import, by their names in Python.
pub(crate) struct Programs {
    pub(crate) script: Option<Arc<Program>>,
    pub(crate) modules: Vec<(String, Arc<Source>, Option<Arc<Program>>)>,
}

/// The host ended before the run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// Before it could hear of the run.
    Before,
    /// While it ran.
    During,
}

/// What the guest is given.
#[derive(Serialize)]
struct GuestOrder<'a> {
    function: Option<&'static str>,
    argument: Argument<'a>,
    context: &'a Value,
    now_ms: i64,
    seed: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Argument<'a> {
    Nothing,
    One(&'a Value),
    Many(&'a [Value]),
}

/// What the guest answers.
#[derive(Deserialize)]
#[serde(untagged)]
enum GuestAnswer {
    Well { result: Value },
    Badly { kind: String, message: String, line: Option<u32>, traceback: String },
}

/// Has a script read.
pub(crate) async fn check(place: &Place, name: &str, source: &Source) -> Result<Result<Program, CheckError>, Lost> {
    let mut talk = place.link.talk().ok_or(Lost::Before)?;
    let (id, allowed) = (talk.id, Allowed::from(Limits::DEFAULT));
    talk.say(&ToHost::Check { id, name: name.to_owned(), source: source.as_str().to_owned(), allowed }).await;
    let heard = timeout_at(deadline(&Limits::DEFAULT), talk.hear()).await;
    let Ok(Some(FromHost::Checked { checked, .. })) = heard else {
        place.link.kill();
        return Err(Lost::During);
    };
    Ok(match checked {
        Checked::Program(Bytes(code), functions) => Ok(Program { code, component: component::hash(), functions }),
        Checked::Syntax { message, line, column } => Err(CheckError::Syntax { message, line, column }),
        Checked::Limit(kind) => Err(CheckError::Limit(kind)),
        // A text that breaks the compiler goes deeper than it can.
        Checked::Broken => Err(CheckError::Limit(LimitKind::Stack)),
    })
}

/// Has a script run. `changed` tells afterwards whether it asked for something that changes what the host keeps.
pub(crate) async fn run(
    place: &Place,
    order: &Order,
    programs: &Programs,
    host: &mut dyn Host,
    changed: &mut bool,
) -> Result<Report, Lost> {
    let allowed = Allowed::from(order.limits);
    let Some(given) = given(order, allowed.result_bytes_max) else {
        return Ok(Report::refused(Failure::Limit(LimitKind::Argument)));
    };
    let mut talk = place.link.talk().ok_or(Lost::Before)?;
    talk.say(&ToHost::Run { id: talk.id, run: Box::new(frame(order, programs, given, allowed)) }).await;
    let until = deadline(&order.limits);
    let mut calls = 0;
    loop {
        match timeout_at(until, talk.hear()).await {
            Ok(Some(FromHost::Call { name, arguments, .. }))
                if calls < allowed.host_calls_max && arguments.len() <= CALL_BYTES_MAX =>
            {
                calls += 1;
                *changed |= !READING.contains(&name.as_str());
                if let Some(end) = answered(&mut talk, host, &name, &arguments).await? {
                    return Ok(reported(end, &order.limits));
                }
            }
            Ok(Some(FromHost::Done { done, .. })) => return Ok(reported(*done, &order.limits)),
            Ok(None) => return Err(Lost::During),
            // More or longer calls than it may make, or something it was not asked.
            Ok(Some(_)) => {
                place.link.kill();
                return Err(Lost::During);
            }
            Err(_) => {
                tracing::warn!(script = %order.name, "a script host was stuck in a script and is ended");
                place.link.kill();
                return Ok(Report::refused(Failure::Limit(LimitKind::Wall)));
            }
        }
    }
}

/// Answers a call, unless the run ends while the answer is looked for.
async fn answered(talk: &mut Talk<'_>, host: &mut dyn Host, name: &str, arguments: &str) -> Result<Option<Done>, Lost> {
    let began = Instant::now();
    let answer = tokio::select! {
        answer = host.call(name, arguments) => answer,
        heard = talk.hear() => return match heard {
            Some(FromHost::Done { done, .. }) => Ok(Some(*done)),
            Some(_) | None => Err(Lost::During),
        },
    };
    let answer = match answer {
        Ok(answer) if CALL_BYTES_MAX < answer.len() => Err(format!(
            "the answer to {name} has {} bytes, and a host call gives {CALL_BYTES_MAX} at most; ask for less at once",
            answer.len()
        )),
        Ok(answer) => Ok(answer),
        Err(refusal) => Err(refusal.0),
    };
    talk.say(&ToHost::Answer { id: talk.id, answer, took: began.elapsed() }).await;
    Ok(None)
}

/// The order for the guest in JSON; `None` when it is longer than a run may be given.
pub(crate) fn given(order: &Order, bytes_max: usize) -> Option<String> {
    let argument = match &order.call {
        Call::Main => Argument::Nothing,
        Call::Page(value) | Call::Validate(value) => Argument::One(value),
        Call::Responded(values) => Argument::Many(values),
    };
    let given = GuestOrder {
        function: order.call.function(),
        argument,
        context: &order.context,
        now_ms: order.now.0,
        seed: order.seed,
    };
    serde_json::to_string(&given).ok().filter(|it| it.len() <= bytes_max)
}

pub(crate) fn frame(order: &Order, programs: &Programs, given: String, allowed: Allowed) -> RunFrame {
    let module = |name: &str, source: &Source, program: Option<&Arc<Program>>| ModuleFrame {
        name: name.to_owned(),
        source: source.as_str().to_owned(),
        code: program.map(|it| Bytes(it.code.clone())),
    };
    let modules = programs.modules.iter().map(|(name, source, program)| module(name, source, program.as_ref()));
    RunFrame {
        script: module(order.name.as_str(), &order.source, programs.script.as_ref()),
        modules: modules.collect(),
        order: given,
        allowed,
        now_ms: order.now.0,
        seed: order.seed,
    }
}

/// A host's account of a run as a report.
fn reported(done: Done, limits: &Limits) -> Report {
    let Done { end, mut output, output_truncated, mut log, usage } = done;
    // The host keeps to these by itself. One that does not is not to be believed.
    truncate(&mut output, limits.output_bytes_max);
    log.truncate(limits.log_lines_max as usize);
    let outcome = match end {
        End::Answer(answer) => understood(&answer, limits),
        End::Limit(kind) => Err(Failure::Limit(kind)),
        End::Broken(Broken::Exit) => Err(untraced("SystemExit", "the script ended its interpreter".to_owned())),
        End::Broken(Broken::Stop) => {
            Err(untraced("SystemError", "the script broke its interpreter, which then stopped".to_owned()))
        }
    };
    Report { outcome, output, output_truncated, log, usage: Usage { host_calls: usage.host_calls, ..usage } }
}

/// What the guest said. A script that has changed its interpreter can say anything; it then speaks of itself alone.
fn understood(answer: &str, limits: &Limits) -> Result<Value, Failure> {
    match serde_json::from_str(answer) {
        Ok(GuestAnswer::Well { result }) => Ok(result),
        // The parser says so too, with a message, when a text nests too deep.
        Ok(GuestAnswer::Badly { kind, message, .. }) if kind == "MemoryError" && message.is_empty() => {
            Err(Failure::Limit(LimitKind::Memory))
        }
        Ok(GuestAnswer::Badly { kind, message, line, mut traceback }) => {
            truncate(&mut traceback, limits.traceback_bytes_max);
            Err(Failure::Exception { kind, message, line, traceback })
        }
        Err(error) => Err(untraced("ValueError", format!("the script's answer cannot be read: {error}"))),
    }
}

/// A failure that is told by us, since the interpreter could not.
fn untraced(kind: &str, message: String) -> Failure {
    Failure::Exception { kind: kind.to_owned(), message, line: None, traceback: String::new() }
}

fn truncate(text: &mut String, bytes_max: u64) {
    text.truncate(text.floor_char_boundary(usize::try_from(bytes_max).unwrap_or(usize::MAX)));
}

/// When a host that has not told the end of a run is stuck.
fn deadline(limits: &Limits) -> Instant {
    let wall = Duration::from_millis(limits.wall_ms_max);
    Instant::now() + wall + wall / 10 + held_up_max(wall) + GRACE
}
