//! Checks: this file is about scripts that look at a response before it is accepted, and may refuse it.
//!
//! A script that fails, takes too long or is not there never costs a response: it is accepted, and the run says what
//! happened.

use std::sync::Arc;

use canvass_model::{
    answer::{Answers, HiddenValues, Refusal},
    definition::{Definition, QuestionId},
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

/// What the scripts of a survey make of these answers: the same with the hidden values they set, or what they have against
/// them. A script that could not say accepts them as they are.
pub async fn check(
    scripts: &Scripts,
    tenant: &Tenant,
    about: (SurveyId, &Definition),
    answers: Answers,
) -> Result<Answers, Vec<Refusal>> {
    let mut checking = Checking { answers, refusals: Vec::new() };
    if let Err(error) = checking.run(scripts, tenant, about).await {
        tracing::warn!(tenant = %tenant.record().id, %error, "A response could not be checked by its scripts");
    }
    if checking.refusals.is_empty() { Ok(checking.answers) } else { Err(checking.refusals) }
}

/// What scripts see of a response that is not stored yet.
pub(super) fn given(survey: &Value, answers: &Answers) -> Value {
    json!({ "survey": survey, "answers": answers.to_json(), "hidden": answers.hidden_json() })
}

/// Answers on their way from script to script.
struct Checking {
    /// With what the scripts so far have set.
    answers: Answers,
    refusals: Vec<Refusal>,
}

impl Checking {
    /// Lets one script after the other look, each at what those before it made of the hidden values.
    async fn run(
        &mut self,
        scripts: &Scripts,
        tenant: &Tenant,
        (survey, definition): (SurveyId, &Definition),
    ) -> Result<(), Error> {
        let validators = validators(tenant, survey).await?;
        if validators.is_empty() {
            return Ok(());
        }
        let allowance = allowance(tenant)?;
        for loaded in &validators.0 {
            let errand = Errand {
                tenant,
                loaded,
                allowance,
                cause: Cause::Validate,
                call: Call::Validate(given(&json!(survey), &self.answers)),
                member: None,
                parameters: Value::Null,
                limits: allowance.limits(loaded.script.trigger.name()),
                fixed: None,
                judge: None,
            };
            let mut performed = scripts.try_out(&errand).await?;
            match Verdict::read(&performed.result, definition) {
                Ok(verdict) => self.follow(verdict, definition, &mut performed),
                Err(why) => refuse(&mut performed, why),
            }
            keep(scripts, &errand, performed).await?;
        }
        Ok(())
    }

    /// Does what a verdict says. Which hidden values it set stands in the run's log, without what they are.
    fn follow(&mut self, verdict: Verdict, definition: &Definition, performed: &mut Performed) {
        if !verdict.values.is_empty() {
            let names: Vec<&str> = verdict.values.ids().map(QuestionId::as_str).collect();
            let message = format!("set the hidden values: {}", names.join(", "));
            performed.run.log.push(LogLine { level: LogLevel::Info, message });
            let answers = std::mem::take(&mut self.answers);
            self.answers = answers.with_hidden(&verdict.values, definition);
        }
        self.refusals.extend(verdict.refusals);
    }
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

/// What a script says of a response.
#[derive(Default)]
struct Verdict {
    refusals: Vec<Refusal>,
    values: HiddenValues,
}

impl Verdict {
    /// Reads what a script answered: nothing, or an object with `errors` from a question's id to a message and `values` from
    /// a hidden value's id to a text.
    fn read(answer: &Value, definition: &Definition) -> Result<Self, String> {
        let verdict = match answer {
            Value::Null => return Ok(Self::default()),
            Value::Object(verdict) => verdict,
            _ => return Err(SHAPE.to_owned()),
        };
        if let Some(strange) = verdict.keys().find(|it| !matches!(it.as_str(), "errors" | "values")) {
            return Err(format!("{SHAPE}; {} is neither", strange.chars().take(80).collect::<String>()));
        }
        let part = |name: &str| match verdict.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(part)) => Ok(Some(part)),
            Some(_) => Err(SHAPE.to_owned()),
        };
        let values =
            part("values")?.map_or_else(|| Ok(HiddenValues::default()), |it| HiddenValues::parse(definition, it))?;
        let refusal = |(name, message): (&String, &Value)| refusal(definition, name, message);
        let refusals =
            part("errors")?.into_iter().flatten().take(REFUSALS_MAX).map(refusal).collect::<Result<_, _>>()?;
        Ok(Self { refusals, values })
    }
}

/// One message. Of a hidden value it is about the whole form: respondents do not know of it.
fn refusal(definition: &Definition, name: &str, message: &Value) -> Result<Refusal, String> {
    let message = message.as_str().map(str::trim).filter(|it| !it.is_empty());
    let message: String = message.ok_or(SHAPE)?.chars().take(MESSAGE_CHARS_MAX).collect();
    let found = definition.question_named(name);
    if found.is_none() && !name.is_empty() {
        return Err(format!("there is no question {}", name.chars().take(80).collect::<String>()));
    }
    let field = found.map(|it| it.id.to_string()).unwrap_or_default();
    let pointer = found.map(|it| format!("/{}", it.id)).unwrap_or_default();
    let question = found.filter(|it| !it.is_hidden()).map(|it| it.id.clone());
    Ok(Refusal { question, field, pointer, message })
}

const SHAPE: &str =
    "validate(response) returns nothing, or {\"errors\": {question: message}, \"values\": {hidden value: text}}";
