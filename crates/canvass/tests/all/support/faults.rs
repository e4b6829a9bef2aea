//! How often faults happen: this file is about the rounds of each, short and long, about chance that can be had again,
//! and about what is told of what came of them.
//!
//! Needs nothing but the standard library, because the contract tests of `canvass-storage` include it by path.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// A fault that happens again and again.
pub struct Fault {
    /// What it is called in reports.
    name: &'static str,
    short: u32,
    long: u32,
}

/// What chooses between the two lengths: `short`, which is the default, or `long`.
const LENGTH: &str = "CANVASS_FAULTS";
/// What chooses the chances of a run that failed.
const SEED: &str = "CANVASS_TEST_SEED";

/// The process of storage, accepting and applying, killed by signal 9.
pub const STORAGE_KILLED: Fault = Fault { name: "storage killed", short: 175, long: 900 };
/// The whole server killed by signal 9.
pub const SERVER_KILLED: Fault = Fault { name: "server killed", short: 25, long: 100 };
/// One of two servers on a database killed by signal 9.
pub const ONE_OF_TWO_KILLED: Fault = Fault { name: "one of two servers killed", short: 15, long: 100 };
/// The power fails: what was not synced is there, or not, or in part.
pub const POWER_LOST: Fault = Fault { name: "unsynced writes dropped", short: 90, long: 1_000 };
/// A write, change of length or sync of storage fails with an input/output error.
pub const DISK_ERROR: Fault = Fault { name: "input/output error", short: 30, long: 400 };
/// The disk is full for some calls, beginning with a certain one.
pub const DISK_FULL: Fault = Fault { name: "disk full", short: 30, long: 400 };
/// The server stands still and goes on.
pub const SERVER_FROZEN: Fault = Fault { name: "server frozen", short: 6, long: 60 };
/// One of two servers on a database stands still for longer than its leases, and goes on.
pub const ONE_OF_TWO_FROZEN: Fault = Fault { name: "one of two servers frozen", short: 2, long: 12 };
/// The clock jumps by hours.
pub const CLOCK_JUMPED: Fault = Fault { name: "clock jumped", short: 12, long: 120 };
/// PostgreSQL stops, in turn fast, at once and by signal 9, and starts again.
pub const DATABASE_RESTARTED: Fault = Fault { name: "database restarted", short: 6, long: 45 };
/// The primary of PostgreSQL is killed by signal 9, and its synchronous standby takes over.
pub const PRIMARY_KILLED: Fault = Fault { name: "primary killed", short: 2, long: 8 };

impl Fault {
    /// How often it happens in this run.
    pub fn rounds(&self) -> u32 {
        match std::env::var(LENGTH).as_deref() {
            Ok("long") => self.long,
            Ok("short" | "") | Err(_) => self.short,
            Ok(other) => panic!("{LENGTH} is {other:?}, but must be short or long"),
        }
    }
}

/// What became of what was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Responses whose acceptance somebody was told.
    pub acknowledged: usize,
    /// Those of them that are not there.
    pub lost: usize,
    /// Responses that are there more than once, or are counted otherwise than they are there.
    pub doubled: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.lost += other.lost;
        self.doubled += other.doubled;
    }
}

/// A fault after its rounds.
pub struct Report<'f> {
    pub fault: &'f Fault,
    pub engine: &'static str,
    pub rounds: u32,
    pub tally: Tally,
    /// The longest time from the end of the fault to the next acknowledged response, or to a clean look at everything.
    pub recovered_in: Duration,
}

impl Report<'_> {
    /// Tells it in one line, which `script/faults` collects, and insists that nothing is lost and nothing doubled.
    #[track_caller]
    pub fn conclude(self) {
        println!("{self}");
        assert_eq!((self.tally.lost, self.tally.doubled), (0, 0), "{self}");
        assert!(0 < self.tally.acknowledged, "nothing was acknowledged, so nothing was tested: {self}");
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { acknowledged, lost, doubled } = self.tally;
        let (name, engine, rounds, ms) = (self.fault.name, self.engine, self.rounds, self.recovered_in.as_millis());
        write!(f, "fault\t{name}\t{engine}\t{rounds}\t{acknowledged}\t{lost}\t{doubled}\t{ms} ms")
    }
}

/// Numbers that look random and can be had again: xorshift.
pub struct Chance(u64);

impl Chance {
    /// New chances, or those of the seed that the environment names.
    pub fn of_this_run() -> Self {
        let seed = std::env::var(SEED).ok().and_then(|it| it.parse().ok());
        let nanos = || u64::from(std::time::UNIX_EPOCH.elapsed().map_or(1, |it| it.subsec_nanos()));
        // Xorshift stays at zero for ever.
        let seed = seed.unwrap_or_else(nanos) | 1;
        println!("to see the same chances again: {SEED}={seed}");
        Self(seed)
    }

    /// A number below a bound, which is not zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A time below a bound.
    pub fn time_below(&mut self, bound: Duration) -> Duration {
        Duration::from_millis(self.below(u64::try_from(bound.as_millis()).expect("a short time").max(1)))
    }
}

/// Compiles a library that is loaded before the C library, with the compiler that SQLite was built with; answers where it is.
pub fn library(name: &str, source: &str, folder: &Path) -> PathBuf {
    let (file, built) = (folder.join(name).with_extension("c"), folder.join(name).with_extension("so"));
    fs::write(&file, source).expect("a temporary folder is writable");
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-O1", "-o"]).arg(&built).arg(file);
    let compiled = compile.status().expect("a C compiler is there: SQLite was built with it");
    assert!(compiled.success(), "the library {name} could not be built; the compiler's message is above");
    built
}
