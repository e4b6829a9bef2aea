//! The second wall: this file is about a script host giving up, for ever, whatever it does not need of the operating system.
//!
//! A script that broke out of WebAssembly would find a process without files, sockets, other processes and executable
//! memory that it could write. Each wall stands by itself; one that the machine refuses is told to the server, which
//! warns of it.

use std::{fs, io};

use nix::{
    sys::{
        prctl,
        resource::{Resource, setrlimit},
        signal::Signal,
    },
    unistd::{Gid, Uid, close, geteuid, setgroups, setresgid, setresuid},
};

use super::filter;
use crate::wire::WallFrame;

/// Closes everything that whoever started the server may have left open: all but the three standard streams.
pub(super) fn close_strangers() {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else { return };
    let open: Vec<i32> = entries.filter_map(|it| it.ok()?.file_name().to_str()?.parse().ok()).collect();
    for descriptor in open.into_iter().filter(|it| 2 < *it) {
        // The listing itself was one of them, and is closed already.
        let _ = close(descriptor);
    }
}

/// The walls in the order in which they are built.
pub(super) const ALL: [&str; 5] = ["user", "no_new_privileges", "landlock", "resource_limits", "seccomp"];

/// Builds those of the chosen walls that must stand before any thread is started: what one thread gives up, those that are
/// there already keep. `user` is who to become if this is root.
pub(super) fn build_early(chosen: &[&str], user: u32) -> Vec<WallFrame> {
    let mut walls = built(chosen, ALL[0], || become_user(user));
    walls.extend(built(chosen, ALL[1], || prctl::set_no_new_privs().map_err(into_words)));
    walls.extend(built(chosen, ALL[2], shut_files_out));
    // Whoever has become another user has lost both: the server's end then would not end this process.
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
    let _ = prctl::set_dumpable(false);
    walls
}

/// Builds the rest of the chosen walls, for all threads: from here on a system call that is not needed ends the process.
pub(super) fn build_last(chosen: &[&str]) -> Vec<WallFrame> {
    let mut walls = built(chosen, ALL[3], limit_resources);
    walls.extend(built(chosen, ALL[4], filter::apply));
    walls
}

fn built(chosen: &[&str], name: &str, build: impl FnOnce() -> Result<(), String>) -> Vec<WallFrame> {
    if chosen.contains(&name) { vec![WallFrame { name: name.to_owned(), missing: build().err() }] } else { Vec::new() }
}

/// Becomes a user who owns nothing, if this is root. Another one has no right to change, and is confined by the rest.
fn become_user(user: u32) -> Result<(), String> {
    if !geteuid().is_root() {
        return Ok(());
    }
    if user == 0 {
        return Err("the configuration lets script hosts run as root".to_owned());
    }
    let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
    setgroups(&[]).and_then(|()| setresgid(gid, gid, gid)).and_then(|()| setresuid(uid, uid, uid)).map_err(into_words)
}

/// No core dump, no file written, no memory locked, no further process and no further open file.
fn limit_resources() -> Result<(), String> {
    let nothing = [
        Resource::RLIMIT_CORE,
        Resource::RLIMIT_FSIZE,
        Resource::RLIMIT_MEMLOCK,
        Resource::RLIMIT_MSGQUEUE,
        Resource::RLIMIT_NICE,
        Resource::RLIMIT_NOFILE,
        Resource::RLIMIT_NPROC,
        Resource::RLIMIT_RTPRIO,
    ];
    nothing.into_iter().try_for_each(|it| setrlimit(it, 0, 0)).map_err(into_words)
}

/// No file at all, no TCP, and neither signals nor sockets of this machine's other processes.
fn shut_files_out() -> Result<(), String> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};

    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V6))
        .and_then(|it| it.handle_access(AccessNet::from_all(ABI::V6)))
        .and_then(|it| it.scope(Scope::from_all(ABI::V6)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self)
        .map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => Ok(()),
        RulesetStatus::PartiallyEnforced => Err("this kernel knows only a part of landlock: 6.12 knows all of it".to_owned()),
        RulesetStatus::NotEnforced => Err("this kernel has no landlock, or it is switched off (security modules)".to_owned()),
    }
}

fn into_words(error: impl Into<io::Error>) -> String {
    error.into().to_string()
}
