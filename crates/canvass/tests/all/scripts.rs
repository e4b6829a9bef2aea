//! Scripts: this file is about what its tests share: programs of Adatum that write, set and run them.

mod boundary;
mod budget;
mod checks;
mod command_line;
mod figures;
mod hidden;
mod hooks;
mod hostile;
mod lives;
mod loss;
mod pages;
mod real;
mod stops;
mod store;
mod stored;
mod stubs;
mod trash;
mod upgrade;

use std::ops::Range;

use canvass_actions::{
    Error,
    scripts::{self as actions, Settings},
    signing_up::NewSignUp,
};
use canvass_model::{
    alias::Alias,
    member::Actor,
    plan::PlanId,
    script::{Allowance, ScriptName, Source},
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName},
};
use canvass_storage::Tenant;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Canvass, PASSWORD, Person};

/// An installation that runs scripts, and a program of Adatum.
async fn start() -> (Canvass, Person) {
    let canvass = Canvass::start_with_scripts().await;
    let program = canvass.program_of("adatum").await;
    (canvass, program)
}

/// A program of Contoso, which has scripts as well.
async fn contoso(canvass: &Canvass) -> Person {
    canvass
        .sign_up(&NewSignUp {
            name: OrganisationName::parse("Contoso").unwrap(),
            alias: Alias::parse("contoso").unwrap(),
            plan: PlanId::Premium,
            region: Region("local".to_owned()),
            administrator: PersonName::parse("Mary").unwrap(),
            email: Email::parse("mary@contoso.example").unwrap(),
            password: Password::parse(PASSWORD).unwrap(),
            terms: "1".to_owned(),
        })
        .await;
    canvass.program_of("contoso").await
}

fn at(name: &str, below: &str) -> String {
    format!("/api/v1/scripts/{name}{below}")
}

/// Puts a source live.
async fn put(program: &Person, name: &str, source: &str) -> Answer {
    let request = program.request(Method::PUT, &at(name, "")).header("content-type", "text/x-python");
    program.send(request.body(source.to_owned())).await
}

/// Scripts with these numbers that were never published, `s7` and so on: quicker than over the API.
async fn fill(tenant: &Tenant, numbers: Range<u32>) {
    let made = tenant.write(move |tx| {
        for number in numbers.clone() {
            let name = ScriptName::parse(&format!("s{number}")).expect("a name");
            actions::create(tx, &Actor::Canvass, &Allowance::FULL, (&name, &Settings::default()), &Source::default())?;
        }
        Ok::<_, Error>(())
    });
    made.await.expect("they are made");
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
