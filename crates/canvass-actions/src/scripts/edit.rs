//! Editing: this file is about making scripts, their drafts, settings and test cases.

use canvass_model::{
    definition::Fault,
    event::Event,
    id::ScriptTestId,
    member::Actor,
    script::{Allowance, Expectation, Parameters, Script, ScriptName, Source, Switch, TestCase, Trigger},
    survey::Revision,
};
use canvass_storage::{ReadTx, Tenant, Tx, events, scripts, scripts::versions, surveys};
use serde_json::Value;

use super::{allowance, hooks, load::found};
use crate::Error;

/// What a member decides about a script besides its source. What is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// What people call it; empty for its name.
    pub title: Option<String>,
    /// When it runs.
    pub trigger: Option<Trigger>,
    /// Whether it may.
    pub switch: Option<Switch>,
}

/// A test case as it is written; its id is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// What it shows.
    pub name: String,
    /// What the script's function is given.
    pub given: Value,
    /// The parameters it is run with.
    pub parameters: Value,
    /// How it must end.
    pub expectation: Expectation,
}

/// Makes a script with a draft; it is off until its first version is published. [`Error::Limit`] when the plan has no
/// place for it, [`Error::Taken`] when its name is.
pub fn create(
    tx: &mut Tx<'_>,
    by: &Actor,
    allowance: &Allowance,
    (name, settings): (&ScriptName, &Settings),
    draft: &Source,
) -> Result<Script, Error> {
    if allowance.scripts_max <= scripts::count(tx)? {
        return Err(Error::Limit(format!("There is room for {} scripts. Delete one first", allowance.scripts_max)));
    }
    if scripts::find(tx, name)?.is_some() {
        return Err(Error::Taken(format!("There is a script {name} already; choose another name")));
    }
    if scripts::trash::find(tx, name)?.is_some() {
        return Err(Error::Taken(format!(
            "The script {name} is in the trash and keeps its name. Restore it, delete it for good, or choose another name"
        )));
    }
    check(tx, settings)?;
    let now = tx.now();
    let script = Script {
        id: tx.new_id(),
        name: name.clone(),
        title: settings.title.as_deref().unwrap_or_default().trim().to_owned(),
        trigger: settings.trigger.clone().unwrap_or_default(),
        switch: settings.switch.unwrap_or(Switch::On),
        stopped_by_operator: None,
        revision: Revision(1),
        live: None,
        changed_since_published: true,
        created_at: now,
        updated_at: now,
        trashed_at: None,
    };
    scripts::insert(tx, &script, draft)?;
    events::insert(tx, by, &Event::ScriptCreated { script: name.clone() })?;
    Ok(script)
}

/// Replaces a script's draft, made from the state `seen` when one is given. The same again changes nothing.
pub fn save_draft(
    tx: &mut Tx<'_>,
    by: &Actor,
    name: &ScriptName,
    seen: Option<Revision>,
    draft: &Source,
) -> Result<Script, Error> {
    let script = unchanged(tx, name, seen)?;
    if scripts::draft(tx, script.id)?.as_ref() == Some(draft) {
        return Ok(script);
    }
    let live = match script.live {
        Some(number) => versions::find(tx, script.id, number)?.map(|(_, checked)| checked.source),
        None => None,
    };
    let changed = Script { changed_since_published: live.as_ref() != Some(draft), ..next(tx, script) };
    scripts::update(tx, &changed)?;
    scripts::set_draft(tx, changed.id, draft)?;
    told(tx, by, name, "draft")?;
    Ok(changed)
}

/// Changes a script's settings, made from the state `seen` when one is given. A hook begins with the responses that are
/// applied from now on.
pub async fn set(
    tenant: &Tenant,
    by: &Actor,
    (name, seen): (&ScriptName, Option<Revision>),
    settings: &Settings,
) -> Result<Script, Error> {
    allowance(tenant)?;
    tenant.ring_duty().await?;
    let (name, by, settings) = (name.clone(), by.clone(), settings.clone());
    let script = tenant
        .write(move |tx| {
            check(tx, &settings)?;
            let before = unchanged(tx, &name, seen)?;
            let mut after = before.clone();
            if let Some(title) = &settings.title {
                title.trim().clone_into(&mut after.title);
            }
            if let Some(trigger) = &settings.trigger {
                after.trigger = trigger.clone();
            }
            after.switch = settings.switch.unwrap_or(after.switch);
            if after == before {
                return Ok::<_, Error>(before);
            }
            let after = next(tx, after);
            scripts::update(tx, &after)?;
            hooks::keep_up(tx, Some(&before), &after)?;
            told(tx, &by, &name, "settings")?;
            Ok(after)
        })
        .await?;
    tenant.ring_duty().await?;
    Ok(script)
}

