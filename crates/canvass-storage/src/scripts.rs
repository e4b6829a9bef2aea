//! Scripts: this file is about a tenant's programs as they stand; versions, runs and what they keep have files of their own.

pub mod hooks;
pub mod hours;
pub mod runs;
pub mod secrets;
pub mod tests;
pub mod trash;
pub mod values;
pub mod versions;

use canvass_model::{
    id::{ScriptId, SurveyId},
    script::{Parameters, Schedule, Script, ScriptName, Source, Switch, Trigger, TriggerName, VersionNumber},
    survey::Revision,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    pages, surveys,
};

/// More scripts than any plan includes: lists are read in one go.
pub const SCRIPTS_MAX: u32 = 500;

/// The script with this name; one in the trash is not found.
pub fn find(tx: &mut ReadTx<'_>, name: &ScriptName) -> Result<Option<Script>, Error> {
    let sql = select("where name = $1 and trashed_at is null");
    decode::first(tx.session, "script", (&sql, &[name.as_str().into()]), script)
}

/// The script with this id; one in the trash is not found.
pub fn find_by_id(tx: &mut ReadTx<'_>, id: ScriptId) -> Result<Option<Script>, Error> {
    decode::first(tx.session, "script", (&select("where id = $1 and trashed_at is null"), &[Value::text(id)]), script)
}

/// All scripts by name; at most [`SCRIPTS_MAX`].
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Script>, Error> {
    let sql = select("where trashed_at is null order by name limit $1");
    decode::list(tx.session, "script", (&sql, &[Value::count(SCRIPTS_MAX)]), script)
}

/// Scripts by name after `after`, at most `limit`.
pub fn list_after(tx: &mut ReadTx<'_>, after: Option<&ScriptName>, limit: u32) -> Result<Vec<Script>, Error> {
    let sql = select("where name > $1 and trashed_at is null order by name limit $2");
    let after = after.map_or("", ScriptName::as_str);
    decode::list(tx.session, "script", (&sql, &[after.into(), Value::count(limit)]), script)
}

/// Scripts of a trigger, of one survey if one is given, by name; at most [`SCRIPTS_MAX`].
pub fn list_of(tx: &mut ReadTx<'_>, trigger: TriggerName, survey: Option<SurveyId>) -> Result<Vec<Script>, Error> {
    let sql = select(
        "where trigger_kind = $1 and (cast($2 as text) = '' or survey = $2) and trashed_at is null
        order by name limit $3",
    );
    let survey = survey.map(|it| it.to_string()).unwrap_or_default();
    let args = [trigger.as_str().into(), Value::Text(survey), Value::count(SCRIPTS_MAX)];
    decode::list(tx.session, "script", (&sql, &args), script)
}

/// Scripts that the operator stopped, by name; at most [`SCRIPTS_MAX`].
pub fn list_stopped(tx: &mut ReadTx<'_>) -> Result<Vec<Script>, Error> {
    let sql = select("where stopped_by_operator is not null and trashed_at is null order by name limit $1");
    decode::list(tx.session, "script", (&sql, &[Value::count(SCRIPTS_MAX)]), script)
}

/// How many there are, those in the trash not counted.
pub fn count(tx: &mut ReadTx<'_>) -> Result<u32, Error> {
    let count = decode::count(tx.session, "script", ("select count(*) from script where trashed_at is null", &[]))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A script's draft.
pub fn draft(tx: &mut ReadTx<'_>, id: ScriptId) -> Result<Option<Source>, Error> {
    let sql = "select draft from script where id = $1";
    decode::first(tx.session, "script", (sql, &[Value::text(id)]), |row| row.parsed(|it| Source::parse(it).ok()))
}

/// Stores a new script with its draft. [`Error::Conflict`] when its name is taken.
pub fn insert(tx: &mut Tx<'_>, script: &Script, draft: &Source) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "insert into script (id, name, title, trigger_kind, survey, settings, switch, stopped_by_operator,
            revision, live, changed_since_published, created_at, updated_at, trashed_at, draft)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing";
    let mut row = row(script)?;
    row.push(draft.as_str().into());
    match tx.session.execute(sql, &row)? {
        0 => Err(Error::Conflict("this name".to_owned())),
        _ => Ok(()),
    }
}

