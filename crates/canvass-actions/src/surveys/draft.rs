//! Drafts: this file is about changing what a survey asks, so that two who do it at once lose nothing.

use std::collections::BTreeSet;

use canvass_model::{
    definition::{Definition, Edit, QuestionId},
    event::Event,
    id::SurveyId,
    member::Actor,
    survey::{Revision, Survey, WrongStatus},
};
use canvass_storage::{
    ReadTx, Tx, events,
    surveys::{self, DraftChange},
};

use super::{found, stored_definition};
use crate::Error;

/// A survey and its draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The survey; its revision is the draft's.
    pub survey: Survey,
    /// What the draft asks.
    pub definition: Definition,
}

/// Versions searched for ids that were used before; older ones have few responses, if any.
const VERSIONS_MAX: u32 = 100;
/// How often an edit starts again because another was faster in the same instant.
const TRIES_MAX: u32 = 3;

/// A survey with its draft, or [`Error::NotFound`].
pub fn find_draft(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Draft, Error> {
    let survey = found(tx, id)?;
    let text = surveys::draft(tx, id)?.ok_or(Error::NotFound)?;
    Ok(Draft { survey, definition: stored_definition(&text)? })
}

/// Makes one change to the latest draft. Whoever edits at the same time loses nothing: the change names what it was made
/// from, and is refused only when that very part was changed. With a `base`, any change since that revision refuses it.
pub fn edit(tx: &mut Tx<'_>, by: &Actor, id: SurveyId, base: Option<Revision>, edit: &Edit) -> Result<Draft, Error> {
    for _ in 0..TRIES_MAX {
        let draft = find_draft(tx, id)?;
        if base.is_some_and(|it| it != draft.survey.revision) {
            return Err(Error::ChangedMeanwhile);
        }
        let taken = taken_ids(tx, &draft.survey, edit)?;
        let definition = draft.definition.edit_avoiding(edit.clone(), &taken)?;
        if let Some(draft) = save(tx, by, draft.survey, (definition, &edit.what()))? {
            return Ok(draft);
        }
    }
    Err(Error::ChangedMeanwhile)
}

/// Replaces the whole draft, if its revision still is `base`.
pub fn replace_draft(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: SurveyId,
    base: Revision,
    definition: &Definition,
) -> Result<Draft, Error> {
    edit(tx, by, id, Some(base), &Edit::Replace(Box::new(definition.clone())))
}

/// Brings back an earlier draft as a new revision: undoing is a change like any other, and can be undone.
/// [`Error::NotFound`] when that revision is no longer kept.
pub fn undo(tx: &mut Tx<'_>, by: &Actor, id: SurveyId, to: Revision) -> Result<Draft, Error> {
    let survey = found(tx, id)?;
    let earlier = surveys::earlier_draft(tx, id, to)?.ok_or(Error::NotFound)?;
    let definition = stored_definition(&earlier)?;
    let what = format!("go back to revision {}", to.0);
    save(tx, by, survey, (definition, &what))?.ok_or(Error::ChangedMeanwhile)
}

/// Stores a new draft; `None` when somebody else was faster.
fn save(
    tx: &mut Tx<'_>,
    by: &Actor,
    survey: Survey,
    (definition, what): (Definition, &str),
) -> Result<Option<Draft>, Error> {
    if survey.trashed_at.is_some() {
        return Err(WrongStatus::InTrash.into());
    }
    let draft = definition.to_json().to_string();
    let change = DraftChange { draft: &draft, title: definition.title_text(), by, what };
    let Some(revision) = surveys::update_draft(tx, survey.id, survey.revision, &change)? else { return Ok(None) };
    events::insert(tx, by, &Event::SurveyEdited { survey: survey.id, what: what.to_owned() })?;
    let survey = Survey {
        title: definition.title_text().to_owned(),
        revision,
        changed_since_published: true,
        updated_at: tx.now(),
        ..survey
    };
    Ok(Some(Draft { survey, definition }))
}

/// The ids no new question may get: those of every version that was published, whose answers may be stored.
fn taken_ids(tx: &mut ReadTx<'_>, survey: &Survey, edit: &Edit) -> Result<BTreeSet<QuestionId>, Error> {
    let mut taken = BTreeSet::new();
    if !makes_question(edit) || survey.version.0 == 0 {
        return Ok(taken);
    }
    for version in surveys::versions(tx, survey.id, VERSIONS_MAX)? {
        taken.extend(stored_definition(&version)?.questions().map(|it| it.id.clone()));
    }
    Ok(taken)
}

fn makes_question(edit: &Edit) -> bool {
    match edit {
        Edit::AddQuestion { .. } | Edit::DuplicateQuestion { .. } => true,
        Edit::SetTitle { .. }
        | Edit::SetDescription { .. }
        | Edit::SetThankYou { .. }
        | Edit::AddSection { .. }
        | Edit::EditSection { .. }
        | Edit::RemoveSection { .. }
        | Edit::MoveSection { .. }
        | Edit::EditQuestion { .. }
        | Edit::RemoveQuestion { .. }
        | Edit::MoveQuestion { .. }
        | Edit::Replace(_) => false,
    }
}