/// Replaces a script's test cases. [`Error::Invalid`] points into the list, like `/0/name`.
pub fn replace_tests(
    tx: &mut Tx<'_>,
    by: &Actor,
    name: &ScriptName,
    wanted: &[Changes],
) -> Result<Vec<TestCase>, Error> {
    let script = found(tx, name)?;
    let faults: Vec<Fault> = faults_of(wanted);
    if !faults.is_empty() {
        return Err(Error::Invalid { faults });
    }
    let tests: Vec<TestCase> = wanted
        .iter()
        .map(|it| TestCase {
            id: tx.new_id::<ScriptTestId>(),
            name: it.name.trim().to_owned(),
            given: it.given.clone(),
            parameters: it.parameters.clone(),
            expectation: it.expectation.clone(),
        })
        .collect();
    scripts::tests::replace(tx, script.id, &tests)?;
    let changed = next(tx, script);
    scripts::update(tx, &changed)?;
    told(tx, by, name, "test cases")?;
    Ok(tests)
}

/// A script that is still as it was `seen`.
pub(super) fn unchanged(tx: &mut ReadTx<'_>, name: &ScriptName, seen: Option<Revision>) -> Result<Script, Error> {
    let script = found(tx, name)?;
    if seen.is_some_and(|it| it != script.revision) {
        return Err(Error::ChangedMeanwhile);
    }
    Ok(script)
}

/// A script with its next revision, changed now.
pub(super) fn next(tx: &Tx<'_>, script: Script) -> Script {
    Script { revision: Revision(script.revision.0 + 1), updated_at: tx.now(), ..script }
}

fn told(tx: &mut Tx<'_>, by: &Actor, name: &ScriptName, what: &str) -> Result<(), Error> {
    Ok(events::insert(tx, by, &Event::ScriptChanged { script: name.clone(), what: what.to_owned() })?)
}

fn check(tx: &mut ReadTx<'_>, settings: &Settings) -> Result<(), Error> {
    let mut faults = Vec::new();
    let title = settings.title.as_deref().unwrap_or_default();
    if Script::TITLE_CHARS_MAX < title.chars().count() || title.chars().any(char::is_control) {
        let most = Script::TITLE_CHARS_MAX;
        faults.push(Fault::new("/title", format!("The title is one line of {most} characters or fewer")));
    }
    if let Some(survey) = settings.trigger.as_ref().and_then(Trigger::survey)
        && surveys::find(tx, survey)?.is_none_or(|it| it.trashed_at.is_some())
    {
        faults.push(Fault::new("/trigger/survey", "There is no such survey"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid { faults }) }
}

fn faults_of(tests: &[Changes]) -> Vec<Fault> {
    if Script::TESTS_MAX < tests.len() {
        return vec![Fault::new("", format!("A script has at most {} test cases", Script::TESTS_MAX))];
    }
    let mut faults = Vec::new();
    for (place, test) in tests.iter().enumerate() {
        let chars = test.name.trim().chars().count();
        if !(1..=TestCase::NAME_CHARS_MAX).contains(&chars) {
            let message = format!("Say what it shows in 1 to {} characters", TestCase::NAME_CHARS_MAX);
            faults.push(Fault::new(format!("/{place}/name"), &message));
        }
        let expected = match &test.expectation {
            Expectation::Result(it) => it.to_string().len(),
            Expectation::EndsWell | Expectation::Error(_) => 0,
        };
        let given = test.given.to_string().len() + test.parameters.to_string().len();
        if TestCase::JSON_BYTES_MAX < given || TestCase::JSON_BYTES_MAX < expected {
            let message = format!("A test case has at most {} KiB of JSON", TestCase::JSON_BYTES_MAX / 1024);
            faults.push(Fault::new(format!("/{place}/given"), &message));
        }
        if let Expectation::Error(class) = &test.expectation
            && Parameters::LABEL_CHARS_MAX < class.len()
        {
            faults.push(Fault::new(format!("/{place}/expectation"), "This is no name of an exception"));
        }
    }
    faults
}
