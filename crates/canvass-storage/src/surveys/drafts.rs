//! Drafts and versions: this file is about the definitions a survey has had, before and after publication.

use canvass_model::{
    id::SurveyId,
    member::Actor,
    survey::{Revision, Version},
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
};

/// An earlier draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its revision.
    pub revision: Revision,
    /// Who replaced it.
    pub actor: Actor,
    /// What they changed, in a few words.
    pub what: String,
    /// When.
    pub at: Timestamp,
}

/// A new draft, and who made it.
#[derive(Debug, Clone, Copy)]
pub struct DraftChange<'a> {
    /// The draft, as JSON text.
    pub draft: &'a str,
    /// Its title in its default language.
    pub title: &'a str,
    /// Who changed it.
    pub by: &'a Actor,
    /// What they changed, in a few words.
    pub what: &'a str,
}

/// Earlier drafts kept per survey, for undo.
pub const HISTORY_MAX: u32 = 50;

/// The draft of a survey, as JSON text.
pub fn draft(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<String>, Error> {
    decode::first(tx.session, "draft", ("select draft from survey where id = $1", &[Value::text(id)]), Columns::text)
}

/// Replaces a draft if its revision still is `base`, keeping the earlier one for undo (the newest [`HISTORY_MAX`]);
/// answers the new revision, or `None` when somebody else was faster.
pub fn update_draft(
    tx: &mut Tx<'_>,
    id: SurveyId,
    base: Revision,
    change: &DraftChange<'_>,
) -> Result<Option<Revision>, Error> {
    let Some(earlier) = draft_at(tx, id, base)? else { return Ok(None) };
    let now = tx.now();
    let next = Revision(base.0 + 1);
    let row = [
        Value::text(id),
        Value::count(base.0),
        Value::count(next.0),
        change.draft.into(),
        change.title.into(),
        now.into(),
    ];
    let sql = "update survey set draft = $4, title = $5, revision = $3, changed_since_published = 1, updated_at = $6
        where id = $1 and revision = $2";
    if tx.session.execute(sql, &row)? == 0 {
        return Ok(None);
    }
    let row = [
        Value::text(id),
        Value::count(base.0),
        earlier.into(),
        decode::json(change.by)?,
        change.what.into(),
        now.into(),
    ];
    let sql =
        "insert into draft_history (survey, revision, draft, actor, what, made_at) values ($1, $2, $3, $4, $5, $6)";
    tx.session.execute(sql, &row)?;
    let oldest = i64::try_from(base.0).unwrap_or(i64::MAX) - i64::from(HISTORY_MAX);
    let sql = "delete from draft_history where survey = $1 and revision <= $2";
    tx.session.execute(sql, &[Value::text(id), Value::Int(oldest)])?;
    Ok(Some(next))
}

/// Earlier drafts, the newest first.
pub fn history(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Vec<Earlier>, Error> {
    let sql = "select revision, actor, what, made_at from draft_history
        where survey = $1 order by revision desc limit $2";
    decode::list(tx.session, "earlier draft", (sql, &[Value::text(id), Value::count(HISTORY_MAX)]), |row| {
        Ok(Earlier { revision: Revision(row.count()?), actor: row.json()?, what: row.text()?, at: row.time()? })
    })
}

/// One earlier draft, as JSON text.
pub fn earlier_draft(tx: &mut ReadTx<'_>, id: SurveyId, revision: Revision) -> Result<Option<String>, Error> {
    let sql = "select draft from draft_history where survey = $1 and revision = $2";
    decode::first(tx.session, "earlier draft", (sql, &[Value::text(id), Value::count(revision.0)]), Columns::text)
}

/// Stores a published version's definition.
pub fn insert_version(tx: &mut Tx<'_>, id: SurveyId, version: Version, definition: &str) -> Result<(), Error> {
    let row = [Value::text(id), Value::count(version.0), definition.into(), tx.now().into()];
    let sql = "insert into survey_version (survey, version, definition, published_at) values ($1, $2, $3, $4)";
    tx.session.execute(sql, &row)?;
    Ok(())
}

/// The definition of a published version, as JSON text.
pub fn version(tx: &mut ReadTx<'_>, id: SurveyId, version: Version) -> Result<Option<String>, Error> {
    let sql = "select definition from survey_version where survey = $1 and version = $2";
    decode::first(tx.session, "version", (sql, &[Value::text(id), Value::count(version.0)]), Columns::text)
}

/// The definitions of the newest published versions, as JSON text, the newest first; at most `limit`.
pub fn versions(tx: &mut ReadTx<'_>, id: SurveyId, limit: u32) -> Result<Vec<String>, Error> {
    let sql = "select definition from survey_version where survey = $1 order by version desc limit $2";
    decode::list(tx.session, "version", (sql, &[Value::text(id), Value::count(limit)]), Columns::text)
}

/// The draft of a survey, if it still has this revision.
fn draft_at(tx: &mut Tx<'_>, id: SurveyId, revision: Revision) -> Result<Option<String>, Error> {
    let sql = "select draft from survey where id = $1 and revision = $2";
    decode::first(tx.session, "draft", (sql, &[Value::text(id), Value::count(revision.0)]), Columns::text)
}
