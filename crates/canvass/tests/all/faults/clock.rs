//! Clocks that jump: this file is about hours forwards and backwards while responses are accepted and applied, and tenants
//! are made.

use std::{fs, path::Path, time::Duration};

use reqwest::StatusCode;

use super::{Load, engine, load, soundness, start_again};
use crate::support::{
    PASSWORD, Process,
    faults::{CLOCK_JUMPED, Chance, Report, library},
    on_postgres,
};

/// What makes the clock jump.
const LIBRARY: &str = include_str!("../../data/clock.c");
/// How far a clock may be from the right time, either way.
const OFF_MAX: u64 = 10 * 60 * 60;
/// Every so many-th jump the server is killed right after it.
const KILLED_EVERY: u32 = 4;

/// Has a server's clock go wrong by what a file in its folder says; works from its next start on.
fn put_under_clock(server: &mut Process) {
    let folder = server.folder().to_owned();
    let built = library("clock", LIBRARY, &folder);
    set_clock(&folder, 0);
    server.under(built, vec![("CLOCK_OFFSET", folder.join("offset"))]);
}

/// How many seconds the clock of the server in a folder is ahead.
fn set_clock(folder: &Path, ahead: i64) {
    // In one step, so that nobody reads half a number.
    fs::write(folder.join("offset.new"), ahead.to_string()).expect("a temporary folder is writable");
    fs::rename(folder.join("offset.new"), folder.join("offset")).expect("a temporary folder is writable");
}

/// Somewhere within the bounds, either way.
fn some_offset(chance: &mut Chance) -> i64 {
    i64::try_from(chance.below(2 * OFF_MAX)).expect("some hours") - i64::try_from(OFF_MAX).expect("some hours")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_loses_nothing_and_doubles_nothing() {
    let (mut chance, rounds) = (Chance::of_this_run(), CLOCK_JUMPED.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    let surveys = load::publish(&mut server).await;
    assert!(server.stop().success());
    put_under_clock(&mut server);
    start_again(&mut server);
    let mut load = Load::begin(surveys, vec![server.url().to_owned()]);
    let mut recovered_in = Duration::ZERO;
    for round in 1..=rounds {
        load.until_some_moment(&mut chance).await;
        set_clock(server.folder(), some_offset(&mut chance));
        if round % KILLED_EVERY == 0 {
            server.kill();
            start_again(&mut server);
        }
        recovered_in = recovered_in.max(load.until_more(1).await);
        load.until_more(20).await;
    }
    let tally = load.settle(&server).await;
    soundness::assert_sound_after(server).await;
    Report { fault: &CLOCK_JUMPED, engine: engine(), rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_whose_clocks_are_hours_apart_do_nothing_twice() {
    if !on_postgres() {
        return;
    }
    let (mut chance, rounds) = (Chance::of_this_run(), CLOCK_JUMPED.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    let surveys = load::publish(&mut server).await;
    let mut servers = [server.beside(&[]), server];
    for server in &mut servers {
        assert!(server.stop().success());
        put_under_clock(server);
        start_again(server);
    }
    let mut load = Load::begin(surveys, servers.iter().map(|it| it.url().to_owned()).collect());
    let mut recovered_in = Duration::ZERO;
    for _ in 0..rounds {
        load.until_some_moment(&mut chance).await;
        for server in &servers {
            set_clock(server.folder(), some_offset(&mut chance));
        }
        recovered_in = recovered_in.max(load.until_more(1).await);
        load.until_more(20).await;
    }
    let [one, other] = servers;
    let tally = load.settle(&one).await;
    drop(other);
    soundness::assert_sound_after(one).await;
    Report { fault: &CLOCK_JUMPED, engine: "PostgreSQL, two clocks", rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_is_made_whatever_the_clock_does_meanwhile() {
    let mut server = Process::spawn();
    assert!(server.stop().success());
    put_under_clock(&mut server);
    start_again(&mut server);
    let hours = [-10, 9, -3];
    for (alias, hours) in ["northwind", "contoso", "tailspin"].into_iter().zip(hours) {
        sign_up(&server, alias).await;
        set_clock(server.folder(), hours * 60 * 60);
        server.visitor("Ray").until_status(&format!("/{alias}"), StatusCode::OK).await;
    }
    assert!(server.stop().success());
}

/// Asks for a tenant as somebody does who fills in the form.
async fn sign_up(server: &Process, alias: &str) {
    let address = format!("ada@{alias}.example");
    let fields = [
        ("name", alias),
        ("alias", alias),
        ("plan", "standard"),
        ("person", "Ada"),
        ("email", address.as_str()),
        ("password", PASSWORD),
        ("terms", "1"),
    ];
    server.visitor("Ada").submit("/-/signup", "/-/signup", &fields).await.expect(303);
}
