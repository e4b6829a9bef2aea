//! The first wall: this file is about the WebAssembly engine, and everything the guest can reach through it.

pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod meter;
mod senses;
mod state;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Result,
    component::{Component, InstancePre, Linker},
};

pub(crate) use self::{meter::held_up_max, state::State};

/// The most memory one instance can be given, whatever its limits say.
pub(crate) const MEMORY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Runs at once in one host. Most of them wait for an answer of the server.
pub(crate) const RUNS_MAX: usize = 16;

/// Instances kept ready for the next runs.
pub(crate) const SPARES_MAX: usize = 3;

/// Instances in one host: those that run, those kept ready, one being made and some being taken down.
const INSTANCES_MAX: u32 = 24;

/// The interpreter's stack. Python's own limit on recursion comes first, except for recursion inside of C.
const STACK_BYTES: usize = 1024 * 1024;

/// Room for the host's own functions above the interpreter's stack.
const FIBRE_BYTES: usize = STACK_BYTES + 512 * 1024;

/// What stays mapped of an instance that ended, so that the next one need not fault it in again.
const KEPT_BYTES: usize = 2 * 1024 * 1024;

/// What the tables of a component may hold; the guest's are an interpreter's functions.
const TABLE_ELEMENTS_MAX: usize = 60_000;

/// The engine that compiles the guest: the settings that machine code depends on, and no memory yet.
pub(crate) fn compiler() -> Result<Engine> {
    Engine::new(&code())
}

/// The engine that runs the guest, with memory set aside for its instances.
pub(crate) fn runner() -> Result<Engine> {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * 40)
        .total_memories(INSTANCES_MAX * 2)
        .total_tables(INSTANCES_MAX * 20)
        .total_stacks(INSTANCES_MAX)
        .max_core_instances_per_component(60)
        .max_memories_per_component(4)
        .max_tables_per_component(40)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_component_instance_size(8 * 1024 * 1024)
        .max_core_instance_size(8 * 1024 * 1024)
        .max_memory_size(MEMORY_BYTES_MAX)
        .max_unused_warm_slots(8)
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(1024 * 1024)
        .async_stack_keep_resident(64 * 1024)
        .pagemap_scan(Enabled::Auto);
    let mut config = code();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
}

/// Everything that the guest's imports are answered with, checked against the component once.
pub(crate) fn linked(engine: &Engine, component: &Component) -> Result<InstancePre<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    senses::replace(&mut linker)?;
    instance::answer(&mut linker)?;
    linker.instantiate_pre(component)
}

/// Settings that machine code depends on. They are part of the key of its cache.
fn code() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .async_stack_size(FIBRE_BYTES)
        .memory_init_cow(true)
        .memory_reservation(MEMORY_BYTES_MAX as u64)
        .memory_guard_size(64 * 1024)
        .wasm_backtrace_max_frames(None);
    config
}
