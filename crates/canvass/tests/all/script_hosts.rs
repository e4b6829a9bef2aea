//! Script hosts of a real server: these tests are about their coming with it, going with it, and what an operator reads.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use crate::support::{Finished, Process, command};

/// How long hosts may take to come: the first time on a machine the guest is compiled.
const PATIENCE: Duration = Duration::from_mins(20);

/// Whether a process runs and is no zombie.
fn is_there(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let asked = Instant::now();
    while !holds() {
        assert!(asked.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn hosts_come_with_a_server_and_end_with_it_however_it_ends() {
    for force in [false, true] {
        let mut server = Process::spawn_in(&[("CANVASS_SCRIPTS__MODE", "on")]);
        let wanted = thread::available_parallelism().map_or(1, Into::into) + 1;
        until("all hosts are there", || server.children().len() == wanted);
        let hosts = server.children();
        if force {
            server.kill();
        } else {
            assert!(server.stop().success());
        }
        until("all hosts are gone", || !hosts.iter().any(|it| is_there(*it)));
    }
}

#[test]
fn the_doctor_tells_which_walls_stand_around_scripts() {
    let told = Finished::of(command().env("CANVASS_SCRIPTS__MODE", "on").args(["doctor", "--json"])).out;
    for wall in ["user", "privileges", "landlock", "limits", "seccomp"] {
        let line = told.lines().find(|it| it.contains(&format!("\"scripts: {wall}\"")));
        assert!(line.is_some_and(|it| it.contains("\"health\":\"ok\"")), "{wall}: {told}");
    }
    let off = Finished::of(command().args(["doctor", "--json"])).out;
    assert!(off.contains("switched off by scripts.mode"), "{off}");

    let root =
        Finished::of(command().env("CANVASS_SCRIPTS__MODE", "on").env("CANVASS_SCRIPTS__USER", "0").args(["doctor"]))
            .out;
    if nix::unistd::Uid::current().is_root() {
        assert!(root.contains("warn  scripts: user: the configuration lets script hosts run as root"), "{root}");
    }
}

#[test]
fn a_script_host_is_no_command_for_people() {
    let refused = Finished::of(command().arg("script-host"));
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("started by the server"), "{refused:?}");
    let help = Finished::of(command().arg("--help")).out;
    assert!(!help.contains("script-host"), "{help}");
}
