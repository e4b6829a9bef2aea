//! Scripting: this file is about what people need to write and run their tenant's scripts, and to have responses checked.

use canvass_actions::scripts::{HourOfWork, Scripts, validate};
use canvass_model::{
    answer::{Answers, Refusal},
    definition::Definition,
    id::SurveyId,
    member::Actor,
    script::{Allowance, Limits},
};
use canvass_storage::Tenant;

use super::{Collector, Person, Writer};
use crate::Problem;

impl Person {
    /// What the tenant's scripts have done in this hour; `None` on plans without them.
    pub(crate) async fn hour_of_scripts(&self) -> Result<Option<HourOfWork>, Problem> {
        let Some(allowance) = Allowance::of(&self.tenant.record().plan.plan()) else { return Ok(None) };
        Ok(Some(self.app.scripts().hour(&self.tenant, &allowance).await?))
    }

    /// What one run may use on this installation, of what a plan includes.
    pub(crate) fn script_limits(&self, limits: Limits) -> Limits {
        self.app.scripts().limits(limits)
    }
}

impl Writer {
    /// What actions on scripts take that run, check or wake them.
    pub(crate) fn scripting(&self) -> (&Scripts, &Tenant, &Actor) {
        (self.app.scripts(), &self.tenant, &self.actor)
    }
}

impl Collector {
    /// These answers with what the tenant's scripts set of them, or what they have against them.
    pub(crate) async fn check(
        &self,
        about: (SurveyId, &Definition),
        answers: Answers,
    ) -> Result<Answers, Vec<Refusal>> {
        validate::check(self.0.app.scripts(), &self.0.tenant, about, answers).await
    }
}
