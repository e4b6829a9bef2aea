//! Trials: this file is about a script's test cases, run without effects at a fixed moment.

use canvass_model::{
    definition::Fault,
    script::{Allowance, Cause, Expectation, Outcome, RunFailure, ScriptName, Source, TestCase, TriggerName},
};
use canvass_script::Call;
use canvass_storage::{Tenant, scripts as stored};
use serde_json::{Value, json};

use super::{
    Loaded, Scripts, allowance, load, page,
    performing::{Errand, Performed},
};
use crate::Error;

/// What a test case came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Its name.
    pub name: String,
    /// What was wrong; `None` when it passed.
    pub fault: Option<String>,
    /// What the script answered.
    pub result: Value,
    /// What it printed.
    pub output: String,
    /// Why the script did not end well, whether that was expected or not.
    pub failure: Option<RunFailure>,
}

/// Runs the test cases of a script against a source, or against its draft when none is given. Nothing is stored.
pub async fn run_tests(
    scripts: &Scripts,
    tenant: &Tenant,
    name: &ScriptName,
    source: Option<Source>,
) -> Result<Vec<Tried>, Error> {
    let wanted = name.clone();
    let (loaded, tests) = tenant
        .read(move |tx| {
            let script = load::found(tx, &wanted)?;
            let draft = match &source {
                Some(source) => source.clone(),
                None => stored::draft(tx, script.id)?.ok_or(Error::NotFound)?,
            };
            let tests = stored::tests::list(tx, script.id)?;
            Ok::<_, Error>((load::of_source(tx, script, draft)?, tests))
        })
        .await?;
    scripts.try_all(tenant, &loaded, &tests).await
}

impl Scripts {
    /// Runs test cases one after the other; an error when scripts cannot be run at all.
    pub(super) async fn try_all(
        &self,
        tenant: &Tenant,
        loaded: &Loaded,
        tests: &[TestCase],
    ) -> Result<Vec<Tried>, Error> {
        let allowance = allowance(tenant)?;
        let mut tried = Vec::with_capacity(tests.len());
        for test in tests {
            self.pace(tenant)?;
            let errand = errand(tenant, loaded, allowance, test);
            let performed = self.try_out(&errand).await?;
            if let Some(error) = performed.error() {
                return Err(error);
            }
            tried.push(Tried {
                name: test.name.clone(),
                fault: fault(&test.expectation, &performed),
                result: performed.result,
                output: performed.run.output,
                failure: performed.run.failure,
            });
        }
        Ok(tried)
    }
}

/// The test cases that failed, as faults of whoever wishes to publish: each at `/tests/` and its place.
pub(super) fn faults(tried: &[Tried]) -> Vec<Fault> {
    let fault = |(place, it): (usize, &Tried)| {
        let fault = it.fault.as_ref()?;
        Some(Fault { pointer: format!("/tests/{place}"), message: format!("{}: {fault}", it.name) })
    };
    tried.iter().enumerate().filter_map(fault).collect()
}

/// What a script's trigger calls, with what it is given.
pub(super) fn call(trigger: TriggerName, given: &Value) -> Call {
    match trigger {
        TriggerName::Manual | TriggerName::Schedule | TriggerName::Module => Call::Main,
        TriggerName::Page => Call::Page(page::sample(given)),
        TriggerName::Validate => Call::Validate(if given.is_null() { json!({ "answers": {} }) } else { given.clone() }),
        TriggerName::Responded => Call::Responded(given.as_array().cloned().unwrap_or_default()),
    }
}

fn errand<'a>(tenant: &'a Tenant, loaded: &'a Loaded, allowance: Allowance, test: &TestCase) -> Errand<'a> {
    let trigger = loaded.script.trigger.name();
    Errand {
        tenant,
        loaded,
        allowance,
        cause: Cause::Test,
        call: call(trigger, &test.given),
        member: None,
        parameters: test.parameters.clone(),
        limits: allowance.limits(trigger),
        fixed: Some((TestCase::NOW, 0)),
        judge: None,
    }
}

fn fault(expectation: &Expectation, performed: &Performed) -> Option<String> {
    let (run, result) = (&performed.run, &performed.result);
    let ended = match &run.failure {
        Some(it) => format!("it ended with {}: {}", it.kind, it.message),
        None => format!("it answered {}", shortened(result)),
    };
    match expectation {
        Expectation::EndsWell if run.outcome.is_done() => None,
        Expectation::EndsWell => Some(ended),
        Expectation::Result(wanted) if run.outcome.is_done() && same(wanted, result) => None,
        Expectation::Result(wanted) => Some(format!("it must answer {}, but {ended}", shortened(wanted))),
        Expectation::Error(wanted) => {
            let raised = run.failure.as_ref().filter(|_| run.outcome == Outcome::Exception);
            let matches = raised.is_some_and(|it| it.kind == *wanted);
            (!matches).then(|| format!("it must end with {wanted}, but {ended}"))
        }
    }
}

/// Whether two answers are the same: numbers by their value, whatever way they are written.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(other.abs()),
            _ => one == other,
        },
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// Enough of an answer to see what is wrong with it.
fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

const SHOWN_CHARS_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_compared_by_value() {
        assert!(same(&json!({ "a": [1, 0.3], "b": null }), &json!({ "b": null, "a": [1.0, 0.1 + 0.2] })));
        assert!(!same(&json!([1]), &json!([1, 2])));
        assert!(!same(&json!({ "a": 1 }), &json!({ "b": 1 })));
        assert!(!same(&json!("1"), &json!(1)));
    }
}
