//! How the sandbox is: this file is about what doctor, operators' console and metrics are told.

use std::time::Duration;

use serde::Serialize;

use crate::wire::WallFrame;

/// How the sandbox is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether runs are taken.
    pub phase: Phase,
    /// How many hosts work at once; one more stands by.
    pub hosts_wanted: usize,
    /// Hosts that are ready, the longest there first.
    pub hosts: Vec<HostStatus>,
    /// The walls of the operating system around each host, as the last one that started reported them.
    pub walls: Vec<Wall>,
    /// Runs under way.
    pub running: usize,
    /// Runs that wait for their turn.
    pub waiting: usize,
    /// Runs that had a place so far.
    pub runs: u64,
    /// Runs that were refused because too many of their tenant waited already, or that waited too long.
    pub crowded: u64,
    /// Hosts that ended unasked, or were ended because they were stuck or broke the protocol.
    pub hosts_lost: u64,
    /// Hosts that were replaced because they had run enough.
    pub hosts_recycled: u64,
}

/// Whether runs are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "name", content = "why", rename_all = "snake_case")]
pub enum Phase {
    /// The operator has switched scripts off.
    Off,
    /// The guest is being compiled, or the first host started.
    Preparing,
    /// Runs are taken.
    Ready,
    /// No host can be made; why.
    Failed(String),
    /// The server is stopping.
    Stopping(String),
}

/// How one host is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HostStatus {
    /// Its process.
    pub process: u32,
    /// Runs under way in it.
    pub running: usize,
    /// Runs it has had.
    pub runs: u64,
    /// Since when it is there.
    pub age: Duration,
    /// What it has in memory, in bytes: most of it is machine code that all hosts share.
    pub resident_bytes: u64,
}

/// A wall of the operating system around a script host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wall {
    /// Which: `user`, `no_new_privileges`, `landlock`, `resource_limits` or `seccomp`.
    pub name: String,
    /// Why it does not stand; `None` when it does.
    pub missing: Option<String>,
}

impl From<WallFrame> for Wall {
    fn from(wall: WallFrame) -> Self {
        Self { name: wall.name, missing: wall.missing }
    }
}

impl Status {
    /// The state of a sandbox that is switched off.
    pub(crate) fn off() -> Self {
        Self {
            phase: Phase::Off,
            hosts_wanted: 0,
            hosts: Vec::new(),
            walls: Vec::new(),
            running: 0,
            waiting: 0,
            runs: 0,
            crowded: 0,
            hosts_lost: 0,
            hosts_recycled: 0,
        }
    }
}
