//! Test cases, over the API: this file is about what must hold before a version of a script goes live.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::{self as actions, scripts};
use canvass_model::{
    definition::Fault,
    script::{Expectation, RunFailure, Source, TestCase},
};
use canvass_storage as storage;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::named::Named;
use crate::{
    Problem,
    access::{Analyst, Creator},
    api::body::Body,
};

/// The test cases of a script, in the order in which they are run; 20 at most.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScriptTests")]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    tests: Vec<Case>,
}

/// A test case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ScriptTest")]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    name: String,
    /// What the script's function is given: a request, a response, a list of responses.
    #[serde(default)]
    given: Value,
    /// The parameters it is run with.
    #[serde(default)]
    parameters: Value,
    /// How it must end: `"ends_well"`, `{"result": …}` or `{"error": "ValueError"}`.
    expectation: Expectation,
}

/// Which source to test.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "NewScriptTestRun")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// The draft when it is left out.
    source: Option<String>,
}

/// What the test cases came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScriptTestRun")]
pub(super) struct Ran {
    /// Whether all of them passed.
    passed: bool,
    tests: Vec<Tried>,
}

/// What a test case came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TriedScriptTest")]
pub(super) struct Tried {
    name: String,
    passed: bool,
    /// What was wrong.
    message: Option<String>,
    /// What the script answered.
    result: Value,
    output: String,
    error: Option<RunFailure>,
}

/// The test cases.
pub(super) async fn show(analyst: Analyst, Named(name): Named) -> Result<Json<Cases>, Problem> {
    let found = analyst
        .read(move |tx| {
            let script = scripts::found(tx, &name)?;
            Ok::<_, actions::Error>(storage::scripts::tests::list(tx, script.id)?)
        })
        .await?;
    Ok(Json(Cases { tests: found.into_iter().map(Case::from).collect() }))
}

/// Replaces the test cases.
pub(super) async fn update(creator: Creator, Named(name): Named, body: Body<Cases>) -> Result<Json<Cases>, Problem> {
    let wanted = body.value.tests.into_iter().map(|it| scripts::Changes {
        name: it.name,
        given: it.given,
        parameters: it.parameters,
        expectation: it.expectation,
    });
    let wanted: Vec<scripts::Changes> = wanted.collect();
    let kept = creator.write(move |tx, by| scripts::replace_tests(tx, by, &name, &wanted)).await;
    let kept = kept.map_err(|error| match error {
        actions::Error::Invalid { faults } => Problem::Invalid {
            faults: faults
                .into_iter()
                .map(|it| Fault { pointer: format!("/tests{}", it.pointer), message: it.message })
                .collect(),
        },
        error => error.into(),
    })?;
    Ok(Json(Cases { tests: kept.into_iter().map(Case::from).collect() }))
}

/// Runs the test cases; nothing is stored.
pub(super) async fn create(creator: Creator, Named(name): Named, body: Body<New>) -> Result<Json<Ran>, Problem> {
    let source = body.value.source.as_deref().map(Source::parse).transpose().map_err(|invalid| Problem::Invalid {
        faults: vec![Fault { pointer: "/source".to_owned(), message: invalid.to_string() }],
    })?;
    let (runner, tenant, _) = creator.scripting();
    let tests: Vec<Tried> =
        scripts::run_tests(runner, tenant, &name, source).await?.into_iter().map(Tried::from).collect();
    Ok(Json(Ran { passed: tests.iter().all(|it| it.passed), tests }))
}

impl From<TestCase> for Case {
    fn from(it: TestCase) -> Self {
        Self { name: it.name, given: it.given, parameters: it.parameters, expectation: it.expectation }
    }
}

impl From<scripts::Tried> for Tried {
    fn from(it: scripts::Tried) -> Self {
        Self {
            passed: it.fault.is_none(),
            name: it.name,
            message: it.fault,
            result: it.result,
            output: it.output,
            error: it.failure,
        }
    }
}

/// How the document describes the list.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_script_tests").summary("Test cases of a script").tag("Scripts")
}

/// How the document describes a replacement.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("put_script_tests")
        .summary("Replace the test cases of a script")
        .description(
            "They are run before a version goes live, each without effects, on 1 January 2026 and with the same chance \
             every time.",
        )
        .tag("Scripts")
}

/// How the document describes a run of them.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("run_script_tests")
        .summary("Run the test cases against the draft or another source")
        .tag("Scripts")
        .response_with::<200, Json<Ran>, _>(|it| it.description("They were run; `passed` says whether all passed."))
}
