//! What everybody may see: this file is about the part of a summary from which nobody's own answer can be read.

use super::{ChoiceSummary, Frequent, QuestionSummary, Summary};
use crate::definition::{Kind, Other, Question};

/// What everybody may see of one question's summary.
#[derive(Debug, Clone, PartialEq)]
pub enum Shared {
    /// Nothing: it is answered in people's own words.
    Words,
    /// Nothing yet: fewer than [`Summary::SHARED_ANSWERS_MIN`] answered.
    TooFew,
    /// Counts alone. Numbers still name their extremes and each number given: show them in ranges.
    Counts(QuestionSummary),
}

impl Summary {
    /// Questions that fewer people answered are not shown to everybody: who took part could tell who said what.
    pub const SHARED_ANSWERS_MIN: u64 = 5;

    /// What everybody may see of a question: never a text, and of choices only those that it offers now.
    pub fn shared(&self, question: &Question) -> Shared {
        match self.question(question) {
            Some(QuestionSummary::Text(_) | QuestionSummary::Hidden(_)) => Shared::Words,
            Some(counted) if counted.answered() < Self::SHARED_ANSWERS_MIN => Shared::TooFew,
            Some(QuestionSummary::Choice(counted)) => {
                Shared::Counts(QuestionSummary::Choice(offered(question, counted)))
            }
            Some(counted @ (QuestionSummary::Number(_) | QuestionSummary::Scale(_) | QuestionSummary::YesNo(_))) => {
                Shared::Counts(counted.clone())
            }
            None if matches!(question.kind, Kind::ShortText { .. } | Kind::LongText { .. } | Kind::Hidden { .. }) => {
                Shared::Words
            }
            None => Shared::TooFew,
        }
    }
}

fn offered(question: &Question, counted: &ChoiceSummary) -> ChoiceSummary {
    let offered = question.kind.choices().unwrap_or_default();
    let counts = counted.counts.iter().filter(|(id, _)| offered.iter().any(|it| it.id == **id));
    let other = match question.kind.other() {
        Other::Offered { .. } => counted.other,
        Other::Absent => 0,
    };
    ChoiceSummary {
        answered: counted.answered,
        counts: counts.map(|(id, count)| (id.clone(), *count)).collect(),
        other,
        other_texts: Frequent::default(),
    }
}
