//! Operating the binary: this file is about how it starts, why it does not, and how it stops.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
};

use canvass::EXIT_CODES;
use reqwest::StatusCode;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Canvass, Finished, Process, canvass, command, on_postgres};

#[tokio::test]
async fn a_started_server_is_healthy_and_stops_without_a_word() {
    let canvass = Canvass::start().await;
    canvass.visitor("A probe").get("/-/health").await.expect(200);
}

#[tokio::test]
async fn sigterm_answers_what_was_begun_and_then_ends_well() {
    let mut server = Process::spawn();
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"GET /-/health HTTP/1.1\r\nhost: localhost\r\n").unwrap();

    server.ask_to_stop();
    slow.write_all(b"\r\n").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();

    assert!(answer.starts_with("HTTP/1.1 "), "{answer:?}");
    assert!(server.wait().success());
}

#[tokio::test]
async fn a_server_that_drains_tells_whoever_balances_the_load() {
    let mut server = Process::spawn();
    let probe = server.visitor("A load balancer");
    probe.get("/-/health").await.expect(200);
    server.ask_to_stop();
    let last = probe.until_status("/-/health", StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(last.header("connection"), "close");
    assert!(server.wait().success());
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let mut server = Process::spawn_with(&["--log-level", "warn"]);
    let probe = server.visitor("A load balancer");
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.write_all(b"GET /-/health HTTP/1.1\r\nhost: localhost\r\n").unwrap();

    server.ask_to_stop();
    probe.until_status("/-/health", StatusCode::SERVICE_UNAVAILABLE).await;
    server.ask_to_stop();
    assert_eq!(server.wait().code(), Some(1));
}

#[tokio::test]
async fn a_server_that_was_killed_starts_again_on_the_same_data() {
    let mut server = Process::spawn();
    server.kill();
    server.start_again();
    server.visitor("A probe").get("/-/health").await.expect(200);
    assert!(server.stop().success());
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = canvass(&["serve", "--listen", &address]).expect(1);
    assert!(refused.err.contains(&format!("{address} cannot be listened on")), "{}", refused.err);
    assert!(refused.err.contains("--listen"), "{}", refused.err);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let data = file.join("data").display().to_string();
    let refused = canvass(&["serve", "--listen", "127.0.0.1:0", "--data", &data]).expect(4);
    assert!(refused.err.contains(&data), "{}", refused.err);
}

#[test]
fn a_folder_that_nobody_may_write_is_named() {
    // Nobody may make folders there, not even root, as whom tests run in many places.
    let data = "/sys/canvass";
    let refused = canvass(&["serve", "--listen", "127.0.0.1:0", "--data", data]).expect(4);
    assert!(refused.err.contains(data), "{}", refused.err);
}

#[test]
fn a_folder_that_another_process_serves_is_left_alone() {
    if on_postgres() {
        return;
    }
    let server = Process::spawn();
    let data = server.folder().join("data").display().to_string();
    let refused = canvass(&["serve", "--listen", "127.0.0.1:0", "--data", &data]).expect(4);
    assert!(refused.err.contains("another"), "{}", refused.err);
}

#[tokio::test]
async fn two_processes_serve_one_database() {
    if !on_postgres() {
        return;
    }
    let one = Process::spawn();
    let other = one.beside(&[]);
    for server in [&one, &other] {
        server.visitor("A probe").get("/-/health").await.expect(200);
    }
}

#[test]
fn a_database_that_is_away_is_waited_for_and_then_given_up() {
    let mut serve = command();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--storage", "postgres://x:secret@127.0.0.1:1/x"]);
    let refused = Finished::of(serve.env("CANVASS_STORAGE__WAIT_SECONDS", "1")).expect(4);
    assert!(refused.err.contains("does not answer yet"), "{}", refused.err);
    assert!(refused.err.contains("127.0.0.1:1/x cannot be used"), "{}", refused.err);
    assert!(!refused.err.contains("secret"), "{}", refused.err);
}

#[test]
fn a_command_that_does_not_exist_is_a_usage_error() {
    assert!(canvass(&["sevre"]).expect(2).err.contains("serve"));
}

#[test]
fn the_doctor_finds_a_good_machine_good() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data").display().to_string();
    let report = canvass(&["doctor", "--data", &data, "--json"]).expect(0);
    let findings: Vec<Value> = report.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let finding = |name: &str| findings.iter().find(|it| it["check"] == name).unwrap()["health"].clone();
    assert_eq!(finding("data folder"), "ok");
    assert_eq!(finding("clock"), "ok");
    assert_eq!(finding("mail"), "warn");
    assert!(!folder.path().join("data").exists(), "a doctor changes nothing");
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let report = canvass(&["doctor", "--storage", "postgres://x:secret@127.0.0.1:1/x"]).expect(1);
    let line = report.out.lines().find(|it| it.starts_with("fail  storage")).unwrap();
    assert!(line.contains("127.0.0.1:1"), "{line}");
    assert!(!report.out.contains("secret"), "{}", report.out);
}

#[test]
fn a_shell_can_complete_commands() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(canvass(&["completion", shell]).expect(0).out.contains("doctor"));
    }
}

#[test]
fn the_help_and_the_documentation_name_the_same_exit_codes() {
    let help = canvass(&["--help"]).expect(0).out;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating.md");
    let documentation = fs::read_to_string(path).unwrap();
    for line in EXIT_CODES.lines().skip(1) {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        assert!(help.contains(line), "{line:?} is missing in the help");
        assert!(documentation.contains(&format!("| {code} | {meaning} |")), "{line:?} is missing in the documentation");
    }
}
