//! Arrivals: this file is about how many responses tenants got since somebody last looked whether some can be sealed.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use canvass_model::id::TenantId;

/// Tenants whose responses were applied on this node, a few bytes for each. A tenant whose responses another node applied,
/// or that got them before a restart, is found by the sweep. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Arrivals(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    waiting: BTreeMap<TenantId, u64>,
    /// Who was handed out last; the next one's turn comes behind.
    last: Option<TenantId>,
}

impl Arrivals {
    /// Hands out at most `max` tenants with so many responses, each in its turn, and counts theirs from 0 again.
    pub fn take(&self, at_least: u64, max: usize) -> Vec<TenantId> {
        let mut counts = self.lock();
        let due = |(id, count): (&TenantId, &u64)| (at_least <= *count).then_some(*id);
        let behind = (counts.last.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded);
        let later: Vec<TenantId> = counts.waiting.range(behind).filter_map(due).take(max).collect();
        let room = max.saturating_sub(later.len());
        let earlier = counts.waiting.iter().filter_map(due).filter(|it| !later.contains(it)).take(room);
        let taken: Vec<TenantId> = later.iter().copied().chain(earlier).collect();
        for id in &taken {
            counts.waiting.remove(id);
        }
        counts.last = taken.last().copied().or(counts.last);
        taken
    }

    /// Says that there is more to do for a tenant: it is handed out again, however few came.
    pub fn put_back(&self, tenant: TenantId) {
        self.lock().waiting.insert(tenant, u64::MAX);
    }

    pub(crate) fn note(&self, arrived: HashMap<TenantId, u64>) {
        let mut counts = self.lock();
        for (tenant, more) in arrived {
            let count = counts.waiting.entry(tenant).or_default();
            *count = count.saturating_add(more);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tenant_has_its_turn_however_much_others_get() {
        let arrivals = Arrivals::default();
        let tenants: Vec<TenantId> = (0..4).map(|it| uuid::Uuid::from_u128(it).into()).collect();
        let note = |counts: [u64; 4]| arrivals.note(tenants.iter().copied().zip(counts).collect());
        note([9, 9, 1, 9]);
        assert_eq!(arrivals.take(5, 2), [tenants[0], tenants[1]]);
        note([9, 9, 1, 0]);
        assert_eq!(arrivals.take(5, 2), [tenants[3], tenants[0]], "those behind come first");
        assert_eq!(arrivals.take(5, 2), [tenants[1]]);
        assert_eq!(arrivals.take(5, 2), [], "the third has too few");
        note([0, 0, 3, 0]);
        assert_eq!(arrivals.take(5, 2), [tenants[2]], "which add up");
        arrivals.put_back(tenants[2]);
        assert_eq!(arrivals.take(5, 2), [tenants[2]]);
        assert_eq!(arrivals.take(5, 2), []);
    }
}
