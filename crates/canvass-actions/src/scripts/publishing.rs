//! Publishing: this file is about a source going live: it must be Python, and its test cases must pass.

use canvass_model::{
    event::Event,
    member::Actor,
    script::{Script, ScriptName, Source, Version, VersionNumber},
    survey::Revision,
};
use canvass_script::{CheckError, Program};
use canvass_storage::{Tenant, Tx, events, scripts as stored, scripts::versions};

use super::{
    Loaded, Scripts, Settings, Tried, allowance,
    edit::{self, next},
    hooks, load, trial,
};
use crate::Error;

/// A source on its way to become a script's next version.
#[derive(Debug, Clone)]
pub struct Push {
    /// Of which script; made when it is missing.
    pub name: ScriptName,
    /// The source; `None` for the draft.
    pub source: Option<Source>,
    /// What is written about it.
    pub note: String,
    /// The state it was made from; `None` for whatever it is.
    pub seen: Option<Revision>,
}

/// A version that is live now.
#[derive(Debug, Clone)]
pub struct Published {
    /// The script.
    pub script: Script,
    /// The version.
    pub version: VersionNumber,
    /// Whether the script was made by this.
    pub is_new: bool,
    /// The test cases, all of which passed.
    pub tested: Vec<Tried>,
}

/// Reads a source without running it; [`Error::Syntax`] says where it is no Python.
pub async fn check(scripts: &Scripts, tenant: &Tenant, name: &ScriptName, source: &Source) -> Result<Program, Error> {
    scripts.sandbox().check(tenant.record().id, name, source).await.map_err(|error| match error {
        CheckError::Syntax { message, line, column } => Error::Syntax { message, line, column },
        CheckError::Limit(_) => Error::Refused("This script is too large to be read; make it smaller".to_owned()),
        CheckError::Crowded => Error::TooMany { retry_after_seconds: 1 },
        CheckError::Off => Error::Refused("Scripts are switched off on this installation".to_owned()),
        CheckError::Unavailable(why) => {
            tracing::warn!(why, "A script could not be checked");
            Error::Unavailable("Scripts cannot be checked at the moment; try again in a few seconds".to_owned())
        }
    })
}

/// Publishes a script's draft as its next version.
pub async fn publish(scripts: &Scripts, tenant: &Tenant, by: &Actor, push: Push) -> Result<Published, Error> {
    let name = push.name.clone();
    tenant.read(move |tx| load::found(tx, &name)).await?;
    self::push(scripts, tenant, by, push).await
}

/// Publishes the source of an earlier version again, as the next one; the draft becomes the same.
pub async fn revert(
    scripts: &Scripts,
    tenant: &Tenant,
    by: &Actor,
    (name, number): (&ScriptName, VersionNumber),
) -> Result<Published, Error> {
    let wanted = name.clone();
    let source = tenant
        .read(move |tx| {
            let script = load::found(tx, &wanted)?;
            let found = versions::find(tx, script.id, number)?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(found.1.source)
        })
        .await?;
    let note = format!("Version {} again", number.0);
    push(scripts, tenant, by, Push { name: name.clone(), source: Some(source), note, seen: None }).await
}

/// Publishes a source as the next version of a script, which is made when it is missing; the draft becomes the same.
///
/// [`Error::Syntax`] where it is no Python, [`Error::Invalid`] with `/tests/N` for each test case that does not pass,
/// [`Error::ChangedMeanwhile`] when the script is no longer as it was seen.
pub async fn push(scripts: &Scripts, tenant: &Tenant, by: &Actor, push: Push) -> Result<Published, Error> {
    allowance(tenant)?;
    if Script::NOTE_CHARS_MAX < push.note.chars().count() {
        let most = Script::NOTE_CHARS_MAX;
        return Err(Error::Refused(format!("The note must be {most} characters or fewer")));
    }
    let ready = ready(scripts, tenant, &push).await?;
    tenant.ring_duty().await?;
    let (tenant_of, by, work) = (tenant.clone(), by.clone(), ready.clone());
    let (script, version, is_new) = tenant.write(move |tx| go_live(tx, &tenant_of, &by, (&push, &work))).await?;
    tenant.ring_duty().await?;
    Ok(Published { script, version, is_new, tested: ready.tested })
}

/// A source that may go live.
#[derive(Clone)]
struct Ready {
    source: Source,
    program: Program,
    tested: Vec<Tried>,
    /// The script it was tested as; `None` for one that is to be made.
    seen: Option<Revision>,
}

async fn ready(scripts: &Scripts, tenant: &Tenant, push: &Push) -> Result<Ready, Error> {
    let wanted = push.clone();
    let found = tenant
        .read(move |tx| {
            let Some(script) = stored::find(tx, &wanted.name)? else { return Ok::<_, Error>(None) };
            if wanted.seen.is_some_and(|it| it != script.revision) {
                return Err(Error::ChangedMeanwhile);
            }
            let source = match &wanted.source {
                Some(source) => source.clone(),
                None => stored::draft(tx, script.id)?.ok_or(Error::NotFound)?,
            };
            let tests = stored::tests::list(tx, script.id)?;
            Ok(Some((load::of_source(tx, script, source)?, tests)))
        })
        .await?;
    let Some((loaded, tests)) = found else {
        if push.seen.is_some() {
            return Err(Error::ChangedMeanwhile);
        }
        let source = push.source.clone().ok_or(Error::NotFound)?;
        let program = check(scripts, tenant, &push.name, &source).await?;
        return Ok(Ready { source, program, tested: Vec::new(), seen: None });
    };
    let source = Source::clone(&loaded.source);
    let program = check(scripts, tenant, &push.name, &source).await?;
    let seen = Some(loaded.script.revision);
    let loaded = Loaded { program: Some(std::sync::Arc::new(program.clone())), ..loaded };
    let tested = scripts.try_all(tenant, &loaded, &tests).await?;
    let faults = trial::faults(&tested);
    if !faults.is_empty() {
        return Err(Error::Invalid { faults });
    }
    Ok(Ready { source, program, tested, seen })
}

fn go_live(
    tx: &mut Tx<'_>,
    tenant: &Tenant,
    by: &Actor,
    (push, ready): (&Push, &Ready),
) -> Result<(Script, VersionNumber, bool), Error> {
    let before = match stored::find(tx, &push.name)? {
        Some(script) if ready.seen == Some(script.revision) => script,
        None if ready.seen.is_none() => {
            edit::create(tx, by, &allowance(tenant)?, (&push.name, &Settings::default()), &ready.source)?
        }
        Some(_) | None => return Err(Error::ChangedMeanwhile),
    };
    let number = VersionNumber(versions::newest(tx, before.id)?.0 + 1);
    let version = Version {
        number,
        published_at: tx.now(),
        by: by.name().to_owned(),
        note: push.note.clone(),
        functions: ready.program.functions,
        source_bytes: ready.source.as_str().len() as u64,
    };
    let checked = load::checked(ready.source.clone(), &ready.program);
    versions::insert(tx, before.id, &version, &checked, Script::VERSIONS_MAX)?;
    let after = next(tx, Script { live: Some(number), changed_since_published: false, ..before.clone() });
    stored::update(tx, &after)?;
    stored::set_draft(tx, after.id, &ready.source)?;
    hooks::keep_up(tx, Some(&before), &after)?;
    events::insert(tx, by, &Event::ScriptPublished { script: push.name.clone(), version: number })?;
    Ok((after, number, ready.seen.is_none()))
}
