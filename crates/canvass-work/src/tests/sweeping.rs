//! The sweep over an installation: this file is about what goes in time, and what stays.

use canvass_actions::surveys as actions;
use canvass_model::{
    id::SessionId, member::Actor, plan::PlanId, survey::Survey, text::Title, time::Timestamp, token::SecretHash,
};
use canvass_storage::{
    sessions::{self, Session, Who},
    surveys,
};

use super::installation::{Installation, idle, sign_up, until};

#[tokio::test]
async fn the_trash_is_emptied_after_its_time_and_not_before() {
    let installation = Installation::open().await;
    let tenant = installation.tenant("adatum", PlanId::Standard).await;
    let trash = tenant.write(|tx| {
        let [old, young] = [31, 29].map(|days| (days, Title::parse("Lunch").unwrap()));
        let mut ids = Vec::new();
        for (days, title) in [old, young] {
            let survey = actions::create_blank(tx, &Actor::Canvass, &title)?;
            let trashed_at = Some(tx.now().plus_ms(-days * Timestamp::DAY_MS));
            surveys::update(tx, &Survey { trashed_at, ..survey.clone() })?;
            ids.push(survey.id);
        }
        Ok::<_, canvass_actions::Error>((ids[0], ids[1]))
    });
    let (old, young) = trash.await.unwrap();

    let _workers = installation.work(idle());

    until(async || tenant.read(move |tx| surveys::find(tx, old)).await.unwrap().is_none()).await;
    assert!(tenant.read(move |tx| surveys::find(tx, young)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_session_that_has_ended_goes_and_one_that_has_not_stays() {
    let installation = Installation::open().await;
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

    until(async || workers.snapshot().iter().any(|it| it.worker == "sweep" && it.done == 1)).await;
    assert_eq!(installation.directory.read(move |tx| sessions::list(tx, who)).await.unwrap().len(), 1);
}
