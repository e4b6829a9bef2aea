//! Cross-tabs: this file is about counting two questions against each other, over as many responses as there are.

use std::sync::Arc;

use canvass_model::{
    chunk::Head,
    crosstab::{Counting, Crosstab},
    definition::{Definition, Fault, QuestionId},
    filter::Filter,
    id::SurveyId,
    summary::{QuestionSummary, Summary},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{ReadTx, chunks::Walk, surveys};
use serde_json::Value;

use crate::{Error, Steps, error::stored_responses, responses, results};

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

/// A count on its way: each [step](Running::step) reads some chunks, so that others have their turn between two.
#[derive(Debug, Clone)]
pub struct Running {
    definition: Arc<Definition>,
    counting: Counting,
    walk: Walk,
}

/// Responses that are passed in one step: some hundredths of a second of reading.
const ROWS_AT_ONCE: usize = 100_000;
/// The most questions that are set against each other at once: each with each is 1,225 cross-tabs.
const QUESTIONS_MAX: usize = 50;

/// Counts in one transaction. [`Error::Invalid`] says which part of what is asked is not right.
pub fn crosstab(tx: &mut ReadTx<'_>, survey: SurveyId, asked: &Asked) -> Result<Crosstab, Error> {
    let mut running = begin(tx, survey, asked)?;
    while running.step(tx)? {}
    running.finish()
}

/// Begins to count: reads what is asked, and nothing of the responses yet.
pub fn begin(tx: &mut ReadTx<'_>, survey: SurveyId, asked: &Asked) -> Result<Running, Error> {
    start(tx, survey, asked, |definition, spread, filter| {
        Counting::new(definition, (&asked.rows, &asked.columns), spread, filter)
    })
}

/// The same for each of some questions with each behind it; of `asked`, the rest says which responses count.
pub fn begin_each_pair(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    questions: &[String],
    asked: &Asked,
) -> Result<Running, Error> {
    if QUESTIONS_MAX < questions.len() {
        let message = format!("Set at most {QUESTIONS_MAX} questions against each other");
        return Err(Error::Invalid { faults: vec![Fault::new("/questions", message)] });
    }
    start(tx, survey, asked, |definition, spread, filter| Counting::of_each_pair(definition, questions, spread, filter))
}

fn start(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    asked: &Asked,
    counting: impl FnOnce(&Definition, Spread<'_>, Filter) -> Result<Counting, Vec<Fault>>,
) -> Result<Running, Error> {
    let row = surveys::find(tx, survey)?.ok_or(Error::NotFound)?;
    let definition = results::definition(tx, &row)?;
    let filter = asked.filter(&definition)?;
    let summary = responses::summary(tx, survey)?;
    let spread = |id: &QuestionId| spread(&definition, &summary, id);
    let counting = counting(&definition, &spread, filter).map_err(|faults| Error::Invalid { faults })?;
    Ok(Running { definition: Arc::new(definition), counting, walk: Walk::over(survey) })
}

/// What knows the smallest and largest answer to a number.
type Spread<'s> = &'s dyn Fn(&QuestionId) -> Option<(f64, f64)>;

impl Asked {
    fn filter(&self, definition: &Definition) -> Result<Filter, Error> {
        Ok(results::filter(definition, &self.filter)?.within(self.since, self.until, self.version))
    }
}

impl Steps for Running {
    fn step(&mut self, tx: &mut ReadTx<'_>) -> Result<bool, Error> {
        let mut passed = 0;
        while passed < ROWS_AT_ONCE {
            let columns = |head: &Head| self.counting.columns(&self.definition, head);
            let Some(chunk) = self.walk.next(tx, &columns)? else { return Ok(false) };
            self.counting.add(&self.definition, &chunk).map_err(|it| stored_responses(&it))?;
            passed += chunk.rows().len();
        }
        Ok(true)
    }
}

impl Running {
    /// What was counted, and nothing of what came after the last step: the first cross-tab.
    pub fn finish(self) -> Result<Crosstab, Error> {
        self.finish_each_pair().into_iter().next().ok_or(Error::NotFound)
    }

    /// What was counted, pair by pair.
    pub fn finish_each_pair(self) -> Vec<Crosstab> {
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
