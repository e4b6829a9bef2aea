//! Damage: this file is about bytes on the disk that are others than were written, which one tenant feels and the operator
//! hears of.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use serde_json::Value;

use super::soundness::{assert_files_are_sound, databases, verdict};
use crate::support::{PASSWORD, Person, Process, Survey, canvass, lunch_at, on_postgres, soup};

/// The size of a page of SQLite.
const PAGE: usize = 4_096;
/// Responses of each tenant before and after the damage.
const RESPONSES: u64 = 20;

/// A server with the demonstration's two tenants, each with a survey that was answered.
async fn begin() -> (Process, Survey, Survey) {
    let mut server = Process::spawn_with(&["--demo"]);
    server.without("--demo");
    let mut surveys = Vec::new();
    for (place, alias) in ["adatum", "fabrikam"].into_iter().enumerate() {
        let token = server.ready["demo"][place]["token"].as_str().unwrap();
        let survey = lunch_at(&Person::with_token("A program", server.url(), token), alias).await;
        answer(&survey, RESPONSES).await;
        until_counted(&survey, RESPONSES).await;
        surveys.push(survey);
    }
    let [adatum, fabrikam] = surveys.try_into().ok().unwrap();
    (server, adatum, fabrikam)
}

async fn answer(survey: &Survey, count: u64) {
    for _ in 0..count {
        survey.program.post_json(&survey.api("/responses"), &soup()).await.expect(201);
    }
}

async fn until_counted(survey: &Survey, count: u64) {
    survey.program.until(&survey.api("/summary"), |it| it["responses"] == count).await;
}

/// The file of a tenant.
fn file_of(data: &Path, alias: &str) -> PathBuf {
    let directory = Connection::open(data.join("directory.db")).unwrap();
    let id: String = directory.query_row("select id from tenant where alias = ?1", [alias], |it| it.get(0)).unwrap();
    databases(&data.join("tenants")).into_iter().find(|it| it.file_stem().is_some_and(|it| *it == *id)).unwrap()
}

/// Garbles the head of every page but the first, after the log was copied into the file.
fn garble(file: &Path) {
    let connection = Connection::open(file).unwrap();
    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())).unwrap();
    connection.close().unwrap();
    let mut bytes = fs::read(file).unwrap();
    assert!(PAGE < bytes.len());
    for head in (PAGE..bytes.len()).step_by(PAGE) {
        bytes[head..head + 16].iter_mut().for_each(|it| *it ^= 0xa5);
    }
    fs::write(file, bytes).unwrap();
    assert_ne!(verdict(file), "ok");
}

fn doctor(data: &Path) -> Value {
    let report = canvass(&["doctor", "--data", &data.display().to_string(), "--json"]);
    let findings = report.out.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    findings.into_iter().find(|it| it["check"] == "integrity").unwrap()
}

/// Olga, who becomes the operator by the link that the server printed.
async fn olga(server: &Process) -> Person {
    let olga = server.visitor("Olga");
    let link = server.ready["operator_setup_url"].as_str().unwrap();
    let new = [("person", "Olga"), ("email", "olga@canvass.example"), ("password", PASSWORD)];
    olga.post_form(&link[link.find("/-/operate").unwrap()..], &new).await.expect(303);
    olga.post_form("/-/operate/login", &new[1..]).await.expect(303);
    olga
}

#[tokio::test]
async fn a_damaged_file_is_its_tenants_alone_and_everybody_who_should_hears_of_it() {
    if on_postgres() {
        return;
    }
    let (mut server, mut adatum, mut fabrikam) = begin().await;
    assert!(server.stop().success());
    let data = server.folder().join("data");
    assert_files_are_sound(&data);
    assert_eq!(doctor(&data)["health"], "ok");
    let file = file_of(&data, "fabrikam");
    let id = file.file_stem().unwrap().to_str().unwrap().to_owned();
    garble(&file);

    let finding = doctor(&data);
    assert_eq!(finding["health"], "fail");
    assert!(finding["found"].as_str().unwrap().contains(&id), "{finding}");

    server.start_again();
    for survey in [&mut adatum, &mut fabrikam] {
        survey.program = survey.program.anew();
    }
    server.visitor("A probe").get("/-/health").await.expect(200);
    let ray = server.visitor("Ray");
    let page = ray.get(&fabrikam.page).await;
    assert!(page.status.is_server_error(), "{}", page.status);
    let refused = fabrikam.program.post_json(&fabrikam.api("/responses"), &soup()).await;
    assert!(refused.status.is_server_error(), "{}: {}", refused.status, refused.text());

    ray.get(&adatum.page).await.expect(200);
    answer(&adatum, RESPONSES).await;
    until_counted(&adatum, 2 * RESPONSES).await;
    assert!(server.stop().success());
    let log = server.log();
    assert!(log.iter().any(|it| it.contains("malformed") || it.contains("damaged")), "{log:?}");
    for other in databases(&data).iter().filter(|it| **it != file) {
        assert_eq!(verdict(other), "ok", "{}", other.display());
    }
}

#[tokio::test]
async fn a_damaged_frame_is_set_aside_and_told_and_the_others_are_applied() {
    if on_postgres() {
        return;
    }
    let (mut server, mut adatum, mut fabrikam) = begin().await;
    // Every frame since the last sync is still there: Adatum's last, and all of Fabrikam's.
    answer(&adatum, 1).await;
    answer(&fabrikam, 1).await;
    server.kill();
    let data = server.folder().join("data");
    let intake = Connection::open(data.join("intake/premium.db")).unwrap();
    let changed = intake.execute(
        "update frame set body = cast(substr(body, 1, 9) || x'5a' || substr(body, 11) as blob)
        where sequence = (select max(sequence) from frame)",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    intake.close().unwrap();

    server.start_again();
    for survey in [&mut adatum, &mut fabrikam] {
        survey.program = survey.program.anew();
    }
    let olga = olga(&server).await;
    assert!(olga.get("/-/operate").await.expect(200).shows("responses set aside"));
    // What was applied before is there, what was not is lost, and either is told; whoever comes after goes on.
    let counted = adatum.program.until(&adatum.api("/summary"), |it| it["responses"].as_u64() >= Some(RESPONSES)).await;
    let before = counted["responses"].as_u64().unwrap();
    answer(&adatum, RESPONSES).await;
    until_counted(&adatum, before + RESPONSES).await;
    until_counted(&fabrikam, RESPONSES + 1).await;
    assert!(server.stop().success());
    assert!(server.log().iter().any(|it| it.contains("set aside")));
    let finding = doctor(&data);
    assert!(finding["found"].as_str().unwrap().contains("1 accepted responses are damaged"), "{finding}");
    assert_files_are_sound(&data);
}

#[tokio::test]
async fn a_directory_that_is_damaged_is_told_at_the_start() {
    if on_postgres() {
        return;
    }
    let (mut server, ..) = begin().await;
    assert!(server.stop().success());
    let data = server.folder().join("data");
    fs::write(data.join("directory.db"), vec![0x5a; 8 * PAGE]).unwrap();
    let _ = fs::remove_file(data.join("directory.db-wal"));
    let refused = canvass(&["serve", "--listen", "127.0.0.1:0", "--data", &data.display().to_string()]).expect(4);
    assert!(refused.err.contains("directory.db cannot be used"), "{}", refused.err);
    assert!(refused.err.contains("restore the data folder from a backup"), "{}", refused.err);
}
