//! An installation for one test: this file is about storage in a folder of its own, workers over it, and waiting.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use canvass_actions::domains::{Off, Registrar};
use canvass_model::{
    address::Hosts,
    alias::Alias,
    id::{AccountId, JobId, TenantId},
    job::{Job, JobRecord, JobState, SignUp},
    plan::PlanId,
    tenant::{Region, TenantRecord},
    text::{Email, OrganisationName, PersonName},
};
use canvass_storage::{Directory, Tenant, jobs, tenants};
use tempfile::TempDir;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Settings, Workers,
    mail::{MailSettings, Post},
};

/// The tests' own PostgreSQL, the one that all crates share.
#[expect(
    clippy::disallowed_methods,
    dead_code,
    unreachable_pub,
    reason = "it waits for a server, and these tests stop none"
)]
#[path = "../../../canvass/tests/all/support/postgres.rs"]
mod postgres;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Installation {
    pub(super) directory: Directory,
    folder: TempDir,
}

/// Runs a test on each engine, each time with a new installation.
pub(super) async fn on_every_engine(test: impl AsyncFn(Installation)) {
    println!("on embedded storage:");
    test(Installation::open().await).await;
    println!("on PostgreSQL:");
    test(Installation::on_postgres().await).await;
}

impl Installation {
    /// On embedded storage.
    pub(super) async fn open() -> Self {
        let folder = TempDir::with_prefix("canvass-work-").unwrap();
        let settings = canvass_storage::Settings::embedded(folder.path().join("data"));
        Self { directory: Directory::open(&settings).await.unwrap(), folder }
    }

    async fn on_postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| postgres::Postgres::shared().database()).await.unwrap();
        let folder = TempDir::with_prefix("canvass-work-").unwrap();
        Self { directory: Directory::open(&canvass_storage::Settings::postgres(url)).await.unwrap(), folder }
    }

    /// Where mails end.
    pub(super) fn outbox(&self) -> PathBuf {
        self.folder.path().join("outbox")
    }

    /// How many mails were sent.
    pub(super) fn mails(&self) -> usize {
        fs::read_dir(self.outbox()).map_or(0, |it| {
            it.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|it| it == "eml")).count()
        })
    }

    /// Workers that look only when a bell wakes them, unless `settings` say otherwise.
    pub(super) fn work(&self, settings: Settings) -> Workers {
        let mail = MailSettings { outbox: Some(self.outbox()), ..MailSettings::default() };
        self.work_with(&Post::open(&mail).unwrap(), settings)
    }

    pub(super) fn work_with(&self, post: &Post, settings: Settings) -> Workers {
        let (_, settings) = watch::channel(settings);
        let registrar = Registrar::new(Arc::new(Off), Hosts::any(), "http://127.0.0.1:8080", 0);
        Workers::start(&self.directory, post, &registrar, &settings, &CancellationToken::new())
    }

    pub(super) async fn queue(&self, job: Job) -> JobId {
        self.directory.write(move |tx| jobs::insert(tx, &job, None)).await.unwrap()
    }

    pub(super) async fn job(&self, id: JobId) -> JobRecord {
        self.directory.read(move |tx| jobs::find(tx, id)).await.unwrap().unwrap()
    }

    /// Waits until a job has come to its end.
    pub(super) async fn ended(&self, id: JobId) -> JobRecord {
        until(async || matches!(self.job(id).await.state, JobState::Done | JobState::Failed)).await;
        self.job(id).await
    }

    /// Takes all due jobs as a worker would that then dies: the lease has lapsed already.
    pub(super) async fn take_and_die(&self) -> Vec<JobRecord> {
        let claim = self.directory.write(|tx| jobs::claim(tx, &Job::NAMES, tx.now().plus_ms(-1), 100));
        claim.await.unwrap()
    }

    /// A new tenant, provisioned by workers that are gone again.
    pub(super) async fn tenant(&self, alias: &str, plan: PlanId) -> Tenant {
        let workers = self.work(idle());
        let job = self.queue(Job::Provision(SignUp { plan, ..sign_up(alias) })).await;
        assert_eq!(self.ended(job).await.state, JobState::Done);
        assert!(workers.drain(PATIENCE).await);
        self.directory.tenant(&Alias::parse(alias).unwrap()).await.unwrap().unwrap()
    }

    pub(super) async fn record(&self, id: TenantId) -> TenantRecord {
        self.directory.read(move |tx| tenants::find_by_id(tx, id)).await.unwrap().unwrap()
    }
}

/// Settings under which nothing happens unless a bell rings.
pub(super) fn idle() -> Settings {
    let hour = Duration::from_hours(1);
    Settings { apply_interval: hour, jobs_interval: hour, ..Settings::default() }
}

/// Settings under which workers look often, for what no bell announces: a lapsed lease, a retry that falls due.
pub(super) fn eager() -> Settings {
    let often = Duration::from_millis(20);
    Settings { apply_interval: often, jobs_interval: often, ..Settings::default() }
}

/// A sign-up as it is accepted.
pub(super) fn sign_up(alias: &str) -> SignUp {
    SignUp {
        tenant: TenantId::from(uuid(alias, 1)),
        alias: Alias::parse(alias).unwrap(),
        name: OrganisationName::parse("Adatum").unwrap(),
        plan: PlanId::Standard,
        region: Region("local".to_owned()),
        account: AccountId::from(uuid(alias, 2)),
        administrator: PersonName::parse("Ada").unwrap(),
        email: Email::parse(&format!("ada@{alias}.example")).unwrap(),
        password_hash: Some("$argon2id$".to_owned()),
        terms: "1".to_owned(),
    }
}

/// Waits until `condition` holds.
pub(super) async fn until(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("it happens in time");
}

/// An id that differs by name and kind.
fn uuid(name: &str, kind: u8) -> uuid::Uuid {
    let mut bytes = [kind; 16];
    for (byte, letter) in bytes.iter_mut().skip(1).zip(name.bytes()) {
        *byte = letter;
    }
    uuid::Uuid::from_bytes(bytes)
}
