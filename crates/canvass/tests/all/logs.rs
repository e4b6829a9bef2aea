//! The log of a running server: this file is about what each line carries, and what none does.

use serde_json::Value;

use crate::support::Process;

#[tokio::test]
async fn every_line_is_json_and_names_its_request_and_tenant() {
    let mut server = Process::spawn_with(&["--log-format", "json", "--demo"]);
    let ada = server.visitor("Ada");
    let password = server.ready["demo"][0]["password"].as_str().unwrap().to_owned();
    ada.post_form("/-/login", &[("email", "ada@adatum.example"), ("password", &password)]).await.expect(303);
    let page = ada.get("/-/console/adatum?secret=7").await.expect(200);
    let id = page.header("x-request-id").to_owned();
    assert!(server.stop().success());

    let log = server.log();
    let lines: Vec<Value> = log.iter().map(|it| serde_json::from_str(it).unwrap()).collect();
    let line = lines.iter().find(|it| it["span"]["id"] == id.as_str()).expect("the request left a line");
    assert_eq!((&line["span"]["tenant"], &line["status"]), (&"adatum".into(), &200.into()));
    for secret in [password.as_str(), "ada@adatum.example", "secret=7", "127.0.0.1:", "cvs_"] {
        assert!(!log.iter().any(|it| it.contains(secret)), "the log tells {secret}: {log:?}");
    }
}
