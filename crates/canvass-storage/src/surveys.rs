//! Surveys: this file is about their rows; their drafts and published versions have a file of their own.

mod drafts;

use canvass_model::{
    id::SurveyId,
    metadata::FieldId,
    survey::{Revision, Status, Survey, Version},
    time::Timestamp,
};

pub use self::drafts::{
    DraftChange, Earlier, HISTORY_MAX, draft, earlier_draft, history, insert_version, update_draft, version, versions,
};
use crate::{
    Error, ReadTx, Tx,
    chunks::writing,
    decode::{self, Columns},
    engine::Value,
    meta, pages,
};

/// Which surveys to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shelf {
    /// Drafts, published and closed ones.
    #[default]
    AtWork,
    /// Drafts alone.
    Drafts,
    /// Those that are open at `tx.now()`.
    Open,
    /// Those that were closed, or have closed by themselves.
    Closed,
    /// Those put away.
    Archive,
    /// Those thrown away and not yet gone.
    Trash,
}

/// How many surveys stand on each shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShelfCounts {
    /// [`Shelf::Drafts`].
    pub drafts: u64,
    /// [`Shelf::Open`].
    pub open: u64,
    /// [`Shelf::Closed`].
    pub closed: u64,
    /// [`Shelf::Archive`].
    pub archived: u64,
    /// [`Shelf::Trash`].
    pub trashed: u64,
}

impl Shelf {
    /// What it holds; `$1` is the present moment, which not every condition needs.
    fn condition(self) -> &'static str {
        match self {
            Self::AtWork => "trashed_at is null and status <> 'archived'",
            Self::Drafts => DRAFTS,
            Self::Open => OPEN,
            Self::Closed => CLOSED,
            Self::Archive => ARCHIVED,
            Self::Trash => TRASHED,
        }
    }
}

/// Surveys whose titles are asked for at once: a page of the log names fewer.
pub const TITLES_MAX: usize = 200;

/// The survey with this id, in whatever state, the trash included.
pub fn find(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<Survey>, Error> {
    let sql = select("where id = $1");
    decode::first(tx.session, "survey", (&sql, &[Value::text(id)]), survey)
}

/// Surveys by id, the newest first, after `after`.
pub fn list(tx: &mut ReadTx<'_>, shelf: Shelf, after: Option<SurveyId>, limit: u32) -> Result<Vec<Survey>, Error> {
    let shelf = shelf.condition();
    // Every parameter must occur in the text, whatever the shelf.
    let sql = select(&format!(
        "where {shelf} and (cast($2 as text) = '' or id < $2) and cast($1 as bigint) is not null
            order by id desc limit $3"
    ));
    let after = after.map(|it| it.to_string()).unwrap_or_default();
    let now = tx.now();
    decode::list(tx.session, "survey", (&sql, &[now.into(), Value::Text(after), Value::count(limit)]), survey)
}

/// The same surveys, the last changed first, after the one that changed at this moment. One that changes between two pages
/// is on the first again.
pub fn list_by_change(
    tx: &mut ReadTx<'_>,
    shelf: Shelf,
    after: Option<(Timestamp, SurveyId)>,
    limit: u32,
) -> Result<Vec<Survey>, Error> {
    by_change(tx, shelf, ("", Vec::new()), after, limit)
}

/// Like [`list_by_change`], those alone that have this value, as it is written, in the field in use that has this id.
pub fn list_having(
    tx: &mut ReadTx<'_>,
    shelf: Shelf,
    (field, value): (&FieldId, &str),
    after: Option<(Timestamp, SurveyId)>,
    limit: u32,
) -> Result<Vec<Survey>, Error> {
    let having = "and exists (select 1 from survey_value v join field f on f.field_key = v.field
        where v.survey = survey.id and f.id = $5 and f.removed_at is null and v.value = $6)";
    by_change(tx, shelf, (having, vec![Value::text(field), value.into()]), after, limit)
}

/// `condition` has parameters from `$5` on.
fn by_change(
    tx: &mut ReadTx<'_>,
    shelf: Shelf,
    (condition, more): (&str, Vec<Value>),
    after: Option<(Timestamp, SurveyId)>,
    limit: u32,
) -> Result<Vec<Survey>, Error> {
    let sql = select(&format!(
        "where {} and cast($1 as bigint) is not null and (updated_at < $2 or (updated_at = $2 and id < $3)) {condition}
            order by updated_at desc, id desc limit $4",
        shelf.condition()
    ));
    let (changed, id) = after.map_or((Timestamp(i64::MAX), String::new()), |(at, id)| (at, id.to_string()));
    let mut row = vec![tx.now().into(), changed.into(), Value::Text(id), Value::count(limit)];
    row.extend(more);
    decode::list(tx.session, "survey", (&sql, &row), survey)
}

