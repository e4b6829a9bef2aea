//! Exactly once: this file is about random crashes and losses between appends, rounds and trims, after which nothing
//! is lost and nothing counted twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::engine::sqlite::folder::{beside, remove_file};

const TENANTS: u128 = 4;

/// What may happen next.
#[derive(Debug, Clone)]
enum Event {
    /// New responses of a tenant arrive.
    Append {
        tenant: u128,
        count: u128,
    },
    /// An earlier response of a tenant arrives again.
    Repeat {
        tenant: u128,
        which: Index,
    },
    Apply {
        records_max: usize,
    },
    Trim,
    Kill,
    /// The power fails: each tenant's file is as it was at some moment since the last sync.
    PowerLoss {
        moments: Vec<Index>,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (0..TENANTS, 1..20u128).prop_map(|(tenant, count)| Event::Append { tenant, count }),
        2 => (0..TENANTS, any::<Index>()).prop_map(|(tenant, which)| Event::Repeat { tenant, which }),
        6 => (1..60usize).prop_map(|records_max| Event::Apply { records_max }),
        2 => Just(Event::Trim),
        1 => Just(Event::Kill),
        2 => vec(any::<Index>(), TENANTS as usize).prop_map(|moments| Event::PowerLoss { moments }),
    ]
}

/// The bytes of a tenant's file and its log.
type Image = (Vec<u8>, Option<Vec<u8>>);

/// A machine, what it promised, and what its disk surely holds.
struct Story {
    machine: Machine,
    tenants: Vec<TenantId>,
    next: u128,
    accepted: BTreeMap<u128, Vec<u128>>,
    repeated: BTreeSet<u128>,
    /// Every tenant's file at each moment since the last sync.
    moments: Vec<Vec<Image>>,
}

impl Story {
    fn begin() -> Self {
        let machine = Machine::new();
        let tenants = (0..TENANTS).map(|it| machine.tenant(it)).collect();
        let (accepted, repeated) = (BTreeMap::new(), BTreeSet::new());
        let mut story = Self { machine, tenants, next: 0, accepted, repeated, moments: Vec::new() };
        story.remember();
        story
    }

    fn remember(&mut self) {
        let image = |id: &TenantId| {
            let path = self.machine.files().folder.tenant(*id);
            (fs::read(&path).unwrap(), fs::read(beside(&path, "wal")).ok())
        };
        self.moments.push(self.tenants.iter().map(image).collect());
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Append { tenant, count } => {
                let numbers: Vec<u128> = (self.next..self.next + count).collect();
                self.next += count;
                self.machine.append(self.id(tenant), &numbers).unwrap();
                self.accepted.entry(tenant).or_default().extend(numbers);
            }
            Event::Repeat { tenant, which } => {
                let Some(known) = self.accepted.get(&tenant) else { return };
                let number = *which.get(known);
                self.machine.append(self.id(tenant), &[number]).unwrap();
                self.repeated.insert(number);
            }
            Event::Apply { records_max } => {
                self.machine.apply(records_max).unwrap();
                self.remember();
            }
            Event::Trim => {
                self.moments.clear();
                self.remember();
                self.machine.trim(self.id(0));
            }
            Event::Kill => self.machine.crash(|_| {}),
            Event::PowerLoss { moments } => {
                let moments = moments.iter().enumerate();
                self.lose_power(moments.map(|(tenant, it)| it.get(&self.moments)[tenant].clone()).collect());
            }
        }
    }

    /// Starts again with each tenant's file as in `images`.
    fn lose_power(&mut self, images: Vec<Image>) {
        let names: Vec<_> = self.tenants.iter().map(|it| self.machine.files().folder.tenant(*it)).collect();
        let before = self.machine.folder();
        self.machine.crash(|folder| {
            for (name, (file, log)) in names.iter().zip(&images) {
                let path = folder.join(name.strip_prefix(&before).unwrap());
                fs::write(&path, file).unwrap();
                match log {
                    Some(log) => fs::write(beside(&path, "wal"), log).unwrap(),
                    None => remove_file(&beside(&path, "wal")).unwrap(),
                }
            }
        });
        self.moments = vec![images];
    }

    fn end(self) {
        while 0 < self.machine.apply(1_000).unwrap().taken {}
        for tenant in 0..TENANTS {
            let accepted = self.accepted.get(&tenant).cloned().unwrap_or_default();
            let (poison, good): (Vec<u128>, Vec<u128>) =
                accepted.into_iter().partition(|it| is_poison(Uuid::from_u128(*it).into()));
            assert_eq!(self.machine.stored(self.id(tenant)), good, "rows of tenant {tenant}");

            let lent = self.machine.lent(self.id(tenant));
            let once: Vec<u128> = lent.iter().copied().filter(|it| !self.repeated.contains(it)).collect();
            let expected: Vec<u128> = good.into_iter().filter(|it| !self.repeated.contains(it)).collect();
            assert_eq!(once, expected, "what tenant {tenant} was lent");

            let dead = self.machine.dead(self.id(tenant));
            assert_eq!(dead.iter().collect::<BTreeSet<_>>(), poison.iter().collect(), "letters of tenant {tenant}");
            let once: Vec<u128> = dead.into_iter().filter(|it| !self.repeated.contains(it)).collect();
            assert_eq!(once.len(), once.iter().collect::<BTreeSet<_>>().len(), "letters of tenant {tenant}, once each");
        }
    }

    fn id(&self, tenant: u128) -> TenantId {
        self.tenants[usize::try_from(tenant).unwrap()]
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_is_lost_and_nothing_counted_twice_whatever_happens(events in vec(event(), 1..40)) {
        let mut story = Story::begin();
        for event in events {
            story.happen(event);
        }
        story.end();
    }
}

