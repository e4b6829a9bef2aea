//! What is live at an address: this file is about everything a public page needs of a survey, read in one go.

use canvass_model::{
    address::PageKey,
    definition::Definition,
    survey::{Status, Survey, Version},
    time::Timestamp,
};
use canvass_storage::{ReadTx, pages, surveys};

use crate::Error;

/// A survey at its public address, with the definition of its live version. Cached; whether it is open depends on the
/// moment, so it is asked for each request.
#[derive(Debug)]
pub struct Live {
    /// The survey's row at the time of reading; its count of responses may be older.
    pub survey: Survey,
    /// What it asks.
    pub definition: Definition,
    /// The address, as people see it.
    pub page: pages::Page,
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

/// Reads what is live at an address: `None` when there is no page, or its survey is in the trash or put away.
pub fn load(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<Option<Live>, Error> {
    let Some(page) = pages::find(tx, key)? else { return Ok(None) };
    let pages::Kind::Survey(id) = page.kind;
    let Some(survey) = surveys::find(tx, id)?.filter(|it| it.trashed_at.is_none()) else { return Ok(None) };
    let Some(definition) = definition(tx, &survey, survey.version)? else { return Ok(None) };
    Ok(Some(Live { survey, definition, page }))
}

/// The definition of a published version of a survey.
pub fn definition(tx: &mut ReadTx<'_>, survey: &Survey, version: Version) -> Result<Option<Definition>, Error> {
    let Some(text) = surveys::version(tx, survey.id, version)? else { return Ok(None) };
    let definition = Definition::parse_text(&text).map_err(|faults| canvass_storage::Error::Corrupt {
        what: "definition",
        found: faults.first().map(|it| it.message.clone()).unwrap_or_default(),
    })?;
    Ok(Some(definition))
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
