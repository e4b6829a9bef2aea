//! The intake: this file is about accepted responses reaching their tenants exactly once, in order, and fairly.

use std::collections::BTreeSet;

use canvass_model::{
    plan::{Lane, PlanId},
    response::Accepted,
};
use canvass_storage::{Backlog, Error, Receipt};

use crate::support::{on_every_engine, response, stored};

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_response_is_applied_exactly_once() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        let receipts = tenant.append(vec![response(1), response(2)]).await.unwrap();
        assert_eq!(receipts, [Receipt::New, Receipt::New]);
        assert_eq!(stored(&tenant).await, []);

        assert_eq!(canvass.apply(10).await.taken, 2);
        assert_eq!(canvass.apply(10).await.taken, 0);
        assert_eq!(stored(&tenant).await, [response(1), response(2)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_sent_again_while_it_waits_is_repeated_and_stays_one() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        let receipts = tenant.append(vec![response(1), response(2), response(1)]).await.unwrap();
        assert_eq!(receipts, [Receipt::New, Receipt::New, Receipt::Repeated]);
        let receipts = tenant.append(vec![response(3), response(2)]).await.unwrap();
        assert_eq!(receipts, [Receipt::New, Receipt::Repeated]);
        assert!(tenant.is_waiting(response(2).id).await.unwrap());

        canvass.drain().await;
        assert!(!tenant.is_waiting(response(2).id).await.unwrap());
        tenant.append(vec![response(2)]).await.unwrap();
        canvass.drain().await;
        assert_eq!(stored(&tenant).await, [response(1), response(2), response(3)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_responses_of_a_tenant_keep_their_order() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        let all: Vec<_> = (0..500).map(response).collect();
        for some in all.chunks(7) {
            tenant.append(some.to_vec()).await.unwrap();
        }
        while 0 < canvass.apply(33).await.taken {}
        assert_eq!(stored(&tenant).await, all);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_much_does_not_keep_those_with_little_waiting() {
    on_every_engine(async |canvass| {
        let busy = canvass.tenant("busy").await;
        for some in (0..10_000).collect::<Vec<_>>().chunks(1_000) {
            busy.append(some.iter().map(|it| response(*it)).collect()).await.unwrap();
        }
        let mut quiet = Vec::new();
        for alias in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"] {
            let tenant = canvass.tenant(alias).await;
            tenant.append((0..10).map(response).collect()).await.unwrap();
            quiet.push(tenant);
        }

        for _ in 0..3 {
            canvass.apply(100).await;
        }
        for tenant in &quiet {
            assert_eq!(stored(tenant).await.len(), 10, "{}", tenant.record().alias.as_str());
        }
        assert!(!stored(&busy).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lanes_wait_apart() {
    on_every_engine(async |canvass| {
        let (premium, standard) =
            (canvass.tenant_on("adatum", PlanId::Premium).await, canvass.tenant("fabrikam").await);
        premium.append(vec![response(1)]).await.unwrap();
        standard.append(vec![response(2), response(3)]).await.unwrap();
        let intake = canvass.directory.intake();
        assert_eq!(intake.backlog(Lane::Premium).await.unwrap().records, 1);
        assert_eq!(intake.backlog(Lane::Standard).await.unwrap().records, 2);
        assert!(intake.backlog(Lane::Standard).await.unwrap().oldest_at.is_some());

        canvass.apply(10).await;
        assert_eq!(intake.backlog(Lane::Premium).await.unwrap().records, 1);
        assert_eq!(intake.backlog(Lane::Standard).await.unwrap(), Backlog::default());
        assert_eq!(stored(&premium).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_and_opening_keeps_everything() {
    on_every_engine(async |mut canvass| {
        let tenant = canvass.tenant("adatum").await;
        tenant.append((0..50).map(response).collect()).await.unwrap();
        canvass.apply(20).await;
        tenant.append((50..60).map(response).collect()).await.unwrap();
        let record = tenant.record().clone();

        canvass.reopen().await;
        let tenant = canvass.directory.tenant(&record.alias).await.unwrap().unwrap();
        assert!(tenant.is_waiting(response(55).id).await.unwrap());
        assert_eq!(tenant.append(vec![response(55)]).await.unwrap(), [Receipt::Repeated]);
        canvass.drain().await;
        assert_eq!(stored(&tenant).await, (0..60).map(response).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_closing_nothing_is_accepted() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        canvass.directory.close().await;
        assert!(tenant.append(vec![response(1)]).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_lane_refuses_before_it_accepts() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        // Far more than may wait in memory, faster than any disk takes it.
        let answers = "x".repeat(100_000);
        let mut callers = tokio::task::JoinSet::new();
        for number in 0..2_000 {
            let (tenant, record) = (tenant.clone(), Accepted { answers: answers.clone(), ..response(number) });
            callers.spawn(async move { (number, tenant.append(vec![record]).await) });
        }
        let (mut accepted, mut refused) = (BTreeSet::new(), 0);
        while let Some(answer) = callers.join_next().await {
            match answer.unwrap() {
                (number, Ok(_)) => drop(accepted.insert(response(number).id)),
                (_, Err(Error::Busy { retry_after_ms })) if 0 < retry_after_ms => refused += 1,
                (_, Err(other)) => panic!("{other:?}"),
            }
        }
        assert!(0 < refused && !accepted.is_empty());
        canvass.drain().await;
        assert_eq!(stored(&tenant).await.into_iter().map(|it| it.id).collect::<BTreeSet<_>>(), accepted);
    })
    .await;
}
