//! Below HTTP: this file is about requests that are torn, slow, or too large to be read.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use super::assert_nothing_stored;
use crate::support::{Canvass, workshop};

/// No request may hold a connection for longer without sending anything.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// What the server answers to bytes, once it has said all it will.
fn answer(url: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(SILENCE_MAX)).unwrap();
    // The server may have hung up before everything is written.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("no end within {SILENCE_MAX:?}"),
        Ok(_) | Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_abuse_the_head_are_refused_and_the_server_goes_on() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let long = format!("GET /adatum HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(2 << 20));
    let many = format!("GET /adatum HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-many: a\r\n".repeat(5_000));
    let path = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(2 << 20));
    let requests: [&[u8]; 9] = [
        long.as_bytes(),
        many.as_bytes(),
        path.as_bytes(),
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET /adatum\0 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /adatum HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"POST /adatum/workshop HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /adatum/workshop HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ];
    for request in requests {
        let answered = answer(canvass.url(), request);
        let status = answered.split(' ').nth(1).unwrap_or("400");
        assert!(status.starts_with('4') || status == "505", "{answered}");
    }
    canvass.ray().get(&survey.page).await.expect(200);
    assert_nothing_stored(&canvass, &survey).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_come_is_not_waited_for_without_end() {
    let canvass = Canvass::start().await;
    let survey = canvass.survey("adatum", "workshop", &workshop()).await;
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n", survey.page);
    let form = format!("{head}content-type: application/x-www-form-urlencoded\r\n\r\nname=Ray&");
    let url = canvass.url().to_owned();
    let began = Instant::now();
    let waits = tokio::task::spawn_blocking(move || answer(&url, form.as_bytes()));
    let url = canvass.url().to_owned();
    let unfinished = tokio::task::spawn_blocking(move || answer(&url, b"GET / HTTP/1.1\r\nhost:"));
    let (answered, _) = (waits.await.unwrap(), unfinished.await.unwrap());
    assert!(answered.is_empty() || answered.starts_with("HTTP/1.1 4"), "{answered}");
    assert!(began.elapsed() < SILENCE_MAX);
    assert_nothing_stored(&canvass, &survey).await;
}
