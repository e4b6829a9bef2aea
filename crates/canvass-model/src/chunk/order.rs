//! Orders: this file is about finding one order in which many short lists all stand, like the questions of documents.

use std::collections::{BTreeSet, HashSet};

/// An order of things that are numbered from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    /// The things in order.
    pub(super) things: Vec<u16>,
    ranks: Vec<usize>,
}

/// An order of `count` things in which the lists stand, when there is one; otherwise one in which some stand. Things that
/// no list compares keep the order of their numbers.
pub(super) fn common<'l>(count: usize, lists: impl Iterator<Item = &'l [u16]>) -> Order {
    let mut seen: HashSet<&[u16]> = HashSet::new();
    let mut after: Vec<BTreeSet<u16>> = vec![BTreeSet::new(); count];
    let mut before = vec![0_usize; count];
    for list in lists.filter(|it| seen.insert(it)) {
        for pair in list.windows(2) {
            let [earlier, later] = pair else { continue };
            let is_new = after.get_mut(usize::from(*earlier)).is_some_and(|it| it.insert(*later));
            if let Some(count) = before.get_mut(usize::from(*later)).filter(|_| is_new) {
                *count += 1;
            }
        }
    }
    let mut left: BTreeSet<u16> = (0..count).filter_map(|it| u16::try_from(it).ok()).collect();
    let mut ready: BTreeSet<u16> = left.iter().copied().filter(|it| before[usize::from(*it)] == 0).collect();
    let mut things = Vec::with_capacity(count);
    // Where lists contradict each other, the first thing that is left goes next.
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        things.push(next);
        for later in std::mem::take(&mut after[usize::from(next)]) {
            let count = &mut before[usize::from(later)];
            *count = count.saturating_sub(1);
            if *count == 0 && left.contains(&later) {
                ready.insert(later);
            }
        }
    }
    Order::of(things)
}

impl Order {
    pub(super) fn of(things: Vec<u16>) -> Self {
        let mut ranks = vec![usize::MAX; things.len()];
        for (rank, thing) in things.iter().enumerate() {
            if let Some(place) = ranks.get_mut(usize::from(*thing)) {
                *place = rank;
            }
        }
        Self { things, ranks }
    }

    /// Where a thing stands.
    pub(super) fn rank(&self, thing: u16) -> usize {
        self.ranks.get(usize::from(thing)).copied().unwrap_or(usize::MAX)
    }

    /// Whether a list stands in this order, with nothing twice.
    pub(super) fn fits(&self, list: &[u16]) -> bool {
        list.windows(2).all(|pair| matches!(pair, [one, other] if self.rank(*one) < self.rank(*other)))
    }
}
