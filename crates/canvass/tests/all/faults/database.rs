//! A database that goes and comes back: this file is about PostgreSQL that is stopped in every way under load, and about a
//! standby that takes over.

use std::time::Duration;

use tokio::{
    task::{JoinSet, block_in_place},
    time::{Instant, sleep},
};

use super::{Load, soundness};
use crate::support::{
    Process,
    faults::{Chance, DATABASE_RESTARTED, PRIMARY_KILLED, Report, Tally},
    on_postgres,
    postgres::{Postgres, Stop},
};

/// A server that keeps what it acknowledges, unlike the one that tests share.
const DURABLE: &str = "fsync = on\nfull_page_writes = on";
/// How often to look whether a standby follows.
const POLL: Duration = Duration::from_millis(20);
/// How long a standby may take to follow, on a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restarted_in_every_way_loses_nothing_and_doubles_nothing() {
    if !on_postgres() {
        return;
    }
    let (mut chance, rounds) = (Chance::of_this_run(), DATABASE_RESTARTED.rounds());
    let postgres = block_in_place(|| Postgres::start_with(DURABLE));
    let url = postgres.database();
    let mut server = Process::spawn_on(&url, &["--demo"]);
    let mut load = Load::on(&mut server).await;
    let mut recovered_in = Duration::ZERO;
    for round in 0..rounds {
        load.until_some_moment(&mut chance).await;
        let how = [Stop::Fast, Stop::Immediate, Stop::Killed][round as usize % 3];
        block_in_place(|| {
            postgres.stop(how);
            postgres.start_again();
        });
        recovered_in = recovered_in.max(load.until_more(1).await);
    }
    let tally = load.settle(&server).await;
    assert!(server.stop().success());
    soundness::assert_database_is_sound(&postgres, &url).await;
    Report { fault: &DATABASE_RESTARTED, engine: "PostgreSQL", rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synchronous_standby_takes_over_and_has_everything_that_was_acknowledged() {
    if !on_postgres() {
        return;
    }
    let (mut chance, rounds) = (Chance::of_this_run(), PRIMARY_KILLED.rounds());
    let (mut total, mut recovered_in) = (Tally::default(), Duration::ZERO);
    for _ in 0..rounds {
        let (tally, took) = fail_over(&mut chance).await;
        total += tally;
        recovered_in = recovered_in.max(took);
    }
    Report { fault: &PRIMARY_KILLED, engine: "PostgreSQL", rounds, tally: total, recovered_in }.conclude();
}

async fn fail_over(chance: &mut Chance) -> (Tally, Duration) {
    let primary = block_in_place(|| Postgres::start_with(DURABLE));
    let alone = primary.database();
    let standby = block_in_place(|| primary.standby());
    until_synchronous(&primary.as_superuser(&alone)).await;
    let url = primary.with_standby(&standby, &alone);
    let mut server = Process::spawn_on(&url, &["--demo"]);
    let mut load = Load::on(&mut server).await;
    load.until_more(100).await;
    load.until_some_moment(chance).await;

    block_in_place(|| primary.stop(Stop::Killed));
    let killed = Instant::now();
    block_in_place(|| standby.promote());
    load.until_more(1).await;
    let recovered_in = killed.elapsed();
    load.until_more(50).await;
    let tally = load.settle(&server).await;
    assert!(server.stop().success());
    let (_, name) = alone.rsplit_once('/').expect("a URL");
    soundness::assert_database_is_sound(&standby, &format!("/{name}")).await;
    (tally, recovered_in)
}

/// Waits until the primary acknowledges nothing that its standby has not.
async fn until_synchronous(url: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("it is there");
    let reading = JoinSet::from_iter([connection]);
    let deadline = Instant::now() + PATIENCE;
    let sql = "select 1 from pg_stat_replication where application_name = 'standby' and sync_state = 'sync'";
    while client.query(sql, &[]).await.expect("a view").is_empty() {
        assert!(Instant::now() < deadline, "the standby does not follow");
        sleep(POLL).await;
    }
    drop(client);
    reading.join_all().await;
}
