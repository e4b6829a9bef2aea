//! One instance, one run: this file is about making it, letting a script run in it, and reading how that ended.

use std::time::Duration;

use canvass_model::script::{Functions, LimitKind};
use tokio::time::{Instant, timeout};
use wasmtime::{
    Result, Store, StoreContextMut, Trap,
    component::{Instance, InstancePre, Linker},
};
use wasmtime_wasi::I32Exit;

use super::{
    MEMORY_BYTES_MAX,
    meter::{Clock, Overdue, Timed, held_up_max},
    state::{Answers, Random, State},
};
use crate::{
    Usage,
    host::CALL_BYTES_MAX,
    wire::{Allowed, Broken, Bytes, Checked, Done, End, ModuleFrame, Outbox, RunFrame},
};

/// A host call's name may be this long, in bytes; no known one comes near.
const CALL_NAME_BYTES_MAX: usize = 64;

/// Enough for making an instance, which runs next to nothing of it.
const FUEL_TO_BEGIN: u64 = 1_000_000_000;

/// An instance that waits for its run.
pub(crate) struct Spare {
    store: Store<State>,
    instance: Instance,
}

/// Where the words of a run go, and where its answers come from.
pub(crate) struct Line {
    pub(crate) outbox: Outbox,
    pub(crate) answers: Answers,
}

/// What the host function ends a run with that has called it too often.
#[derive(Debug, thiserror::Error)]
#[error("too many host calls")]
struct TooManyCalls;

type Script = (String, String, Option<Vec<u8>>);
type Problem = (String, String, Option<u32>, Option<u32>);

impl Spare {
    /// Makes an instance. It has heard of no run and holds nothing but the interpreter's snapshot.
    pub(crate) async fn new(pre: &InstancePre<State>) -> Result<Self> {
        let mut store = Store::new(pre.engine(), State::blank());
        store.limiter(|state| &mut state.memory);
        store.epoch_deadline_async_yield_and_update(1);
        store.set_epoch_deadline(1);
        store.set_fuel(FUEL_TO_BEGIN)?;
        let instance = pre.instantiate_async(&mut store).await?;
        Ok(Self { store, instance })
    }

    /// Runs a script, and uses the instance up. It is taken down when it is dropped, which need not be before the end is
    /// told.
    pub(crate) async fn run(&mut self, id: u64, frame: RunFrame, line: Line) -> Done {
        let RunFrame { script, modules, order, allowed, now_ms, seed } = frame;
        let run = &mut self.store.data_mut().run;
        run.id = id;
        run.began_ns = u64::try_from(now_ms).unwrap_or(0).saturating_mul(1_000_000);
        run.random = Random::from_seed(seed);
        run.outbox = Some(line.outbox);
        run.answers = Some(line.answers);
        let modules: Vec<Script> = modules.into_iter().map(script_of).collect();
        let began = Instant::now();
        let answer = self.call::<_, (String,)>("run", (script_of(script), modules, order), allowed).await;
        let wall = began.elapsed();
        let end = match answer.map(|(answer,)| answer) {
            Ok(answer) if allowed.result_bytes_max < answer.len() => End::Limit(LimitKind::Result),
            Ok(answer) => End::Answer(answer),
            Err(Stop::Limit(kind)) => End::Limit(kind),
            Err(Stop::Broken(how)) => End::Broken(how),
        };
        let usage = self.usage(&allowed, wall);
        let run = &mut self.store.data_mut().run;
        Done {
            end,
            output: std::mem::take(&mut run.output),
            output_truncated: run.output_truncated,
            log: std::mem::take(&mut run.log),
            usage,
        }
    }

    /// Reads a script without running it.
    pub(crate) async fn check(&mut self, name: String, source: String, allowed: Allowed) -> Checked {
        type Answer = (std::result::Result<(Vec<u8>, Vec<String>), Problem>,);
        match self.call::<_, Answer>("check", (name, source), allowed).await {
            Ok((Ok((code, functions)),)) => Checked::Program(Bytes(code), functions_named(&functions)),
            Ok((Err((kind, ..)),)) if kind == "MemoryError" && self.lacked_memory() => {
                Checked::Limit(LimitKind::Memory)
            }
            Ok((Err((kind, ..)),)) if matches!(kind.as_str(), "MemoryError" | "RecursionError") => {
                Checked::Limit(LimitKind::Stack)
            }
            Ok((Err((_, message, line, column)),)) => {
                Checked::Syntax { message, line: line.unwrap_or(1), column: column.unwrap_or(1) }
            }
            Err(Stop::Limit(kind)) => Checked::Limit(kind),
            Err(Stop::Broken(_)) => Checked::Broken,
        }
    }

