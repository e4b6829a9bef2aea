//! Versions of scripts: this file is about the sources that were published, and what the sandbox made of them.

use canvass_model::{
    id::ScriptId,
    script::{Functions, Source, Version, VersionNumber},
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    surveys,
};

/// A source, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The text.
    pub source: Source,
    /// What the sandbox made of it; `None` when it was not there to do so.
    pub program: Option<Compiled>,
    /// Which of the triggers' functions it defines.
    pub functions: Functions,
}

/// Byte code, good only for the component that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// The byte code.
    pub code: Vec<u8>,
    /// The component's hash.
    pub component: String,
}

/// A version by its number, with its source.
pub fn find(tx: &mut ReadTx<'_>, script: ScriptId, number: VersionNumber) -> Result<Option<(Version, Checked)>, Error> {
    let sql = "select number, published_at, actor, note, functions, octet_length(source), source, program, component
        from script_version where script = $1 and number = $2";
    decode::first(tx.session, "script version", (sql, &[Value::text(script), Value::count(number.0)]), |row| {
        let version = version(row)?;
        let source = row.parsed(|it| Source::parse(it).ok())?;
        let (code, component) = (row.optional_bytes()?, row.optional_text()?);
        let program = code.zip(component).map(|(code, component)| Compiled { code, component });
        let functions = version.functions;
        Ok((version, Checked { source, program, functions }))
    })
}

/// Versions before `before`, the newest first.
pub fn list(
    tx: &mut ReadTx<'_>,
    script: ScriptId,
    before: Option<VersionNumber>,
    limit: u32,
) -> Result<Vec<Version>, Error> {
    let sql = "select number, published_at, actor, note, functions, octet_length(source) from script_version
        where script = $1 and number < $2 order by number desc limit $3";
    let before = before.map_or(i64::MAX, |it| i64::from(it.0));
    let args = [Value::text(script), Value::Int(before), Value::count(limit)];
    decode::list(tx.session, "script version", (sql, &args), version)
}

/// The highest number so far; 0 before the first.
pub fn newest(tx: &mut ReadTx<'_>, script: ScriptId) -> Result<VersionNumber, Error> {
    let sql = "select coalesce(max(number), 0) from script_version where script = $1";
    let newest = decode::first(tx.session, "script version", (sql, &[Value::text(script)]), Columns::small)?;
    Ok(VersionNumber(newest.unwrap_or_default()))
}

/// Stores a version, and forgets the oldest beyond `kept`, never the one that was live before.
pub fn insert(tx: &mut Tx<'_>, script: ScriptId, version: &Version, checked: &Checked, kept: u32) -> Result<(), Error> {
    surveys::change_content(tx)?;
    let program = checked.program.as_ref();
    let row = [
        Value::text(script),
        Value::count(version.number.0),
        checked.source.as_str().into(),
        program.map_or(Value::Null, |it| Value::Blob(it.code.clone())),
        program.map(|it| it.component.as_str()).into(),
        decode::json(&checked.functions)?,
        version.by.as_str().into(),
        version.note.as_str().into(),
        version.published_at.into(),
    ];
    let sql = "insert into script_version
        (script, number, source, program, component, functions, actor, note, published_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.session.execute(sql, &row)?;
    let sql = "delete from script_version where script = $1 and number <= $2
        and number <> (select coalesce(live, 0) from script where id = $1)";
    let oldest = i64::from(version.number.0) - i64::from(kept);
    tx.session.execute(sql, &[Value::text(script), Value::Int(oldest)])?;
    Ok(())
}

/// Keeps byte code that was made anew, after the component changed; nothing happens where it was kept already.
pub fn set_program(tx: &mut Tx<'_>, script: ScriptId, number: VersionNumber, program: &Compiled) -> Result<(), Error> {
    let sql = "update script_version set program = $3, component = $4 where script = $1 and number = $2
        and (component is null or component <> $4)";
    let row = [
        Value::text(script),
        Value::count(number.0),
        Value::Blob(program.code.clone()),
        program.component.as_str().into(),
    ];
    if 0 < tx.session.execute(sql, &row)? {
        // Whoever has the version in memory has it with the old code.
        surveys::change_content(tx)?;
    }
    Ok(())
}

fn version(row: &mut Columns) -> Result<Version, Error> {
    Ok(Version {
        number: VersionNumber(row.small()?),
        published_at: row.time()?,
        by: row.text()?,
        note: row.text()?,
        functions: row.json()?,
        source_bytes: row.count()?,
    })
}
