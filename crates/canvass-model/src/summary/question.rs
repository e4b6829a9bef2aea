//! Statistics of one question: this file is about what is counted for each sort of answer.

use std::collections::BTreeMap;

use super::{Frequent, Histogram, Moments, Recount, words};
use crate::{
    answer::{Answer, Pick},
    definition::{ChoiceId, Kind},
    number,
};

/// The running statistics of one question, by the sort of its answers.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// Hidden values.
    Hidden(HiddenSummary),
}

/// Texts: how many, and their most frequent words.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct TextSummary {
    /// Responses that answered.
    #[serde(rename = "n")]
    pub answered: u64,
    /// The most frequent words, with the number of answers that hold them.
    #[serde(rename = "w")]
    pub words: Frequent,
}

/// Numbers: their moments and their distribution.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct NumberSummary {
    /// Count, mean, variance and extremes.
    #[serde(rename = "m")]
    pub moments: Moments,
    /// How they are distributed.
    #[serde(rename = "h")]
    pub histogram: Histogram,
}

/// Choices: how often each was picked.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ChoiceSummary {
    /// Responses that answered.
    #[serde(rename = "n")]
    pub answered: u64,
    /// Picks of each choice that anybody picked, also of those that are no longer offered.
    #[serde(rename = "c")]
    pub counts: BTreeMap<ChoiceId, u64>,
    /// Answers of one's own.
    #[serde(rename = "o", default)]
    pub other: u64,
    /// The most frequent of them.
    #[serde(rename = "t", default)]
    pub other_texts: Frequent,
}

/// A scale: how often each point was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ScaleSummary {
    /// Answers at each point that anybody gave.
    #[serde(rename = "c")]
    pub counts: BTreeMap<i64, u64>,
}

/// Yes and no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct YesNoSummary {
    /// Answers "yes".
    #[serde(rename = "y")]
    pub yes: u64,
    /// Answers "no".
    #[serde(rename = "n")]
    pub no: u64,
}

/// Hidden values: how often each came.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct HiddenSummary {
    /// Responses that have one.
    #[serde(rename = "n")]
    pub answered: u64,
    /// The most frequent values.
    #[serde(rename = "v")]
    pub values: Frequent,
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

/// Sorts of answers, in the order in which a summary keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Text,
    Number,
    Choice,
    Scale,
    YesNo,
    Hidden,
}

impl QuestionSummary {
    /// Responses that answered this question.
    pub fn answered(&self) -> u64 {
        match self {
            Self::Text(it) => it.answered,
            Self::Number(it) => it.moments.count,
            Self::Choice(it) => it.answered,
            Self::Scale(it) => it.answered(),
            Self::YesNo(it) => it.yes + it.no,
            Self::Hidden(it) => it.answered,
        }
    }

    /// The summary of one answer.
    pub(super) fn of(answer: &Answer) -> Self {
        let mut summary = match sort_of(answer) {
            Sort::Text => Self::Text(TextSummary::default()),
            Sort::Number => Self::Number(NumberSummary::default()),
            Sort::Choice => Self::Choice(ChoiceSummary::default()),
            Sort::Scale => Self::Scale(ScaleSummary::default()),
            Sort::YesNo => Self::YesNo(YesNoSummary::default()),
            Sort::Hidden => Self::Hidden(HiddenSummary::default()),
        };
        summary.add(answer);
        summary
    }

    pub(super) fn sort(&self) -> Sort {
        match self {
            Self::Text(_) => Sort::Text,
            Self::Number(_) => Sort::Number,
            Self::Choice(_) => Sort::Choice,
            Self::Scale(_) => Sort::Scale,
            Self::YesNo(_) => Sort::YesNo,
            Self::Hidden(_) => Sort::Hidden,
        }
    }

    /// Whether this is where the answer is counted.
    pub(super) fn suits(&self, answer: &Answer) -> bool {
        self.sort() == sort_of(answer)
    }

