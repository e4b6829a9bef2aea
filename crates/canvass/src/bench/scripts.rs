//! Scripts measured: this file is about runs in the sandbox beside the same runs of the guest without one.

mod neighbour;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use canvass_model::{
    id::TenantId,
    script::{Limits, ScriptName, Source},
    time::Timestamp,
};
use canvass_script::{Call, Host, Order, Program, Refusal, Report, Sandbox, bench::Bare};
use futures_util::future::BoxFuture;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use super::{Figure, broken};
use crate::{
    Failure,
    config::{Config, own_file},
    scripts,
};

/// How long the hosts may take to be there; the first time on a machine they compile the guest.
const READY_MAX: Duration = Duration::from_mins(20);
/// Runs of each kind that are measured, in turns with those they are measured against.
const RUNS: usize = 300;
/// Responses in the batch that a hook is given.
const BATCH: u128 = 1_000;
/// Host calls in one run.
const CALLS: f64 = 1_000.0;
/// Tenants that each have run a script of their own before memory is looked at: more than any cache keeps.
const TENANTS_BEFORE: u128 = 1_000;
/// Tenants that do the same afterwards.
const TENANTS: u32 = 10_000;
/// What Linux counts memory in, on the machines Canvass runs on.
const PAGE_BYTES: u64 = 4_096;

/// The script of two lines.
const SHORT: &str = "x = 1 + 2\nx\n";
/// One of 200 lines that scores a response, checks quotas and builds a summary.
const LONG: &str = include_str!("scripts/long.py");
/// One of 20 lines that scores responses.
const HOOK: &str = include_str!("scripts/hook.py");
/// One that asks the host, again and again.
const ASKING: &str = "import canvass\nfor _ in range(1_000): canvass.store.get('a')\n";

/// Runs in the sandbox against bare ones.
pub(crate) async fn script(config: &Config) -> Result<Vec<Figure>, Failure> {
    let settings = scripts::settings(config, &own_file()?);
    let failed = |why: String| broken(&why);
    let bare = Bare::load(&settings).await.map_err(failed)?;
    let sandbox = Sandbox::start(settings);
    let hosts = ready(&sandbox).await?;
    let mut figures = vec![started(&sandbox, &bare)];
    let bench = Bench { sandbox, bare };
    for ([p50, p99], source) in [(["script", "script-p99"], SHORT), (["script-long", "script-long-p99"], LONG)] {
        let (ours, bare) = bench.in_turns(&order(source), RUNS).await?;
        figures.push(faster(p50, "ms", (ms(ours[RUNS / 2]), ms(bare[RUNS / 2])), 0.77));
        figures.push(faster(p99, "ms", (ms(ours[RUNS * 99 / 100]), ms(bare[RUNS * 99 / 100])), 0.5));
    }
    let (ours, bare) = bench.in_turns(&batch(), 20).await?;
    let rate = |taken: Duration| 1_000.0 / taken.as_secs_f64();
    figures.push(Figure::against("a bare call", "script-batch", "responses/s", (rate(ours[10]), rate(bare[10])), 0.77));
    figures.push(Figure::against("at least", "script-batch-goal", "responses/s", (rate(ours[10]), 5_000.0), 1.0));
    let (ours, bare) = bench.in_turns(&Order { limits: LONG_RUN, ..order(ASKING) }, 20).await?;
    let one = |taken: Duration| taken.as_secs_f64() * 1e6 / CALLS;
    figures.push(faster("script-host-call", "us", (one(ours[10]), one(bare[10])), 0.2));
    figures.push(bench.memory(hosts).await?);
    figures.push(bench.rate(hosts).await?);
    figures.push(bench.beside_loops().await?);
    figures.push(bench.idle_tenants(hosts).await?);
    figures.push(neighbour::measure(config, &bench).await?);
    bench.sandbox.stop(Duration::from_secs(5)).await;
    Ok(figures)
}

/// For runs that are many in one.
const LONG_RUN: Limits = Limits { host_calls_max: 10_000, wall_ms_max: 20_000, ..Limits::DEFAULT };

struct Bench {
    sandbox: Sandbox,
    bare: Bare,
}

impl Bench {
    /// What runs take here and without a sandbox, in turns, each sorted.
    async fn in_turns(&self, order: &Order, runs: usize) -> Result<(Vec<Duration>, Vec<Duration>), Failure> {
        let program = self.program(order).await?;
        let order = Order { program: Some(Arc::clone(&program)), ..order.clone() };
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..runs + 5 {
            ours.push(self.run(order.clone()).await?);
            bare.push(self.bare.run(&order, &program).await.map_err(|why| broken(&why))?);
        }
        // What is only warm afterwards is not counted.
        let sorted = |mut taken: Vec<Duration>| {
            taken.drain(..5);
            taken.sort();
            taken
        };
        Ok((sorted(ours), sorted(bare)))
    }

