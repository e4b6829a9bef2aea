//! The stage: this file is about an installation made for a measurement, with one tenant, one survey and one token.

use std::{fs::File, net::SocketAddr, path::Path, time::Duration};

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
    plan::{Lane, PlanId},
    text::{Email, OrganisationName, PersonName, TokenName},
    time::Timestamp,
    token::Scope,
};
use canvass_storage::{Backlog, Directory, Tenant};
use tempfile::TempDir;
use tokio::{runtime::Handle, time::Instant};

use crate::{
    Failure, Running,
    bench::crowd,
    config::{Config, Role, ScriptMode, own_file},
    demo,
    failure::Exit,
    logging,
    sign_up::{self, NewTenant},
    workers,
};

/// The tenant's alias.
const ALIAS: &str = "bench";
/// The survey's address.
const PAGE: &str = "survey";
/// Accepted responses that may wait to be applied between two rounds: far from where a lane refuses more.
const BACKLOG_MAX: u64 = 100_000;
/// How often to look whether they are applied.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A running installation with everything that a measurement needs.
pub(super) struct Stage {
    config: Config,
    running: Running,
    tenant: Tenant,
    survey: SurveyId,
    token: String,
    /// Removed when the stage is struck.
    _folder: TempDir,
}

/// The pause between two rounds: what a measurement of the web alone leaves behind is put away in it, unmeasured.
pub(super) struct Pause {
    config: Config,
    directory: Directory,
    url: String,
    /// Of the installation: the load has a runtime of its own.
    runtime: Handle,
}

impl Stage {
    /// Makes an installation in a new folder on the disk that the configured data folder is on, without workers: only
    /// the web is measured. It logs like any other, into a file of that folder.
    pub(super) async fn set(config: &Config) -> Result<Self, Failure> {
        let place = config.storage.data.parent().filter(|it| it.is_dir()).unwrap_or(Path::new("."));
        let folder = tempfile::Builder::new().prefix("canvass-bench-").tempdir_in(place)?;
        let mut config = config.clone();
        config.server.listen = ([127, 0, 0, 1], 0).into();
        config.server.base_url = None;
        config.server.role = vec![Role::Web];
        config.storage.url = None;
        config.scripts.mode = ScriptMode::Off;
        config.storage.data = folder.path().join("data");
        logging::start_in(&config.log, File::create(folder.path().join("log"))?);
        let running = Running::start(&config, &own_file()?).await?;
        let workers = workers::start(&config, running.directory(), running.url())?;
        let tenant = sign_up::sign_up(running.directory(), &new_tenant(&config, ALIAS)?, |_| ()).await;
        workers.stop().await;
        let tenant = tenant?;
        let failed = |it| Failure::action("the survey to measure could not be made", &it);
        let survey = publish(&tenant).await.map_err(failed)?;
        let token = make_token(running.directory(), &tenant).await.map_err(failed)?;
        Ok(Self { config, running, tenant, survey, token, _folder: folder })
    }

    /// All tenants of the installation.
    pub(super) fn directory(&self) -> &Directory {
        self.running.directory()
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Where the installation keeps its files.
    pub(super) fn data(&self) -> &Path {
        &self.config.storage.data
    }

    /// The time as everything here is stamped with.
    pub(super) fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    /// Whoever applies, provisions and does all else that nobody waits for.
    pub(super) fn workers(&self) -> Result<workers::Running, Failure> {
        workers::start(&self.config, self.running.directory(), self.running.url())
    }

    /// Stops and starts again over the same data, then strikes; what the start took.
    pub(super) async fn restart(self) -> Result<Duration, Failure> {
        let Self { config, running, tenant, _folder, .. } = self;
        drop(tenant);
        running.stop().await?;
        let began = Instant::now();
        let running = Running::start(&config, &own_file()?).await?;
        let took = began.elapsed();
        running.stop().await?;
        Ok(took)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    pub(super) fn survey(&self) -> SurveyId {
        self.survey
    }

    pub(super) async fn tenant(&self) -> Result<Tenant, Failure> {
        let alias = Alias::parse(ALIAS).map_err(|it| super::broken(&it))?;
        let found = self.running.directory().tenant(&alias).await;
        let found = found.map_err(|it| Failure::storage("the tenant to measure could not be read", &it))?;
        found.ok_or_else(|| super::broken(&"the tenant to measure is gone"))
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn intake_path(&self) -> String {
        format!("/api/v1/surveys/{}/responses", self.survey)
    }

    pub(super) fn pause(&self) -> Pause {
        Pause {
            config: self.config.clone(),
            directory: self.running.directory().clone(),
            url: self.running.url().to_owned(),
            runtime: Handle::current(),
        }
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

impl Pause {
    /// Applies what waits, if it is much, and ends when nothing does.
    pub(super) async fn take(&self) -> Result<(), Failure> {
        let (config, directory, url) = (self.config.clone(), self.directory.clone(), self.url.clone());
        let applied = self.runtime.spawn(async move {
            if backlog(&directory).await?.records < BACKLOG_MAX {
                return Ok(());
            }
            let workers = workers::start(&config, &directory, &url)?;
            while 0 < backlog(&directory).await?.records {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            workers.stop().await;
            Ok(())
        });
        applied.await.unwrap_or_else(|panic| Err(super::broken(&panic)))
    }
}

/// What waits to be applied.
pub(super) async fn backlog(directory: &Directory) -> Result<Backlog, Failure> {
    directory.intake().backlog(Lane::Premium).await.map_err(|it| Failure::storage("the backlog could not be read", &it))
}

/// Gives a tenant the survey that is measured.
pub(super) async fn publish(tenant: &Tenant) -> Result<SurveyId, canvass_actions::Error> {
    let definition =
        Definition::parse(&crowd::survey()).map_err(|faults| canvass_actions::Error::Invalid { faults })?;
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

/// A token with which a program may send responses.
pub(super) async fn make_token(directory: &Directory, tenant: &Tenant) -> Result<String, canvass_actions::Error> {
    let secret = secrets::fresh_token()?;
    let (made, owner) = (secret.clone(), tenant.clone());
    let new = NewToken {
        name: TokenName::parse("Measurement").map_err(|it| canvass_actions::Error::Refused(it.to_string()))?,
        scopes: vec![Scope::Collect],
        life_ms: None,
    };
    directory.write(move |tx| tokens::create(tx, &owner, &new, &made)).await?;
    Ok(secret.reveal().to_owned())
}

/// What a sign-up for this alias says.
pub(super) fn new_tenant(config: &Config, alias: &str) -> Result<NewTenant, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "the tenant to measure is wrong", why, "Report this: it is a defect.")
    };
    Ok(NewTenant {
        name: OrganisationName::parse("Bench").map_err(|it| wrong(&it))?,
        alias: Alias::parse(alias).map_err(|it| wrong(&it))?,
        plan: PlanId::Premium,
        region: sign_up::region(config, None)?,
        administrator: PersonName::parse("Bench").map_err(|it| wrong(&it))?,
        email: Email::parse("bench@canvass.example").map_err(|it| wrong(&it))?,
        password: demo::fresh_password()?,
        terms: config.terms.version.clone(),
    })
}