    /// Whether this is what questions of the kind show.
    pub(super) fn shows(&self, kind: &Kind) -> bool {
        match kind {
            Kind::ShortText { .. } | Kind::LongText { .. } => self.sort() == Sort::Text,
            Kind::Integer { .. } | Kind::Decimal { .. } => self.sort() == Sort::Number,
            Kind::SingleChoice { .. } | Kind::MultipleChoice { .. } | Kind::Dropdown { .. } => {
                self.sort() == Sort::Choice
            }
            Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. } => self.sort() == Sort::Scale,
            Kind::YesNo => self.sort() == Sort::YesNo,
            Kind::Hidden { .. } => self.sort() == Sort::Hidden,
            Kind::Statement => false,
        }
    }

    /// Counts an answer that suits.
    pub(super) fn add(&mut self, answer: &Answer) {
        match (self, answer) {
            (Self::Text(it), Answer::Text(text)) => it.add(text),
            (Self::Number(it), Answer::Integer(number)) => it.add(number::float(*number)),
            (Self::Number(it), Answer::Decimal(number)) => it.add(*number),
            (Self::Choice(it), Answer::Choice(pick)) => it.add(std::slice::from_ref(pick)),
            (Self::Choice(it), Answer::Choices(picks)) => it.add(picks),
            (Self::Scale(it), Answer::Scale(point)) => *it.counts.entry(*point).or_default() += 1,
            (Self::YesNo(it), Answer::YesNo(true)) => it.yes += 1,
            (Self::YesNo(it), Answer::YesNo(false)) => it.no += 1,
            (Self::Hidden(it), Answer::Hidden(value)) => it.add(value),
            (
                Self::Text(_) | Self::Number(_) | Self::Choice(_) | Self::Scale(_) | Self::YesNo(_) | Self::Hidden(_),
                _,
            ) => {}
        }
    }

    /// Takes out an answer that suits.
    pub(super) fn remove(&mut self, answer: &Answer) -> Recount {
        let clean = match (self, answer) {
            (Self::Text(it), Answer::Text(text)) => it.remove(text),
            (Self::Number(it), Answer::Integer(number)) => it.remove(number::float(*number)),
            (Self::Number(it), Answer::Decimal(number)) => it.remove(*number),
            (Self::Choice(it), Answer::Choice(pick)) => it.remove(std::slice::from_ref(pick)),
            (Self::Choice(it), Answer::Choices(picks)) => it.remove(picks),
            (Self::Scale(it), Answer::Scale(point)) => less(&mut it.counts, point),
            (Self::YesNo(it), Answer::YesNo(yes)) => {
                let count = if *yes { &mut it.yes } else { &mut it.no };
                let counted = *count != 0;
                *count = count.saturating_sub(1);
                counted
            }
            (Self::Hidden(it), Answer::Hidden(value)) => it.remove(value),
            (
                Self::Text(_) | Self::Number(_) | Self::Choice(_) | Self::Scale(_) | Self::YesNo(_) | Self::Hidden(_),
                _,
            ) => false,
        };
        if clean { Recount::NotNeeded } else { Recount::Needed }
    }

    /// Adds another one of the same sort.
    pub(super) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Text(ours), Self::Text(theirs)) => {
                ours.answered += theirs.answered;
                ours.words.merge(&theirs.words);
            }
            (Self::Number(ours), Self::Number(theirs)) => {
                ours.moments.merge(&theirs.moments);
                ours.histogram.merge(&theirs.histogram);
            }
            (Self::Choice(ours), Self::Choice(theirs)) => ours.merge(theirs),
            (Self::Scale(ours), Self::Scale(theirs)) => more(&mut ours.counts, &theirs.counts),
            (Self::YesNo(ours), Self::YesNo(theirs)) => {
                ours.yes += theirs.yes;
                ours.no += theirs.no;
            }
            (Self::Hidden(ours), Self::Hidden(theirs)) => {
                ours.answered += theirs.answered;
                ours.values.merge(&theirs.values);
            }
            (
                Self::Text(_) | Self::Number(_) | Self::Choice(_) | Self::Scale(_) | Self::YesNo(_) | Self::Hidden(_),
                _,
            ) => {}
        }
    }
}

