//! Bounds: this file is about full queues, full disks, and how many files are open.

use std::{fs, thread};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    engine::sqlite::{
        connection::Health,
        frame::{Packer, Record},
        lane::Lane as LaneQueue,
        log::Log,
        waiting::{Origin, Waiting},
    },
    transaction::now,
};

fn record(tenant: u128, number: u128) -> Record {
    Record { tenant: Uuid::from_u128(tenant).into(), response: response(number) }
}

/// A record that does not compress.
fn large(number: u128, bytes: usize) -> Record {
    let noise = std::iter::successors(Some(1_u64), |it| Some(it.wrapping_mul(6_364_136_223_846_793_005) + 1));
    let mut record = record(1, number);
    record.response.answers = noise.take(bytes).map(|it| char::from(b'0' + (it >> 58) as u8)).collect();
    record
}

#[test]
fn a_full_queue_refuses_before_it_accepts() {
    let lane = LaneQueue::new(String::new(), Waiting::default());
    let tenant = TenantId::from(Uuid::from_u128(1));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // Nobody writes: whatever is taken stays in the queue.
    let mut taken = Vec::new();
    let refused = loop {
        let mut later = lane.append(tenant, vec![response(1); 100]);
        let polled = runtime.block_on(async {
            std::future::poll_fn(|context| std::task::Poll::Ready(later.as_mut().poll(context))).await
        });
        match polled {
            std::task::Poll::Pending => taken.push(later),
            std::task::Poll::Ready(answer) => break answer,
        }
    };
    assert!(matches!(refused, Err(Error::Busy { retry_after_ms }) if 0 < retry_after_ms), "{refused:?}");
    assert_eq!(taken.len(), 81);
}

#[test]
fn a_full_disk_acknowledges_nothing_and_space_brings_it_back() {
    let folder = TempDir::new().unwrap();
    let (mut log, _, _) = Log::open(folder.path().join("lane.db"), Health::default()).unwrap();
    log.append(vec![record(1, 1)]).unwrap();
    log.take_written();

    log.limit_pages(20);
    let refused = log.append(vec![large(2, 200_000)]);
    assert!(matches!(refused, Err(Error::Full)), "{refused:?}");
    assert!(log.take_written().is_empty());

    // The connection that failed was given up, and the limit with it.
    log.append(vec![record(1, 3)]).unwrap();
    let written = log.take_written();
    assert_eq!(written.iter().map(|it| it.frame.sequence).collect::<Vec<_>>(), [2]);
    drop(log);
    let (_, _, waiting) = Log::open(folder.path().join("lane.db"), Health::default()).unwrap();
    assert_eq!(waiting.records(), 2);
}

#[test]
fn only_so_many_tenants_are_open_and_all_can_be_used() {
    let machine = Machine::new();
    let tenants: Vec<_> = (0..12).map(|it| machine.tenant(it)).collect();
    thread::scope(|scope| {
        for part in tenants.chunks(6) {
            scope.spawn(|| {
                for tenant in part.iter().cycle().take(60) {
                    let sql = "insert into event (made_at, actor, body) values (0, 'test', $1)";
                    let body = [Value::text(Uuid::from_u128(7))];
                    let write = &mut |it: &mut dyn crate::engine::Session| it.execute(sql, &body).map(|_| End::Commit);
                    machine.files().with_tenant(*tenant, Mode::Write, write).unwrap();
                }
            });
        }
    });
    for tenant in &tenants {
        assert_eq!(machine.lent(*tenant).len(), 10);
    }
    assert_eq!(open_files(&machine.folder().join("tenants"), ".db"), 3);
}

#[test]
fn many_can_read_the_directory_through_few_connections() {
    let machine = Machine::new();
    machine.tenant(1);
    let together = std::sync::Barrier::new(30);
    thread::scope(|scope| {
        for _ in 0..30 {
            scope.spawn(|| {
                together.wait();
                for _ in 0..20 {
                    machine.files().check().unwrap();
                }
            });
        }
    });
    let open = open_files(&machine.folder(), "directory.db");
    assert!((2..=9).contains(&open), "{open} connections");
}

#[test]
fn a_tenants_log_does_not_grow_without_end() {
    let machine = Machine::new();
    let tenant = machine.tenant(1);
    let body = [Value::Text("x".repeat(100_000))];
    for _ in 0..200 {
        let sql = "insert into event (made_at, actor, body) values (0, 'test', $1)";
        let write = &mut |it: &mut dyn crate::engine::Session| it.execute(sql, &body).map(|_| End::Commit);
        machine.files().with_tenant(tenant, Mode::Write, write).unwrap();
    }
    let path = super::super::folder::beside(&machine.files().folder.tenant(tenant), "wal");
    assert!(fs::metadata(path).unwrap().len() < 6 << 20);
}

#[test]
fn an_intakes_log_does_not_grow_without_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("lane.db");
    let (mut log, _, _) = Log::open(path.clone(), Health::default()).unwrap();
    for number in 0..30 {
        log.append(vec![large(number, 1_000_000)]).unwrap();
        log.tidy();
        log.take_written();
    }
    assert!(fs::metadata(super::super::folder::beside(&path, "wal")).unwrap().len() < 12 << 20);
}

/// How many files below a folder this process has open whose names end so.
fn open_files(folder: &Path, end: &str) -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|it| fs::read_link(it.ok()?.path()).ok());
    open.filter(|it| it.starts_with(folder) && it.to_string_lossy().ends_with(end)).count()
}

proptest! {
    #[test]
    fn everybody_gets_their_part_of_a_round(lengths in vec(0..400usize, 1..20), records_max in 1..1_000usize) {
        let (mut waiting, mut packer) = (Waiting::default(), Packer::new().unwrap());
        let mut sequence = 1;
        for (tenant, length) in (0..).zip(&lengths) {
            let records: Vec<_> = (0..*length as u128).map(|it| record(tenant, it)).collect();
            waiting.add(&packer.pack(sequence, &records).unwrap(), &records, now(), Origin::Accepted);
            sequence += *length as u64;
        }
        let shares = waiting.share_out(records_max, tokio::time::Instant::now());
        let ready = lengths.iter().filter(|it| 0 < **it).count();
        let total: usize = shares.iter().map(|(_, it)| it).sum();
        prop_assert_eq!(total, records_max.min(lengths.iter().sum()));
        for (tenant, share) in &shares {
            let length = lengths[usize::try_from(u128::from_be_bytes(*tenant.as_bytes())).unwrap()];
            prop_assert!(*share <= length);
            if 16 * ready <= records_max {
                prop_assert!(length.min(records_max / ready) <= *share);
            }
        }
    }
}
