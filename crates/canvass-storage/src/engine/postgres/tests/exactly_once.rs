//! From the intake to the rows: this file is about nothing lost, nothing double, nobody starved.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

use super::*;

#[test]
fn what_is_appended_is_applied_in_order_and_once() {
    let node = Node::alone();
    let (one, two) = (node.tenant(), node.tenant());
    let (ours, theirs) = (responses(300), responses(20));
    assert_eq!(node.append(one, &ours).unwrap(), vec![Receipt::New; 300]);
    assert_eq!(node.append(two, &theirs).unwrap(), vec![Receipt::New; 20]);
    assert!(node.is_waiting(one, ours[7].id).unwrap());
    assert!(!node.is_waiting(two, ours[7].id).unwrap());
    let backlog = node.backlog(Lane::Standard).unwrap();
    assert_eq!((backlog.records, backlog.oldest_at), (320, Some(ours[0].received_at)));
    assert_eq!(node.backlog(Lane::Premium).unwrap(), crate::Backlog::default());

    assert_eq!(node.apply(1_000).unwrap(), crate::Applied { taken: 320, dead: 0 });
    assert_eq!(node.apply(1_000).unwrap(), crate::Applied::default());
    assert_eq!(node.ids(one), ours.iter().map(|it| it.id.to_string()).collect::<Vec<_>>());
    assert_eq!(node.ids(two).len(), 20);
    assert!(!node.is_waiting(one, ours[7].id).unwrap());
    assert_eq!(node.backlog(Lane::Standard).unwrap(), crate::Backlog::default());
}

#[test]
fn a_response_sent_twice_waits_once_and_is_stored_once() {
    let node = Node::alone();
    let tenant = node.tenant();
    let first = response();
    let twice = [first.clone(), first.clone()];
    assert_eq!(node.append(tenant, &twice).unwrap(), [Receipt::New, Receipt::Repeated]);
    assert_eq!(node.append(tenant, &twice[..1]).unwrap(), [Receipt::Repeated]);
    node.apply(10).unwrap();
    assert_eq!(node.append(tenant, &twice[..1]).unwrap(), [Receipt::New]);
    let mut fresh = Vec::new();
    node.engine
        .apply(Lane::Standard, 10, &mut |_, session, records| {
            fresh.extend(session.insert_responses(records)?);
            Ok(())
        })
        .unwrap();
    assert_eq!(fresh, [false]);
    assert_eq!(node.ids(tenant).len(), 1);
}

#[test]
fn two_nodes_apply_side_by_side_what_many_append() {
    let url = Server::shared().database();
    let nodes = [Node::open(&url), Node::open(&url)];
    let tenants: Vec<TenantId> = (0..12).map(|_| nodes[0].tenant()).collect();
    let is_over = AtomicBool::new(false);
    let appended: Vec<(TenantId, Accepted)> = std::thread::scope(|scope| {
        let appliers: Vec<_> = nodes.iter().map(|node| scope.spawn(|| apply_until(node, &is_over))).collect();
        let appenders: Vec<_> = (0..6)
            .map(|nth| {
                let (node, tenants) = (&nodes[nth % 2], &tenants);
                scope.spawn(move || {
                    let mut all = Vec::new();
                    for round in 0..40 {
                        let tenant = tenants[(nth + round) % tenants.len()];
                        let records = responses(7);
                        node.append(tenant, &records).unwrap();
                        all.extend(records.into_iter().map(|it| (tenant, it)));
                    }
                    all
                })
            })
            .collect();
        let appended = appenders.into_iter().flat_map(|it| it.join().unwrap()).collect();
        is_over.store(true, Ordering::Release);
        let taken: usize = appliers.into_iter().map(|it| it.join().unwrap()).sum();
        assert_eq!(taken, 6 * 40 * 7);
        appended
    });
    for tenant in tenants {
        let expected: HashSet<String> =
            appended.iter().filter(|it| it.0 == tenant).map(|it| it.1.id.to_string()).collect();
        let found = nodes[1].ids(tenant);
        assert_eq!(found.len(), expected.len());
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), expected);
    }
}

/// Applies in small rounds until the others are done and nothing waits. Answers how many were taken.
fn apply_until(node: &Node, is_over: &AtomicBool) -> usize {
    let mut taken = 0;
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        taken += node.apply(50).unwrap().taken;
        if was_over && node.backlog(Lane::Standard).unwrap().records == 0 {
            return taken;
        }
    }
}
