//! Running statistics: this file is about the summary of a survey, which grows by one response at a time.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    answer::Answers,
    definition::{ChoiceId, Definition, QuestionId},
};

/// The running statistics of a survey.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Responses counted.
    pub responses: u64,
    /// What was answered to each question that anybody answered.
    pub questions: BTreeMap<QuestionId, QuestionSummary>,
}

/// The running statistics of one question, by what its type yields.
#[derive(Debug, Clone, PartialEq)]
pub enum QuestionSummary {
    /// Short and long text.
    Text(TextSummary),
    /// Whole and decimal numbers.
    Number(NumberSummary),
    /// Single choice, multiple choice and dropdown.
    Choice(ChoiceSummary),
    /// Stars, opinion scales and NPS.
    Scale(ScaleSummary),
    /// Yes or no.
    YesNo(YesNoSummary),
}

/// Texts: how many, and their most frequent words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextSummary {
    /// Responses that answered.
    pub answered: u64,
    /// The most frequent words.
    pub words: Frequent,
}

/// Numbers: their moments and their distribution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NumberSummary {
    /// Count, mean, variance and extremes.
    pub moments: Moments,
    /// How they are distributed.
    pub histogram: Histogram,
}

/// Choices: how often each was picked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChoiceSummary {
    /// Responses that answered.
    pub answered: u64,
    /// Picks of each choice that anybody picked.
    pub counts: BTreeMap<ChoiceId, u64>,
    /// Answers of one's own.
    pub other: u64,
    /// The most frequent of them.
    pub other_texts: Frequent,
}

/// A scale: how often each point was given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScaleSummary {
    /// Answers at each point that anybody gave.
    pub counts: BTreeMap<i64, u64>,
}

/// Yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YesNoSummary {
    /// Answers "yes".
    pub yes: u64,
    /// Answers "no".
    pub no: u64,
}

/// Count, mean and variance of numbers, kept so that nothing is lost to cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many.
    pub count: u64,
    /// Their mean; 0 without any.
    pub mean: f64,
    /// The sum of squared distances from the mean.
    pub squares: f64,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

/// How numbers are distributed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Histogram;

/// The most frequent of many texts, in bounded memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frequent;

/// Whether a summary is still right after a response was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recount {
    /// It is.
    NotNeeded,
    /// Extremes or frequent texts may have gone with it: count again from the responses.
    Needed,
}

/// The share of promoters, passives and detractors of an NPS question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetPromoter {
    /// Answers 9 and 10.
    pub promoters: u64,
    /// Answers 7 and 8.
    pub passives: u64,
    /// Answers 0 to 6.
    pub detractors: u64,
    /// Percentage of promoters less percentage of detractors, from -100 to 100.
    pub score: f64,
}

/// A stored summary that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this stored summary cannot be read: {0}")]
pub struct Unreadable(pub String);

impl Summary {
    /// Counts one response.
    pub fn add(&mut self, _definition: &Definition, _answers: &Answers) {
        todo!()
    }

    /// Takes one response out again.
    pub fn remove(&mut self, _definition: &Definition, _answers: &Answers) -> Recount {
        todo!()
    }

    /// Adds what another summary counted.
    pub fn merge(&mut self, _other: &Self) {
        todo!()
    }

    /// The compact form kept in the store.
    pub fn to_json(&self) -> Value {
        todo!()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub fn from_json(_json: &Value) -> Result<Self, Unreadable> {
        todo!()
    }

    /// What the API shows: every question of the definition, also those nobody answered.
    pub fn to_api(&self, _definition: &Definition) -> Value {
        todo!()
    }
}

impl QuestionSummary {
    /// Responses that answered this question.
    pub fn answered(&self) -> u64 {
        todo!()
    }
}

impl Moments {
    /// The sample variance (divided by the count less one); `None` below two numbers.
    pub fn variance(&self) -> Option<f64> {
        (2 <= self.count).then(|| self.squares / (self.count - 1) as f64)
    }
}

impl ScaleSummary {
    /// The mean; `None` without answers.
    pub fn mean(&self) -> Option<f64> {
        todo!()
    }

    /// The answers as an NPS; `None` without any.
    pub fn net_promoter(&self) -> Option<NetPromoter> {
        todo!()
    }
}

impl Frequent {
    /// The texts with their counts, the most frequent first.
    pub fn top(&self) -> Vec<(&str, u64)> {
        todo!()
    }
}
