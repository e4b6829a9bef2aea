//! Damage: this file is about broken frames, broken tenants' files and a failing disk, each of which stops nobody else.

use std::fs;

use rusqlite::Connection;

use super::*;
use crate::{Tx, chunks::tests as chunks};

#[test]
fn a_damaged_tenants_file_stops_only_that_tenant() {
    let mut machine = Machine::new();
    let (broken, whole) = (machine.tenant(1), machine.tenant(2));
    let path = machine.files().folder.tenant(broken);
    let before = machine.folder();
    machine.crash(|folder| {
        let path = folder.join(path.strip_prefix(before).unwrap());
        fs::write(&path, vec![0x5a; 8_192]).unwrap();
    });
    machine.append(broken, &[1, 2, 3]).unwrap();
    machine.append(whole, &[4]).unwrap();

    let read = machine
        .files()
        .with_tenant(broken, Mode::Read, &mut |it| it.query("select id from response", &[]).map(|_| End::RollBack));
    assert!(matches!(read, Err(Error::Corrupt { .. })), "{read:?}");
    assert_eq!(machine.apply(10).unwrap(), Applied { taken: 4, dead: 3 });
    assert_eq!(machine.stored(whole), [4]);
    let mut dead = machine.dead(broken);
    dead.sort_unstable();
    assert_eq!(dead, [1, 2, 3]);
    assert_eq!(machine.apply(10).unwrap().taken, 0);
}

#[test]
fn a_tenant_whose_file_is_too_new_waits_and_keeps_nobody_waiting() {
    let mut machine = Machine::new();
    let (newer, other) = (machine.tenant(1), machine.tenant(2));
    let before = machine.folder();
    let name = machine.files().folder.tenant(newer).strip_prefix(&before).unwrap().to_owned();
    let set_version = |folder: &Path, version: u32| {
        let file = Connection::open(folder.join(&name)).unwrap();
        file.execute_batch(&format!("pragma user_version = {version}")).unwrap();
    };
    let version = Connection::open(before.join("template.db")).unwrap();
    let version: u32 = version.query_row("pragma user_version", [], |it| it.get(0)).unwrap();
    machine.crash(|folder| set_version(folder, 9_999));
    machine.append(newer, &[1]).unwrap();
    assert!(matches!(machine.apply(10), Err(Error::Unusable(_))));
    machine.append(other, &[2]).unwrap();
    assert_eq!(machine.apply(10).unwrap(), Applied { taken: 1, dead: 0 });
    assert_eq!(machine.apply(10).unwrap(), Applied::default());
    assert_eq!(machine.files().backlog(Lane::Standard).unwrap().records, 1);

    machine.crash(|folder| set_version(folder, version));
    machine.apply(10).unwrap();
    assert_eq!((machine.stored(newer), machine.stored(other)), (vec![1], vec![2]));
}

#[test]
fn a_record_that_breaks_a_constraint_becomes_a_dead_letter() {
    let machine = Machine::new();
    let tenant = machine.tenant(1);
    machine.append(tenant, &[1]).unwrap();
    let applied = machine.files().apply(Lane::Standard, 10, &mut |_, session, _| {
        session.execute("insert into summary (survey, revision, body) values ('unknown', 1, '')", &[]).map(drop)
    });
    assert_eq!(applied.unwrap(), Applied { taken: 1, dead: 1 });
    assert_eq!(machine.dead(tenant), [1]);
}

#[test]
fn responses_of_a_tenant_that_was_removed_are_dropped() {
    let machine = Machine::new();
    let (gone, other) = (machine.tenant(1), machine.tenant(2));
    machine.append(gone, &[1]).unwrap();
    machine.append(other, &[2]).unwrap();
    machine.files().remove_tenant(gone).unwrap();
    let delete = &mut |it: &mut dyn crate::engine::Session| {
        it.execute("delete from tenant where id = $1", &[Value::text(gone)]).map(|_| End::Commit)
    };
    machine.files().with_directory(Mode::Write, delete).unwrap();
    while 0 < machine.apply(10).unwrap().taken {}
    assert_eq!(machine.stored(other), [2]);
}

#[test]
fn a_damaged_frame_is_set_aside_and_the_others_are_applied() {
    let mut machine = Machine::new();
    let tenant = machine.tenant(1);
    for number in [1, 2, 3] {
        machine.append(tenant, &[number]).unwrap();
    }
    machine.crash(|folder| {
        let intake = Connection::open(folder.join("intake/standard.db")).unwrap();
        intake.execute("update frame set body = zeroblob(40) where sequence = 2", []).unwrap();
    });
    while 0 < machine.apply(10).unwrap().taken {}
    assert_eq!(machine.stored(tenant), [1, 3]);
    let intake = Connection::open(machine.folder().join("intake/standard.db")).unwrap();
    let aside: u32 = intake.query_row("select count(*) from damaged where sequence = 2", [], |it| it.get(0)).unwrap();
    assert_eq!(aside, 1);
}

#[test]
fn a_frame_that_breaks_while_it_waits_stops_nobody() {
    let machine = Machine::new();
    let (first, second) = (machine.tenant(1), machine.tenant(2));
    machine.append(first, &[1]).unwrap();
    machine.append(second, &[2]).unwrap();
    let intake = Connection::open(machine.folder().join("intake/standard.db")).unwrap();
    intake.execute("update frame set crc = crc + 1 where sequence = 1", []).unwrap();
    for _ in 0..3 {
        machine.apply(10).unwrap();
    }
    assert_eq!((machine.stored(first), machine.stored(second)), (vec![], vec![2]));
    assert_eq!(machine.files().backlog(Lane::Standard).unwrap().records, 0);
    let kept: u32 = intake.query_row("select count(*) from frame where sequence = 1", [], |it| it.get(0)).unwrap();
    assert_eq!(kept, 1);
}

#[test]
fn after_a_failed_sync_nothing_is_accepted_and_everything_can_be_read() {
    let machine = Machine::new();
    let tenant = machine.tenant(1);
    machine.append(tenant, &[1]).unwrap();
    machine.apply(10).unwrap();
    machine.files().health.fail(&"input/output error");

    let refused = machine.append(tenant, &[2]);
    assert!(matches!(&refused, Err(Error::Unusable(why)) if why.contains("look at the disk")), "{refused:?}");
    let write = machine.files().with_tenant(tenant, Mode::Write, &mut |_| Ok(End::Commit));
    assert!(matches!(write, Err(Error::Unusable(_))), "{write:?}");
    assert!(matches!(machine.apply(10), Err(Error::Unusable(_))));
    assert!(matches!(machine.files().check(), Err(Error::Unusable(_))));
    assert_eq!(machine.stored(tenant), [1]);
}

/// Two tenants of a machine, in whose transactions tests do damage.
fn with_two_tenants(test: impl FnOnce(&mut chunks::InTenant<'_>)) {
    let machine = Machine::new();
    let tenants = [machine.tenant(1), machine.tenant(2)];
    test(&mut |which, work| {
        machine.files().with_tenant(tenants[which], Mode::Write, &mut |session| {
            work(&mut Tx::new(session, Timestamp(0)))?;
            Ok(End::Commit)
        })
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
