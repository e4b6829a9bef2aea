//! Disks that refuse: this file is about an error at every write, sync and change of a length in turn, after each of which
//! what was acknowledged is there.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    time::Duration,
};

use canvass_storage::Settings;
use tempfile::TempDir;
use tokio::time::Instant;

use super::{assert_files_are_sound, files, look, prepare, promise, start};
use crate::support::faults::{Chance, DISK_ERROR, DISK_FULL, Fault, Report, Tally, library};

/// What makes the disk fail.
const LIBRARY: &str = include_str!("../../../../canvass/tests/data/failing_disk.c");
/// The number of an input/output error.
const INPUT_OUTPUT: i32 = 5;
/// The number of a full disk.
const NO_SPACE: i32 = 28;
/// How many calls a full disk refuses, at most, until somebody made room.
const FULL_CALLS_MAX: u64 = 40;

/// What of the disk's calls fails.
struct Failing<'l> {
    library: &'l Path,
    first: u64,
    count: u64,
    error: i32,
}

/// What a child did on a disk that failed.
struct Run {
    refused: usize,
    /// The calls it made in all, if it lived to tell.
    calls: Option<u64>,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_at_any_call_of_the_disk_loses_nothing_that_was_acknowledged() {
    sweep(&DISK_ERROR, INPUT_OUTPUT, |_| 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_from_any_call_on_loses_nothing_that_was_acknowledged() {
    sweep(&DISK_FULL, NO_SPACE, |chance| 1 + chance.below(FULL_CALLS_MAX)).await;
}

/// Has calls fail, beginning with another one each time: in steps over all calls of a run without failures.
async fn sweep(fault: &Fault, error: i32, count: impl Fn(&mut Chance) -> u64) {
    let folder = TempDir::with_prefix("canvass-").unwrap();
    let library = library("failing_disk", LIBRARY, folder.path());
    let (mut chance, rounds) = (Chance::of_this_run(), fault.rounds());
    prepare(&Settings::embedded(folder.path().join("prepared"))).await;
    let whole = run(folder.path(), 0, &Failing { library: &library, first: 0, count: 0, error }).await.0;
    let calls = whole.calls.expect("nothing failed");
    assert!(100 < calls && whole.refused == 0, "a run without failures makes {calls} calls");
    let (mut total, mut refused, mut recovered_in) = (Tally::default(), 0, Duration::ZERO);
    for round in 0..rounds {
        let step = (calls / u64::from(rounds)).max(1);
        let first = 1 + (u64::from(round) * step + chance.below(step)) % calls;
        let failing = Failing { library: &library, first, count: count(&mut chance), error };
        let (ran, tally, took) = run(folder.path(), u64::from(round) + 1, &failing).await;
        assert_eq!((tally.lost, tally.doubled), (0, 0), "after an error {error} at call {first}");
        refused += ran.refused;
        total += tally;
        recovered_in = recovered_in.max(took);
    }
    assert!(0 < refused, "no call that mattered failed");
    Report { fault, engine: "embedded", rounds, tally: total, recovered_in }.conclude();
}

/// Runs a child on a disk of its own that fails, and looks afterwards, on one that does not.
async fn run(folder: &Path, round: u64, failing: &Failing<'_>) -> (Run, Tally, Duration) {
    let data = folder.join(format!("data-{round}"));
    let (settings, count) = (Settings::embedded(&data), folder.join(format!("count-{round}")));
    for file in files(&folder.join("prepared")) {
        let copy = data.join(file.strip_prefix(folder.join("prepared")).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(file, copy).unwrap();
    }
    let prelude = format!(
        "export LD_PRELOAD={} DISK_FAILS_ROOT={} DISK_FAILS_AT={} DISK_FAILS_FOR={} DISK_FAILS_WITH={} \
         DISK_FAILS_COUNT={};",
        failing.library.display(),
        data.display(),
        failing.first,
        failing.count,
        failing.error,
        count.display()
    );
    let mut child = start("accept_apply_and_end", &data.display().to_string(), round, &prelude);
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success(), "{lines:?}");
    let promised: BTreeSet<_> = lines.iter().filter_map(|it| promise(it)).collect();
    let refused = lines.iter().filter(|it| it.starts_with("refused: ")).count();
    let begun = Instant::now();
    let tally = look(&settings, &promised).await;
    let took = begun.elapsed();
    assert_files_are_sound(&data);
    let calls = fs::read_to_string(count).ok().and_then(|it| it.trim().parse().ok());
    fs::remove_dir_all(data).unwrap();
    (Run { refused, calls }, tally, took)
}
