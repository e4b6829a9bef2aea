//! The hour's work: this file is about how much a tenant's scripts may compute in an hour of the clock, and about the runs
//! beyond it.
//!
//! What was done stands in the tenant's own database, added with the record of each run. This process remembers it, adds
//! what it does itself, and looks again every few seconds for what other nodes did. So a tenant gets beyond its hour by
//! what is under way when it ends, and by what nodes do unseen of each other between two looks, and by no more.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use canvass_model::{
    id::TenantId,
    script::{Allowance, Limits},
    time::Timestamp,
};
use canvass_storage::{Tenant, scripts::hours};

use super::Scripts;
use crate::Error;

/// How much of what plans include an installation gives, in hundredths: on a slow or crowded machine less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portions {
    /// Of the work of one run.
    pub run_percent: u32,
    /// Of the work of one hour.
    pub hour_percent: u32,
}

/// The work of a tenant's scripts in the present hour, in units of fuel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourOfWork {
    /// What they have done.
    pub fuel: u64,
    /// What they may do.
    pub fuel_max: u64,
    /// When the next hour begins.
    pub ends_at: Timestamp,
}

/// What this process knows of the present hour.
pub(super) struct Budget {
    portions: Portions,
    hours: Mutex<HashMap<TenantId, Hour>>,
}

#[derive(Clone, Copy)]
struct Hour {
    number: i64,
    fuel: u64,
    asked_at: Timestamp,
    told_at: Option<Timestamp>,
}

/// How often the database is asked for what other nodes did.
const ASK_EVERY_MS: i64 = 10 * Timestamp::SECOND_MS;
/// Of the runs that a spent hour refuses one is recorded in so long: whoever is refused may ask as often as they like.
const TELL_EVERY_MS: i64 = Timestamp::MINUTE_MS;
/// Tenants remembered; beyond that all are asked for anew.
const TENANTS_REMEMBERED: usize = 10_000;

impl Portions {
    /// What plans say.
    pub const WHOLE: Self = Self { run_percent: 100, hour_percent: 100 };

    /// What is left of a run's limits. Work alone is portioned: how long a run may wait does not depend on a machine.
    fn of_run(self, limits: Limits) -> Limits {
        Limits { fuel_max: portion(limits.fuel_max, self.run_percent), ..limits }
    }
}

impl HourOfWork {
    /// Whether nothing more is run in this hour.
    pub fn is_spent(&self) -> bool {
        self.fuel_max <= self.fuel
    }

    /// How much of it is done, in hundredths, at most 100.
    pub fn percent(&self) -> u64 {
        let percent = u128::from(self.fuel) * 100 / u128::from(self.fuel_max.max(1));
        u64::try_from(percent.min(100)).unwrap_or(100)
    }
}

impl Scripts {
    /// What a tenant's scripts have done in this hour, and what they may.
    pub async fn hour(&self, tenant: &Tenant, allowance: &Allowance) -> Result<HourOfWork, Error> {
        let (id, now) = (tenant.record().id, tenant.now());
        let budget = self.budget();
        let fuel = match budget.known(id, now) {
            Some(fuel) => fuel,
            None => budget.learn(id, now, tenant.read(move |tx| hours::find(tx, now)).await?),
        };
        let fuel_max = portion(allowance.fuel_hour_max, budget.portions.hour_percent);
        Ok(HourOfWork { fuel, fuel_max, ends_at: end_of_hour(now) })
    }

    /// What one run may use here, of what its plan includes.
    pub fn limits(&self, limits: Limits) -> Limits {
        self.budget().portions.of_run(limits)
    }
}

impl Budget {
    pub(super) fn new(portions: Portions) -> Self {
        Self { portions, hours: Mutex::new(HashMap::new()) }
    }

    /// Adds the work of a run that began at a moment.
    pub(super) fn add(&self, tenant: TenantId, at: Timestamp, fuel: u64) {
        if let Some(hour) = self.hours().get_mut(&tenant).filter(|it| it.number == number(at)) {
            hour.fuel = hour.fuel.saturating_add(fuel);
        }
    }

    /// Whether a run that a spent hour refused is to be recorded; then others are not for a while.
    pub(super) fn tells(&self, tenant: TenantId, now: Timestamp) -> bool {
        let mut hours = self.hours();
        let Some(hour) = hours.get_mut(&tenant) else { return true };
        let tells = hour.told_at.is_none_or(|it| TELL_EVERY_MS <= now.ms_since(it));
        if tells {
            hour.told_at = Some(now);
        }
        tells
    }