#[test]
fn a_tenants_file_thrown_back_is_repaired_by_replay() {
    let mut story = Story::begin();
    for _ in 0..3 {
        story.happen(Event::Append { tenant: 1, count: 9 });
        story.happen(Event::Apply { records_max: 1_000 });
    }
    // To the moment before the first round.
    story.lose_power(story.moments[0].clone());
    assert_eq!(story.machine.stored(story.id(1)), []);
    assert_eq!(story.machine.append(story.id(1), &[3]).unwrap(), [Receipt::Repeated]);
    story.repeated.insert(3);
    story.end();
}

#[test]
fn a_sequence_is_never_used_twice() {
    let mut machine = Machine::new();
    let tenant = machine.tenant(1);
    for number in 0..5 {
        machine.append(tenant, &[number]).unwrap();
        machine.apply(10).unwrap();
        machine.trim(tenant);
        machine.crash(|_| {});
    }
    assert_eq!(machine.stored(tenant), [0, 1, 2, 3, 4]);
    let frames = machine.files().standard.lane.waiting.lock().unwrap().records();
    assert_eq!(frames, 0, "the intake is empty, and was so before each start");
}

#[test]
fn a_dead_letter_tried_again_right_after_a_crash_is_not_lost() {
    let mut machine = Machine::new();
    let tenant = machine.tenant(1);
    machine.append(tenant, &[10]).unwrap();
    assert_eq!(machine.apply(10).unwrap(), Applied { taken: 1, dead: 1 });
    // Its frame is still in the intake, and looks as if it waited.
    machine.crash(|_| {});
    machine.append(tenant, &[10]).unwrap();
    machine.files().apply(Lane::Standard, 10, &mut |_, session, it| session.insert_responses(it).map(drop)).unwrap();
    assert_eq!(machine.stored(tenant), [10]);
}

#[test]
fn a_frame_is_kept_until_every_tenant_in_it_is_served() {
    let mut machine = Machine::new();
    let (first, second) = (machine.tenant(1), machine.tenant(2));
    machine.append(first, &[1, 2]).unwrap();
    machine.append(second, &[3]).unwrap();
    machine.apply(1).unwrap();
    machine.trim(first);
    machine.crash(|_| {});
    while 0 < machine.apply(1).unwrap().taken {}
    assert_eq!((machine.stored(first), machine.stored(second)), (vec![1, 2], vec![3]));
}

#[test]
fn many_at_once_stay_out_of_each_others_way() {
    const APPENDS: u128 = 60;
    let machine = Machine::new();
    // More than may be open.
    let tenants: Vec<_> = (0..8).map(|it| machine.tenant(it)).collect();
    let (machine, tenants) = (&machine, &tenants);
    std::thread::scope(|scope| {
        for caller in 0..4 {
            scope.spawn(move || {
                for round in 0..APPENDS {
                    let tenant = tenants[usize::try_from((caller + round) % 8).unwrap()];
                    let numbers: Vec<u128> = (0..3).map(|it| 11 * (round * 100 + caller * 10 + it)).collect();
                    machine.append(tenant, &numbers).unwrap();
                    assert!(machine.stored(tenant).len() <= 1_000);
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(move || {
                let mut taken = 0;
                while taken < 50 {
                    taken += machine.apply(40).unwrap().taken;
                    machine.files().horizon.trim();
                }
            });
        }
    });
    while 0 < machine.apply(1_000).unwrap().taken {}
    let stored: Vec<Vec<u128>> = tenants.iter().map(|it| machine.stored(*it)).collect();
    assert_eq!(stored.iter().map(Vec::len).sum::<usize>(), 4 * 3 * usize::try_from(APPENDS).unwrap());
    for (tenant, stored) in tenants.iter().zip(stored) {
        assert_eq!(machine.lent(*tenant), stored);
    }
    machine.trim(tenants[0]);
    let sql = "select count(*) from frame";
    let intake = rusqlite::Connection::open(machine.folder().join("intake/standard.db")).unwrap();
    assert_eq!(intake.query_row(sql, [], |it| it.get::<_, u32>(0)).unwrap(), 0, "every frame was deleted");
}