fn sort_of(answer: &Answer) -> Sort {
    match answer {
        Answer::Text(_) => Sort::Text,
        Answer::Integer(_) | Answer::Decimal(_) => Sort::Number,
        Answer::Choice(_) | Answer::Choices(_) => Sort::Choice,
        Answer::Scale(_) => Sort::Scale,
        Answer::YesNo(_) => Sort::YesNo,
        Answer::Hidden(_) => Sort::Hidden,
    }
}

impl TextSummary {
    fn add(&mut self, text: &str) {
        self.answered += 1;
        for word in words::distinct(text) {
            self.words.add(&word);
        }
    }

    fn remove(&mut self, text: &str) -> bool {
        let counted = self.answered != 0;
        self.answered = self.answered.saturating_sub(1);
        words::distinct(text).iter().fold(counted, |clean, word| self.words.remove(word) && clean)
    }
}

impl NumberSummary {
    fn add(&mut self, number: f64) {
        self.moments.add(number);
        self.histogram.add(number);
    }

    /// False when the number was an extreme: what the next one is cannot be told.
    fn remove(&mut self, number: f64) -> bool {
        let inside =
            self.moments.min().is_some_and(|it| it < number) && self.moments.max().is_some_and(|it| number < it);
        let last = self.moments.count == 1;
        self.moments.remove(number);
        self.histogram.remove(number) && (inside || last)
    }
}

impl ChoiceSummary {
    fn add(&mut self, picks: &[Pick]) {
        self.answered += 1;
        for pick in picks {
            match pick {
                Pick::Listed(id) => match self.counts.get_mut(id) {
                    Some(count) => *count += 1,
                    None => {
                        self.counts.insert(id.clone(), 1);
                    }
                },
                Pick::Other(text) => {
                    self.other += 1;
                    self.other_texts.add(text);
                }
            }
        }
    }

    fn remove(&mut self, picks: &[Pick]) -> bool {
        let counted = self.answered != 0;
        self.answered = self.answered.saturating_sub(1);
        picks.iter().fold(counted, |clean, pick| match pick {
            Pick::Listed(id) => less(&mut self.counts, id) && clean,
            Pick::Other(text) => {
                self.other = self.other.saturating_sub(1);
                self.other_texts.remove(text) && clean
            }
        })
    }

    fn merge(&mut self, other: &Self) {
        self.answered += other.answered;
        more(&mut self.counts, &other.counts);
        self.other += other.other;
        self.other_texts.merge(&other.other_texts);
    }
}

impl ScaleSummary {
    /// Responses that answered.
    pub fn answered(&self) -> u64 {
        self.counts.values().sum()
    }

    /// The mean; `None` without answers.
    pub fn mean(&self) -> Option<f64> {
        let answered = self.answered();
        let sum: f64 = self.counts.iter().map(|(point, count)| number::float(*point) * number::count(*count)).sum();
        (answered != 0).then(|| sum / number::count(answered))
    }

    /// The answers as an NPS; `None` without any.
    pub fn net_promoter(&self) -> Option<NetPromoter> {
        let answered = self.answered();
        let within = |points: std::ops::RangeInclusive<i64>| -> u64 { self.counts.range(points).map(|it| it.1).sum() };
        let (promoters, passives, detractors) = (within(9..=10), within(7..=8), within(0..=6));
        let score = (number::count(promoters) - number::count(detractors)) * 100.0 / number::count(answered);
        (answered != 0).then_some(NetPromoter { promoters, passives, detractors, score })
    }
}

impl HiddenSummary {
    fn add(&mut self, value: &str) {
        self.answered += 1;
        self.values.add(value);
    }

    fn remove(&mut self, value: &str) -> bool {
        let counted = self.answered != 0;
        self.answered = self.answered.saturating_sub(1);
        self.values.remove(value) && counted
    }
}

fn more<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *ours.entry(key.clone()).or_default() += count;
    }
}

/// Takes one from a count; false when there was none.
fn less<K: Ord>(counts: &mut BTreeMap<K, u64>, key: &K) -> bool {
    let Some(count) = counts.get_mut(key) else { return false };
    *count -= 1;
    if *count == 0 {
        counts.remove(key);
    }
    true
}
