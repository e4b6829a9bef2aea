//! The sweep over an installation: this file is about what goes in time, and what stays.

use canvass_actions::{
    pages::Wanted,
    scripts::{self, Settings},
    surveys as actions,
};
use canvass_model::{
    address::PageAddress,
    id::SessionId,
    member::Actor,
    metadata::Fields,
    page::{Page, Target, Visibility},
    plan::PlanId,
    script::{Allowance, Script, ScriptName, Source},
    survey::Survey,
    text::Title,
    time::Timestamp,
    token::SecretHash,
};
use canvass_storage::{
    fields, pages, scripts as stored,
    sessions::{self, Session, Who},
    surveys,
};

use super::installation::{idle, on_every_engine, sign_up, until};
use crate::{
    Workers,
    worker::{Mood, Snapshot},
};

#[tokio::test]
async fn the_trash_is_emptied_after_its_time_and_not_before() {
    for (days, stays) in [(31, false), (29, true)] {
        on_every_engine(async |installation| {
            let tenant = installation.tenant("adatum", PlanId::Standard).await;
            let trash = tenant.write(move |tx| {
                let survey = actions::create_blank(tx, &Actor::Canvass, &Title::parse("Lunch").unwrap())?;
                let trashed_at = Some(tx.now().plus_ms(-days * Timestamp::DAY_MS));
                surveys::update(tx, &Survey { trashed_at, ..survey.clone() })?;
                Ok::<_, canvass_actions::Error>(survey.id)
            });
            let survey = trash.await.unwrap();

            let workers = installation.work(idle());
            until(async || swept(&workers).mood == Mood::Waiting && swept(&workers).cycles == 1).await;

            let found = tenant.read(move |tx| surveys::find(tx, survey)).await.unwrap();
            assert_eq!(found.is_some(), stays, "thrown away {days} days ago");
        })
        .await;
    }
}

#[tokio::test]
async fn a_removed_field_goes_after_its_time_and_not_before() {
    for (days, stays) in [(31, false), (29, true)] {
        on_every_engine(async |installation| {
            let tenant = installation.tenant("adatum", PlanId::Premium).await;
            let removed = tenant.write(move |tx| {
                let document = serde_json::json!({ "fields": [{ "id": "owner", "label": "Owner", "type": "text" }] });
                let owner = Fields::parse(&document).unwrap()[0].clone();
                fields::insert(tx, &owner, 0)?;
                let removed_at = tx.now().plus_ms(-days * Timestamp::DAY_MS);
                fields::remove(tx, owner.id(), removed_at)
            });
            removed.await.unwrap();

            let workers = installation.work(idle());
            until(async || swept(&workers).mood == Mood::Waiting && swept(&workers).cycles == 1).await;

            let kept = tenant.read(fields::count_removed).await.unwrap();
            assert_eq!(kept == 1, stays, "removed {days} days ago");
        })
        .await;
    }
}

#[tokio::test]
async fn thrown_away_pages_go_after_their_time_and_not_before() {
    for (days, stays) in [(31, false), (29, true)] {
        on_every_engine(async |installation| {
            let tenant = installation.tenant("adatum", PlanId::Standard).await;
            let trash = tenant.write(move |tx| {
                let wanted = Wanted {
                    address: PageAddress::parse("about").unwrap(),
                    title: "About us".to_owned(),
                    target: Target::Document,
                    visibility: Visibility::Public,
                    password_hash: None,
                    opens_at: None,
                    closes_at: None,
                    body: Some("# We".to_owned()),
                };
                let page = canvass_actions::pages::create(tx, &Actor::Canvass, &wanted)?;
                let trashed_at = Some(tx.now().plus_ms(-days * Timestamp::DAY_MS));
                pages::update(tx, &Page { trashed_at, ..page.clone() })?;
                Ok::<_, canvass_actions::Error>(page.id)
            });
            let page = trash.await.unwrap();

            let workers = installation.work(idle());
            until(async || swept(&workers).mood == Mood::Waiting && swept(&workers).cycles == 1).await;

            let found = tenant.read(move |tx| pages::find_by_id(tx, page)).await.unwrap();
            assert_eq!(found.is_some(), stays, "thrown away {days} days ago");
            let body = tenant.read(move |tx| pages::document(tx, page)).await.unwrap();
            assert_eq!(body.is_some(), stays, "and what it said");
        })
        .await;
    }
}

#[tokio::test]
async fn thrown_away_scripts_go_after_their_time_and_not_before() {
    for (days, stays) in [(31, false), (29, true)] {
        on_every_engine(async |installation| {
            let tenant = installation.tenant("adatum", PlanId::Premium).await;
            let trash = tenant.write(move |tx| {
                let name = ScriptName::parse("words").unwrap();
                let wanted = (&name, &Settings::default());
                let script = scripts::create(tx, &Actor::Canvass, &Allowance::FULL, wanted, &Source::default())?;
                let trashed_at = Some(tx.now().plus_ms(-days * Timestamp::DAY_MS));
                stored::update(tx, &Script { trashed_at, ..script.clone() })?;
                Ok::<_, canvass_actions::Error>(script.id)
            });
            let script = trash.await.unwrap();

            let workers = installation.work(idle());
            until(async || swept(&workers).mood == Mood::Waiting && swept(&workers).cycles == 1).await;

            let found = tenant.read(move |tx| stored::trash::find_by_id(tx, script)).await.unwrap();
            assert_eq!(found.is_some(), stays, "thrown away {days} days ago");
        })
        .await;
    }
}

#[tokio::test]
async fn a_session_that_has_ended_goes_and_one_that_has_not_stays() {
    on_every_engine(async |installation| {
        installation.tenant("adatum", PlanId::Standard).await;
        let who = Who::Account(sign_up("adatum").account);
        installation
            .directory
            .write(move |tx| {
                for (nth, ends_in_ms) in [(1, -1), (2, Timestamp::HOUR_MS)] {
                    let now = tx.now();
                    let session = Session {
                        id: SessionId::from(uuid::Uuid::from_u128(nth)),
                        who,
                        agent: String::new(),
                        created_at: now,
                        seen_at: now,
                        expires_at: now.plus_ms(ends_in_ms),
                    };
                    sessions::insert(tx, &SecretHash([u8::try_from(nth).unwrap_or_default(); 32]), &session)?;
                }
                Ok::<_, canvass_storage::Error>(())
            })
            .await
            .unwrap();

        let workers = installation.work(idle());

        until(async || swept(&workers).done == 1).await;
        assert_eq!(installation.directory.read(move |tx| sessions::list(tx, who)).await.unwrap().len(), 1);
    })
    .await;
}

/// What the sweep has done.
fn swept(workers: &Workers) -> Snapshot {
    workers.snapshot().into_iter().find(|it| it.worker == "sweep").unwrap()
}
