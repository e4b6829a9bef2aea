//! Test cases of a script: this file is about writing them, and about running them against the draft.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    scripts::{self as verbs, Changes, Tried},
};
use canvass_model::script::{Expectation, Script, TestCase, TriggerName};
use canvass_storage::scripts;
use serde_json::{Value, json};

use super::{Opened, sample};
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        number,
        run_outcome::pretty,
        script_head::{ScriptHead, Tab},
    },
};

#[derive(Template)]
#[template(path = "console/script_cases.html")]
struct CasesPage {
    shell: ConsoleShell,
    head: ScriptHead,
    may_write: bool,
    is_full: bool,
    announcement: String,
    refusal: String,
    summary: Option<Summary>,
    cases: Vec<Case>,
    form: CaseForm,
}

/// What the tests came to, all together.
struct Summary {
    tone: &'static str,
    words: String,
}

/// One test case, and what it came to if it was run.
struct Case {
    id: String,
    name: String,
    given: String,
    expected: String,
    verdict: Option<(&'static str, &'static str)>,
    /// What it came to, where it did not pass.
    actual: Option<String>,
    traceback: String,
}

/// The form of one test case.
#[derive(Default, Clone)]
struct CaseForm {
    /// Empty for a new one.
    id: String,
    name: String,
    given_label: &'static str,
    given_help: &'static str,
    given: String,
    must: String,
    expected: String,
    class: String,
    errors: Vec<(String, String)>,
}

/// What the page shows besides the test cases.
#[derive(Default)]
struct Shown {
    form: Option<CaseForm>,
    tried: Vec<Tried>,
    refusal: String,
}

/// Which test case is changed.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    edit: String,
}

impl CaseForm {
    fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }

    fn blank(trigger: TriggerName, given: &Value) -> Self {
        let (given_label, given_help) = sample::words(trigger);
        Self { given_label, given_help, given: pretty(given), must: "result".to_owned(), ..Self::default() }
    }

    fn of(test: &TestCase, trigger: TriggerName) -> Self {
        let (must, expected, class) = match &test.expectation {
            Expectation::EndsWell => ("ends_well", String::new(), String::new()),
            Expectation::Result(value) => ("result", pretty(value), String::new()),
            Expectation::Error(class) => ("error", String::new(), class.clone()),
        };
        let given = pretty(given(test, trigger));
        Self {
            id: test.id.to_string(),
            name: test.name.clone(),
            given,
            must: must.to_owned(),
            expected,
            class,
            ..Self::blank(trigger, &Value::Null)
        }
    }

    fn sent(form: &Form, id: &str, trigger: TriggerName) -> Self {
        Self {
            id: id.to_owned(),
            name: form.text("name").to_owned(),
            given: form.find("given").unwrap_or_default().to_owned(),
            must: form.text("must").to_owned(),
            expected: form.find("expected").unwrap_or_default().to_owned(),
            class: form.text("class").to_owned(),
            ..Self::blank(trigger, &Value::Null)
        }
    }

    /// The test case that is described; `None` when something is not right, which the form then says.
    fn read(&mut self, trigger: TriggerName) -> Option<Changes> {
        let given = self.json("given", &self.given.clone());
        let expectation = match self.must.as_str() {
            "ends_well" => Some(Expectation::EndsWell),
            "result" => self.json("expected", &self.expected.clone()).map(Expectation::Result),
            "error" if self.class.is_empty() => {
                self.refuse("class", "Name the class of the exception, like ValueError".to_owned())
            }
            "error" => Some(Expectation::Error(self.class.trim_start_matches("canvass.").to_owned())),
            _ => self.refuse("must", "Choose what it must do".to_owned()),
        };
        let (given, expectation) = (given?, expectation?);
        let (given, parameters) = if has_function(trigger) { (given, Value::Null) } else { (Value::Null, given) };
        Some(Changes { name: self.name.clone(), given, parameters, expectation })
    }

    /// What a field holds as JSON; nothing at all is `null`.
    fn json(&mut self, field: &str, text: &str) -> Option<Value> {
        if text.trim().is_empty() {
            return Some(Value::Null);
        }
        serde_json::from_str(text).map_err(|error| self.refuse::<()>(field, format!("This is no JSON: {error}"))).ok()
    }

    fn refuse<T>(&mut self, field: &str, message: String) -> Option<T> {
        self.errors.push((field.to_owned(), message));
        None
    }
}

