//! Whose turn it is: this file is about sharing places fairly between tenants, however many runs one of them has.

use std::collections::{HashMap, VecDeque};

use canvass_model::{id::TenantId, script::Limits};

/// Runs that wait, in one line for each tenant, and how many of each tenant are under way. Tenants take turns; one that
/// has as many runs under way as it may is passed over.
pub(crate) struct Queue<T> {
    tenants: HashMap<TenantId, Share<T>>,
    /// Tenants in whose line somebody waits, the one whose turn is next first.
    turns: VecDeque<TenantId>,
    running: usize,
    waiting: usize,
}

struct Share<T> {
    running: u32,
    at_once_max: u32,
    line: VecDeque<T>,
}

/// A tenant's line is as long as it may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { tenants: HashMap::new(), turns: VecDeque::new(), running: 0, waiting: 0 }
    }
}

impl<T> Queue<T> {
    /// Puts a run at the end of its tenant's line.
    pub(crate) fn join(&mut self, tenant: TenantId, limits: &Limits, run: T) -> Result<(), Full> {
        let share = self.tenants.entry(tenant).or_insert_with(|| Share {
            running: 0,
            at_once_max: limits.at_once_max,
            line: VecDeque::new(),
        });
        share.at_once_max = limits.at_once_max.max(1);
        // Whoever finds a free place does not count as one who waits.
        let free = share.at_once_max.saturating_sub(share.running) as usize;
        if limits.waiting_max as usize + free <= share.line.len() {
            return Err(Full);
        }
        if share.line.is_empty() {
            self.turns.push_back(tenant);
        }
        share.line.push_back(run);
        self.waiting += 1;
        Ok(())
    }

    /// The run whose turn it is. It is under way from now on.
    pub(crate) fn next(&mut self) -> Option<(TenantId, T)> {
        for _ in 0..self.turns.len() {
            let tenant = self.turns.pop_front()?;
            let Some(share) = self.tenants.get_mut(&tenant) else { continue };
            if share.at_once_max <= share.running {
                self.turns.push_back(tenant);
                continue;
            }
            let Some(run) = share.line.pop_front() else { continue };
            if !share.line.is_empty() {
                self.turns.push_back(tenant);
            }
            share.running += 1;
            self.running += 1;
            self.waiting -= 1;
            return Some((tenant, run));
        }
        None
    }

    /// A run of the tenant has ended.
    pub(crate) fn leave(&mut self, tenant: TenantId) {
        let Some(share) = self.tenants.get_mut(&tenant) else { return };
        share.running = share.running.saturating_sub(1);
        self.running = self.running.saturating_sub(1);
        // Tenants without runs cost nothing.
        if share.running == 0 && share.line.is_empty() {
            self.tenants.remove(&tenant);
        }
    }

    /// Sends everybody away who waits.
    pub(crate) fn clear(&mut self) {
        self.turns.clear();
        self.waiting = 0;
        for share in self.tenants.values_mut() {
            share.line.clear();
        }
        self.tenants.retain(|_, share| 0 < share.running);
    }

    pub(crate) fn running(&self) -> usize {
        self.running
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::parse(&format!("{number:032x}")).expect("an id")
    }

    fn limits(at_once_max: u32, waiting_max: u32) -> Limits {
        Limits { at_once_max, waiting_max, ..Limits::DEFAULT }
    }

    #[test]
    fn tenants_take_turns_however_long_the_line_of_one_is() {
        let (mut queue, limits) = (Queue::default(), limits(50, 50));
        for run in 0..10 {
            queue.join(tenant(1), &limits, run).expect("room");
        }
        queue.join(tenant(2), &limits, 100).expect("room");
        queue.join(tenant(3), &limits, 200).expect("room");

        let order: Vec<i32> = std::iter::from_fn(|| queue.next()).map(|(_, run)| run).take(5).collect();

        assert_eq!(order, [0, 100, 200, 1, 2]);
    }

    #[test]
    fn a_tenant_with_all_its_places_taken_is_passed_over_until_one_is_free() {
        let (mut queue, limits) = (Queue::default(), limits(2, 50));
        for run in 0..4 {
            queue.join(tenant(1), &limits, run).expect("room");
        }
        queue.join(tenant(2), &limits, 100).expect("room");

        let begun: Vec<i32> = std::iter::from_fn(|| queue.next()).map(|(_, run)| run).collect();
        assert_eq!(begun, [0, 100, 1]);

        queue.leave(tenant(1));
        assert_eq!(queue.next().map(|(_, run)| run), Some(2));
        assert_eq!((queue.running(), queue.waiting()), (3, 1));
    }

    #[test]
    fn a_line_that_is_full_refuses_and_that_of_another_tenant_does_not() {
        let (mut queue, limits) = (Queue::default(), limits(1, 2));
        queue.join(tenant(1), &limits, 0).expect("a free place");
        assert!(queue.next().is_some());
        queue.join(tenant(1), &limits, 1).expect("room");
        queue.join(tenant(1), &limits, 2).expect("room");

        assert_eq!(queue.join(tenant(1), &limits, 3), Err(Full));
        assert_eq!(queue.join(tenant(2), &limits, 4), Ok(()));
    }

    #[test]
    fn a_tenant_without_runs_leaves_nothing_behind() {
        let (mut queue, limits) = (Queue::default(), limits(2, 2));
        for number in 0..1_000 {
            queue.join(tenant(number), &limits, number).expect("room");
        }
        while let Some((tenant, _)) = queue.next() {
            queue.leave(tenant);
        }
        assert!(queue.tenants.is_empty() && queue.turns.is_empty());
    }
}
