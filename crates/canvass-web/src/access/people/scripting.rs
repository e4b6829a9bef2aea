//! Scripting: this file is about what people need to write and run their tenant's scripts, and to have responses checked.

use canvass_actions::scripts::{Scripts, validate};
use canvass_model::{
    answer::{Answers, Refusal},
    definition::Definition,
    id::SurveyId,
    member::Actor,
};
use canvass_storage::Tenant;

use super::{Collector, Writer};

impl Writer {
    /// What actions on scripts take that run, check or wake them.
    pub(crate) fn scripting(&self) -> (&Scripts, &Tenant, &Actor) {
        (self.app.scripts(), &self.tenant, &self.actor)
    }
}

impl Collector {
    /// What the tenant's scripts have against these answers.
    pub(crate) async fn refusals(&self, about: (SurveyId, &Definition), answers: &Answers) -> Vec<Refusal> {
        validate::refusals(self.0.app.scripts(), &self.0.tenant, about, answers).await
    }
}
