//! The stage: this file is about an installation made for a measurement, with one tenant, one survey and one token.

use std::{net::SocketAddr, path::Path};

use canvass_actions::{
    secrets,
    surveys::{self, Publication},
    tokens::{self, NewToken},
};
use canvass_model::{
    address::PageAddress,
    alias::Alias,
    definition::Definition,
    id::SurveyId,
    member::Actor,
    page::Visibility,
    plan::PlanId,
    text::{Email, OrganisationName, PersonName, TokenName},
    token::Scope,
};
use canvass_storage::Tenant;
use serde_json::json;
use tempfile::TempDir;

use crate::{
    Failure, Running,
    config::{Config, Role},
    demo,
    failure::Exit,
    sign_up::{self, NewTenant},
    workers,
};

/// The tenant's alias.
const ALIAS: &str = "bench";
/// The survey's address.
const PAGE: &str = "survey";
/// Questions of the survey.
const QUESTIONS: usize = 20;
/// Bytes of one response's JSON.
const RESPONSE_BYTES: usize = 1_500;

/// A running installation with everything that a measurement needs.
pub(super) struct Stage {
    running: Running,
    survey: SurveyId,
    token: String,
    /// Removed when the stage is struck.
    _folder: TempDir,
}

impl Stage {
    /// Makes an installation in a new folder on the disk that the configured data folder is on, without workers: only
    /// the web is measured.
    pub(super) async fn set(config: &Config) -> Result<Self, Failure> {
        let place = config.storage.data.parent().filter(|it| it.is_dir()).unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix("canvass-bench-").tempdir_in(place)?;
        let mut config = config.clone();
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.server.base_url = None;
        config.server.role = vec![Role::Web];
        config.storage.url = None;
        config.storage.data = folder.path().join("data");
        let running = Running::start(&config).await?;
        let workers = workers::start(&config, running.directory(), running.url())?;
        let tenant = sign_up::sign_up(running.directory(), &new_tenant(&config)?, |_| ()).await;
        workers.stop().await;
        let tenant = tenant?;
        let failed = |it| Failure::action("the survey to measure could not be made", &it);
        let survey = publish(&tenant).await.map_err(failed)?;
        let token = make_token(&running, &tenant).await.map_err(failed)?;
        Ok(Self { running, survey, token, _folder: folder })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn intake_path(&self) -> String {
        format!("/api/v1/surveys/{}/responses", self.survey)
    }

    /// Stops and removes everything.
    pub(super) async fn strike(self) -> Result<(), Failure> {
        self.running.stop().await
    }
}

/// Where the survey is answered.
pub(super) fn page_path() -> String {
    format!("/{ALIAS}/{PAGE}")
}

/// A response as a program sends it.
pub(super) fn response() -> String {
    let mut answers = serde_json::Map::new();
    for number in 1..QUESTIONS {
        answers.insert(format!("q{number}"), json!(1 + number % 6));
    }
    let blank = json!({ "answers": answers }).to_string().len();
    let text = "a".repeat(RESPONSE_BYTES.saturating_sub(blank + r#","text":"""#.len()));
    answers.insert("text".to_owned(), json!(text));
    json!({ "answers": answers }).to_string()
}

async fn publish(tenant: &Tenant) -> Result<SurveyId, canvass_actions::Error> {
    let statement = |number| {
        let label = format!("Statement {number} describes me well");
        json!({ "id": format!("q{number}"), "type": "opinion_scale", "label": label, "to": 6 })
    };
    let mut questions: Vec<_> = (1..QUESTIONS).map(statement).collect();
    questions.push(json!({ "id": "text", "type": "long_text", "label": "What else should we know?" }));
    let document = json!({ "title": "A survey to measure", "sections": [{ "id": "all", "questions": questions }] });
    let definition = Definition::parse(&document).map_err(|faults| canvass_actions::Error::Invalid { faults })?;
    let plan = tenant.record().plan.plan();
    tenant
        .write(move |tx| {
            let survey = surveys::create(tx, &Actor::Canvass, &definition)?;
            let publication = Publication { page: PageAddress::parse(PAGE)?, visibility: Some(Visibility::Public) };
            surveys::publish(tx, &Actor::Canvass, survey.id, &publication, &plan)?;
            Ok(survey.id)
        })
        .await
}

async fn make_token(running: &Running, tenant: &Tenant) -> Result<String, canvass_actions::Error> {
    let secret = secrets::fresh_token()?;
    let (made, owner) = (secret.clone(), tenant.clone());
    let new = NewToken {
        name: TokenName::parse("Measurement").map_err(|it| canvass_actions::Error::Refused(it.to_string()))?,
        scopes: vec![Scope::Collect],
        life_ms: None,
    };
    running.directory().write(move |tx| tokens::create(tx, &owner, &new, &made)).await?;
    Ok(secret.reveal().to_owned())
}

fn new_tenant(config: &Config) -> Result<NewTenant, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "the tenant to measure is wrong", why, "Report this: it is a defect.")
    };
    Ok(NewTenant {
        name: OrganisationName::parse("Bench").map_err(|it| wrong(&it))?,
        alias: Alias::parse(ALIAS).map_err(|it| wrong(&it))?,
        plan: PlanId::Premium,
        region: sign_up::region(config, None)?,
        administrator: PersonName::parse("Bench").map_err(|it| wrong(&it))?,
        email: Email::parse("bench@canvass.example").map_err(|it| wrong(&it))?,
        password: demo::fresh_password()?,
        terms: config.terms.version.clone(),
    })
}