    /// Calls a function of the guest within limits.
    async fn call<P, R>(&mut self, name: &str, given: P, allowed: Allowed) -> std::result::Result<R, Stop>
    where
        P: wasmtime::component::ComponentNamedList + wasmtime::component::Lower + Send + Sync,
        R: wasmtime::component::ComponentNamedList + wasmtime::component::Lift + Send + Sync + 'static,
    {
        let state = self.store.data_mut();
        state.memory.bytes_max = allowed.memory_bytes_max.min(MEMORY_BYTES_MAX);
        state.run.allowed = allowed;
        let wall = Duration::from_millis(allowed.wall_ms_max);
        let clock = Clock::new(wall);
        state.run.clock = clock.clone();
        let call = async {
            self.store.set_fuel(allowed.fuel_max)?;
            let function = self.instance.get_typed_func::<P, R>(&mut self.store, name)?;
            function.call_async(&mut self.store, given).await
        };
        let ended = timeout(wall.saturating_add(held_up_max(wall)), Timed::new(call, clock)).await;
        match ended {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(self.stopped(&error)),
            Ok(Err(Overdue)) | Err(_) => Err(Stop::Limit(LimitKind::Wall)),
        }
    }

    /// What an error of the engine means to whoever wrote the script.
    fn stopped(&self, error: &wasmtime::Error) -> Stop {
        if error.is::<TooManyCalls>() {
            return Stop::Limit(LimitKind::HostCalls);
        }
        if error.is::<I32Exit>() {
            return Stop::Broken(Broken::Exit);
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Stop::Limit(LimitKind::Cpu),
            Some(Trap::StackOverflow) => Stop::Limit(LimitKind::Stack),
            Some(_) if self.lacked_memory() => Stop::Limit(LimitKind::Memory),
            Some(_) | None => Stop::Broken(Broken::Stop),
        }
    }

    fn lacked_memory(&self) -> bool {
        self.store.data().memory.was_refused
    }

    fn usage(&self, allowed: &Allowed, wall: Duration) -> Usage {
        let state = self.store.data();
        Usage {
            cpu: state.run.clock.computed(),
            fuel: allowed.fuel_max.saturating_sub(self.store.get_fuel().unwrap_or(0)),
            wall,
            memory_peak_bytes: state.memory.peak_bytes as u64,
            host_calls: state.run.host_calls,
        }
    }
}

/// Why a call of the guest has no answer.
enum Stop {
    Limit(LimitKind),
    Broken(Broken),
}

/// Answers the guest's own imports.
pub(super) fn answer(linker: &mut Linker<State>) -> Result<()> {
    let mut root = linker.root();
    root.func_wrap_async("call", |mut store: StoreContextMut<'_, State>, (name, arguments): (String, String)| {
        Box::new(async move {
            charge(&mut store, name.len() + arguments.len())?;
            let run = &mut store.data_mut().run;
            run.host_calls = run.host_calls.saturating_add(1);
            if run.allowed.host_calls_max < run.host_calls {
                return Err(TooManyCalls.into());
            }
            if CALL_NAME_BYTES_MAX < name.len() {
                return Ok((Err("no host call has a name this long".to_owned()),));
            }
            if CALL_BYTES_MAX < arguments.len() {
                return Ok((Err(format!(
                    "{name} was given {} bytes; a host call takes {CALL_BYTES_MAX}. Give it less at once.",
                    arguments.len()
                )),));
            }
            Ok((run.ask(name, arguments).await,))
        })
    })?;
    root.func_wrap("emit", |mut store: StoreContextMut<'_, State>, (text,): (String,)| {
        charge(&mut store, text.len())?;
        store.data_mut().run.print(&text);
        Ok(())
    })?;
    root.func_wrap("log", |mut store: StoreContextMut<'_, State>, (level, message): (u8, String)| {
        charge(&mut store, message.len())?;
        store.data_mut().run.write(level, &message);
        Ok(())
    })
}

/// What the host does for a guest counts as the guest's work: a unit of fuel for every byte it takes over.
pub(super) fn charge(store: &mut StoreContextMut<'_, State>, units: usize) -> Result<()> {
    let left = store.get_fuel()?;
    store.set_fuel(left.saturating_sub(units as u64))
}

fn script_of(frame: ModuleFrame) -> Script {
    (frame.name, frame.source, frame.code.map(|code| code.0))
}

fn functions_named(names: &[String]) -> Functions {
    let has = |name: &str| names.iter().any(|it| it == name);
    Functions { page: has("page"), validate: has("validate"), responded: has("responded") }
}
