//! Scripts for everybody: this file is about pages that a tenant's script makes, and answers that it checks.

use canvass_actions::scripts::{
    Loaded, Member,
    page::{self, Answer, Request, Served},
    validate,
};
use canvass_model::{
    answer::{Answers, Refusal},
    definition::Definition,
    id::{AccountId, ScriptId, SurveyId},
};
use canvass_storage::members;
use std::sync::Arc;

use super::Respondent;
use crate::Problem;

impl Respondent {
    /// These answers with what the tenant's scripts set of them, or what they have against them.
    pub(crate) async fn check(
        &self,
        about: (SurveyId, &Definition),
        answers: Answers,
    ) -> Result<Answers, Vec<Refusal>> {
        validate::check(self.app.scripts(), &self.tenant, about, answers).await
    }

    /// Asks a script for a page, and makes of its answer what leaves; 404 when it does not run.
    pub(crate) async fn ask_script<T: Send>(
        &self,
        script: ScriptId,
        request: Request,
        make: impl Fn(Answer) -> Result<T, String> + Send + Sync,
    ) -> Result<Served<T>, Problem> {
        let plan = self.tenant.record().plan.plan();
        let load = move |tx: &mut canvass_storage::ReadTx<'_>| {
            Ok::<Option<Arc<Loaded>>, canvass_actions::Error>(page::load(tx, &plan, script)?.map(Arc::new))
        };
        let loaded = self.cached(&format!("script:{script}"), load).await?;
        let loaded = Option::clone(&loaded).ok_or(Problem::NotFound)?;
        Ok(page::serve(self.app.scripts(), &self.tenant, &loaded, request, make).await?)
    }

    /// A member as scripts are told of one.
    pub(crate) async fn member(&self, account: AccountId) -> Result<Option<Member>, Problem> {
        let found = self.tenant.read(move |tx| members::find(tx, account)).await?;
        Ok(found.as_ref().map(Member::from))
    }
}
