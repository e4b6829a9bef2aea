//! When something Canvass needs is away: this file is about waiting for it, saying so, and going on.

use std::{sync::Arc, thread};

use reqwest::StatusCode;

use crate::support::{Process, postgres::Postgres};

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
