//! Exports: this file is about files of responses made in the background, and how far the making of each has come.
//!
//! Whoever makes one records its progress under the number of its attempt. Whoever takes an export away from its maker, by
//! stopping it or because a response in it was erased, changes that number or the state: the maker's next record then
//! finds nothing to change.

use canvass_model::{
    export::{Export, State},
    file::FileName,
    id::{ContentId, ExportId, SurveyId},
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// An export with what its maker has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The export.
    pub export: Export,
    /// Counts how often it was begun.
    pub attempt: u64,
    /// The position of the last response written; `None` before the first.
    pub reached: Option<i64>,
    /// The position of the last response it is to hold.
    pub through: i64,
    /// What its columns looked like when it was begun.
    pub head: String,
}

/// What a maker sets out to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The position of the last response the file is to hold.
    pub through: i64,
    /// What its columns look like.
    pub head: String,
    /// Rows it will have, as far as is known.
    pub rows_expected: u64,
}

/// How far a maker has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// The position of the last response written.
    pub reached: Option<i64>,
    /// The bytes, when they are durable so far.
    pub content: Option<ContentId>,
}

/// A file that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Rows it has.
    pub rows: u64,
    /// Its bytes.
    pub content: ContentId,
    /// How many there are.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
}

/// More exports than any tenant keeps.
const CONTENTS_MAX: u32 = 10_000;

/// The export with this id.
pub fn find(tx: &mut ReadTx<'_>, id: ExportId) -> Result<Option<Export>, Error> {
    Ok(find_work(tx, id)?.map(|it| it.export))
}

/// The same with what its maker has to know.
pub fn find_work(tx: &mut ReadTx<'_>, id: ExportId) -> Result<Option<Work>, Error> {
    decode::first(tx.session, "export", (&select("id = $1"), &[Value::text(id)]), work)
}

/// Exports of a survey, the newest first, after `after`.
pub fn list(tx: &mut ReadTx<'_>, survey: SurveyId, after: Option<ExportId>, limit: u32) -> Result<Vec<Export>, Error> {
    let sql = select("survey = $1 and (cast($2 as text) = '' or id < $2) order by id desc limit $3");
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    let args = [Value::text(survey), Value::Text(after), Value::count(limit)];
    decode::list(tx.session, "export", (&sql, &args), |row| Ok(work(row)?.export))
}

/// The export whose turn it is: the oldest of the tenant that is not at its end.
pub fn next(tx: &mut ReadTx<'_>) -> Result<Option<ExportId>, Error> {
    let sql = "select id from export where state in ('waiting', 'running') order by id limit 1";
    decode::first(tx.session, "export", (sql, &[]), |row| row.parsed(ExportId::parse))
}

/// How many exports of the tenant are not at their end, and how many there are.
pub fn count(tx: &mut ReadTx<'_>) -> Result<(u64, u64), Error> {
    let sql = "select count(*) filter (where state in ('waiting', 'running')), count(*) from export";
    let found = decode::first(tx.session, "export", (sql, &[]), |row| Ok((row.count()?, row.count()?)))?;
    Ok(found.unwrap_or_default())
}

