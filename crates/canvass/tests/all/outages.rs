//! When something Canvass needs is away: this file is about waiting for it, saying so, and going on.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use reqwest::StatusCode;
use tokio::time::Instant;

use crate::support::{Person, Process, lunch, postgres::Postgres, soup};

/// Longer than anything here takes to come back.
const SOON: Duration = Duration::from_secs(30);

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
    let Some(server) = Process::spawn_on_disk(24 << 20, &["--demo"]) else { return };
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let lunch = lunch(&program).await;

    let filler = server.disk().join("filler");
    fill(&filler);
    let mut accepted = 0;
    let refused = loop {
        let answer = program.post_json(&lunch.api("/responses"), &soup()).await;
        if answer.status != StatusCode::CREATED {
            break answer;
        }
        accepted += 1;
        assert!(accepted < 5_000, "the disk is full, and yet everything is accepted");
    };
    assert!([503, 507].contains(&refused.status.as_u16()), "{} {}", refused.status, refused.text());

    fs::remove_file(filler).unwrap();
    let deadline = Instant::now() + SOON;
    while program.post_json(&lunch.api("/responses"), &soup()).await.status != StatusCode::CREATED {
        assert!(Instant::now() < deadline, "there is room again, and yet nothing is accepted");
    }
    program.until(&lunch.api("/summary"), |it| it["responses"] == accepted + 1).await;
}

/// Writes a file until no byte is left.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [65_536, 4_096, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
}
