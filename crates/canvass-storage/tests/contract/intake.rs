//! The intake: this file is about accepted responses reaching their tenants exactly once, in order, and fairly.

use std::{collections::BTreeSet, future::poll_fn, task::Poll};

use canvass_model::{
    plan::{Lane, PlanId},
    response::Accepted,
};
use canvass_storage::{
    Backlog, Error, Receipt,
    tenants::{self, Filter},
};

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
async fn the_directory_hears_that_a_tenant_is_active() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        canvass.tenant("fabrikam").await;
        tenant.append(vec![response(1)]).await.unwrap();
        canvass.drain().await;

        let all = Filter { limit: 10, ..Filter::default() };
        let listed = canvass.directory.read(move |tx| tenants::list(tx, &all)).await.unwrap();
        let active: Vec<_> =
            listed.iter().filter(|it| it.active_at.is_some()).map(|it| it.record.alias.as_str()).collect();
        assert_eq!(active, ["adatum"]);
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
async fn a_large_batch_is_accepted_and_applied_whole() {
    on_every_engine(async |canvass| {
        let tenant = canvass.tenant("adatum").await;
        let all: Vec<_> = (0..12_000).map(response).collect();
        let receipts = tenant.append(all.clone()).await.unwrap();
        assert!(receipts.len() == all.len() && receipts.iter().all(|it| *it == Receipt::New));
        canvass.drain().await;
        assert!(stored(&tenant).await == all);
        assert_eq!(tenant.append(Vec::new()).await.unwrap(), []);
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
        // More than may wait in memory, all asked for before anybody looks at an answer.
        let answers = "x".repeat(100_000);
        let record = |number| Accepted { answers: answers.clone(), ..response(number) };
        let mut callers: Vec<_> = (0..1_000).map(|it| Box::pin(tenant.append(vec![record(it)]))).collect();
        let first: Vec<Poll<_>> =
            poll_fn(|context| Poll::Ready(callers.iter_mut().map(|it| it.as_mut().poll(context)).collect())).await;

        let (mut accepted, mut refused) = (BTreeSet::new(), 0);
        for ((number, caller), first) in (0..).zip(callers).zip(first) {
            let answer = match first {
                Poll::Ready(answer) => answer,
                Poll::Pending => caller.await,
            };
            match answer {
                Ok(_) => drop(accepted.insert(response(number).id)),
                Err(Error::Busy { retry_after_ms }) if 0 < retry_after_ms => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(0 < refused && !accepted.is_empty());
        canvass.drain().await;
        assert_eq!(stored(&tenant).await.into_iter().map(|it| it.id).collect::<BTreeSet<_>>(), accepted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrives_while_closing_is_kept_or_refused() {
    on_every_engine(async |mut canvass| {
        let tenant = canvass.tenant("adatum").await;
        let record = tenant.record().clone();
        let mut callers = tokio::task::JoinSet::new();
        for number in 0..300 {
            let tenant = tenant.clone();
            callers.spawn(async move { tenant.append(vec![response(number)]).await.map(|_| response(number).id) });
        }
        canvass.reopen().await;
        let accepted: BTreeSet<_> = callers.join_all().await.into_iter().filter_map(Result::ok).collect();

        canvass.drain().await;
        let tenant = canvass.directory.tenant(&record.alias).await.unwrap().unwrap();
        let stored: BTreeSet<_> = stored(&tenant).await.into_iter().map(|it| it.id).collect();
        assert!(accepted.is_subset(&stored), "{} of {} are there", stored.len(), accepted.len());
    })
    .await;
}
