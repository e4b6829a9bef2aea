//! Every query on both engines: this file is about what its tests share, and where the engines come from.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "tests panic, and the server they share waits and starts processes"
)]

mod brand;
mod chunks;
mod domains;
mod exports;
mod fields;
mod files;
mod jobs;
mod pages;
mod people;
#[path = "../../../canvass/tests/all/support/postgres.rs"]
#[expect(dead_code, reason = "other tests stop the server or become its superuser")]
mod postgres;
mod responses;
mod scripts;
mod surveys;
mod tenants;

use canvass_model::{
    address::PageAddress,
    alias::Alias,
    id::SurveyId,
    page::{Page, Target, Visibility},
    plan::PlanId,
    survey::{Revision, Status, Survey, Version},
    tenant::{Region, TenantRecord, TenantState},
    text::OrganisationName,
    time::Timestamp,
};
use canvass_storage::{Directory, Error, Settings, Tenant, Tx, surveys as survey_queries, tenants as tenant_queries};

/// Runs `test` on an empty installation of each engine.
async fn on_each_engine(test: impl AsyncFn(Directory)) {
    let folder = tempfile::tempdir().unwrap();
    for settings in [Settings::embedded(folder.path()), Settings::postgres(postgres::Postgres::shared().database())] {
        let directory = Directory::open(&settings).await.unwrap();
        test(directory.clone()).await;
        directory.close().await;
    }
}

fn alias(text: &str) -> Alias {
    Alias::parse(text).unwrap()
}

fn page(path: &str) -> PageAddress {
    PageAddress::parse(path).unwrap()
}

/// A page for everybody who knows its address; not stored.
fn a_page(tx: &mut Tx<'_>, path: &str, target: Target) -> Page {
    let now = tx.now();
    Page {
        id: tx.new_id(),
        address: page(path),
        title: String::new(),
        target,
        visibility: Visibility::Unlisted,
        opens_at: None,
        closes_at: None,
        place: 0,
        revision: Revision(1),
        created_at: now,
        updated_at: now,
        trashed_at: None,
    }
}

/// A tenant with a database, in use.
async fn a_tenant(directory: &Directory, name: &str) -> Tenant {
    let record = a_record(directory, name, TenantState::Active).await;
    directory.create_database(&record).await.unwrap()
}

/// The record of a tenant without a database.
async fn a_record(directory: &Directory, name: &str, state: TenantState) -> TenantRecord {
    let name = name.to_owned();
    directory
        .write(move |tx| {
            let record = TenantRecord {
                id: tx.new_id(),
                alias: Alias::suggest(&name),
                name: OrganisationName::parse(&name).unwrap(),
                state,
                reason: None,
                plan: PlanId::Standard,
                region: Region("local".to_owned()),
                created_at: tx.now(),
            };
            tenant_queries::insert(tx, &record)?;
            Ok::<_, Error>(record)
        })
        .await
        .unwrap()
}

/// A stored draft survey.
fn a_survey(tx: &mut Tx<'_>, title: &str) -> Result<Survey, Error> {
    let survey = Survey {
        id: tx.new_id(),
        title: title.to_owned(),
        status: Status::Draft,
        revision: Revision(1),
        version: Version(0),
        changed_since_published: true,
        responses: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
        trashed_at: None,
    };
    survey_queries::insert(tx, &survey, "{\"title\":\"first\"}")?;
    Ok(survey)
}

/// A survey that is in no store.
fn nowhere() -> SurveyId {
    SurveyId::parse("01890a5d-ac96-774b-bcce-b302099a8057").unwrap()
}

/// A day from `now`.
fn tomorrow(now: Timestamp) -> Timestamp {
    now.plus_ms(Timestamp::DAY_MS)
}