/// How many surveys stand on each shelf at `tx.now()`.
pub fn count_shelves(tx: &mut ReadTx<'_>) -> Result<ShelfCounts, Error> {
    let counts = [DRAFTS, OPEN, CLOSED, ARCHIVED, TRASHED].map(|it| format!("count(*) filter (where {it})"));
    let sql = format!("select {} from survey", counts.join(", "));
    let now = tx.now();
    let counts = decode::first(tx.session, "shelf", (&sql, &[now.into()]), |row| {
        Ok(ShelfCounts {
            drafts: row.count()?,
            open: row.count()?,
            closed: row.count()?,
            archived: row.count()?,
            trashed: row.count()?,
        })
    })?;
    Ok(counts.unwrap_or_default())
}

/// How many surveys are open at `tx.now()`: what the plan limits.
pub fn count_open(tx: &mut ReadTx<'_>) -> Result<u32, Error> {
    let sql = "select count(*) from survey where status = 'published' and closes_at > $1 and trashed_at is null";
    let now = tx.now();
    decode::count(tx.session, "survey", (sql, &[now.into()])).map(|it| u32::try_from(it).unwrap_or(u32::MAX))
}

/// Surveys that a public page asks, as long as they are open, and those whose results a public page shows, the newest
/// first, each with its live definition as JSON text. Whether their pages are open now is for the caller to ask.
pub fn list_public(tx: &mut ReadTx<'_>, limit: u32) -> Result<Vec<(Survey, String)>, Error> {
    let of = |kind: &str| {
        format!(
            "s.id in (select target from page where kind = '{kind}' and visibility = 'public' and trashed_at is null)"
        )
    };
    let sql = format!(
        "select s.id, s.title, s.status, s.status_since, s.closes_at,
            (select p.native from page p where p.kind = 'survey' and p.target = s.id and p.trashed_at is null
                order by p.created_at, p.id limit 1),
            s.revision, s.version, s.changed_since_published, s.responses, s.created_at, s.updated_at, s.trashed_at,
            v.definition
        from survey s join survey_version v on v.survey = s.id and v.version = s.version
        where s.trashed_at is null and ((s.status = 'published' and s.closes_at > $1 and {}) or {})
        order by s.status_since desc, s.id desc limit $2",
        of("survey"),
        of("results")
    );
    let now = tx.now();
    decode::list(tx.session, "survey", (&sql, &[now.into(), Value::count(limit)]), |row| {
        Ok((survey(row)?, row.text()?))
    })
}

/// The titles of at most [`TITLES_MAX`] surveys, also of those in the trash; ids that name none are left out.
pub fn titles(tx: &mut ReadTx<'_>, ids: &[SurveyId]) -> Result<Vec<(SurveyId, String)>, Error> {
    let ids: Vec<Value> = ids.iter().take(TITLES_MAX).map(Value::text).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|it| format!("${it}")).collect();
    let sql = format!("select id, title from survey where id in ({}) limit {TITLES_MAX}", places.join(", "));
    decode::list(tx.session, "survey", (&sql, &ids), |row| Ok((row.parsed(SurveyId::parse)?, row.text()?)))
}

