//! Answers with names: this file is about choices, yes and no, stars, hidden values, and words.

use canvass_model::{
    definition::{Language, Other, Question},
    summary::{ChoiceSummary, HiddenSummary, ScaleSummary, TextSummary, YesNoSummary},
};

use super::{Bar, Body, Score, bar};
use crate::view::number;

/// Words and other answers shown; the export has all.
const LISTED_MAX: usize = 15;

pub(super) fn texts(summary: &TextSummary, latest: Vec<String>) -> Body {
    Body::Texts { latest, words: listed(summary.words.top()) }
}

pub(super) fn choices(question: &Question, summary: &ChoiceSummary, language: &Language) -> Body {
    let offered = question.kind.choices().unwrap_or_default();
    let whole = summary.answered;
    let mut bars: Vec<Bar> = offered
        .iter()
        .map(|it| bar(it.label.in_language(language), summary.counts.get(&it.id).copied().unwrap_or(0), whole))
        .collect();
    let gone = summary.counts.iter().filter(|(id, _)| offered.iter().all(|it| it.id != **id));
    bars.extend(gone.map(|(id, count)| bar(format!("{id} (no longer offered)"), *count, whole)));
    let other = match question.kind.other() {
        Other::Offered { label } => Some(label.as_ref().map_or("Other", |it| it.in_language(language))),
        Other::Absent => (0 < summary.other).then_some("Other (no longer offered)"),
    };
    bars.extend(other.map(|label| bar(label, summary.other, whole)));
    Body::Bars { bars, others: listed(summary.other_texts.top()), score: None }
}

/// The most frequent hidden values; all others are one bar.
pub(super) fn values(summary: &HiddenSummary) -> Body {
    let whole = summary.answered;
    let top: Vec<(&str, u64)> = summary.values.top().into_iter().take(LISTED_MAX).collect();
    let others = whole.saturating_sub(top.iter().map(|(_, count)| count).sum());
    let mut bars: Vec<Bar> = top.into_iter().map(|(value, count)| bar(value, count, whole)).collect();
    bars.extend((0 < others).then(|| bar("Other values", others, whole)));
    Body::Bars { bars, others: Vec::new(), score: None }
}

pub(super) fn yes_no(counts: YesNoSummary) -> Body {
    let whole = counts.yes + counts.no;
    Body::Bars {
        bars: vec![bar("Yes", counts.yes, whole), bar("No", counts.no, whole)],
        others: Vec::new(),
        score: None,
    }
}

pub(super) fn stars(summary: &ScaleSummary, count: u8) -> Body {
    let whole = summary.answered();
    let bars = (1..=i64::from(count)).map(|point| {
        let label = if point == 1 { "1 star".to_owned() } else { format!("{point} stars") };
        bar(label, summary.counts.get(&point).copied().unwrap_or(0), whole)
    });
    let note = format!("mean of 1 to {count}");
    let score = summary.mean().map(|mean| Score { value: number::decimal(mean, 1), note });
    Body::Bars { bars: bars.collect(), others: Vec::new(), score }
}

fn listed(top: Vec<(&str, u64)>) -> Vec<(String, String)> {
    top.into_iter().take(LISTED_MAX).map(|(text, count)| (text.to_owned(), number::grouped(count))).collect()
}
