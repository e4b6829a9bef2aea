//! Cross-tabs: this file is about counting two questions against each other, over as many responses as there are.

use std::sync::Arc;

use canvass_model::{
    crosstab::{Counting, Crosstab, Filter},
    definition::{Definition, Fault, QuestionId},
    id::SurveyId,
    summary::{QuestionSummary, Summary},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{self as storage, ReadTx, responses as stored, surveys};
use serde_json::Value;

use crate::{Error, responses, results};

/// What is asked, in words that only a survey's definition can tell the meaning of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// The question whose categories are the rows, by its id.
    pub rows: String,
    /// The question whose categories are the columns.
    pub columns: String,
    /// Which responses count, as [`Filter::parse`] reads it; `null` for all.
    pub filter: Value,
    /// Only responses received then or later.
    pub since: Option<Timestamp>,
    /// Only responses received before.
    pub until: Option<Timestamp>,
    /// Only responses to this version.
    pub version: Option<Version>,
}

/// A count on its way: each [step](Running::step) reads one page of responses, so that others have their turn between two.
#[derive(Debug, Clone)]
pub struct Running {
    survey: SurveyId,
    definition: Arc<Definition>,
    counting: Counting,
    after: Option<i64>,
}

/// Responses read in one step: some hundreds of kilobytes.
const ROWS_AT_ONCE: u32 = 2_000;

/// Counts in one transaction. [`Error::Invalid`] says which part of what is asked is not right.
pub fn crosstab(tx: &mut ReadTx<'_>, survey: SurveyId, asked: &Asked) -> Result<Crosstab, Error> {
    let mut running = begin(tx, survey, asked)?;
    while running.step(tx)? {}
    Ok(running.finish())
}

/// Begins to count: reads what is asked, and nothing of the responses yet.
pub fn begin(tx: &mut ReadTx<'_>, survey: SurveyId, asked: &Asked) -> Result<Running, Error> {
    let row = surveys::find(tx, survey)?.ok_or(Error::NotFound)?;
    let definition = results::definition(tx, &row)?;
    let invalid = |faults: Vec<Fault>| Error::Invalid { faults };
    let filter = match &asked.filter {
        Value::Null => Filter::default(),
        given => Filter::parse(&definition, given).map_err(invalid)?,
    };
    let filter = filter.within(asked.since, asked.until, asked.version);
    let summary = responses::summary(tx, survey)?;
    let spread = |id: &QuestionId| spread(&definition, &summary, id);
    let counting = Counting::new(&definition, (&asked.rows, &asked.columns), spread, filter).map_err(invalid)?;
    Ok(Running { survey, definition: Arc::new(definition), counting, after: None })
}

impl Running {
    /// Counts the next responses; `false` when there are no more.
    pub fn step(&mut self, tx: &mut ReadTx<'_>) -> Result<bool, Error> {
        let rows = stored::list_answers(tx, self.survey, self.after, ROWS_AT_ONCE)?;
        for row in &rows {
            let counted = self.counting.add(&self.definition, row);
            counted.map_err(|it| Error::Storage(storage::Error::Corrupt { what: "answers", found: it.to_string() }))?;
        }
        self.after = rows.last().map(|it| it.position);
        Ok(rows.len() == ROWS_AT_ONCE as usize)
    }

    /// What was counted, and nothing of what came after the last step.
    pub fn finish(self) -> Crosstab {
        self.counting.finish()
    }
}

/// The smallest and largest number that was answered, as the running summary knows it.
fn spread(definition: &Definition, summary: &Summary, id: &QuestionId) -> Option<(f64, f64)> {
    match summary.question(definition.question(id)?)? {
        QuestionSummary::Number(it) => Some((it.moments.min()?, it.moments.max()?)),
        QuestionSummary::Text(_)
        | QuestionSummary::Choice(_)
        | QuestionSummary::Scale(_)
        | QuestionSummary::YesNo(_)
        | QuestionSummary::Hidden(_) => None,
    }
}
