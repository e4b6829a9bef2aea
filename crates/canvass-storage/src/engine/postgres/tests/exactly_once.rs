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
    assert_eq!(node.append(tenant, &twice[..1]).unwrap(), [Receipt::Repeated]);
    assert!(node.is_waiting(tenant, first.id).unwrap());
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

#[test]
fn a_flood_of_one_tenant_does_not_keep_another_waiting() {
    let node = Node::alone();
    let tenants: Vec<TenantId> = (0..3).map(|_| node.tenant()).collect();
    node.append(tenants[0], &responses(2_000)).unwrap();
    for tenant in &tenants[1..] {
        node.append(*tenant, &responses(5)).unwrap();
    }
    let mut rounds = 0;
    while tenants[1..].iter().any(|it| node.ids(*it).len() < 5) {
        node.apply(100).unwrap();
        rounds += 1;
        assert!(rounds <= 3);
    }
    assert!(node.ids(tenants[0]).len() < 2_000);
}

#[test]
fn tenants_of_one_shard_share_a_round() {
    let node = Node::alone();
    let first = node.tenant();
    let neighbour = loop {
        let tenant = node.tenant();
        if intake::shard(Lane::Standard, tenant) == intake::shard(Lane::Standard, first) {
            break tenant;
        }
    };
    node.append(first, &responses(500)).unwrap();
    node.append(neighbour, &responses(10)).unwrap();
    assert_eq!(node.apply(40).unwrap().taken, 40);
    assert_eq!((node.ids(first).len(), node.ids(neighbour).len()), (30, 10));
}

#[test]
fn more_tenants_than_a_round_serves_are_all_served() {
    let node = Node::alone();
    let tenants: Vec<TenantId> =
        std::iter::repeat_with(new_id).filter(|it| intake::shard(Lane::Standard, *it) == 3).take(90).collect();
    for tenant in &tenants {
        node.append(*tenant, &responses(2)).unwrap();
    }
    let mut taken = 0;
    for _ in 0..2 {
        taken += node.apply(1_000).unwrap().taken;
    }
    assert_eq!(taken, 180);
    assert!(tenants.iter().all(|it| node.ids(*it).len() == 2));
}

#[test]
fn a_round_finds_those_it_served_before_though_nobody_comes_after_them() {
    let node = Node::alone();
    let of_one_shard = std::iter::repeat_with(new_id).filter(|it| intake::shard(Lane::Standard, *it) == 3);
    let tenants: Vec<TenantId> = of_one_shard.take(64).collect();
    for tenant in &tenants {
        node.append(*tenant, &responses(1)).unwrap();
    }
    assert_eq!(node.apply(1_000).unwrap().taken, 64);
    node.append(tenants[0], &responses(1)).unwrap();
    assert_eq!(node.apply(1_000).unwrap().taken, 1);
}

#[test]
fn what_can_never_be_applied_becomes_a_dead_letter_and_stops_nobody() {
    let node = Node::alone();
    let (good, bad) = (node.tenant(), node.tenant());
    let (ours, theirs) = (responses(5), responses(5));
    node.append(good, &ours).unwrap();
    node.append(bad, &theirs).unwrap();
    let poison = theirs[2].id;
    let applied = node.engine.apply(Lane::Standard, 100, &mut |_, session, records| {
        session.insert_responses(records)?;
        let is_bad = records.iter().any(|it| it.id == poison);
        if is_bad { Err(Error::Rejected("its survey is gone".to_owned())) } else { Ok(()) }
    });
    assert_eq!(applied.unwrap(), crate::Applied { taken: 10, dead: 1 });
    assert_eq!((node.ids(good).len(), node.ids(bad).len()), (5, 4));
    let letters = node.in_directory(Mode::Read, |it| it.query("select tenant, reason from dead_letter", &[])).unwrap();
    assert_eq!(letters, [[Value::text(bad), Value::from("its survey is gone")]]);
}

