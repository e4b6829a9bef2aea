//! When something Canvass needs is away: this file is about waiting for it, saying so, and going on.

use std::{sync::Arc, thread, time::Duration};

use reqwest::StatusCode;
use tokio::time::Instant;

use super::soundness;
use crate::support::{Disk, Person, Process, faults::library, lunch, on_postgres, postgres::Postgres, soup};

/// Longer than anything here takes to come back.
const SOON: Duration = Duration::from_secs(30);
/// What makes a disk fail.
const FAILING_DISK: &str = include_str!("../../data/failing_disk.c");
/// A call of the disk in the midst of what a server does after its start, and many more: until somebody looks.
const FROM_CALL: &str = "400";
/// More responses than the files of a full disk still have room for.
const ACCEPTED_MAX: u64 = 5_000;

#[tokio::test]
async fn a_server_waits_for_its_database_and_outlives_losing_it() {
    let postgres = Arc::new(Postgres::start_with(""));
    let url = postgres.database();
    postgres.stop_immediately();

    let starting = thread::spawn(move || Process::spawn_on(&url, &[]));
    postgres.start_again();
    let mut server = starting.join().unwrap();
    let probe = server.visitor("A probe");
    probe.until_status("/-/health", StatusCode::OK).await;

    postgres.stop_immediately();
    probe.until_status("/-/health", StatusCode::SERVICE_UNAVAILABLE).await;
    postgres.start_again();
    probe.until_status("/-/health", StatusCode::OK).await;
    assert!(server.stop().success());
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing_and_goes_on_when_there_is_room() {
    for disk in Disk::all() {
        println!("on a disk that is {disk:?}:");
        fill_and_empty(disk).await;
    }
}

async fn fill_and_empty(disk: Disk) {
    let mut server = Process::spawn_on_disk(disk, &["--demo"]);
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let lunch = lunch(&program).await;

    server.fill_disk();
    let mut accepted = 0;
    let refused = loop {
        let answer = program.post_json(&lunch.api("/responses"), &soup()).await;
        if answer.status != StatusCode::CREATED {
            break answer.expect(503);
        }
        accepted += 1;
        assert!(accepted < ACCEPTED_MAX, "the disk is full, and yet everything is accepted");
    };
    assert!(refused.json()["type"].as_str().unwrap().ends_with("/busy"), "{}", refused.text());
    assert!(refused.text().contains("disk"), "whoever asks the operator can say why: {}", refused.text());
    assert_ne!(refused.header("retry-after"), "");

    server.empty_disk();
    let deadline = Instant::now() + SOON;
    while program.post_json(&lunch.api("/responses"), &soup()).await.status != StatusCode::CREATED {
        assert!(Instant::now() < deadline, "there is room again, and yet nothing is accepted");
    }
    program.until(&lunch.api("/summary"), |it| it["responses"] == accepted + 1).await;
    assert!(server.stop().success());
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_nothing_more_is_accepted_until_somebody_looked() {
    if on_postgres() {
        return;
    }
    let mut server = Process::spawn_with(&["--demo"]);
    server.without("--demo");
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let lunch = lunch(&program).await;
    assert!(server.stop().success());
    let built = library("failing_disk", FAILING_DISK, server.folder());
    let data = server.folder().join("data");
    let told = [("DISK_FAILS_ROOT", data.clone()), ("DISK_FAILS_AT", FROM_CALL.into())];
    let more = [("DISK_FAILS_FOR", "1000000000".into()), ("DISK_FAILS_WITH", "5".into())];
    server.under(built, told.into_iter().chain(more).collect());
    server.start_again();

    let mut accepted = 0;
    let program = program.anew();
    let refused = loop {
        let answer = program.post_json(&lunch.api("/responses"), &soup()).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        accepted += 1;
        assert!(accepted < ACCEPTED_MAX, "the disk fails, and yet everything is accepted");
    };
    assert!(refused.status.is_server_error(), "{}", refused.status);
    assert!(0 < accepted, "nothing was accepted before");
    server.visitor("A probe").until_status("/-/health", StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(program.post_json(&lunch.api("/responses"), &soup()).await.status.is_server_error());
    server.kill();
    let log = server.log();
    assert!(log.iter().any(|it| it.contains("nothing more is accepted")), "{log:?}");

    server.upon_a_good_machine();
    server.start_again();
    program.anew().until(&lunch.api("/summary"), |it| it["responses"].as_u64() >= Some(accepted)).await;
    soundness::assert_sound_after(server).await;
}
