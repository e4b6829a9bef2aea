//! Surveys: this file is about their rows, drafts, earlier drafts and published versions.

use canvass_model::{
    id::SurveyId,
    member::Actor,
    survey::{Revision, Survey, Version},
    time::Timestamp,
};

use crate::{Error, ReadTx, Tx};

/// Which surveys to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shelf {
    /// Drafts, published and closed ones.
    #[default]
    AtWork,
    /// Those put away.
    Archive,
    /// Those thrown away and not yet gone.
    Trash,
}

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

/// Earlier drafts kept per survey, for undo.
pub const HISTORY_MAX: u32 = 50;

/// The survey with this id, in whatever state, the trash included.
pub fn find(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<Survey>, Error> {
    todo!()
}

/// Surveys by id, the newest first, after `after`.
pub fn list(tx: &mut ReadTx<'_>, shelf: Shelf, after: Option<SurveyId>, limit: u32) -> Result<Vec<Survey>, Error> {
    todo!()
}

/// How many surveys are open at `tx.now()`: what the plan limits.
pub fn count_open(tx: &mut ReadTx<'_>) -> Result<u32, Error> {
    todo!()
}

/// Open surveys with a public page, the newest first: what the tenant's index shows.
pub fn list_public(tx: &mut ReadTx<'_>, limit: u32) -> Result<Vec<Survey>, Error> {
    todo!()
}

/// The draft of a survey, as JSON text.
pub fn draft(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<String>, Error> {
    todo!()
}

/// Stores a new survey with its draft.
pub fn insert(tx: &mut Tx<'_>, survey: &Survey, draft: &str) -> Result<(), Error> {
    todo!()
}

/// Replaces a survey's row, its response count and draft excepted. Public content changes with it.
pub fn update(tx: &mut Tx<'_>, survey: &Survey) -> Result<(), Error> {
    todo!()
}

/// Replaces a draft if its revision still is `base`, keeping the earlier one for undo (the newest [`HISTORY_MAX`]); answers the new revision, or `None` when somebody else was faster.
pub fn update_draft(
    tx: &mut Tx<'_>,
    id: SurveyId,
    base: Revision,
    draft: &str,
    title: &str,
    by: &Actor,
    what: &str,
) -> Result<Option<Revision>, Error> {
    todo!()
}

/// Earlier drafts, the newest first.
pub fn history(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Vec<Earlier>, Error> {
    todo!()
}

/// One earlier draft, as JSON text.
pub fn earlier_draft(tx: &mut ReadTx<'_>, id: SurveyId, revision: Revision) -> Result<Option<String>, Error> {
    todo!()
}

/// Stores a published version's definition.
pub fn insert_version(tx: &mut Tx<'_>, id: SurveyId, version: Version, definition: &str) -> Result<(), Error> {
    todo!()
}

/// The definition of a published version, as JSON text.
pub fn version(tx: &mut ReadTx<'_>, id: SurveyId, version: Version) -> Result<Option<String>, Error> {
    todo!()
}

/// Removes at most `limit` surveys thrown away before `before`, with their responses. Answers their ids.
pub fn delete_trashed(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<Vec<SurveyId>, Error> {
    todo!()
}

/// Changes whenever public content of this tenant does: what caches compare.
pub fn content_stamp(tx: &mut ReadTx<'_>) -> Result<i64, Error> {
    todo!()
}
