//! The verbs on real storage: this file is about what their tests share.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests panic, and the server they share waits and starts processes"
)]

mod brand;
mod exports;
mod pages;
#[path = "../../../canvass/tests/all/support/postgres.rs"]
#[expect(dead_code, reason = "other tests stop the server or become its superuser")]
mod postgres;
mod responses;
mod signing_in;
mod signing_up;
mod starters;
mod surveys;
mod tenants;

use std::sync::Arc;

use canvass_actions::{
    Error,
    provisioning::{self, Ground},
    signing_in::Client,
    signing_up::{self as signing_up_actions, NewSignUp},
    starters as starter_actions,
    surveys::{self as survey_actions, Publication},
};
use canvass_model::{
    address::PageAddress,
    alias::Alias,
    definition::Definition,
    id::AccountId,
    job::{Job, ProvisionStep, SignUp},
    member::Actor,
    page::Visibility,
    plan::PlanId,
    survey::Survey,
    template_site::TemplateSite,
    tenant::Region,
    text::{Email, OrganisationName, Password, PersonName},
};
use canvass_storage::{self as storage, Directory, Settings, Tenant, Tx, jobs};
use serde_json::json;

/// What everybody in these tests signs in with.
pub const PASSWORD: &str = "correct horse battery";

/// Runs `test` on an empty installation of each engine.
async fn on_each_engine(test: impl AsyncFn(Directory)) {
    let folder = tempfile::tempdir().unwrap();
    let database = tokio::task::spawn_blocking(|| postgres::Postgres::shared().database()).await.unwrap();
    for settings in [Settings::embedded(folder.path()), Settings::postgres(database)] {
        let directory = Directory::open(&settings).await.unwrap();
        test(directory.clone()).await;
        directory.close().await;
    }
}

fn alias(text: &str) -> Alias {
    Alias::parse(text).unwrap()
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn password(text: &str) -> Password {
    Password::offered(text)
}

fn client(address: &str) -> Client {
    Client { address: address.to_owned(), agent: "Firefox".to_owned() }
}

fn by() -> Actor {
    Actor::Member { account: AccountId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap(), name: "Ada".to_owned() }
}

/// A filled-in sign-up form.
fn a_form(name: &str, address: &str) -> NewSignUp {
    NewSignUp {
        name: OrganisationName::parse(name).unwrap(),
        alias: Alias::suggest(name),
        plan: PlanId::Standard,
        region: Region("local".to_owned()),
        administrator: PersonName::parse("Ada Lovelace").unwrap(),
        email: email(address),
        password: password(PASSWORD),
        terms: "2026-11".to_owned(),
    }
}

/// The accepted sign-up behind a form.
async fn accepted(directory: &Directory, form: &NewSignUp, key: &str) -> Result<SignUp, Error> {
    let job = signing_up_actions::request(directory, form, key, &client("192.0.2.1")).await?;
    let record = directory.read(move |tx| jobs::find(tx, job)).await?.unwrap();
    match record.job {
        Job::Provision(sign_up) => Ok(sign_up),
        Job::Mail(_) | Job::Scan(_) | Job::Export(_) => panic!("a sign-up queues its provisioning"),
    }
}

/// What the installation gives to tenants.
fn ground(templates: &Arc<TemplateSite>) -> Ground<'_> {
    Ground { base_url: "https://surveys.example", templates }
}

/// A tenant that signed up and is ready; it begins without pages, so that a test counts its own.
async fn a_tenant(directory: &Directory, name: &str) -> Tenant {
    let built_in = starter_actions::built_in();
    let without_pages = TemplateSite { pages: Vec::new(), ..TemplateSite::clone(&built_in) };
    a_tenant_of(directory, name, Arc::new(without_pages)).await
}

/// A tenant that began with this template site.
async fn a_tenant_of(directory: &Directory, name: &str, templates: Arc<TemplateSite>) -> Tenant {
    let form = a_form(name, &format!("ada@{}.example", Alias::suggest(name)));
    let sign_up = accepted(directory, &form, name).await.unwrap();
    for step in ProvisionStep::ALL {
        provisioning::run_step(directory, &sign_up, step, ground(&templates)).await.unwrap();
    }
    directory.tenant(&form.alias).await.unwrap().unwrap()
}

/// A definition with a question of each kind that a summary counts differently.
fn a_definition(title: &str) -> Definition {
    let choices = json!([{ "id": "red", "label": "Red" }, { "id": "blue", "label": "Blue" }]);
    let questions = json!([
        { "id": "colour", "type": "single_choice", "label": "Colour?", "choices": choices },
        { "id": "age", "type": "integer", "label": "Age?" },
        { "id": "why", "type": "short_text", "label": "Why?" }
    ]);
    Definition::parse(&json!({ "title": title, "sections": [{ "id": "s1", "questions": questions }] })).unwrap()
}

/// Where a survey is published for everybody.
fn at(path: &str) -> Publication {
    Publication { page: PageAddress::parse(path).unwrap(), visibility: Some(Visibility::Public) }
}

/// A published survey.
fn a_live_survey(tx: &mut Tx<'_>, path: &str) -> Result<Survey, Error> {
    let survey = survey_actions::create(tx, &by(), &a_definition("Colours"))?;
    survey_actions::publish(tx, &by(), survey.id, &at(path), &PlanId::Standard.plan())
}

/// What storage answers to an action's refusal inside the intake.
fn as_storage_error(error: Error) -> storage::Error {
    error.into()
}
