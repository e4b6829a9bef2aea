//! A server that goes and comes back: this file is about nodes that neither lose what they promised nor need a restart.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, Ordering},
};

use super::*;

#[test]
fn a_crash_of_the_server_loses_nothing_that_was_acknowledged() {
    let server = Server::start_with("fsync = on");
    let node = Node::open(&server.database());
    let tenants: Vec<TenantId> = (0..4).map(|_| node.tenant()).collect();
    let is_over = AtomicBool::new(false);
    let acknowledged: Vec<(TenantId, ResponseId)> = std::thread::scope(|scope| {
        let (node, is_over) = (&node, &is_over);
        let applier = scope.spawn(move || {
            while !is_over.load(Ordering::Acquire) {
                let _ = node.apply(40);
            }
        });
        let appenders: Vec<_> =
            tenants.iter().map(|tenant| scope.spawn(move || append_until(node, *tenant, is_over))).collect();
        for _ in 0..3 {
            until(|| node.append(tenants[0], &[response()]).is_ok());
            server.stop_immediately();
            until(|| node.check().is_err());
            server.start_again();
            until(|| node.check().is_ok());
        }
        is_over.store(true, Ordering::Release);
        applier.join().unwrap();
        appenders.into_iter().flat_map(|it| it.join().unwrap()).collect()
    });
    assert!(!acknowledged.is_empty());
    while 0 < node.apply(1_000).unwrap().taken {}
    for tenant in tenants {
        let stored = node.ids(tenant);
        let once: HashSet<&String> = stored.iter().collect();
        assert_eq!(once.len(), stored.len());
        for (_, id) in acknowledged.iter().filter(|it| it.0 == tenant) {
            assert!(once.contains(&id.to_string()), "lost {id}");
        }
    }
}

#[test]
fn what_a_node_that_stood_still_began_is_done_by_another_and_by_nobody_twice() {
    let url = Server::shared().database();
    let (frozen, other) = (Node::open(&url), Node::open(&url));
    let tenant = frozen.tenant();
    frozen.append(tenant, &responses(5)).unwrap();
    let (_, database) = url.rsplit_once('/').unwrap();
    // What the server does to a session that says nothing for longer than it may.
    let end = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = '{database}' and state = 'idle in transaction'"
    );
    let applied = frozen.engine.apply(Lane::Standard, 10, &mut |_, session, records| {
        session.insert_responses(records)?;
        assert_eq!(other.apply(10).unwrap().taken, 0, "the shard is leased");
        Server::shared().execute_as_superuser("postgres", &end);
        until(|| other.apply(10).unwrap().taken == 5);
        Ok(())
    });
    assert!(matches!(applied, Err(Error::Unreachable(_))), "{applied:?}");
    assert_eq!(frozen.ids(tenant).len(), 5);
    assert_eq!(frozen.apply(10).unwrap().taken, 0);
}

#[test]
fn an_outage_is_told_in_the_operators_words() {
    let server = Server::start_with("");
    let node = Node::open(&server.database());
    let tenant = node.tenant();
    server.stop_immediately();
    for error in [
        node.check().unwrap_err(),
        node.append(tenant, &[response()]).unwrap_err(),
        node.execute(tenant, "delete from meta").unwrap_err(),
        node.apply(1).unwrap_err(),
    ] {
        assert!(error.to_string().contains("cannot reach PostgreSQL at 127.0.0.1:"), "{error}");
    }
    server.start_again();
    node.check().unwrap();
    node.append(tenant, &[response()]).unwrap();
    assert_eq!(node.apply(10).unwrap().taken, 1);
}

#[test]
fn a_closed_node_refuses_and_has_written_what_it_took() {
    let url = Server::shared().database();
    let (node, other) = (Node::open(&url), Node::open(&url));
    let tenant = node.tenant();
    let taken: Vec<_> = (0..50).map(|_| node.engine.append(tenant, Lane::Standard, responses(3))).collect();
    node.close();
    for receipts in taken {
        assert_eq!(node.runtime.block_on(receipts).unwrap(), [Receipt::New; 3]);
    }
    assert_eq!(other.backlog(Lane::Standard).unwrap().records, 150);
    assert!(node.append(tenant, &[response()]).is_err());
    assert!(node.check().is_err());
}

fn append_until(node: &Node, tenant: TenantId, is_over: &AtomicBool) -> Vec<(TenantId, ResponseId)> {
    let mut acknowledged = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        let records = responses(3);
        if node.append(tenant, &records).is_ok() {
            acknowledged.extend(records.iter().map(|it| (tenant, it.id)));
        }
    }
    acknowledged
}

fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}