/// The test cases.
pub(crate) async fn index(
    analyst: Analyst,
    Path((_, script)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let opened = super::open(&analyst, &script).await?;
    let (trigger, id) = (opened.script.trigger.name(), opened.script.id);
    let tests = analyst.read(move |tx| scripts::tests::list(tx, id)).await?;
    let edited = tests.iter().find(|it| it.id.to_string() == wanted.edit);
    let shown = Shown { form: edited.map(|it| CaseForm::of(it, trigger)), ..Shown::default() };
    page(&analyst, &opened, shown, (super::may_write(&analyst), StatusCode::OK)).await
}

/// Adds a test case.
pub(crate) async fn create(
    creator: Creator,
    Path((_, script)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    write(&creator, &script, "", &form).await
}

/// Changes a test case.
pub(crate) async fn update(
    creator: Creator,
    Path((_, script, case)): Path<(String, String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    write(&creator, &script, &case, &form).await
}

/// Removes a test case.
pub(crate) async fn delete(
    creator: Creator,
    Path((_, script, case)): Path<(String, String, String)>,
) -> Result<Redirect, Problem> {
    let Opened { script, .. } = super::open(&creator, &script).await?;
    let (name, id) = (script.name.clone(), script.id);
    creator
        .write(move |tx, by| {
            let kept = scripts::tests::list(tx, id)?.into_iter().filter(|it| it.id.to_string() != case);
            let kept: Vec<Changes> = kept.map(changes).collect();
            verbs::replace_tests(tx, by, &name, &kept)
        })
        .await?;
    Ok(Redirect::to(&format!("{}/{id}/tests", super::base(&creator))))
}

/// Runs all test cases against the draft.
pub(crate) async fn run(creator: Creator, Path((_, script)): Path<(String, String)>) -> Result<Response, Problem> {
    let opened = super::open(&creator, &script).await?;
    let (scripts, tenant, _) = creator.scripting();
    match verbs::run_tests(scripts, tenant, &opened.script.name, None).await {
        Ok(tried) => page(&creator, &opened, Shown { tried, ..Shown::default() }, (true, StatusCode::OK)).await,
        Err(actions::Error::Refused(refusal) | actions::Error::Unavailable(refusal)) => {
            page(&creator, &opened, Shown { refusal, ..Shown::default() }, (true, StatusCode::CONFLICT)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Adds the test case that was sent, or puts it in the place of `case`.
async fn write(creator: &Creator, script: &str, case: &str, form: &Form) -> Result<Response, Problem> {
    let opened = super::open(creator, script).await?;
    let (trigger, id, name) = (opened.script.trigger.name(), opened.script.id, opened.script.name.clone());
    let mut sent = CaseForm::sent(form, case, trigger);
    let Some(wanted) = sent.read(trigger) else {
        let shown = Shown { form: Some(sent), ..Shown::default() };
        return page(creator, &opened, shown, (true, StatusCode::UNPROCESSABLE_ENTITY)).await;
    };
    let case = case.to_owned();
    let written = creator
        .write(move |tx, by| {
            let tests = scripts::tests::list(tx, id)?;
            if !case.is_empty() && !tests.iter().any(|it| it.id.to_string() == case) {
                return Err(actions::Error::NotFound);
            }
            let replaced =
                tests.into_iter().map(|it| if it.id.to_string() == case { wanted.clone() } else { changes(it) });
            let mut list: Vec<Changes> = replaced.collect();
            if case.is_empty() {
                list.push(wanted.clone());
            }
            verbs::replace_tests(tx, by, &name, &list)
        })
        .await;
    match written {
        Ok(_) => Ok(Redirect::to(&format!("{}/{id}/tests", super::base(creator))).into_response()),
        Err(actions::Error::Invalid { faults }) => {
            sent.errors = faults.iter().map(|it| (field(&it.pointer).to_owned(), it.message.clone())).collect();
            let shown = Shown { form: Some(sent), ..Shown::default() };
            page(creator, &opened, shown, (true, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The field of the form that a fault like `/3/name` is about.
fn field(pointer: &str) -> &'static str {
    match pointer.rsplit('/').next() {
        Some("given") => "given",
        Some("expectation") => "class",
        _ => "name",
    }
}

/// A test case as it is written.
fn changes(test: TestCase) -> Changes {
    let TestCase { name, given, parameters, expectation, .. } = test;
    Changes { name, given, parameters, expectation }
}

/// What a test case gives: to the function of its trigger, or as parameters.
fn given(test: &TestCase, trigger: TriggerName) -> &Value {
    if has_function(trigger) { &test.given } else { &test.parameters }
}

fn has_function(trigger: TriggerName) -> bool {
    match trigger {
        TriggerName::Page | TriggerName::Validate | TriggerName::Responded => true,
        TriggerName::Manual | TriggerName::Schedule | TriggerName::Module => false,
    }
}

/// What a new test case gives at first.
async fn first(person: &Person, script: &Script) -> Result<Value, Problem> {
    let name = script.trigger.name();
    Ok(match script.trigger.survey() {
        Some(survey) => person.read(move |tx| sample::of_survey(tx, name, survey)).await?,
        None if name == TriggerName::Page => sample::request(),
        None => json!({}),
    })
}

fn case(test: &TestCase, trigger: TriggerName, tried: Option<&Tried>) -> Case {
    let expected = match &test.expectation {
        Expectation::EndsWell => "It ends well.".to_owned(),
        Expectation::Result(value) => pretty(value),
        Expectation::Error(class) => format!("It fails with {class}."),
    };
    let failed = tried.filter(|it| it.fault.is_some());
    Case {
        id: test.id.to_string(),
        name: test.name.clone(),
        given: pretty(given(test, trigger)),
        expected,
        verdict: tried.map(|it| if it.fault.is_none() { ("Passed", "good") } else { ("Failed", "danger") }),
        actual: failed.map(|it| match &it.failure {
            Some(failure) => format!("{}: {}", failure.kind, failure.message),
            None => pretty(&it.result),
        }),
        traceback: failed.and_then(|it| it.failure.as_ref()).map(|it| it.traceback.clone()).unwrap_or_default(),
    }
}

fn summary(tried: &[Tried]) -> Option<Summary> {
    let failed = tried.iter().filter(|it| it.fault.is_some()).count();
    Some(match (tried.len(), failed) {
        (0, _) => return None,
        (1, 0) => Summary { tone: "good", words: "The test passed.".to_owned() },
        (all, 0) => Summary { tone: "good", words: format!("All {all} tests passed.") },
        (all, _) => Summary {
            tone: "danger",
            words: format!("{failed} of {} did not pass.", number::counted(all as u64, "test")),
        },
    })
}

async fn page(
    person: &Person,
    opened: &Opened,
    shown: Shown,
    (may_write, status): (bool, StatusCode),
) -> Result<Response, Problem> {
    let (id, trigger) = (opened.script.id, opened.script.trigger.name());
    let tests = person.read(move |tx| scripts::tests::list(tx, id)).await?;
    let form = match shown.form {
        Some(form) => form,
        None => CaseForm::blank(trigger, &first(person, &opened.script).await?),
    };
    let summary = summary(&shown.tried);
    let page = CasesPage {
        shell: person.shell(ConsoleArea::Scripts).await?,
        head: opened.head(person, Tab::Tests),
        may_write,
        is_full: Script::TESTS_MAX <= tests.len(),
        announcement: summary.as_ref().map(|it| it.words.clone()).unwrap_or_default(),
        refusal: shown.refusal,
        summary,
        // They were run in the order in which they are listed.
        cases: tests.iter().enumerate().map(|(place, it)| case(it, trigger, shown.tried.get(place))).collect(),
        form,
    };
    Ok((status, Html(page.render()?)).into_response())
}
