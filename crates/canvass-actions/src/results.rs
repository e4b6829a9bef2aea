//! Results: this file is about a survey with its definition and running summary, read in one go.

use std::sync::Arc;

use canvass_model::{
    chunk::{Columns, Head},
    definition::Definition,
    filter::Filter,
    id::SurveyId,
    summary::Summary,
    survey::{Survey, Version},
};
use canvass_storage::{ReadTx, chunks::Walk, summaries, surveys};
use serde_json::Value;

use crate::{
    Error, Steps,
    error::{stored_definition, stored_responses},
    live, responses,
    versions::Versions,
};

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

/// A summary of those responses that a filter lets, on its way: each step counts a chunk.
#[derive(Debug, Clone)]
pub struct Counting {
    definition: Arc<Definition>,
    filter: Filter,
    versions: Versions,
    walk: Walk,
    summary: Summary,
}

/// Reads a filter of a survey's newest definition; `null` is none.
pub fn filter(definition: &Definition, filter: &Value) -> Result<Filter, Error> {
    match filter {
        Value::Null => Ok(Filter::default()),
        given => Filter::parse(definition, given).map_err(|faults| Error::Invalid { faults }),
    }
}

/// Begins to count the responses that a filter of a survey's newest definition lets.
pub fn count(survey: SurveyId, definition: Arc<Definition>, filter: Filter) -> Counting {
    Counting {
        definition,
        filter,
        versions: Versions::of(survey),
        walk: Walk::over(survey),
        summary: Summary::default(),
    }
}

impl Steps for Counting {
    fn step(&mut self, tx: &mut ReadTx<'_>) -> Result<bool, Error> {
        let columns = |head: &Head| self.filter.columns(&self.definition, head, Columns::All);
        let Some(chunk) = self.walk.next(tx, &columns)? else { return Ok(false) };
        let mask = self.filter.mask(&self.definition, &chunk).map_err(|it| stored_responses(&it))?;
        self.versions.count(tx, &mut self.summary, &chunk, &mask)?;
        Ok(true)
    }
}

impl Counting {
    /// What was counted.
    pub fn finish(self) -> Summary {
        self.summary
    }
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
