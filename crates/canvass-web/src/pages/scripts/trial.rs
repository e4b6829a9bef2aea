//! Trying a script out: this file is about what a trial is given, at first and as it was entered.

use canvass_actions::scripts::manual;
use canvass_model::script::{Script, Trigger, TriggerName};
use serde_json::Value;

use super::{
    fields::{self, Field},
    sample, trigger,
};
use crate::{
    Problem,
    access::{Creator, Person},
    form::Form,
    view::run_outcome,
};

/// What a trial is given.
pub(super) enum Trial {
    /// The parameters of a script that runs by hand.
    Parameters(Vec<Field>),
    /// A request, a response or responses, as JSON.
    Given(Given),
    /// Nothing; says why.
    Nothing(&'static str),
}

/// A sample as it is edited.
pub(super) struct Given {
    pub(super) label: &'static str,
    pub(super) help: &'static str,
    pub(super) text: String,
    pub(super) error: String,
}

/// What was entered for a trial.
pub(super) struct Entered {
    /// The form as it was.
    pub(super) trial: Trial,
    /// What is to be run; or what is wrong, field by field.
    pub(super) asked: Result<manual::Asked, Vec<(String, String)>>,
}

/// What was entered for a trial of the draft.
pub(super) async fn entered(creator: &Creator, script: &Script, form: &Form) -> Result<Entered, Problem> {
    let what = manual::What::Draft;
    Ok(match &script.trigger {
        Trigger::Manual(parameters) => {
            let surveys = creator.read(trigger::surveys).await?;
            let entered = fields::entered(parameters, &surveys, form);
            let asked = entered.checked.map(|parameters| manual::Asked { parameters, given: None, what });
            Entered { trial: Trial::Parameters(entered.fields), asked }
        }
        Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) => {
            let text = form.find("given").unwrap_or_default().to_owned();
            let read = serde_json::from_str::<Value>(&text).map_err(|error| format!("This is no JSON: {error}"));
            let error = read.as_ref().err().cloned().unwrap_or_default();
            let asked = read
                .map(|given| manual::Asked { parameters: Value::Null, given: Some(given), what })
                .map_err(|error| vec![("given".to_owned(), error)]);
            Entered { trial: Trial::Given(given(script.trigger.name(), text, error)), asked }
        }
        Trigger::Schedule(_) | Trigger::Module => {
            let asked = Ok(manual::Asked { parameters: Value::Null, given: None, what });
            Entered { trial: Trial::Nothing(nothing(script.trigger.name())), asked }
        }
    })
}

/// What a trial is given at first: a sample that fits the script's survey.
pub(super) async fn first(person: &Person, script: &Script) -> Result<Trial, Problem> {
    Ok(match &script.trigger {
        Trigger::Manual(parameters) => {
            let surveys = person.read(trigger::surveys).await?;
            Trial::Parameters(fields::blank(parameters, &surveys))
        }
        Trigger::Page => Trial::Given(given(TriggerName::Page, run_outcome::pretty(&sample::request()), String::new())),
        Trigger::Validate(survey) | Trigger::Responded(survey) => {
            let (survey, name) = (*survey, script.trigger.name());
            let value = person.read(move |tx| sample::of_survey(tx, name, survey)).await?;
            Trial::Given(given(name, run_outcome::pretty(&value), String::new()))
        }
        Trigger::Schedule(_) | Trigger::Module => Trial::Nothing(nothing(script.trigger.name())),
    })
}

/// What was entered, without a word about what is wrong with it: nobody asked for it to be run.
pub(super) async fn kept(creator: &Creator, script: &Script, form: &Form) -> Result<Trial, Problem> {
    Ok(match entered(creator, script, form).await?.trial {
        Trial::Parameters(fields) => {
            Trial::Parameters(fields.into_iter().map(|it| Field { error: String::new(), ..it }).collect())
        }
        Trial::Given(given) => Trial::Given(Given { error: String::new(), ..given }),
        nothing @ Trial::Nothing(_) => nothing,
    })
}

fn given(trigger: TriggerName, text: String, error: String) -> Given {
    let (label, help) = sample::words(trigger);
    Given { label, help, text, error }
}

fn nothing(trigger: TriggerName) -> &'static str {
    if trigger == TriggerName::Module {
        "Other scripts import it; trying it out shows whether it can be imported."
    } else {
        "It is given nothing but the moment."
    }
}
