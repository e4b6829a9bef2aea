//! Checks: this file is about scripts that look at a response before it is accepted, and may refuse it.
//!
//! A script that fails, takes too long or is not there never costs a response: it is accepted, and the run says what
//! happened.

use std::sync::Arc;

use canvass_model::{
    answer::{Answers, Refusal},
    definition::Definition,
    id::SurveyId,
    script::{Cause, LogLevel, LogLine},
};
use canvass_script::Call;
use canvass_storage::{ReadTx, Tenant};
use serde_json::{Value, json};

use super::{
    Loaded, Scripts, allowance, load,
    performing::{Errand, Performed, refuse},
};
use crate::Error;

/// Refusals of one response: as many as a person reads.
const REFUSALS_MAX: usize = 20;
/// Characters of one message.
const MESSAGE_CHARS_MAX: usize = 500;

/// The scripts that check a survey's responses, each with everything a run needs. Cached: most surveys have none.
pub struct Validators(Vec<Loaded>);

impl Validators {
    /// The name under which they are kept.
    pub fn name(survey: SurveyId) -> String {
        format!("validators:{survey}")
    }

    /// Reads them.
    pub fn load(tx: &mut ReadTx<'_>, plan: &canvass_model::plan::Plan, survey: SurveyId) -> Result<Self, Error> {
        load::validators(tx, plan, survey).map(Self)
    }

    /// Whether nothing is checked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The scripts that check a survey's responses, from the cache.
pub async fn validators(tenant: &Tenant, survey: SurveyId) -> Result<Arc<Validators>, Error> {
    let plan = tenant.record().plan.plan();
    tenant.cached(&Validators::name(survey), move |tx| Validators::load(tx, &plan, survey)).await
}

/// What the scripts of a survey have against these answers; nothing when they accept them, or could not say.
pub async fn refusals(
    scripts: &Scripts,
    tenant: &Tenant,
    (survey, definition): (SurveyId, &Definition),
    answers: &Answers,
) -> Vec<Refusal> {
    match refused(scripts, tenant, (survey, definition), answers).await {
        Ok(refusals) => refusals,
        Err(error) => {
            tracing::warn!(tenant = %tenant.record().id, %error, "A response could not be checked by its scripts");
            Vec::new()
        }
    }
}

async fn refused(
    scripts: &Scripts,
    tenant: &Tenant,
    (survey, definition): (SurveyId, &Definition),
    answers: &Answers,
) -> Result<Vec<Refusal>, Error> {
    let validators = validators(tenant, survey).await?;
    if validators.is_empty() {
        return Ok(Vec::new());
    }
    let allowance = allowance(tenant)?;
    let given = json!({ "survey": survey, "answers": answers.to_json(), "hidden": {} });
    let mut refusals = Vec::new();
    for loaded in &validators.0 {
        let errand = Errand {
            tenant,
            loaded,
            allowance,
            cause: Cause::Validate,
            call: Call::Validate(given.clone()),
            member: None,
            parameters: Value::Null,
            limits: allowance.limits(loaded.script.trigger.name()),
            fixed: None,
            judge: None,
        };
        let mut performed = scripts.try_out(&errand).await?;
        match read(&performed.result, definition) {
            Ok(more) => refusals.extend(more),
            Err(why) => refuse(&mut performed, why),
        }
        keep(scripts, &errand, performed).await?;
    }
    Ok(refusals)
}

/// Records a check; what it would have stored is not, and the log says so.
async fn keep(scripts: &Scripts, errand: &Errand<'_>, performed: Performed) -> Result<(), Error> {
    let Performed { mut run, effects, .. } = performed;
    if !effects.is_empty() {
        let message = "a check stores nothing: what it wrote was dropped".to_owned();
        run.log.push(LogLine { level: LogLevel::Warning, message });
    }
    scripts.record(errand, &run).await
}

/// Reads a script's verdict: nothing, or an object with `errors` from a question's id to a message.
fn read(answer: &Value, definition: &Definition) -> Result<Vec<Refusal>, String> {
    let verdict = match answer {
        Value::Null => return Ok(Vec::new()),
        Value::Object(verdict) => verdict,
        _ => return Err(SHAPE.to_owned()),
    };
    if let Some(strange) = verdict.keys().find(|it| !matches!(it.as_str(), "errors" | "values")) {
        return Err(format!("{SHAPE}; {} is neither", strange.chars().take(80).collect::<String>()));
    }
    if verdict.get("values").and_then(Value::as_object).is_some_and(|it| !it.is_empty()) {
        return Err("this survey has no hidden values to change".to_owned());
    }
    let errors = match verdict.get("errors") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(errors)) => errors,
        Some(_) => return Err(SHAPE.to_owned()),
    };
    let refusal = |(name, message): (&String, &Value)| {
        let message = message.as_str().map(str::trim).filter(|it| !it.is_empty());
        let message: String = message.ok_or(SHAPE)?.chars().take(MESSAGE_CHARS_MAX).collect();
        let question = definition.question_named(name).map(|it| it.id.clone());
        if question.is_none() && !name.is_empty() {
            return Err(format!("there is no question {}", name.chars().take(80).collect::<String>()));
        }
        let field = question.as_ref().map(ToString::to_string).unwrap_or_default();
        let pointer = question.as_ref().map(|it| format!("/{it}")).unwrap_or_default();
        Ok(Refusal { question, field, pointer, message })
    };
    errors.iter().take(REFUSALS_MAX).map(refusal).collect()
}

const SHAPE: &str = "validate(response) returns nothing, or {\"errors\": {question: message}, \"values\": {}}";
