//! Installations for the tests: this file is about opening storage on each engine and filling it.

use canvass_model::{
    alias::Alias,
    id::{ResponseId, SurveyId, TenantId},
    plan::{Lane, PlanId},
    response::{Accepted, Source},
    survey::{Revision, Status, Survey, Version},
    tenant::{Region, TenantRecord, TenantState},
    text::OrganisationName,
    time::Timestamp,
};
use canvass_storage::{
    Applied, Directory, Error, ReadTx, Settings, Tenant, Tx,
    responses::{self, Order},
    surveys, tenants,
};
use tempfile::TempDir;

#[expect(dead_code, reason = "the front door's tests have faults of their own")]
#[path = "../../../canvass/tests/all/support/faults.rs"]
pub mod faults;
#[expect(dead_code, reason = "these tests stop no server")]
#[path = "../../../canvass/tests/all/support/postgres.rs"]
mod postgres;

/// An installation of its own for one test.
pub struct Installation {
    pub settings: Settings,
    pub directory: Directory,
    /// Removed with the installation.
    _folder: Option<TempDir>,
}

/// The survey of every tenant in these tests.
pub const SURVEY: u128 = 0x5u128 << 64;

/// The URL of a new database of PostgreSQL.
pub async fn database() -> String {
    let url = tokio::task::spawn_blocking(|| postgres::Postgres::shared().database()).await;
    url.expect("the server starts")
}

/// Runs a test on each engine, each time with a new installation.
pub async fn on_every_engine(test: impl AsyncFn(Installation)) {
    println!("on embedded storage:");
    test(Installation::embedded().await).await;
    println!("on PostgreSQL:");
    test(Installation::postgres().await).await;
}

impl Installation {
    pub async fn embedded() -> Self {
        let folder = TempDir::with_prefix("canvass-").expect("a temporary folder");
        Self::open(Settings::embedded(folder.path().join("data")), Some(folder)).await
    }

    async fn postgres() -> Self {
        Self::open(Settings::postgres(database().await), None).await
    }

    pub async fn open(settings: Settings, folder: Option<TempDir>) -> Self {
        let directory = Directory::open(&settings).await.expect("an empty store can be opened");
        Self { settings, directory, _folder: folder }
    }

    /// Closes and opens everything, as a restart does.
    pub async fn reopen(&mut self) {
        self.directory.close().await;
        self.directory = Directory::open(&self.settings).await.expect("what was closed can be opened");
    }

    /// A tenant with a survey, on the standard lane.
    pub async fn tenant(&self, alias: &str) -> Tenant {
        self.tenant_on(alias, PlanId::Standard).await
    }

    pub async fn tenant_on(&self, alias: &str, plan: PlanId) -> Tenant {
        let record = record(alias, plan);
        let stored = record.clone();
        self.directory.write(move |tx| tenants::insert(tx, &stored)).await.expect("the alias is free");
        let tenant = self.directory.create_database(&record).await.expect("a new tenant");
        tenant.write(|tx| surveys::insert(tx, &survey(), "{}")).await.expect("a new survey");
        tenant
    }

    /// Applies at most `records_max` records of the standard lane.
    pub async fn apply(&self, records_max: usize) -> Applied {
        self.try_apply(Lane::Standard, records_max).await.expect("nothing is in the way")
    }

    pub async fn try_apply(&self, lane: Lane, records_max: usize) -> Result<Applied, Error> {
        let work = |tx: &mut Tx<'_>, records: &[Accepted]| responses::insert_many(tx, records).map(drop);
        self.directory.intake().apply(lane, records_max, work).await
    }

    /// Applies until nothing waits.
    pub async fn drain(&self) {
        for lane in Lane::ALL {
            while 0 < self.try_apply(lane, 1_000).await.expect("nothing is in the way").taken {}
        }
    }
}

/// The answers stored for a tenant, in the order of application.
pub async fn stored(tenant: &Tenant) -> Vec<Accepted> {
    let survey = SurveyId::from(uuid::Uuid::from_u128(SURVEY));
    let list = move |tx: &mut ReadTx<'_>| responses::list(tx, survey, Order::OldestFirst, None, u32::MAX);
    tenant.read(list).await.expect("the tenant can be read").into_iter().map(|it| it.accepted).collect()
}

pub fn alias(text: &str) -> Alias {
    Alias::parse(text).expect("an alias")
}

pub fn record(alias: &str, plan: PlanId) -> TenantRecord {
    TenantRecord {
        id: TenantId::from(uuid::Uuid::from_u128(
            alias.bytes().fold(1, |id: u128, byte| id.wrapping_mul(0x0100_0000_01b3).wrapping_add(u128::from(byte))),
        )),
        alias: Alias::parse(alias).expect("an alias"),
        name: OrganisationName::parse(alias).expect("a name"),
        state: TenantState::Active,
        reason: None,
        plan,
        region: Region("here".to_owned()),
        created_at: Timestamp(1_795_000_000_000),
    }
}

fn survey() -> Survey {
    let created_at = Timestamp(1_795_000_000_000);
    Survey {
        id: SurveyId::from(uuid::Uuid::from_u128(SURVEY)),
        title: "Tea".to_owned(),
        status: Status::Draft,
        revision: Revision(1),
        version: Version(0),
        changed_since_published: true,
        responses: 0,
        created_at,
        updated_at: created_at,
        trashed_at: None,
    }
}

/// The `number`th response, with answers that say so.
pub fn response(number: u128) -> Accepted {
    Accepted {
        id: ResponseId::from(uuid::Uuid::from_u128(number)),
        survey: SurveyId::from(uuid::Uuid::from_u128(SURVEY)),
        version: Version(1),
        received_at: Timestamp(1_795_000_000_000),
        source: Source::Api,
        answers: format!(r#"{{"number":{number}}}"#),
    }
}