    async fn program(&self, order: &Order) -> Result<Arc<Program>, Failure> {
        let checked = self.sandbox.check(order.tenant, &order.name, &order.source).await;
        checked.map(Arc::new).map_err(|error| broken(&error))
    }

    /// One run that must end well; what it took.
    async fn run(&self, order: Order) -> Result<Duration, Failure> {
        let began = now();
        let report = self.sandbox.run(order, &mut Desk).await;
        report.outcome.map(|_| began.elapsed()).map_err(|failure| broken(&failure))
    }

    /// What an instance has in memory of its own, while as many as fit wait in one host.
    async fn memory(&self, hosts: usize) -> Result<Figure, Failure> {
        let resident = || self.sandbox.status().hosts.iter().map(|it| it.private_bytes).sum::<u64>();
        let before = resident();
        let mut waiting = JoinSet::new();
        let count = 8 * hosts;
        for tenant in 0..count {
            let (sandbox, limits) = (self.sandbox.clone(), LONG_RUN);
            let order = Order { tenant: numbered(tenant as u128), limits, ..order("import time\ntime.sleep(2)\n") };
            waiting.spawn(async move { sandbox.run(order, &mut Desk).await });
        }
        sleep(Duration::from_secs(1)).await;
        let kilobytes = resident().saturating_sub(before) / 1_000 / count as u64;
        let each = f64::from(u32::try_from(kilobytes).unwrap_or(u32::MAX)) / 1e3;
        while waiting.join_next().await.is_some() {}
        Ok(Figure::against("at most", "script-memory", "MB/instance", (each, 4.0), 1.0).turned())
    }

    /// Runs a second on all hosts, against as many bare ones as one after the other make on as many processors.
    async fn rate(&self, hosts: usize) -> Result<Figure, Failure> {
        const SPAN: Duration = Duration::from_secs(3);
        let order = order(SHORT);
        let program = self.program(&order).await?;
        let (_, bare) = self.in_turns(&order, 50).await?;
        let began = now();
        let mut runners = JoinSet::new();
        for tenant in 0..hosts * 4 {
            let (sandbox, tenant) = (self.sandbox.clone(), numbered(tenant as u128));
            let order = Order { tenant, program: Some(Arc::clone(&program)), ..order.clone() };
            runners.spawn(async move {
                let mut runs = 0_u32;
                while began.elapsed() < SPAN && sandbox.run(order.clone(), &mut Desk).await.outcome.is_ok() {
                    runs += 1;
                }
                runs
            });
        }
        let runs: u32 = runners.join_all().await.into_iter().sum();
        let limit = f64::from(u32::try_from(hosts).unwrap_or(u32::MAX)) / bare[25].as_secs_f64();
        Ok(Figure::against("bare ones", "script-rate", "runs/s", (f64::from(runs) / SPAN.as_secs_f64(), limit), 0.77))
    }

    /// Endless loops of three tenants, under way until they are dropped.
    fn endless(&self) -> JoinSet<Report> {
        let mut loops = JoinSet::new();
        for tenant in 1..=3 {
            let sandbox = self.sandbox.clone();
            let limits = Limits { fuel_max: u64::MAX / 2, wall_ms_max: 600_000, ..Limits::DEFAULT };
            let order = Order { tenant: numbered(tenant), limits, ..order("while True: pass\n") };
            loops.spawn(async move { sandbox.run(order, &mut Desk).await });
        }
        loops
    }

    /// How long the slowest of a hundred short runs takes beside endless loops of three other tenants.
    async fn beside_loops(&self) -> Result<Figure, Failure> {
        let mut loops = self.endless();
        sleep(Duration::from_millis(500)).await;
        let order = order(SHORT);
        let program = Some(self.program(&order).await?);
        let mut taken = Vec::new();
        for _ in 0..100 {
            taken.push(self.run(Order { program: program.clone(), ..order.clone() }).await?);
        }
        taken.sort();
        loops.shutdown().await;
        Ok(faster("script-beside-loops", "ms", (ms(taken[98]), 50.0), 1.0).than("at most"))
    }

