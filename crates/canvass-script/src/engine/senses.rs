//! What a run perceives of the world: this file is about its clock and its random numbers, which both follow from the order.
//!
//! The clock begins where the order says and goes on with the fuel that is used and the time that is slept. So it never
//! stands still in a loop, and the same run reads the same times.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use wasmtime::{
    AsContext, Result, StoreContextMut,
    component::{Linker, Resource},
};
use wasmtime_wasi::{
    WasiView,
    p2::{DynPollable, Pollable, bindings::clocks::wall_clock::Datetime, subscribe},
};

use super::{State, instance, meter::Clock};

/// Nanoseconds that ten units of fuel take on the machine that `docs/decisions.md` describes.
const NANOSECONDS_PER_29_FUEL: u64 = 10;

/// Random bytes that a guest may ask for at once.
const RANDOM_BYTES_MAX: u64 = 64 * 1024;

/// What making a random byte costs the host, in fuel.
const FUEL_PER_RANDOM_BYTE: usize = 30;

const SECOND_NS: u64 = 1_000_000_000;

/// Puts a run's own clock and random numbers where the machine's would be.
pub(super) fn replace(linker: &mut Linker<State>) -> Result<()> {
    linker.allow_shadowing(true);
    replace_clocks(linker)?;
    replace_random(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}

fn replace_clocks(linker: &mut Linker<State>) -> Result<()> {
    let mut wall = linker.instance("wasi:clocks/wall-clock@0.2.12")?;
    wall.func_wrap("now", |store: StoreContextMut<'_, State>, (): ()| {
        let now = store.data().run.began_ns.saturating_add(elapsed_ns(&store));
        Ok((date(now),))
    })?;
    wall.func_wrap("resolution", |_: StoreContextMut<'_, State>, (): ()| Ok((date(1),)))?;

    let mut monotonic = linker.instance("wasi:clocks/monotonic-clock@0.2.12")?;
    monotonic.func_wrap("now", |store: StoreContextMut<'_, State>, (): ()| Ok((elapsed_ns(&store),)))?;
    monotonic.func_wrap("resolution", |_: StoreContextMut<'_, State>, (): ()| Ok((1_u64,)))?;
    monotonic.func_wrap("subscribe-instant", |store: StoreContextMut<'_, State>, (when,): (u64,)| {
        let wait = when.saturating_sub(elapsed_ns(&store));
        Ok((sleep(store, wait)?,))
    })?;
    monotonic.func_wrap("subscribe-duration", |store: StoreContextMut<'_, State>, (wait,): (u64,)| {
        Ok((sleep(store, wait)?,))
    })
}

fn replace_random(linker: &mut Linker<State>) -> Result<()> {
    fn bytes(mut store: StoreContextMut<'_, State>, (count,): (u64,)) -> Result<(Vec<u8>,)> {
        let count = usize::try_from(count.min(RANDOM_BYTES_MAX + 1)).unwrap_or(usize::MAX);
        wasmtime::ensure!(count as u64 <= RANDOM_BYTES_MAX, "more random bytes at once than a script may ask for");
        instance::charge(&mut store, count * FUEL_PER_RANDOM_BYTE)?;
        Ok((store.data_mut().run.random.bytes(count),))
    }
    let number = |mut store: StoreContextMut<'_, State>, (): ()| Ok((store.data_mut().run.random.number(),));
    let mut random = linker.instance("wasi:random/random@0.2.12")?;
    random.func_wrap("get-random-bytes", bytes)?;
    random.func_wrap("get-random-u64", number)?;
    let mut insecure = linker.instance("wasi:random/insecure@0.2.12")?;
    insecure.func_wrap("get-insecure-random-bytes", bytes)?;
    insecure.func_wrap("get-insecure-random-u64", number)?;
    let mut seed = linker.instance("wasi:random/insecure-seed@0.2.12")?;
    seed.func_wrap("insecure-seed", |mut store: StoreContextMut<'_, State>, (): ()| {
        let random = &mut store.data_mut().run.random;
        Ok(((random.number(), random.number()),))
    })
}

/// Nanoseconds since the run began, on its own clock.
fn elapsed_ns(store: &StoreContextMut<'_, State>) -> u64 {
    let run = &store.data().run;
    let fuel = run.allowed.fuel_max.saturating_sub(store.as_context().get_fuel().unwrap_or(0));
    (fuel / 29 * NANOSECONDS_PER_29_FUEL).saturating_add(run.slept_ns())
}

fn date(ns: u64) -> Datetime {
    let nanoseconds = u32::try_from(ns % SECOND_NS).unwrap_or(0);
    Datetime { seconds: ns / SECOND_NS, nanoseconds }
}

/// Something to wait for: a time that passes on both clocks, the machine's and the run's.
fn sleep(mut store: StoreContextMut<'_, State>, wait_ns: u64) -> Result<Resource<DynPollable>> {
    let run = &store.data().run;
    let (clock, slept_ns) = (run.clock.clone(), Arc::clone(&run.slept_ns));
    let until = tokio::time::Instant::now().checked_add(Duration::from_nanos(wait_ns));
    let table = store.data_mut().ctx().table;
    let sleep = table.push(Sleep { clock, until, wait_ns, slept_ns })?;
    subscribe(table, sleep)
}

struct Sleep {
    clock: Clock,
    /// `None` when it lies beyond the end of time.
    until: Option<tokio::time::Instant>,
    /// What the run's clock goes forward once.
    wait_ns: u64,
    slept_ns: Arc<AtomicU64>,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Sleep {
    async fn ready(&mut self) {
        self.clock.slept(self.until).await;
        self.slept_ns.fetch_add(std::mem::take(&mut self.wait_ns), Ordering::Relaxed);
    }
}
