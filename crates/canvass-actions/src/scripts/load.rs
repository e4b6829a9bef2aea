//! Loading: this file is about finding a script that may run, with everything a run of it needs.

use std::sync::Arc;

use canvass_model::{
    id::ScriptId,
    plan::Plan,
    script::{Allowance, Script, ScriptName, Source, Switch, TriggerName, VersionNumber},
};
use canvass_script::{ComponentHash, Module, Program};
use canvass_storage::{
    ReadTx, scripts,
    scripts::versions::{self, Checked, Compiled},
};

use super::stops;
use crate::Error;

/// A script with everything a run of it needs. Cached; what depends on the moment is asked for each run.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The script's row.
    pub script: Script,
    /// Which version this is; `None` for the draft.
    pub version: Option<VersionNumber>,
    pub(super) source: Arc<Source>,
    pub(super) program: Option<Arc<Program>>,
    pub(super) modules: Vec<Module>,
}

/// The script with this name, or [`Error::NotFound`].
pub fn found(tx: &mut ReadTx<'_>, name: &ScriptName) -> Result<Script, Error> {
    scripts::find(tx, name)?.ok_or(Error::NotFound)
}

/// The live version of a script that its trigger may start now: `None` when there is none, when it is switched off by its
/// tenant or the operator, or when the plan has no scripts.
pub(super) fn live(tx: &mut ReadTx<'_>, plan: &Plan, id: ScriptId) -> Result<Option<Loaded>, Error> {
    if Allowance::of(plan).is_none() || stops::stopped(tx)?.is_some() {
        return Ok(None);
    }
    let Some(script) = scripts::find_by_id(tx, id)?.filter(Script::is_on) else { return Ok(None) };
    of_live(tx, script)
}

/// The live versions of the scripts that check responses to a survey, in the order of their names.
pub(super) fn validators(
    tx: &mut ReadTx<'_>,
    plan: &Plan,
    survey: canvass_model::id::SurveyId,
) -> Result<Vec<Loaded>, Error> {
    if Allowance::of(plan).is_none() || stops::stopped(tx)?.is_some() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for script in scripts::list_of(tx, TriggerName::Validate, Some(survey))?.into_iter().filter(Script::is_on) {
        found.extend(of_live(tx, script)?);
    }
    Ok(found)
}

/// The live version of a script, whether its trigger may start it or not.
pub(super) fn of_live(tx: &mut ReadTx<'_>, script: Script) -> Result<Option<Loaded>, Error> {
    let Some(number) = script.live else { return Ok(None) };
    of_version(tx, script, number)
}

/// One version of a script.
pub(super) fn of_version(tx: &mut ReadTx<'_>, script: Script, number: VersionNumber) -> Result<Option<Loaded>, Error> {
    let Some((_, checked)) = versions::find(tx, script.id, number)? else { return Ok(None) };
    let modules = modules(tx, script.id)?;
    let program = program(&checked);
    let source = Arc::new(checked.source);
    Ok(Some(Loaded { script, version: Some(number), source, program, modules }))
}

/// A source that is not published, under the name of its script.
pub(super) fn of_source(tx: &mut ReadTx<'_>, script: Script, source: Source) -> Result<Loaded, Error> {
    let modules = modules(tx, script.id)?;
    Ok(Loaded { script, version: None, source: Arc::new(source), program: None, modules })
}

/// What scripts may import: the live modules that are switched on, but for the script itself.
fn modules(tx: &mut ReadTx<'_>, but: ScriptId) -> Result<Vec<Module>, Error> {
    let on = |it: &Script| it.id != but && it.switch == Switch::On && it.stopped_by_operator.is_none();
    let mut modules = Vec::new();
    for script in scripts::list_of(tx, TriggerName::Module, None)?.into_iter().filter(on).take(Allowance::MODULES_MAX) {
        let Some(number) = script.live else { continue };
        if let Some((_, checked)) = versions::find(tx, script.id, number)? {
            modules.push(Module { name: script.name, source: Arc::new(checked.source) });
        }
    }
    Ok(modules)
}

fn program(checked: &Checked) -> Option<Arc<Program>> {
    let Compiled { code, component } = checked.program.as_ref()?;
    let component = ComponentHash::parse(component)?;
    Some(Arc::new(Program { code: code.clone(), component, functions: checked.functions }))
}

/// A checked source as it is stored.
pub(super) fn checked(source: Source, program: &Program) -> Checked {
    Checked { source, program: Some(compiled(program)), functions: program.functions }
}

/// Byte code as it is stored.
pub(super) fn compiled(program: &Program) -> Compiled {
    Compiled { code: program.code.clone(), component: program.component.to_string() }
}