/// Replaces a script's row; its draft is kept.
pub fn update(tx: &mut Tx<'_>, script: &Script) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let sql = "update script set name = $2, title = $3, trigger_kind = $4, survey = $5, settings = $6, switch = $7,
            stopped_by_operator = $8, revision = $9, live = $10, changed_since_published = $11, created_at = $12,
            updated_at = $13, trashed_at = $14
        where id = $1";
    tx.session.execute(sql, &row(script)?)?;
    Ok(())
}

/// Replaces a script's draft.
pub fn set_draft(tx: &mut Tx<'_>, id: ScriptId, draft: &Source) -> Result<(), Error> {
    tx.session.execute("update script set draft = $2 where id = $1", &[Value::text(id), draft.as_str().into()])?;
    Ok(())
}

/// Removes a script for good, with its versions, test cases, hook and pages, and whatever redirects to these; its runs and
/// what it noted stay. `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, id: ScriptId) -> Result<bool, Error> {
    surveys::change_content(tx)?;
    pages::delete_of_script(tx, id)?;
    Ok(0 < tx.session.execute("delete from script where id = $1", &[Value::text(id)])?)
}

fn select(rest: &str) -> String {
    format!(
        "select id, name, title, trigger_kind, survey, settings, switch, stopped_by_operator, revision, live,
            changed_since_published, created_at, updated_at, trashed_at
        from script {rest}"
    )
}

fn script(row: &mut Columns) -> Result<Script, Error> {
    Ok(Script {
        id: row.parsed(ScriptId::parse)?,
        name: row.parsed(|it| ScriptName::parse(it).ok())?,
        title: row.text()?,
        trigger: trigger(row)?,
        switch: row.parsed(Switch::parse)?,
        stopped_by_operator: row.optional_text()?,
        revision: Revision(row.count()?),
        live: version(row)?,
        changed_since_published: row.flag()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        trashed_at: row.optional_time()?,
    })
}

/// The columns `trigger_kind`, `survey` and `settings`.
fn trigger(row: &mut Columns) -> Result<Trigger, Error> {
    let name = row.parsed(TriggerName::parse)?;
    let survey = row.optional_parsed(SurveyId::parse)?;
    Ok(match (name, survey) {
        (TriggerName::Manual, None) => Trigger::Manual(row.json::<Parameters>()?),
        (TriggerName::Schedule, None) => Trigger::Schedule(row.json::<Schedule>()?),
        (TriggerName::Page, None) => row.text().map(|_| Trigger::Page)?,
        (TriggerName::Module, None) => row.text().map(|_| Trigger::Module)?,
        (TriggerName::Validate, Some(survey)) => row.text().map(|_| Trigger::Validate(survey))?,
        (TriggerName::Responded, Some(survey)) => row.text().map(|_| Trigger::Responded(survey))?,
        other => return Err(row.corrupt(&other)),
    })
}

fn row(script: &Script) -> Result<Vec<Value>, Error> {
    let settings = match &script.trigger {
        Trigger::Manual(parameters) => decode::json(parameters)?,
        Trigger::Schedule(schedule) => decode::json(schedule)?,
        Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) | Trigger::Module => "".into(),
    };
    Ok(vec![
        Value::text(script.id),
        script.name.as_str().into(),
        script.title.as_str().into(),
        script.trigger.name().as_str().into(),
        script.trigger.survey().map(Value::text).into(),
        settings,
        script.switch.as_str().into(),
        script.stopped_by_operator.as_deref().into(),
        Value::count(script.revision.0),
        script.live.map(|it| Value::count(it.0)).into(),
        script.changed_since_published.into(),
        script.created_at.into(),
        script.updated_at.into(),
        script.trashed_at.into(),
    ])
}

/// A version's number, or nothing.
fn version(row: &mut Columns) -> Result<Option<VersionNumber>, Error> {
    let Some(number) = row.optional_int()? else { return Ok(None) };
    u32::try_from(number).map(|it| Some(VersionNumber(it))).map_err(|_| row.corrupt(&number))
}