    /// Whether a refused run was recorded of late.
    pub(super) fn has_told(&self, tenant: TenantId, now: Timestamp) -> bool {
        let told_at = self.hours().get(&tenant).and_then(|it| it.told_at);
        told_at.is_some_and(|it| now.ms_since(it) < TELL_EVERY_MS)
    }

    fn known(&self, tenant: TenantId, now: Timestamp) -> Option<u64> {
        let hours = self.hours();
        let hour = hours.get(&tenant).filter(|it| it.number == number(now))?;
        (now.ms_since(hour.asked_at) < ASK_EVERY_MS).then_some(hour.fuel)
    }

    /// What is known after the database was asked: the more of both, since either may not have heard of all.
    fn learn(&self, tenant: TenantId, now: Timestamp, stored: u64) -> u64 {
        let mut hours = self.hours();
        if TENANTS_REMEMBERED <= hours.len() && !hours.contains_key(&tenant) {
            hours.clear();
        }
        let before = hours.get(&tenant).copied();
        let fuel = before.filter(|it| it.number == number(now)).map_or(stored, |it| it.fuel.max(stored));
        let told_at = before.and_then(|it| it.told_at);
        hours.insert(tenant, Hour { number: number(now), fuel, asked_at: now, told_at });
        fuel
    }

    fn hours(&self) -> MutexGuard<'_, HashMap<TenantId, Hour>> {
        self.hours.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When the hour ends that a moment lies in.
pub(super) fn end_of_hour(at: Timestamp) -> Timestamp {
    Timestamp((number(at) + 1) * Timestamp::HOUR_MS)
}

fn number(at: Timestamp) -> i64 {
    at.0.div_euclid(Timestamp::HOUR_MS)
}

/// Hundredths of an amount, at least 1.
fn portion(amount: u64, percent: u32) -> u64 {
    u64::try_from(u128::from(amount) * u128::from(percent) / 100).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::parse(&format!("{number:032x}")).unwrap()
    }

    const NOON: Timestamp = Timestamp(12 * Timestamp::HOUR_MS);

    #[test]
    fn work_adds_up_within_its_hour_alone() {
        let budget = Budget::new(Portions::WHOLE);
        assert_eq!(budget.known(tenant(1), NOON), None);
        assert_eq!(budget.learn(tenant(1), NOON, 5), 5);
        budget.add(tenant(1), NOON.plus_ms(1), 7);
        assert_eq!(budget.known(tenant(1), NOON.plus_ms(2)), Some(12));
        budget.add(tenant(1), NOON.plus_ms(-1), 100);
        assert_eq!(budget.known(tenant(1), NOON.plus_ms(2)), Some(12), "that was an hour ago");
        assert_eq!(budget.known(tenant(1), NOON.plus_ms(ASK_EVERY_MS)), None, "others may have worked meanwhile");
        assert_eq!(budget.learn(tenant(1), NOON.plus_ms(ASK_EVERY_MS), 11), 12, "what is not stored yet counts");
        assert_eq!(budget.learn(tenant(1), NOON.plus_ms(2 * ASK_EVERY_MS), 40), 40, "so does what others did");
        assert_eq!(budget.learn(tenant(1), end_of_hour(NOON), 0), 0);
    }

    #[test]
    fn of_many_refused_runs_one_a_minute_is_told() {
        let budget = Budget::new(Portions::WHOLE);
        budget.learn(tenant(1), NOON, 5);
        assert!(budget.tells(tenant(1), NOON));
        assert!(!budget.tells(tenant(1), NOON.plus_ms(TELL_EVERY_MS - 1)));
        assert!(budget.tells(tenant(1), NOON.plus_ms(TELL_EVERY_MS)));
    }

    #[test]
    fn few_tenants_are_remembered_and_none_is_mistaken() {
        let budget = Budget::new(Portions::WHOLE);
        for number in 0..=TENANTS_REMEMBERED as u128 {
            budget.learn(tenant(number), NOON, 1);
        }
        assert!(budget.hours().len() <= TENANTS_REMEMBERED);
        assert_eq!(budget.known(tenant(0), NOON), None);
    }

    #[test]
    fn a_portion_is_of_the_work_alone() {
        let half = Portions { run_percent: 50, hour_percent: 1 };
        let limits = half.of_run(Limits::DEFAULT);
        assert_eq!(limits, Limits { fuel_max: 1_000_000_000, ..Limits::DEFAULT });
        assert_eq!(portion(u64::MAX, 100), u64::MAX);
        assert_eq!(portion(10, 1), 1, "never nothing");
        let hour = HourOfWork { fuel: 999, fuel_max: 1_000, ends_at: NOON };
        assert_eq!((hour.is_spent(), hour.percent()), (false, 99));
        assert!(HourOfWork { fuel: 1_000, ..hour }.is_spent());
    }
}
