//! Running statistics: this file is about the summary of a survey, which grows by one response at a time.
//!
//! Reading order: [`Moments`], [`Histogram`] and [`Frequent`] are what is kept of numbers and texts, `words` finds the
//! words of a text, `question` puts them together, `api` shows them.

mod api;
mod frequent;
mod histogram;
mod moments;
mod question;
mod shared;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::{
    frequent::Frequent,
    histogram::{Bin, Histogram},
    moments::Moments,
    question::{
        ChoiceSummary, HiddenSummary, NetPromoter, NumberSummary, QuestionSummary, ScaleSummary, TextSummary,
        YesNoSummary,
    },
    shared::Shared,
};
use crate::{
    answer::{Answer, Answers},
    chunk::{Chunk, Damaged},
    definition::{Definition, Kind, Question, QuestionId},
    filter::Mask,
    survey::Version,
};

/// The running statistics of a survey. In whatever order responses are added and summaries merged, the result is the
/// same: counts exactly, means and variances up to rounding, frequent texts within the error they state.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// Responses counted.
    #[serde(rename = "n")]
    pub responses: u64,
    /// What was answered to each question that anybody answered, once for every sort of answer it had: a question whose
    /// type was changed keeps the statistics of both.
    #[serde(rename = "q")]
    questions: BTreeMap<QuestionId, Vec<QuestionSummary>>,
}

/// Whether a summary is still right after a response was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recount {
    /// It is.
    NotNeeded,
    /// Extremes or frequent texts may have gone with it: count again from the responses.
    Needed,
}

/// A stored summary that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this stored summary cannot be read: {0}")]
pub struct Unreadable(String);

impl Summary {
    /// Counts one response.
    pub fn add(&mut self, answers: &Answers) {
        self.responses += 1;
        for (id, answer) in answers.iter() {
            self.add_answer(id, answer);
        }
    }

    /// Counts the responses of a chunk that `mask` lets; the answers to all questions, and the versions, must have been
    /// read. `kind` is what a question asked for in a version.
    pub fn add_chunk<'k>(
        &mut self,
        chunk: &Chunk,
        mask: &Mask,
        kind: impl Fn(Version, &QuestionId) -> Option<&'k Kind>,
    ) -> Result<(), Damaged> {
        self.responses += mask.count() as u64;
        let mut questions: Vec<QuestionId> = chunk.questions().collect();
        questions.sort_unstable();
        for id in &questions {
            for part in chunk.column(id.as_str()) {
                for row in part.rows().filter(|it| mask.holds(*it)) {
                    let kind = kind(chunk.version(row)?, id);
                    if let Some(answer) = chunk.answer(id.as_str(), kind, row)? {
                        self.add_answer(id, &answer);
                    }
                }
            }
        }
        Ok(())
    }

    fn add_answer(&mut self, id: &QuestionId, answer: &Answer) {
        let counted = match self.questions.get_mut(id) {
            Some(counted) => counted,
            None => self.questions.entry(id.clone()).or_default(),
        };
        if let Some(summary) = counted.iter_mut().find(|it| it.suits(answer)) {
            summary.add(answer);
        } else {
            counted.push(QuestionSummary::of(answer));
            counted.sort_by_key(QuestionSummary::sort);
        }
    }

    /// Takes one response out again. With [`Recount::Needed`] the counts are right, but what cannot be taken back is
    /// not: the extremes of numbers and the frequent texts.
    pub fn remove(&mut self, answers: &Answers) -> Recount {
        self.responses = self.responses.saturating_sub(1);
        let mut recount = Recount::NotNeeded;
        for (id, answer) in answers.iter() {
            let counted = self.questions.get_mut(id).map(Vec::as_mut_slice).unwrap_or_default();
            let removed = counted.iter_mut().find(|it| it.suits(answer)).map(|it| it.remove(answer));
            recount = recount.and(removed.unwrap_or(Recount::Needed));
        }
        self.questions.retain(|_, counted| {
            counted.retain(|it| it.answered() != 0);
            !counted.is_empty()
        });
        recount
    }

    /// Adds what another summary counted.
    pub fn merge(&mut self, other: &Self) {
        self.responses += other.responses;
        for (id, counted) in &other.questions {
            let ours = self.questions.entry(id.clone()).or_default();
            for theirs in counted {
                if let Some(summary) = ours.iter_mut().find(|it| it.sort() == theirs.sort()) {
                    summary.merge(theirs);
                } else {
                    ours.push(theirs.clone());
                    ours.sort_by_key(QuestionSummary::sort);
                }
            }
        }
    }

    /// What was answered to a question as it is now; `None` when nobody did.
    pub fn question(&self, question: &Question) -> Option<&QuestionSummary> {
        self.questions.get(&question.id)?.iter().find(|it| it.shows(&question.kind))
    }

    /// The questions that anybody answered, also those that the survey no longer asks.
    pub fn answered_questions(&self) -> impl Iterator<Item = &QuestionId> {
        self.questions.keys()
    }

    /// The compact form kept in the store.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn from_json(json: &Value) -> Result<Self, Unreadable> {
        <Self as serde::Deserialize>::deserialize(json).map_err(|error| Unreadable(error.to_string()))
    }

    /// What the API shows: every question of the definition that can be answered, in its order.
    pub fn to_api(&self, definition: &Definition) -> Value {
        api::show(self, definition)
    }
}

impl Recount {
    /// What two removals together need.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotNeeded, Self::NotNeeded) => Self::NotNeeded,
            (Self::Needed, _) | (_, Self::Needed) => Self::Needed,
        }
    }
}
