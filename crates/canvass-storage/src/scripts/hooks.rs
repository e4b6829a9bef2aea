//! Hooks: this file is about how far a script that runs by itself has come, and whether it goes on.

use canvass_model::{
    id::{RunId, ScriptId},
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// Where a hook stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Whose.
    pub script: ScriptId,
    /// The last response it has worked on, in the order of application.
    pub position: i64,
    /// How many responses its next run is given; smaller after a failure, to find the one it cannot work on.
    pub batch: u32,
    /// Since when an interval is counted.
    pub since: Timestamp,
    /// When a schedule is due; `None` for hooks of responses.
    pub due_at: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// Before this moment it is not tried again.
    pub retry_at: Option<Timestamp>,
    /// When it was given up, if it was: a member resumes it, or lets it skip a response.
    pub stopped_at: Option<Timestamp>,
    /// The run that failed last.
    pub run: Option<RunId>,
}

/// A script's hook.
pub fn find(tx: &mut ReadTx<'_>, script: ScriptId) -> Result<Option<Hook>, Error> {
    let sql = select("where script = $1");
    decode::first(tx.session, "hook", (&sql, &[Value::text(script)]), hook)
}

/// All hooks of the tenant.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Hook>, Error> {
    let sql = select("order by script limit $1");
    decode::list(tx.session, "hook", (&sql, &[Value::count(super::SCRIPTS_MAX)]), hook)
}

/// Stores a hook, in place of an earlier one of its script.
pub fn put(tx: &mut Tx<'_>, hook: &Hook) -> Result<(), Error> {
    let row = [
        Value::text(hook.script),
        Value::Int(hook.position),
        Value::count(hook.batch),
        hook.since.into(),
        hook.due_at.into(),
        Value::count(hook.failures),
        hook.retry_at.into(),
        hook.stopped_at.into(),
        hook.run.map(Value::text).into(),
    ];
    let update = "update script_hook set position = $2, batch = $3, since = $4, due_at = $5, failures = $6,
            retry_at = $7, stopped_at = $8, run = $9
        where script = $1";
    if tx.session.execute(update, &row)? == 0 {
        let insert = "insert into script_hook
            (script, position, batch, since, due_at, failures, retry_at, stopped_at, run)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        tx.session.execute(insert, &row)?;
    }
    Ok(())
}

/// Removes a script's hook: it has another trigger now.
pub fn delete(tx: &mut Tx<'_>, script: ScriptId) -> Result<(), Error> {
    tx.session.execute("delete from script_hook where script = $1", &[Value::text(script)])?;
    Ok(())
}

fn select(rest: &str) -> String {
    format!(
        "select script, position, batch, since, due_at, failures, retry_at, stopped_at, run from script_hook {rest}"
    )
}

fn hook(row: &mut Columns) -> Result<Hook, Error> {
    Ok(Hook {
        script: row.parsed(ScriptId::parse)?,
        position: row.int()?,
        batch: row.small()?,
        since: row.time()?,
        due_at: row.optional_time()?,
        failures: row.small()?,
        retry_at: row.optional_time()?,
        stopped_at: row.optional_time()?,
        run: row.optional_parsed(RunId::parse)?,
    })
}