/// Changes whenever something about a survey's exports does.
pub fn stamp(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<(u64, i64), Error> {
    let sql = "select count(*), cast(coalesce(max(updated_at), 0) as bigint) from export where survey = $1";
    let found =
        decode::first(tx.session, "export", (sql, &[Value::text(survey)]), |row| Ok((row.count()?, row.int()?)))?;
    Ok(found.unwrap_or_default())
}

/// Every content that an export's bytes are kept in.
pub fn known_contents(tx: &mut ReadTx<'_>) -> Result<Vec<ContentId>, Error> {
    let sql = "select content from export where content is not null limit $1";
    decode::list(tx.session, "export", (sql, &[Value::count(CONTENTS_MAX)]), |row| row.parsed(ContentId::parse))
}

/// Stores a new export, which waits.
pub fn insert(tx: &mut Tx<'_>, export: &Export) -> Result<(), Error> {
    let row = [
        Value::text(export.id),
        Value::text(export.survey),
        decode::json(&export.wanted)?,
        export.name.as_str().into(),
        export.state.as_str().into(),
        Value::count(export.rows_expected),
        decode::json(&export.by)?,
        export.created_at.into(),
    ];
    let sql = "insert into export (id, survey, wanted, name, state, attempt, through, rows_done, rows_expected, bytes,
            actor, created_at, updated_at)
        values ($1, $2, $3, $4, $5, 0, 0, 0, $6, 0, $7, $8, $8)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Begins an export anew; answers what its maker has to know, or `None` when it is at its end. The bytes of an earlier
/// attempt are nobody's from here on.
pub fn begin(tx: &mut Tx<'_>, id: ExportId, plan: &Plan) -> Result<Option<Work>, Error> {
    let sql = "update export set state = 'running', attempt = attempt + 1, reached = null, through = $2, head = $3,
            rows_done = 0, rows_expected = $4, bytes = 0, content = null, updated_at = $5
        where id = $1 and state in ('waiting', 'running')";
    let now = tx.now();
    let row = [
        Value::text(id),
        Value::Int(plan.through),
        plan.head.as_str().into(),
        Value::count(plan.rows_expected),
        now.into(),
    ];
    if tx.session.execute(sql, &row)? == 0 {
        return Ok(None);
    }
    find_work(tx, id)
}

/// Records how far an attempt has come; `false` when it is no longer the one that counts.
pub fn advance(tx: &mut Tx<'_>, (id, attempt): (ExportId, u64), progress: &Progress) -> Result<bool, Error> {
    let sql = "update export set rows_done = $3, bytes = $4, reached = cast($5 as bigint), content = cast($6 as text),
            updated_at = $7
        where id = $1 and attempt = $2 and state = 'running'";
    let now = tx.now();
    let row = [
        Value::text(id),
        Value::count(attempt),
        Value::count(progress.rows),
        Value::count(progress.bytes),
        progress.reached.map_or(Value::Null, Value::Int),
        progress.content.map_or(Value::Null, Value::text),
        now.into(),
    ];
    Ok(0 < tx.session.execute(sql, &row)?)
}

/// Records the file that an attempt has made; `false` when it is no longer the one that counts.
pub fn finish(tx: &mut Tx<'_>, (id, attempt): (ExportId, u64), made: &Made) -> Result<bool, Error> {
    let sql = "update export set state = 'done', rows_done = $3, rows_expected = $3, bytes = $4, content = $5,
            sha256 = $6, reached = null, updated_at = $7, finished_at = $7
        where id = $1 and attempt = $2 and state = 'running'";
    let now = tx.now();
    let row = [
        Value::text(id),
        Value::count(attempt),
        Value::count(made.rows),
        Value::count(made.bytes),
        Value::text(made.content),
        made.sha256.as_str().into(),
        now.into(),
    ];
    Ok(0 < tx.session.execute(sql, &row)?)
}

/// Ends an export that is not made, for a reason; passes over one that is at its end. Answers the content whose bytes are
/// nobody's from here on; they are removed after the commit.
pub fn end(tx: &mut Tx<'_>, id: ExportId, state: State, reason: Option<&str>) -> Result<Option<ContentId>, Error> {
    let Some(found) = find(tx, id)?.filter(|it| it.state.is_unfinished()) else { return Ok(None) };
    let sql = "update export set state = $2, reason = cast($3 as text), bytes = 0, content = null, reached = null,
            updated_at = $4, finished_at = $4
        where id = $1";
    let now = tx.now();
    tx.session.execute(sql, &[Value::text(id), state.as_str().into(), reason.into(), now.into()])?;
    Ok(found.content)
}

/// Takes the files away that hold the response of a survey at a position, because it was erased: what is made is withdrawn,
/// what is being made begins anew. Answers their contents, whose bytes are removed after the commit.
pub fn withdraw(tx: &mut Tx<'_>, survey: SurveyId, position: i64) -> Result<Vec<ContentId>, Error> {
    let holding = "survey = $1 and through >= $2 and state in ('done', 'running')";
    let args = [Value::text(survey), Value::Int(position)];
    let sql = format!("select content from export where {holding} and content is not null");
    let contents = decode::list(tx.session, "export", (&sql, &args), |row| row.parsed(ContentId::parse))?;
    let sql = format!(
        "update export set state = case when state = 'done' then 'withdrawn' else state end, attempt = attempt + 1,
            content = null, bytes = 0, rows_done = 0, reached = null, sha256 = null, updated_at = $3
        where {holding}"
    );
    let now = tx.now();
    tx.session.execute(&sql, &[Value::text(survey), Value::Int(position), now.into()])?;
    Ok(contents)
}

/// Removes an export. Answers its content, whose bytes are removed after the commit.
pub fn delete(tx: &mut Tx<'_>, id: ExportId) -> Result<Option<ContentId>, Error> {
    let content = find(tx, id)?.and_then(|it| it.content);
    tx.session.execute("delete from export where id = $1", &[Value::text(id)])?;
    Ok(content)
}

/// Removes at most `limit` exports that ended before `before`. Answers how many, and their contents, whose bytes are removed
/// after the commit.
pub fn delete_ended(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<(u64, Vec<ContentId>), Error> {
    let sql = "select id from export where finished_at < $1 order by finished_at, id limit $2";
    let args = [before.into(), Value::count(limit)];
    let ended = decode::list(tx.session, "export", (sql, &args), |row| row.parsed(ExportId::parse))?;
    let mut contents = Vec::new();
    for id in &ended {
        contents.extend(delete(tx, *id)?);
    }
    Ok((ended.len() as u64, contents))
}

fn select(rest: &str) -> String {
    format!(
        "select id, survey, wanted, name, state, rows_done, rows_expected, bytes, sha256, content, reason, actor,
            created_at, finished_at, attempt, reached, through, head
        from export where {rest}"
    )
}

fn work(row: &mut Columns) -> Result<Work, Error> {
    Ok(Work {
        export: Export {
            id: row.parsed(ExportId::parse)?,
            survey: row.parsed(SurveyId::parse)?,
            wanted: row.json()?,
            name: row.parsed(|it| FileName::parse(it).ok())?,
            state: row.parsed(State::parse)?,
            rows: row.count()?,
            rows_expected: row.count()?,
            bytes: row.count()?,
            sha256: row.optional_text()?,
            content: row.optional_parsed(ContentId::parse)?,
            reason: row.optional_text()?,
            by: row.json()?,
            created_at: row.time()?,
            finished_at: row.optional_time()?,
        },
        attempt: row.count()?,
        reached: row.optional_int()?,
        through: row.int()?,
        head: row.optional_text()?.unwrap_or_default(),
    })
}
