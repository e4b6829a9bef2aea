//! What is live at an address: this file is about everything a public page needs of a survey, read in one go.

use canvass_model::{
    address::PageKey,
    definition::Definition,
    id::SurveyId,
    page::{Page, Target},
    survey::{Status, Survey, Version},
    time::Timestamp,
};
use canvass_storage::{ReadTx, pages, surveys};

use crate::{Error, error::stored_definition};

/// A survey at its public address, with the definition of its live version. Cached; whether it is open depends on the
/// moment, so it is asked for each request.
#[derive(Debug)]
pub struct Live {
    /// The survey's row at the time of reading; its count of responses may be older. Its title is the draft's: show the
    /// definition's.
    pub survey: Survey,
    /// What it asks.
    pub definition: Definition,
    /// The address, as people see it.
    pub page: Page,
}

/// What a respondent finds at a live address now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Answers are accepted.
    Open,
    /// Answers were accepted until then.
    Closed {
        /// Since when it is closed.
        since: Timestamp,
    },
}

/// Reads what is live at an address: `None` when no survey is answered there, or it is in the trash or put away.
pub fn load(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<Option<Live>, Error> {
    match pages::find(tx, key)? {
        Some(page @ Page { target: Target::Survey(id), .. }) => of_page(tx, id, page),
        Some(_) | None => Ok(None),
    }
}

/// Reads what is live of a survey, wherever its page is: `None` when it has no page, is in the trash or does not exist.
pub fn load_survey(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<Live>, Error> {
    let Some(page) = pages::find_of_survey(tx, id)? else { return Ok(None) };
    of_page(tx, id, page)
}

/// The definition of a published version of a survey.
pub fn definition(tx: &mut ReadTx<'_>, survey: &Survey, version: Version) -> Result<Option<Definition>, Error> {
    surveys::version(tx, survey.id, version)?.map(|text| stored_definition(&text)).transpose()
}

fn of_page(tx: &mut ReadTx<'_>, id: SurveyId, page: Page) -> Result<Option<Live>, Error> {
    let Some(survey) = surveys::find(tx, id)?.filter(|it| it.trashed_at.is_none()) else { return Ok(None) };
    let Some(definition) = definition(tx, &survey, survey.version)? else { return Ok(None) };
    Ok(Some(Live { survey, definition, page }))
}

impl Live {
    /// What a respondent finds here at `now`; `None` for a survey that has no public life.
    pub fn door(&self, now: Timestamp) -> Option<Door> {
        match &self.survey.status {
            Status::Published { closes_at, .. } if now < *closes_at => Some(Door::Open),
            Status::Published { closes_at, .. } => Some(Door::Closed { since: *closes_at }),
            Status::Closed { since, .. } => Some(Door::Closed { since: *since }),
            Status::Draft | Status::Archived { .. } => None,
        }
    }
}
