//! The walls of the operating system: these tests are about a process behind them that tries to get past each.

use std::{
    os::unix::process::ExitStatusExt,
    process::{Command, Output},
};

use crate::support::sandbox;

/// The signal by which the kernel ends a process that asked for what the filter forbids.
const SIGSYS: i32 = 31;

/// Lets a script host build walls and make one attempt.
fn attempt(what: &str, walls: &str) -> Output {
    let mut host = Command::new(env!("CARGO_BIN_EXE_script-host"));
    host.args(["script-host", "try", what, "65534", walls]).env_clear().output().expect("a script host starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn every_wall_stands_around_every_host() {
    let status = sandbox().await.status();
    let standing: Vec<_> = status.walls.iter().map(|it| (it.name.as_str(), it.missing.as_deref())).collect();
    assert_eq!(
        standing,
        [("user", None), ("no_new_privileges", None), ("landlock", None), ("resource_limits", None), ("seccomp", None)]
    );
}

#[test]
fn behind_all_walls_every_attempt_is_refused_or_ends_the_process() {
    for what in ["connect", "datagram", "socket", "exec", "thread", "kill", "machine_code"] {
        let output = attempt(what, "all");
        assert_eq!(output.status.signal(), Some(SIGSYS), "{what}: {} {output:?}", said(&output));
    }
    for what in ["open", "create", "list"] {
        let output = attempt(what, "all");
        assert!(output.status.success() && said(&output).contains(&format!("{what}: refused")), "{what}: {output:?}");
    }
    assert!(attempt("nothing", "all").status.success(), "and who attempts nothing goes on");
}

#[test]
fn without_walls_every_attempt_would_come_through() {
    for what in ["open", "list", "datagram", "exec", "thread", "kill", "machine_code", "privileges"] {
        let output = attempt(what, "none");
        assert!(said(&output).contains(&format!("{what}: done")), "{what}: {output:?}");
    }
}

#[test]
fn each_wall_stands_by_itself() {
    for (wall, what) in [
        ("no_new_privileges", "privileges"),
        ("landlock", "open"),
        ("landlock", "list"),
        ("landlock", "create"),
        ("landlock", "connect"),
        ("landlock", "kill"),
        ("landlock", "exec"),
        ("resource_limits", "open"),
        ("resource_limits", "datagram"),
    ] {
        // Landlock alone asks that nothing gives privileges; resource limits are a wall for anybody.
        let walls = format!("no_new_privileges,{wall}");
        let output = attempt(what, &walls);
        let stands = said(&output).contains(&format!("{wall}: stands"));
        assert!(stands && said(&output).contains(&format!("{what}: refused")), "{wall}, {what}: {output:?}");
    }
    let output = attempt("datagram", "no_new_privileges,seccomp");
    assert_eq!(output.status.signal(), Some(SIGSYS), "{output:?}");
}

#[test]
fn a_server_that_is_root_has_hosts_that_are_not() {
    let output = attempt("root", "user");
    if said(&attempt("root", "none")).contains("root: done") {
        assert!(said(&output).contains("root: refused"), "{output:?}");
    } else {
        assert!(said(&output).contains("user: stands"), "{output:?}");
    }
}