    /// What stays in memory of each of many tenants that ran a script of their own once.
    async fn idle_tenants(&self, hosts: usize) -> Result<Figure, Failure> {
        self.once_each(0..TENANTS_BEFORE, hosts).await?;
        let before = resident()?;
        self.once_each(TENANTS_BEFORE..TENANTS_BEFORE + u128::from(TENANTS), hosts).await?;
        let bytes = u32::try_from(resident()?.saturating_sub(before)).unwrap_or(u32::MAX);
        let each = (f64::from(bytes) / f64::from(TENANTS)).max(1.0);
        Ok(Figure::against("at most", "script-idle-tenant", "bytes/tenant", (each, 1_024.0), 1.0).turned())
    }

    /// One run of a script of its own for each of these tenants.
    async fn once_each(&self, tenants: std::ops::Range<u128>, hosts: usize) -> Result<(), Failure> {
        let mut running: JoinSet<Result<(), canvass_script::Failure>> = JoinSet::new();
        for tenant in tenants {
            if hosts * 2 <= running.len()
                && let Some(ended) = running.join_next().await
            {
                ended.map_err(|it| broken(&it))?.map_err(|failure| broken(&failure))?;
            }
            let (sandbox, source) = (self.sandbox.clone(), format!("tenant = {tenant}\ntenant + 1\n"));
            let order = Order { tenant: numbered(tenant), ..order(&source) };
            running.spawn(async move { sandbox.run(order, &mut Desk).await.outcome.map(drop) });
        }
        let ended = running.join_all().await;
        ended.into_iter().collect::<Result<(), _>>().map_err(|failure| broken(&failure))
    }
}

/// Bytes of this process that are in memory, shared ones included.
pub(super) fn resident() -> Result<u64, Failure> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages = pages.split(' ').nth(1).and_then(|it| it.parse::<u64>().ok());
    Ok(pages.unwrap_or_default() * PAGE_BYTES)
}

/// Waits until all hosts are there; how many work.
async fn ready(sandbox: &Sandbox) -> Result<usize, Failure> {
    let began = now();
    loop {
        let status = sandbox.status();
        if status.hosts_wanted < status.hosts.len() {
            return Ok(status.hosts_wanted);
        }
        if READY_MAX < began.elapsed() || matches!(status.phase, canvass_script::Phase::Failed(_)) {
            return Err(broken(&format!("the script hosts are not there: {:?}", status.phase)));
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// From starting a process to its being ready, against loading the guest in this one.
fn started(sandbox: &Sandbox, bare: &Bare) -> Figure {
    let fastest = sandbox.status().hosts.iter().map(|it| it.started_in).min().unwrap_or_default();
    faster("script-host-start", "ms", (ms(fastest), ms(bare.started_in)), 0.3)
}

/// A figure that is the better the smaller it is.
fn faster(name: &'static str, unit: &'static str, measured: (f64, f64), goal: f64) -> Figure {
    Figure::against("a bare call", name, unit, measured, goal).turned()
}

fn order(source: &str) -> Order {
    Order {
        tenant: numbered(0),
        name: ScriptName::parse("bench").unwrap_or_else(|_| unreachable!("it is a name")),
        source: Arc::new(Source::parse(source).unwrap_or_default()),
        program: None,
        modules: Vec::new(),
        call: Call::Main,
        context: json!({"tenant": {"alias": "adatum", "name": "Adatum"}, "member": null, "trigger": "manual", "parameters": {}}),
        limits: Limits { fuel_max: 10_000_000_000, wall_ms_max: 10_000, ..Limits::DEFAULT },
        now: Timestamp(0),
        seed: 1,
    }
}

fn batch() -> Order {
    let response = |number: u128| {
        let answers: serde_json::Map<_, _> = ["A1", "A2", "A3", "C3", "C4", "C5", "E1", "E2", "E3"]
            .iter()
            .map(|it| ((*it).to_owned(), json!(1 + number % 6)))
            .collect();
        json!({"id": format!("{number:032x}"), "survey": "bfi", "version": 1, "source": "web", "answers": answers})
    };
    Order { call: Call::Responded((0..BATCH).map(response).collect()), ..order(HOOK) }
}

fn numbered(number: u128) -> TenantId {
    TenantId::parse(&format!("{number:032x}")).unwrap_or_else(|| unreachable!("it is an id"))
}

fn ms(taken: Duration) -> f64 {
    taken.as_secs_f64() * 1e3
}

#[expect(clippy::disallowed_methods, reason = "what is measured is the machine's time")]
fn now() -> Instant {
    Instant::now()
}

/// Whoever answers every call with an empty object.
struct Desk;

impl Host for Desk {
    fn call<'a>(&'a mut self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<String, Refusal>> {
        Box::pin(async { Ok("{}".to_owned()) })
    }
}
