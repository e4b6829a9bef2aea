//! Scripts: this file is about what its tests share: programs of Adatum that write, set and run them.

mod boundary;
mod budget;
mod checks;
mod command_line;
mod hooks;
mod hostile;
mod lives;
mod loss;
mod pages;
mod real;
mod stored;
mod upgrade;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, Person};

/// An installation that runs scripts, and a program of Adatum.
async fn start() -> (Canvass, Person) {
    let canvass = Canvass::start_with_scripts().await;
    let program = canvass.program_of("adatum").await;
    (canvass, program)
}

fn at(name: &str, below: &str) -> String {
    format!("/api/v1/scripts/{name}{below}")
}

/// Puts a source live.
async fn put(program: &Person, name: &str, source: &str) -> Answer {
    let request = program.request(Method::PUT, &at(name, "")).header("content-type", "text/x-python");
    program.send(request.body(source.to_owned())).await
}

/// Says when a script runs.
async fn set(program: &Person, name: &str, trigger: Value) -> Answer {
    program.put_json(&at(name, "/settings"), &json!({ "trigger": trigger })).await
}

/// Runs the live version with these parameters.
async fn run(program: &Person, name: &str, parameters: Value) -> Value {
    let body = json!({ "parameters": parameters });
    program.post_json(&at(name, "/runs"), &body).await.expect(200).json()
}

/// Tries a source out, under the name of a script there is.
async fn try_out(program: &Person, name: &str, source: &str) -> Value {
    program.post_json(&at(name, "/runs"), &json!({ "source": source })).await.expect(200).json()
}

/// What a source answers that ends well.
async fn answer(program: &Person, name: &str, source: &str) -> Value {
    let ended = try_out(program, name, source).await;
    assert_eq!(ended["error"], Value::Null, "{ended}");
    ended["result"].clone()
}

/// A page of Adatum that a script makes.
async fn page(program: &Person, address: &str, script: &str, visibility: &str) {
    let body = json!({ "kind": "script", "target": script, "visibility": visibility });
    program.put_json(&format!("/api/v1/pages/{address}"), &body).await.expect(201);
}
