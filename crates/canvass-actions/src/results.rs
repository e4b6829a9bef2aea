//! Results: this file is about a survey with its definition and running summary, read in one go.

use canvass_model::{
    definition::Definition,
    id::SurveyId,
    summary::Summary,
    survey::{Survey, Version},
};
use canvass_storage::{ReadTx, summaries, surveys};

use crate::{Error, error::stored_definition, live, responses};

/// A survey's running summary and what it is about.
#[derive(Debug)]
pub struct Results {
    /// The survey's row.
    pub survey: Survey,
    /// The live version's definition; the draft's before the first publication.
    pub definition: Definition,
    /// The summary of all responses applied so far.
    pub summary: Summary,
    /// How often the summary changed.
    pub revision: u64,
}

/// Reads a survey's results; [`Error::NotFound`] when there is no such survey.
pub fn load(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Results, Error> {
    let survey = surveys::find(tx, id)?.ok_or(Error::NotFound)?;
    let definition = definition(tx, &survey)?;
    let summary = responses::summary(tx, id)?;
    let revision = summaries::revision(tx, id)?;
    Ok(Results { survey, definition, summary, revision })
}

/// The same for everybody to see: `None` when there is no such survey, it is in the trash or was never published.
pub fn shared(tx: &mut ReadTx<'_>, id: SurveyId) -> Result<Option<Results>, Error> {
    let survey = surveys::find(tx, id)?.filter(|it| it.trashed_at.is_none() && it.version != Version(0));
    survey.map(|it| load(tx, it.id)).transpose()
}

/// The live version's definition, or the draft's before the first publication.
pub fn definition(tx: &mut ReadTx<'_>, survey: &Survey) -> Result<Definition, Error> {
    if survey.version != Version(0) {
        return live::definition(tx, survey, survey.version)?.ok_or(Error::NotFound);
    }
    stored_definition(&surveys::draft(tx, survey.id)?.ok_or(Error::NotFound)?)
}
