//! Kills of the process: this file is about a child that is killed again and again at any moment, on each engine.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    time::Duration,
};

use canvass_storage::Settings;
use tempfile::TempDir;
use tokio::time::Instant;

use super::{Promise, assert_files_are_sound, look, prepare, promise, sealed, start};
use crate::support::{
    database,
    faults::{Chance, Report, STORAGE_KILLED},
};

/// Acknowledgements before a kill, at most: so that some come while it starts, some while it replays, some in full work.
const ACKNOWLEDGED_MAX: u64 = 300;
/// Signal 9.
const KILL: i32 = 9;

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_is_lost_or_counted_twice() {
    let folder = TempDir::with_prefix("canvass-").unwrap();
    let data = folder.path().join("data");
    kill_again_and_again("embedded", &Settings::embedded(&data), &data.display().to_string()).await;
    assert_files_are_sound(&data);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_on_postgresql_nothing_is_lost_or_counted_twice() {
    let url = database().await;
    kill_again_and_again("PostgreSQL", &Settings::postgres(url.clone()), &url).await;
}

async fn kill_again_and_again(engine: &'static str, settings: &Settings, place: &str) {
    prepare(settings).await;
    let (mut chance, rounds) = (Chance::of_this_run(), STORAGE_KILLED.rounds());
    let mut promised = BTreeSet::new();
    for round in 0..rounds {
        promised.extend(run_and_kill(place, u64::from(round), chance.below(ACKNOWLEDGED_MAX)));
    }
    let begun = Instant::now();
    let tally = look(settings, &promised).await;
    let recovered_in: Duration = begun.elapsed();
    assert!(0 < sealed(settings).await, "nothing was sealed, so no sealing was interrupted");
    Report { fault: &STORAGE_KILLED, engine, rounds, tally, recovered_in }.conclude();
}

/// Starts a child and kills it after it acknowledged so many responses; answers all it acknowledged.
fn run_and_kill(place: &str, round: u64, after: u64) -> BTreeSet<Promise> {
    let mut child = start("accept_and_apply", place, round, "");
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let (mut promised, mut count) = (BTreeSet::new(), 0);
    for line in lines {
        let Some(promise) = promise(&line) else { continue };
        promised.insert(promise);
        count += 1;
        if count == after + 1 {
            child.kill().unwrap();
        }
    }
    assert_eq!(child.wait().unwrap().signal(), Some(KILL), "it ended before it was killed");
    promised
}
