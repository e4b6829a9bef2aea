//! Servers that stand still: this file is about a process that is stopped by its machine in the middle of its work and
//! goes on later, as if no time had passed.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Load, engine, load, soundness};
use crate::support::{
    Process,
    faults::{Chance, ONE_OF_TWO_FROZEN, Report, SERVER_FROZEN},
    on_postgres,
};

/// How long a server alone stands still, at most: longer than its clients wait for an answer.
const FROZEN_MAX: Duration = Duration::from_secs(5);
/// How long one of two stands still: longer than the lease of a job.
const PAST_LEASES: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stood_still_goes_on_as_if_nothing_had_been() {
    let (mut chance, rounds) = (Chance::of_this_run(), SERVER_FROZEN.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    let mut load = Load::on(&mut server).await;
    let mut recovered_in = Duration::ZERO;
    for _ in 0..rounds {
        load.until_some_moment(&mut chance).await;
        server.freeze();
        sleep(chance.time_below(FROZEN_MAX)).await;
        server.thaw();
        recovered_in = recovered_in.max(load.until_more(1).await);
    }
    let tally = load.settle(&server).await;
    soundness::assert_sound_after(server).await;
    Report { fault: &SERVER_FROZEN, engine: engine(), rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_of_two_servers_stands_still_the_other_works_and_nothing_is_done_twice() {
    if !on_postgres() {
        return;
    }
    let (mut chance, rounds) = (Chance::of_this_run(), ONE_OF_TWO_FROZEN.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    let surveys = load::publish(&mut server).await;
    let servers = [server.beside(&[]), server];
    let mut load = Load::begin(surveys, servers.iter().map(|it| it.url().to_owned()).collect());
    let mut recovered_in = Duration::ZERO;
    for round in 0..rounds {
        load.until_some_moment(&mut chance).await;
        let one = &servers[round as usize % 2];
        one.freeze();
        let frozen = Instant::now();
        recovered_in = recovered_in.max(load.until_more(1).await);
        while frozen.elapsed() < PAST_LEASES {
            load.until_more(1).await;
        }
        one.thaw();
        load.until_more(20).await;
    }
    let [one, other] = servers;
    let mut tally = load.settle(&one).await;
    let seen_by_other = load.look(&other).await;
    tally.lost += seen_by_other.lost;
    tally.doubled += seen_by_other.doubled;
    drop(other);
    soundness::assert_sound_after(one).await;
    Report { fault: &ONE_OF_TWO_FROZEN, engine: engine(), rounds, tally, recovered_in }.conclude();
}
