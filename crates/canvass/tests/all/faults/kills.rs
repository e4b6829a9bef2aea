//! Killed again and again: this file is about servers that end at any moment, and responses that do not.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::Instant;

use super::{Load, engine, load, soundness, start_again};
use crate::support::{
    Person, Process, Survey, bfi,
    faults::{Chance, ONE_OF_TWO_KILLED, Report, SERVER_KILLED},
    on_postgres,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_again_and_again_loses_nothing_and_doubles_nothing() {
    let (mut chance, rounds) = (Chance::of_this_run(), SERVER_KILLED.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    // From the first kill on.
    seal_often(&mut server);
    let mut load = Load::on(&mut server).await;
    let mut recovered_in = Duration::ZERO;
    for _ in 0..rounds {
        load.until_some_moment(&mut chance).await;
        server.kill();
        let killed = Instant::now();
        start_again(&mut server);
        load.until_more(1).await;
        recovered_in = recovered_in.max(killed.elapsed());
    }
    let tally = load.settle(&server).await;
    let chunks = soundness::assert_sound_after(server).await;
    assert!(0 < chunks, "nothing was sealed, so no sealing was interrupted");
    Report { fault: &SERVER_KILLED, engine: engine(), rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_on_one_database_either_may_be_killed() {
    if !on_postgres() {
        return;
    }
    let (mut chance, rounds) = (Chance::of_this_run(), ONE_OF_TWO_KILLED.rounds());
    let mut server = Process::spawn_with(&["--demo"]);
    let surveys = load::publish(&mut server).await;
    let mut servers = [server.beside(&[]), server];
    let urls = servers.iter().map(|it| it.url().to_owned()).collect();
    let mut load = Load::begin(surveys, urls);
    let mut recovered_in = Duration::ZERO;
    for _ in 0..rounds {
        load.until_some_moment(&mut chance).await;
        let one = &mut servers[usize::try_from(chance.below(2)).unwrap()];
        one.kill();
        let killed = Instant::now();
        // The other goes on meanwhile.
        load.until_more(1).await;
        recovered_in = recovered_in.max(killed.elapsed());
        start_again(one);
    }
    let [one, other] = servers;
    let tally = load.settle(&one).await;
    drop(other);
    soundness::assert_sound_after(one).await;
    Report { fault: &ONE_OF_TWO_KILLED, engine: engine(), rounds, tally, recovered_in }.conclude();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_one_thing_on_every_server() {
    if !on_postgres() {
        return;
    }
    let (server, survey) = begin().await;
    let other = server.beside(&[]);
    let submission = bfi::rows()[0].submission(&bfi::questions());
    let path = survey.api("/responses");
    let there = survey.program.at(other.url());
    there.until_status(&survey.page, StatusCode::OK).await;
    let send = |program: &Person| {
        let (program, path, submission) = (program.clone(), path.clone(), submission.clone());
        async move { program.post_json(&path, &submission).await }
    };
    let answers =
        <[_; 4]>::from(tokio::join!(send(&survey.program), send(&there), send(&survey.program), send(&there)));
    assert!(answers.iter().all(|it| it.status.is_success() && it.json()["id"] == answers[0].json()["id"]));
    there.until(&survey.api("/summary"), |it| it["responses"] == 1).await;
    send(&there).await.expect(200);

    let create = |program: &Person| {
        let request = program.request(reqwest::Method::POST, "/api/v1/surveys").header("idempotency-key", "one");
        let request = request.json(&bfi::definition());
        let program = program.clone();
        async move { program.send(request).await.expect(201).json()["id"].clone() }
    };
    let made = <[_; 3]>::from(tokio::join!(create(&survey.program), create(&there), create(&there)));
    assert!(made.iter().all(|it| *it == made[0]), "{made:?}");
}

/// Lets a server seal chunks so small that it does so all the time, when it is started again.
fn seal_often(server: &mut Process) {
    server.in_environment("CANVASS_WORK__CHUNK_RESPONSES", "20");
    server.in_environment("CANVASS_WORK__FRESH_RESPONSES", "5");
}

/// A server with the demonstration's tenants, and the real survey published by one of them.
async fn begin() -> (Process, Survey) {
    let mut server = Process::spawn_with(&["--demo"]);
    server.without("--demo");
    let token = server.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", server.url(), token);
    let survey = Survey::publish(program, "adatum", "bfi", &bfi::definition()).await;
    (server, survey)
}
