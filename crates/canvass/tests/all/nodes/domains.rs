//! Domains on two processes: this file is about one that verifies and gives back, and the other that must know.

use std::fs;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{ROUNDS, assert_comes};
use crate::support::{NameServer, Person, Process, postgres::Postgres};

const ASK: &str = "ask.adatum.example";

async fn status(person: &Person, host: &str, path: &str) -> StatusCode {
    let request = person.request(Method::GET, path).header("host", host);
    person.send(request).await.status
}

#[tokio::test]
async fn a_domain_verified_or_given_back_at_one_is_so_at_the_other_within_a_second() {
    let names = NameServer::start();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("canvass.toml");
    let resolver = names.address();
    fs::write(&file, format!("[domains]\nresolver = [\"{resolver}\"]\nlookup_seconds = 2\n")).unwrap();
    let arguments = ["--base-url", "http://surveys.example", "--config", file.to_str().unwrap()];
    let one = Process::spawn_on(&Postgres::shared().database(), &[&arguments[..], &["--demo"]].concat());
    let other = one.beside(&arguments);
    let listens = |process: &Process| format!("http://127.0.0.1:{}", process.port());
    let token = one.ready["demo"][0]["token"].as_str().unwrap();
    let program = Person::with_token("A program", &listens(&one), token);
    let ray = Person::new("Ray", &listens(&other));
    for _ in 0..ROUNDS {
        assert_eq!(status(&ray, ASK, "/").await, StatusCode::NOT_FOUND);
        let claimed = program.post_json("/api/v1/domains", &json!({ "domain": ASK })).await.expect(201).json();
        let (name, value) = (claimed["record"]["name"].as_str().unwrap(), claimed["record"]["value"].as_str().unwrap());
        names.says(name, &format!("text {value}"));
        let path = format!("/api/v1/domains/{ASK}");
        let looked = program.post_json(&format!("{path}/verification"), &json!({})).await.expect(200).json();
        assert_eq!(looked["state"], "verified", "{looked}");
        let here = Person::new("Ray", &listens(&one));
        assert_eq!(status(&here, ASK, "/").await, StatusCode::OK, "at once where it was verified");
        println!("verified: {:?}", assert_comes(ASK, StatusCode::OK, async || status(&ray, ASK, "/").await).await);

        program.delete(&path).await.expect(204);
        assert_eq!(status(&here, ASK, "/").await, StatusCode::NOT_FOUND, "at once where it was given back");
        let gone = assert_comes(ASK, StatusCode::NOT_FOUND, async || status(&ray, ASK, "/").await);
        println!("given back: {:?}", gone.await);
        let asked = format!("/-/ask?domain={ASK}");
        assert_comes(&asked, StatusCode::NOT_FOUND, async || ray.get(&asked).await.status).await;
    }
}
