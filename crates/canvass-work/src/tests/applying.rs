//! Apply over an installation: this file is about responses that arrive in their tenants' databases, once, soon.

use std::time::Duration;

use canvass_actions::surveys::{self as actions, Publication};
use canvass_model::{
    address::PageAddress,
    id::{ResponseId, SurveyId},
    member::Actor,
    page::Visibility,
    plan::PlanId,
    response::{Accepted, Source},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{Tenant, dead_letters, surveys};

use super::installation::{idle, on_every_engine, until};

#[tokio::test]
async fn accepted_responses_arrive_at_once_and_once() {
    on_every_engine(async |installation| {
        let premium = installation.tenant("adatum", PlanId::Premium).await;
        let standard = installation.tenant("fabrikam", PlanId::Standard).await;
        let mut workers = installation.work(idle());

        for (tenant, count) in [(&premium, 250), (&standard, 100)] {
            let survey = open_survey(tenant).await;
            // Sent twice, as by an impatient browser.
            for _ in 0..2 {
                tenant.append((0..count).map(|nth| response(tenant, survey, nth)).collect()).await.unwrap();
            }
            until(async || responses(tenant, survey).await == u64::from(count)).await;
        }

        // Each was done once or, when the repetition came after it, twice; the counts follow the rows.
        let applied = || workers.snapshot().into_iter().find(|it| it.worker == "apply").unwrap();
        until(async || applied().in_hand == 0 && (350..=700).contains(&applied().done)).await;
        assert_eq!((applied().failed, applied().errors), (0, 0));
        assert!(applied().lag_ms.is_some());
        tokio::select! {
            why = workers.broken() => panic!("{why}"),
            () = std::future::ready(()) => {}
        }
        assert!(workers.drain(Duration::from_secs(10)).await);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_applied_holds_up_nothing_and_waits_with_its_reason() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let survey = open_survey(&tenant).await;
        let nowhere = SurveyId::from(uuid::Uuid::from_u128(404));
        let workers = installation.work(idle());

        let mut batch: Vec<Accepted> = (0..10).map(|nth| response(&tenant, survey, nth)).collect();
        batch.insert(5, response(&tenant, nowhere, 11));
        tenant.append(batch).await.unwrap();

        until(async || responses(&tenant, survey).await == 10).await;
        let dead = installation.directory.read(|tx| dead_letters::list(tx, None, 10)).await.unwrap();
        assert_eq!(dead.iter().map(|it| it.survey).collect::<Vec<_>>(), [nowhere]);
        assert!(dead[0].reason.contains("does not exist"), "{}", dead[0].reason);
        until(async || workers.snapshot().iter().any(|it| it.failed == 1)).await;
    })
    .await;
}

#[tokio::test]
async fn a_drained_worker_takes_no_more() {
    on_every_engine(async |installation| {
        let tenant = installation.tenant("adatum", PlanId::Standard).await;
        let survey = open_survey(&tenant).await;
        let workers = installation.work(idle());
        let counters = workers.counters();

        assert!(workers.drain(Duration::from_secs(10)).await);
        tenant.append(vec![response(&tenant, survey, 1)]).await.unwrap();

        assert!(tenant.is_waiting(response(&tenant, survey, 1).id).await.unwrap());
        assert!(counters.iter().all(|it| it.snapshot().mood == crate::worker::Mood::Ended));
    })
    .await;
}

/// The tenant's starter survey, published.
async fn open_survey(tenant: &Tenant) -> SurveyId {
    let plan = tenant.record().plan.plan();
    let publish = tenant.write(move |tx| {
        let survey = surveys::list(tx, surveys::Shelf::AtWork, None, 1)?[0].id;
        let page = PageAddress::parse("open").unwrap();
        let publication = Publication { page, visibility: Some(Visibility::Public) };
        actions::publish(tx, &Actor::Canvass, survey, &publication, &plan).map(|it| it.id)
    });
    publish.await.unwrap()
}

fn response(tenant: &Tenant, survey: SurveyId, nth: u32) -> Accepted {
    Accepted {
        id: ResponseId::from(uuid::Uuid::from_u128(u128::from(nth) + 1)),
        survey,
        version: Version(1),
        received_at: Timestamp(tenant.now().0),
        source: Source::Api,
        answers: "{}".to_owned(),
    }
}

async fn responses(tenant: &Tenant, survey: SurveyId) -> u64 {
    tenant.read(move |tx| surveys::find(tx, survey)).await.unwrap().unwrap().responses
}