/// Stores a new survey with its draft.
pub fn insert(tx: &mut Tx<'_>, survey: &Survey, draft: &str) -> Result<(), Error> {
    let [status, since, closes_at] = status_columns(&survey.status);
    let row = [
        Value::text(survey.id),
        survey.title.as_str().into(),
        status,
        since,
        closes_at,
        Value::count(survey.revision.0),
        Value::count(survey.version.0),
        survey.changed_since_published.into(),
        Value::count(survey.responses),
        draft.into(),
        survey.created_at.into(),
        survey.updated_at.into(),
        survey.trashed_at.into(),
    ];
    let sql = "insert into survey (id, title, status, status_since, closes_at, revision, version,
            changed_since_published, responses, draft, created_at, updated_at, trashed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Replaces a survey's row, except what belongs to its draft (title, revision), its page and its response count. Public
/// content changes with it.
pub fn update(tx: &mut Tx<'_>, survey: &Survey) -> Result<(), Error> {
    change_content(tx)?;
    let [status, since, closes_at] = status_columns(&survey.status);
    let row = [
        Value::text(survey.id),
        status,
        since,
        closes_at,
        Value::count(survey.version.0),
        survey.changed_since_published.into(),
        Value::count(survey.revision.0),
        survey.updated_at.into(),
        survey.trashed_at.into(),
    ];
    // Somebody may have changed the draft since this row was read: then it still differs from what is published.
    let sql = "update survey set status = $2, status_since = $3, closes_at = $4, version = $5,
            changed_since_published = case when revision = $7 then cast($6 as bigint) else 1 end, updated_at = $8, trashed_at = $9
        where id = $1";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// Removes at most `limit` surveys thrown away before `before`, with their responses. Answers their ids.
pub fn delete_trashed(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<SurveyId>, Error> {
    let sql = "select id from survey where trashed_at < $1 order by trashed_at, id limit $2";
    let args = [before.into(), Value::count(limit)];
    let gone = decode::list(tx.session, "survey", (sql, &args), |row| row.parsed(SurveyId::parse))?;
    for id in &gone {
        writing::delete_of_survey(tx, *id)?;
        for table in ["annotation", "response", "summary", "survey_version", "draft_history", "survey_value"] {
            tx.session.execute(&format!("delete from {table} where survey = $1"), &[Value::text(id)])?;
        }
        pages::delete_of_survey(tx, *id)?;
        tx.session.execute("delete from survey where id = $1", &[Value::text(id)])?;
    }
    if !gone.is_empty() {
        change_content(tx)?;
    }
    Ok(gone)
}

/// Changes whenever public content of this tenant does: what caches compare.
pub fn content_stamp(tx: &mut ReadTx<'_>) -> Result<i64, Error> {
    let sql = "select value from meta where name = $1";
    let stamp =
        decode::first(tx.session, "content stamp", (sql, &[CONTENT.into()]), |row| row.parsed(|it| it.parse().ok()))?;
    Ok(stamp.unwrap_or_default())
}

/// Notes that something public pages show has changed, for the caches of every node; once in a transaction is enough.
/// From here on, others who change public content of this tenant wait for this transaction to end.
pub fn change_content(tx: &mut Tx<'_>) -> Result<(), Error> {
    if tx.content_changed {
        return Ok(());
    }
    tx.content_changed = true;
    meta::add(tx.session, CONTENT, 1)
}

fn select(rest: &str) -> String {
    format!(
        "select id, title, status, status_since, closes_at,
            (select p.native from page p where p.kind = 'survey' and p.target = survey.id and p.trashed_at is null
                order by p.created_at, p.id limit 1),
            revision, version, changed_since_published, responses, created_at, updated_at, trashed_at
        from survey {rest}"
    )
}

fn survey(row: &mut Columns) -> Result<Survey, Error> {
    Ok(Survey {
        id: row.parsed(SurveyId::parse)?,
        title: row.text()?,
        status: status(row)?,
        revision: Revision(row.count()?),
        version: Version(row.small()?),
        changed_since_published: row.flag()?,
        responses: row.count()?,
        created_at: row.time()?,
        updated_at: row.time()?,
        trashed_at: row.optional_time()?,
    })
}

fn status(row: &mut Columns) -> Result<Status, Error> {
    let name = row.text()?;
    let (since, closes_at) = (row.optional_time()?, row.optional_time()?);
    let page = row.optional_parsed(pages::stored_address)?;
    match (name.as_str(), since, closes_at, page) {
        ("draft", None, None, _) => Ok(Status::Draft),
        ("published", Some(since), Some(closes_at), Some(page)) => Ok(Status::Published { page, since, closes_at }),
        ("closed", Some(since), None, Some(page)) => Ok(Status::Closed { page, since }),
        ("archived", Some(since), None, _) => Ok(Status::Archived { since }),
        other => Err(row.corrupt(&other)),
    }
}

/// The columns `status`, `status_since` and `closes_at`.
fn status_columns(status: &Status) -> [Value; 3] {
    let (since, closes_at) = match status {
        Status::Draft => (None, None),
        Status::Published { since, closes_at, .. } => (Some(*since), Some(*closes_at)),
        Status::Closed { since, .. } | Status::Archived { since } => (Some(*since), None),
    };
    [status.as_str().into(), since.into(), closes_at.into()]
}

/// What each shelf holds; `$1` is the present moment.
const DRAFTS: &str = "trashed_at is null and status = 'draft'";
const OPEN: &str = "trashed_at is null and status = 'published' and closes_at > $1";
const CLOSED: &str = "trashed_at is null and (status = 'closed' or (status = 'published' and closes_at <= $1))";
const ARCHIVED: &str = "trashed_at is null and status = 'archived'";
const TRASHED: &str = "trashed_at is not null";
/// Under which name the content stamp is kept.
const CONTENT: &str = "content";
