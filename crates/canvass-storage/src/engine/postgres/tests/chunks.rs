//! Chunks with damage: this file is about a part that was changed or moved, beside another tenant's.

use super::*;
use crate::{Tx, chunks::tests as chunks};

/// Two tenants of a node, in whose transactions tests do damage.
fn with_two_tenants(test: impl FnOnce(&mut chunks::InTenant<'_>)) {
    let node = Node::alone();
    let tenants = [node.tenant(), node.tenant()];
    test(&mut |which, work| {
        node.in_tenant(tenants[which], Mode::Write, |session| work(&mut Tx::new(session, Timestamp(0))))
    });
}

#[test]
fn a_damaged_chunk_stops_only_those_who_need_it() {
    with_two_tenants(|it| chunks::damage_stays_where_it_is(it));
}

#[test]
fn a_part_of_another_chunk_is_noticed() {
    with_two_tenants(|it| chunks::a_part_belongs_to_its_chunk(it));
}
