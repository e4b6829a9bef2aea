//! The virus scan: this file is about a real clamd that finds a marker, is away, comes back, and takes nothing too large.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{PAGE, file, page, upload};
use crate::support::{
    Canvass, Finished,
    clamd::{Clamd, MARKER, SIGNATURE, STREAM_BYTES_MAX},
    command,
};

/// An installation that scans what is uploaded with the clamd at this port.
async fn scanned_by(port: u16) -> Canvass {
    Canvass::start_with(|config| config.files.clamd = Some(format!("127.0.0.1:{port}"))).await
}

/// A ZIP archive (stored, one entry) with the marker in it, so that only a scanner that opens it sees an entry.
fn archive() -> Vec<u8> {
    let (name, bytes) = (b"notes/readme.txt", MARKER.as_bytes());
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let facts = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &(!crc).to_le_bytes(), &size, &size, &length].concat();
    let local = [b"PK\x03\x04", &facts[..], &[0, 0], name, bytes].concat();
    let central = [b"PK\x01\x02\x14\0", &facts[..], &[0; 14 + 4], name].concat();
    let (at, long) = (u32::try_from(local.len()).unwrap(), u32::try_from(central.len()).unwrap());
    let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &long.to_le_bytes()[..], &at.to_le_bytes(), &[0, 0]].concat();
    [local, central, end].concat()
}

#[tokio::test]
async fn what_is_clean_is_served_and_what_is_infected_is_refused_by_name() {
    let port = Clamd::free_port();
    let _clamd = Clamd::start(port);
    let canvass = scanned_by(port).await;
    let (program, carl, ray) = (canvass.program_of("adatum").await, canvass.carl().await, canvass.ray());
    let clean = file(&program, "menu.txt", b"soup").await;
    page(&program, "menu", &clean).await;
    program.until(&format!("/api/v1/files/{clean}"), |it| it["state"] == "clean").await;
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "soup");

    for (name, bytes) in [("notes.txt", MARKER.as_bytes().to_vec()), ("notes.zip", archive())] {
        let id = file(&program, name, &bytes).await;
        page(&program, name, &id).await;
        let shown = program.until(&format!("/api/v1/files/{id}"), |it| it["state"] == "infected").await;
        assert_eq!((&shown["signature"], &shown["served"]), (&json!(SIGNATURE), &json!(false)));
        ray.get(&format!("/adatum/{name}")).await.expect(404);
        program.get(&format!("/api/v1/files/{id}/content")).await.expect(404);
        assert!(
            carl.get(&format!("{PAGE}/{id}")).await.expect(200).shows(&format!("The virus scan found {SIGNATURE}"))
        );
    }
    canvass.settled().await;
    let kept = canvass.tenant("adatum").await.list_contents().await.unwrap();
    assert_eq!(kept.len(), 1, "the bytes of what is infected are gone");
    assert!(canvass.ada().await.get("/-/console/adatum/log").await.expect(200).shows(SIGNATURE));
}

#[tokio::test]
async fn while_the_scanner_is_away_a_file_waits_and_nothing_is_served() {
    let port = Clamd::free_port();
    let canvass = scanned_by(port).await;
    let (program, carl, ray) = (canvass.program_of("adatum").await, canvass.carl().await, canvass.ray());
    let id = file(&program, "menu.txt", b"soup").await;
    page(&program, "menu", &id).await;
    let waiting = program.until(&format!("/api/v1/files/{id}"), |it| it["scan_trouble"].is_string()).await;
    assert_eq!((&waiting["state"], &waiting["served"]), (&json!("waiting"), &json!(false)));
    let closed = ray.get("/adatum/menu").await.expect(503);
    assert_eq!(closed.header("retry-after"), "30");
    program.get(&format!("/api/v1/files/{id}/content")).await.expect(503);
    let one = carl.get(&format!("{PAGE}/{id}")).await.expect(200);
    assert!(one.shows("Not served yet: the virus scanner cannot be reached"), "{}", one.text());

    let _clamd = Clamd::start(port);
    ray.until_status("/adatum/menu", StatusCode::OK).await;
    assert!(carl.get(&format!("{PAGE}/{id}")).await.expect(200).shows("No virus found"));
}

#[tokio::test]
async fn a_replacement_that_is_infected_takes_nothing_away_and_one_that_is_clean_heals() {
    let port = Clamd::free_port();
    let _clamd = Clamd::start(port);
    let canvass = scanned_by(port).await;
    let (program, carl, ray) = (canvass.program_of("adatum").await, canvass.carl().await, canvass.ray());
    let id = file(&program, "menu.txt", b"soup").await;
    page(&program, "menu", &id).await;
    let path = format!("/api/v1/files/{id}");
    program.until(&path, |it| it["state"] == "clean").await;
    upload(&carl, &format!("{PAGE}/{id}/content"), ("menu.txt", MARKER.as_bytes())).await.expect(303);
    let shown = program.until(&path, |it| it["state"] == "infected").await;
    assert_eq!(shown["served"], true);
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "soup", "the earlier content is served");
    assert!(carl.get(PAGE).await.expect(200).shows("The earlier content is served meanwhile"));

    upload(&carl, &format!("{PAGE}/{id}/content"), ("menu.txt", b"salad")).await.expect(303);
    program.until(&path, |it| it["state"] == "clean").await;
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "salad");
    carl.post_form(&format!("{PAGE}/{id}/undo"), &[("", "")]).await.expect(303);
    assert_eq!(ray.get("/adatum/menu").await.expect(200).text(), "soup", "what was refused is no step back");
}

#[tokio::test]
async fn a_file_that_the_scanner_does_not_take_is_not_served_and_says_why() {
    let port = Clamd::free_port();
    let _clamd = Clamd::start(port);
    let mut canvass = scanned_by(port).await;
    canvass.allow_failures();
    let program = canvass.program_of("adatum").await;
    let large = vec![b'a'; 3 * STREAM_BYTES_MAX];
    let id = file(&program, "large.txt", &large).await;
    let shown = program.until(&format!("/api/v1/files/{id}"), |it| it["scan_trouble"].is_string()).await;
    assert!(shown["scan_trouble"].as_str().unwrap().contains("StreamMaxLength"), "{shown}");
    let request = program.request(Method::GET, &format!("/api/v1/files/{id}/content"));
    program.send(request).await.expect(503);
    canvass.settled().await;
    canvass.take_errors();
}

#[test]
fn the_doctor_says_whether_the_scanner_answers() {
    let finding = |port: u16| {
        let folder = tempfile::tempdir().unwrap();
        let mut asked = command();
        asked.args(["doctor", "--json", "--data"]).arg(folder.path().join("data"));
        let report = Finished::of(asked.env("CANVASS_FILES__CLAMD", format!("127.0.0.1:{port}"))).out;
        let mut findings = report.lines().map(|it| serde_json::from_str::<serde_json::Value>(it).unwrap());
        findings.find(|it| it["check"] == "virus scan").unwrap()
    };
    let port = Clamd::free_port();
    assert_eq!(finding(port)["health"], "fail");
    let _clamd = Clamd::start(port);
    let found = finding(port);
    assert_eq!(found["health"], "ok");
    assert!(found["found"].as_str().unwrap().contains("ClamAV"), "{found}");
}
