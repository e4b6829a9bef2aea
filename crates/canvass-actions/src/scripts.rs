//! Scripts: this file is about what runs tenants' programs in this process, and what one run comes to.
//!
//! Reading order: `edit` and `publishing` are what a member does with a script, `load` finds one that may run, `desk`
//! answers it while it runs, `effects` are what it wishes to store and are stored when it has ended well,
//! `budget` is how much a tenant may compute in an hour, `page`, `validate`, `duty`, `manual` and `replay` are what starts it.

mod again;
mod budget;
mod context;
mod desk;
pub mod duty;
mod edit;
mod effects;
mod figures;
mod hooks;
mod load;
pub mod manual;
pub mod page;
mod performing;
mod publishing;
mod record;
pub mod replay;
mod seal;
mod secrets;
mod stops;
mod trash;
mod trial;
pub mod validate;
mod values;

use std::sync::Arc;

use canvass_model::script::{Allowance, TriggerName};
use canvass_script::Sandbox;
use canvass_storage::Tenant;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

pub use self::{
    budget::{HourOfWork, Portions},
    context::Member,
    edit::{Changes, Settings, create, replace_tests, save_draft, set},
    figures::{Figures, figures, figures_of_day},
    hooks::{Hooked, hooked, resume, skip},
    load::{Loaded, found},
    publishing::{Published, Push, check, publish, push, revert},
    record::{Recorder, Runs, forget, keep, recording},
    seal::Seal,
    secrets::{remove_secret, set_secret},
    stops::{allow, stop, stopped},
    trash::{delete, empty, restore, throw_away},
    trial::{Tried, run_tests},
    values::{VALUE_KEPT_MS, Values, forget_removed, put_value, remove_value, restore_value, values_page},
};
use crate::Error;

/// What runs tenants' scripts in this process: cheap to clone.
#[derive(Clone)]
pub struct Scripts {
    inside: Arc<Inside>,
}

struct Inside {
    sandbox: Sandbox,
    seal: Option<Seal>,
    recorder: Recorder,
    pace: DefaultKeyedRateLimiter<canvass_model::id::TenantId>,
    budget: budget::Budget,
    again: again::Again,
}

impl Scripts {
    /// Runs scripts in `sandbox` within `portions` of what plans include, keeps secrets under `seal` if there is one, and
    /// hands records of runs to `recorder`.
    pub fn new(sandbox: Sandbox, seal: Option<Seal>, recorder: Recorder, portions: Portions) -> Self {
        let pace = RateLimiter::keyed(Quota::per_minute(RUNS_MINUTE_MAX));
        let (budget, again) = (budget::Budget::new(portions), again::Again::default());
        Self { inside: Arc::new(Inside { sandbox, seal, recorder, pace, budget, again }) }
    }

    /// How the sandbox is.
    pub fn status(&self) -> canvass_script::Status {
        self.inside.sandbox.status()
    }

    fn sandbox(&self) -> &Sandbox {
        &self.inside.sandbox
    }

    fn seal(&self) -> Option<&Seal> {
        self.inside.seal.as_ref()
    }

    fn recorder(&self) -> &Recorder {
        &self.inside.recorder
    }

    fn budget(&self) -> &budget::Budget {
        &self.inside.budget
    }

    fn again(&self) -> &again::Again {
        &self.inside.again
    }

    /// Counts a run of a tenant; [`Error::TooMany`] beyond the pace of its plan.
    fn pace(&self, tenant: &Tenant) -> Result<(), Error> {
        let pace = &self.inside.pace;
        if TENANTS_REMEMBERED < pace.len() {
            pace.retain_recent();
        }
        pace.check_key(&tenant.record().id).map_err(|until| {
            let wait = until.wait_time_from(pace.clock().now());
            Error::TooMany { retry_after_seconds: wait.as_secs() + 1 }
        })
    }
}

/// What a tenant's plan includes of scripts; [`Error::Limit`] names the plan when it is nothing.
pub fn allowance(tenant: &Tenant) -> Result<Allowance, Error> {
    let plan = tenant.record().plan.plan();
    Allowance::of(&plan).ok_or_else(|| {
        let plan = plan.id.as_str();
        Error::Limit(format!("The {plan} plan has no scripts. Choose the premium plan to write and run them"))
    })
}

/// The shortest word for a trigger in messages.
fn word(trigger: TriggerName) -> &'static str {
    match trigger {
        TriggerName::Manual => "by hand",
        TriggerName::Page => "when its page is asked for",
        TriggerName::Validate => "before a response is accepted",
        TriggerName::Responded => "after responses were stored",
        TriggerName::Schedule => "at its times",
        TriggerName::Module => "never by itself",
    }
}

/// Runs of one tenant in a minute: what [`Allowance::runs_minute_max`] says for every plan that has scripts.
const RUNS_MINUTE_MAX: std::num::NonZeroU32 = std::num::NonZeroU32::new(600).unwrap();
/// Tenants remembered before the quiet ones are looked for.
const TENANTS_REMEMBERED: usize = 10_000;
