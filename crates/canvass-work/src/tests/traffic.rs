//! Visits over an installation: this file is about writing them whatever happens to one tenant, and about their bounds.

use std::{
    sync::{Mutex, mpsc},
    time::Duration,
};

use canvass_actions::traffic::{self, Batch, Item, RECORDS_DAY_MAX, Recorder, SOURCES_DAY_MAX, Visit};
use canvass_model::{
    plan::PlanId,
    time::Timestamp,
    traffic::{AccessRecord, Act, Agent, ClientMark, Facet, Place, SiteHost, Source, Span},
};
use canvass_storage::{Error, Tenant, Tx, traffic as stored};
use tokio::sync::oneshot;

use super::installation::{Installation, idle, on_every_engine, until};
use crate::{traffic::Writer, worker::Mood};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How soon visits are written here.
const SOON: Duration = Duration::from_millis(10);

/// A visit of a phone to the index at `at`.
fn record(at: Timestamp) -> AccessRecord {
    AccessRecord {
        at,
        place: Place::of(None),
        act: Act::Read,
        status: 200,
        micros: 1_000,
        bytes: 2_000,
        client: ClientMark([7; 8]),
        source: Source::Direct,
        agent: Agent::Phone,
    }
}

fn visit(recorder: &Recorder, tenant: &Tenant, times: usize) {
    for _ in 0..times {
        recorder.record(Visit { tenant: tenant.clone(), record: record(tenant.now()) });
    }
}

/// What is counted by something over the last week.
async fn counts(tenant: &Tenant, facet: Facet) -> Vec<Item> {
    let now = tenant.now();
    let range = traffic::range(now.plus_ms(-7 * Timestamp::DAY_MS), now.plus_ms(1), now);
    tenant.read(move |tx| traffic::by_value(tx, range, facet)).await.unwrap()
}

async fn requests(tenant: &Tenant) -> u64 {
    counts(tenant, Facet::All).await.iter().map(|it| it.tally.requests).sum()
}

async fn fared(tenant: &Tenant) -> stored::Day {
    tenant.read(|tx| stored::days(tx, Timestamp(0), Timestamp(i64::MAX))).await.unwrap()
}

async fn keep(tenant: &Tenant, records: Vec<AccessRecord>) {
    let batch = Batch { records, dropped: 0 };
    tenant.write(move |tx| traffic::keep(tx, &batch)).await.unwrap();
}