#[test]
fn a_record_the_database_refuses_is_dead_as_well() {
    let node = Node::alone();
    let tenant = node.tenant();
    node.append(tenant, &responses(3)).unwrap();
    let applied = node.engine.apply(Lane::Standard, 100, &mut |_, session, _| {
        let sql = "insert into summary (survey, revision, body) values ('none', 1, '{}')";
        session.execute(sql, &[]).map(drop)
    });
    assert_eq!(applied.unwrap(), crate::Applied { taken: 3, dead: 3 });
}

#[test]
fn a_round_that_fails_for_another_reason_is_taken_again() {
    let node = Node::alone();
    let tenant = node.tenant();
    node.append(tenant, &responses(3)).unwrap();
    let failed = node.engine.apply(Lane::Standard, 100, &mut |_, session, records| {
        session.insert_responses(records)?;
        Err(Error::Full)
    });
    assert!(matches!(failed, Err(Error::Full)));
    assert!(node.ids(tenant).is_empty());
    assert_eq!(node.apply(100).unwrap().taken, 3);
}

#[test]
fn responses_of_a_tenant_that_is_gone_are_dropped() {
    let node = Node::alone();
    let gone: TenantId = new_id();
    node.append(gone, &responses(2)).unwrap();
    let applied = node.engine.apply(Lane::Standard, 100, &mut |_, _, _| Err(Error::Rejected("gone".to_owned())));
    assert_eq!(applied.unwrap(), crate::Applied { taken: 2, dead: 2 });
    assert_eq!(node.backlog(Lane::Standard).unwrap().records, 0);
}

#[test]
fn bad_data_of_one_request_harms_no_other_in_its_commit() {
    let node = Node::alone();
    let tenant = node.tenant();
    let mut bad = response();
    bad.answers = "\0".to_owned();
    let mut requests = vec![node.engine.append(tenant, Lane::Standard, vec![bad])];
    requests.extend((0..20).map(|_| node.engine.append(tenant, Lane::Standard, responses(2))));
    let mut outcomes = requests.into_iter().map(|it| node.runtime.block_on(it));
    assert!(outcomes.next().unwrap().is_err());
    assert!(outcomes.all(|it| it.unwrap() == [Receipt::New; 2]));
}

#[test]
fn a_full_queue_refuses_before_it_accepts() {
    let node = Node::alone();
    let tenant = node.tenant();
    let mut large = response();
    large.answers = "x".repeat(20 << 20);
    let requests: Vec<_> = (0..8).map(|_| node.engine.append(tenant, Lane::Standard, vec![large.clone()])).collect();
    let outcomes: Vec<_> = requests.into_iter().map(|it| node.runtime.block_on(it)).collect();
    assert!(outcomes.iter().any(|it| matches!(it, Err(Error::Busy { .. }))));
    assert!(outcomes[0].is_ok());
}

#[test]
fn a_shard_at_work_on_one_node_keeps_no_other_node_waiting() {
    let url = Server::shared().database();
    let (here, there) = (Node::open(&url), Node::open(&url));
    let of_shard = |shard| std::iter::repeat_with(new_id).find(|it| intake::shard(Lane::Standard, *it) == shard);
    let (first, second): (TenantId, TenantId) = (of_shard(0).unwrap(), of_shard(9).unwrap());
    here.append(first, &responses(5)).unwrap();
    here.append(second, &responses(5)).unwrap();
    let applied = here.engine.apply(Lane::Standard, 2, &mut |tenant, session, records| {
        assert_eq!(tenant, first);
        assert_eq!(there.apply(100).unwrap().taken, 5);
        assert_eq!(there.ids(second).len(), 5);
        assert_eq!(there.apply(100).unwrap().taken, 0);
        session.insert_responses(records).map(drop)
    });
    assert_eq!(applied.unwrap().taken, 2);
    assert_eq!(there.apply(100).unwrap().taken, 3);
}
