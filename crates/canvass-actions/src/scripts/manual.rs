//! Runs by hand: this file is about a member or a program running a script, for good or to try it out.

use canvass_model::script::{Cause, Run, Script, ScriptName, Source, Trigger, TriggerName};
use canvass_script::Call;
use canvass_storage::{Tenant, scripts as stored};
use serde_json::Value;

use super::{
    Loaded, Member, Scripts, allowance, load,
    performing::{Errand, Performed},
    trial, word,
};
use crate::Error;

/// How a script is to be run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// Its parameters: an object from name to value.
    pub parameters: Value,
    /// What its function is given, to try it out: a request, a response, a list of responses.
    pub given: Option<Value>,
    /// Whether its draft is run, to try it out, or a source that is not even saved.
    pub what: What,
}

/// Which source of a script is run.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum What {
    /// The live version.
    #[default]
    Live,
    /// The draft.
    Draft,
    /// This one.
    Source(Source),
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    /// Its record.
    pub run: Run,
    /// The script's answer, when it ended well.
    pub result: Value,
}

/// Runs a script. The live version of one that is run by hand or at times is run for good; everything else is tried out,
/// which stores nothing but the run's record.
///
/// [`Error::Invalid`] points to the parameters that are not right. A script that fails is no error: its record says so.
pub async fn run(
    scripts: &Scripts,
    tenant: &Tenant,
    member: Option<Member>,
    (name, asked): (&ScriptName, Asked),
) -> Result<Ended, Error> {
    let allowance = allowance(tenant)?;
    let (wanted, what) = (name.clone(), asked.what.clone());
    let (loaded, is_stopped) = tenant
        .read(move |tx| {
            let is_stopped = super::stopped(tx)?;
            Ok::<_, Error>((loaded(tx, &wanted, &what)?, is_stopped))
        })
        .await?;
    let for_good = asked.what == What::Live && asked.given.is_none();
    refuse_if_stopped(&loaded.script, is_stopped.as_deref())?;
    if for_good {
        refuse_unless_by_hand(&loaded.script)?;
    }
    let parameters = match &loaded.script.trigger {
        Trigger::Manual(parameters) => {
            parameters.check(&asked.parameters).map_err(|faults| Error::Invalid { faults })?
        }
        _ => asked.parameters,
    };
    scripts.pace(tenant)?;
    let trigger = loaded.script.trigger.name();
    let call = match &asked.given {
        Some(given) => trial::call(trigger, given),
        None if for_good => Call::Main,
        None => trial::call(trigger, &Value::Null),
    };
    let errand = Errand {
        tenant,
        loaded: &loaded,
        allowance,
        cause: Cause::Manual,
        call,
        member,
        parameters,
        limits: allowance.limits(trigger),
        fixed: None,
        judge: None,
    };
    let performed = if for_good {
        scripts.perform(&errand, None).await?
    } else {
        let performed = scripts.try_out(&errand).await?;
        scripts.record(&errand, &performed.run).await?;
        performed
    };
    if let Some(error) = performed.error() {
        return Err(error);
    }
    let Performed { run, result, .. } = performed;
    Ok(Ended { run, result })
}

fn loaded(tx: &mut canvass_storage::ReadTx<'_>, name: &ScriptName, what: &What) -> Result<Loaded, Error> {
    let script = load::found(tx, name)?;
    match what {
        What::Live => load::of_live(tx, script)?.ok_or_else(|| {
            Error::Refused("This script has no live version yet; publish its draft first, or run the draft".to_owned())
        }),
        What::Draft => {
            let draft = stored::draft(tx, script.id)?.ok_or(Error::NotFound)?;
            load::of_source(tx, script, draft)
        }
        What::Source(source) => load::of_source(tx, script, source.clone()),
    }
}

fn refuse_if_stopped(script: &Script, all: Option<&str>) -> Result<(), Error> {
    match all.or(script.stopped_by_operator.as_deref()) {
        None => Ok(()),
        Some(why) => Err(Error::Refused(format!("The operator has stopped this script: {why}"))),
    }
}

fn refuse_unless_by_hand(script: &Script) -> Result<(), Error> {
    let trigger = script.trigger.name();
    if !matches!(trigger, TriggerName::Manual | TriggerName::Schedule) {
        return Err(Error::Refused(format!(
            "This script runs {}. Try it out with a sample, which stores nothing",
            word(trigger)
        )));
    }
    if !script.is_on() {
        return Err(Error::Refused("This script is switched off. Switch it on, or run its draft".to_owned()));
    }
    Ok(())
}