/// Holds a tenant's only writer until the sender is dropped.
async fn hold(tenant: &Tenant) -> (mpsc::Sender<()>, tokio::task::JoinSet<()>) {
    let (let_go, wait) = mpsc::channel::<()>();
    let (held, is_held) = oneshot::channel();
    let (held, wait, tenant) = (Mutex::new(Some(held)), Mutex::new(wait), tenant.clone());
    let mut holding = tokio::task::JoinSet::new();
    holding.spawn(async move {
        let stand_still = move |_: &mut Tx<'_>| {
            if let Some(held) = held.lock().unwrap().take() {
                held.send(()).unwrap();
            }
            let _ = wait.lock().unwrap().recv();
            Ok::<_, Error>(())
        };
        tenant.write(stand_still).await.unwrap();
    });
    is_held.await.unwrap();
    (let_go, holding)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_stands_still_holds_nobody_up_and_loses_only_what_is_too_much() {
    on_every_engine(async |installation| {
        let slow = installation.tenant("adatum", PlanId::Standard).await;
        let quick = installation.tenant("fabrikam", PlanId::Standard).await;
        let (recorder, visits) = traffic::channel(10_000);
        let writer = Writer::start(&installation.directory, visits, SOON);

        let (let_go, mut holding) = hold(&slow).await;
        visit(&recorder, &slow, 5_000);
        visit(&recorder, &quick, 3);
        until(async || requests(&quick).await == 3).await;
        until(async || 0 < recorder.losses().total()).await;

        drop(let_go);
        holding.join_next().await.unwrap().unwrap();
        until(async || requests(&slow).await + recorder.losses().total() == 5_000).await;
        // What it lost is told with what comes next.
        visit(&recorder, &slow, 1);
        until(async || fared(&slow).await.dropped == recorder.losses().total()).await;
        assert_eq!(fared(&quick).await.dropped, 0);
        assert!(writer.drain(PATIENCE).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_whose_file_is_gone_holds_nobody_up() {
    let installation = Installation::open().await;
    let broken = installation.tenant("adatum", PlanId::Standard).await;
    let sound = installation.tenant("fabrikam", PlanId::Standard).await;
    installation.directory.remove_database(broken.record().id).await.unwrap();
    let (recorder, visits) = traffic::channel(100);
    let writer = Writer::start(&installation.directory, visits, SOON);

    visit(&recorder, &broken, 5);
    visit(&recorder, &sound, 5);
    until(async || requests(&sound).await == 5).await;
    until(async || recorder.losses().total() == 5).await;
    assert!(writer.drain(PATIENCE).await);
}

#[tokio::test]
async fn a_full_channel_drops_and_counts_and_never_waits() {
    let installation = Installation::open().await;
    let tenant = installation.tenant("adatum", PlanId::Standard).await;
    let (recorder, visits) = traffic::channel(4);
    visit(&recorder, &tenant, 10);
    assert_eq!(recorder.losses().total(), 6);

    // Nobody took anything so far: what was taken into the channel is written by whoever comes, the losses with it.
    let writer = Writer::start(&installation.directory, visits, Duration::from_hours(1));
    assert!(writer.drain(PATIENCE).await);
    assert_eq!((requests(&tenant).await, fared(&tenant).await.dropped), (4, 6));
    visit(&recorder, &tenant, 1);
    assert_eq!(recorder.losses().total(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_writes_whatever_was_taken() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let (recorder, visits) = traffic::channel(10_000);
        let writer = Writer::start(&installation.directory, visits, Duration::from_hours(1));
        visit(&recorder, &tenant, 1_234);
        assert!(writer.drain(PATIENCE).await);
        assert_eq!((requests(&tenant).await, recorder.losses().total()), (1_234, 0));
        assert_eq!(fared(&tenant).await, stored::Day { kept: 1_234, counted: 0, dropped: 0 });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_log_is_bounded_and_the_counts_go_on() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let now = tenant.now();
        let almost = stored::Day { kept: RECORDS_DAY_MAX - 3, ..stored::Day::default() };
        tenant.write(move |tx| stored::add_to_day(tx, now, almost)).await.unwrap();
        keep(&tenant, vec![record(now); 10]).await;
        keep(&tenant, vec![record(now); 10]).await;
        assert_eq!(fared(&tenant).await, stored::Day { kept: RECORDS_DAY_MAX, counted: 17, dropped: 0 });
        assert_eq!(requests(&tenant).await, 20);
        let micros = tenant.read(|tx| stored::newest_micros(tx, Timestamp(0), 100)).await.unwrap();
        assert_eq!(micros, [1_000; 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_sites_are_told_apart_up_to_a_bound() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let now = tenant.now();
        let from = |nth: usize| {
            let host = SiteHost::parse(&format!("site-{nth}.example")).unwrap();
            AccessRecord { source: Source::Site(host), ..record(now) }
        };
        keep(&tenant, (0..150).map(from).collect()).await;
        keep(&tenant, (0..400).map(from).collect()).await;
        let known =
            tenant.read(move |tx| stored::values(tx, Span::Day, Span::Day.begin(now), Facet::Source, 1_000)).await;
        let known = known.unwrap();
        assert_eq!(known.len(), SOURCES_DAY_MAX + 1);
        assert!(known.contains(&"site-199.example".to_owned()) && !known.contains(&"site-200.example".to_owned()));
        let other = counts(&tenant, Facet::Source).await.into_iter().find(|it| it.value == "other").unwrap();
        assert_eq!(other.tally.requests, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweep_forgets_records_and_counts_after_their_times_and_not_before() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let now = tenant.now();
        let days_ago = |days: i64| now.plus_ms(-days * Timestamp::DAY_MS);
        for days in [1, 29, 32, 34, 36, 399, 402] {
            keep(&tenant, vec![record(days_ago(days))]).await;
        }
        let workers = installation.work(idle());
        let sweep = || workers.snapshot().into_iter().find(|it| it.worker == "sweep").unwrap();
        until(async || sweep().mood == Mood::Waiting && sweep().cycles == 1).await;

        let left = |span: Span| {
            let range = stored::Range { span, from: Timestamp(0), to: Timestamp(i64::MAX) };
            tenant.read(move |tx| stored::series(tx, range))
        };
        let at = |found: Vec<(Timestamp, _)>| found.into_iter().map(|it| it.0).collect::<Vec<_>>();
        let expected = |span: Span, days: &[i64]| days.iter().map(|it| span.begin(days_ago(*it))).collect::<Vec<_>>();
        assert_eq!(at(left(Span::Hour).await.unwrap()), expected(Span::Hour, &[34, 32, 29, 1]));
        assert_eq!(at(left(Span::Day).await.unwrap()), expected(Span::Day, &[399, 36, 34, 32, 29, 1]));
        let log = tenant.read(|tx| stored::newest_micros(tx, Timestamp(0), 100)).await.unwrap();
        assert_eq!(log.len(), 2, "of the last 30 days");
        assert_eq!(fared(&tenant).await.kept, 6);
    })
    .await;
}

#[test]
fn a_client_is_marked_anew_every_day_and_in_every_process() {
    let (one, other) = (traffic::channel(1).0, traffic::channel(1).0);
    let tenant = uuid::Uuid::from_u128(1).into();
    let address = "203.0.113.7".parse().unwrap();
    let mark = |recorder: &Recorder, at| recorder.mark(tenant, Timestamp(at), address, b"Mozilla/5.0").unwrap();
    let morning = mark(&one, 0);
    assert_eq!(mark(&one, Timestamp::DAY_MS - 1), morning);
    assert_ne!(mark(&one, Timestamp::DAY_MS), morning);
    assert_ne!(mark(&one, 0), morning, "yesterday's salt is gone");
    assert_ne!(mark(&other, 0), morning);
}
