//! A summary for others: this file is about what the API shows of each question.

use serde_json::{Map, Value, json};

use super::{
    ChoiceSummary, Frequent, HiddenSummary, NumberSummary, QuestionSummary, ScaleSummary, Summary, TextSummary,
    YesNoSummary,
};
use crate::{
    definition::{Definition, Kind, Other, Question},
    number::to_json,
};

/// Every question of the definition that can be answered, with zeros where nobody did.
pub(super) fn show(summary: &Summary, definition: &Definition) -> Value {
    let answerable = definition.questions().filter(|it| it.takes_answer());
    let questions: Map<_, _> = answerable.map(|it| (it.id.to_string(), question(summary.question(it), it))).collect();
    json!({ "responses": summary.responses, "questions": questions })
}

fn question(summary: Option<&QuestionSummary>, question: &Question) -> Value {
    match (&question.kind, summary) {
        (Kind::ShortText { .. } | Kind::LongText { .. }, Some(QuestionSummary::Text(it))) => text(it),
        (Kind::ShortText { .. } | Kind::LongText { .. }, _) => text(&TextSummary::default()),
        (Kind::Integer { .. } | Kind::Decimal { .. }, Some(QuestionSummary::Number(it))) => numbers(it),
        (Kind::Integer { .. } | Kind::Decimal { .. }, _) => numbers(&NumberSummary::default()),
        (
            Kind::SingleChoice { .. } | Kind::MultipleChoice { .. } | Kind::Dropdown { .. },
            Some(QuestionSummary::Choice(it)),
        ) => choices(it, question),
        (Kind::SingleChoice { .. } | Kind::MultipleChoice { .. } | Kind::Dropdown { .. }, _) => {
            choices(&ChoiceSummary::default(), question)
        }
        (Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. }, Some(QuestionSummary::Scale(it))) => {
            scale(it, &question.kind)
        }
        (Kind::Stars { .. } | Kind::OpinionScale { .. } | Kind::Nps { .. }, _) => {
            scale(&ScaleSummary::default(), &question.kind)
        }
        (Kind::YesNo, Some(QuestionSummary::YesNo(it))) => yes_no(it),
        (Kind::YesNo, _) => yes_no(&YesNoSummary::default()),
        (Kind::Hidden { .. }, Some(QuestionSummary::Hidden(it))) => hidden(it),
        (Kind::Hidden { .. }, _) => hidden(&HiddenSummary::default()),
        (Kind::Statement, _) => json!({ "answered": 0 }),
    }
}

fn text(summary: &TextSummary) -> Value {
    json!({ "answered": summary.answered, "words": frequent(&summary.words, "word") })
}

fn numbers(summary: &NumberSummary) -> Value {
    let moments = &summary.moments;
    let bins = summary.histogram.bins();
    let bins = bins.map(|it| json!({ "from": to_json(it.from), "to": to_json(it.to), "count": it.count }));
    json!({
        "answered": moments.count,
        "mean": (moments.count != 0).then_some(moments.mean),
        "variance": moments.variance(),
        "min": moments.min().map(to_json),
        "max": moments.max().map(to_json),
        "histogram": bins.collect::<Vec<_>>(),
    })
}

fn choices(summary: &ChoiceSummary, question: &Question) -> Value {
    let offered = question.kind.choices().unwrap_or_default().iter().map(|it| &it.id);
    let removed = summary.counts.keys().filter(|it| question.choice(it).is_none());
    let count = |it| summary.counts.get(it).copied().unwrap_or(0);
    let counts: Map<_, _> = offered.chain(removed).map(|it| (it.to_string(), count(it).into())).collect();
    let mut shown = json!({ "answered": summary.answered, "choices": counts });
    if *question.kind.other() != Other::Absent || summary.other != 0 {
        shown["other"] = summary.other.into();
        shown["other_texts"] = frequent(&summary.other_texts, "text");
    }
    shown
}

fn scale(summary: &ScaleSummary, kind: &Kind) -> Value {
    let range = kind.scale().unwrap_or(0..=0);
    let beyond = summary.counts.keys().copied().filter(|it| !range.contains(it));
    let count = |it: i64| summary.counts.get(&it).copied().unwrap_or(0);
    let counts: Map<_, _> = range.clone().chain(beyond).map(|it| (it.to_string(), count(it).into())).collect();
    let mut shown = json!({ "answered": summary.answered(), "counts": counts, "mean": summary.mean() });
    if matches!(kind, Kind::Nps { .. }) {
        let net = summary.net_promoter();
        shown["promoters"] = net.map_or(0, |it| it.promoters).into();
        shown["passives"] = net.map_or(0, |it| it.passives).into();
        shown["detractors"] = net.map_or(0, |it| it.detractors).into();
        shown["score"] = net.map(|it| it.score).into();
    }
    shown
}

fn yes_no(summary: &YesNoSummary) -> Value {
    json!({ "answered": summary.yes + summary.no, "yes": summary.yes, "no": summary.no })
}

/// Where there were too many different values to keep each, counts are not exact: they may be too high.
fn hidden(summary: &HiddenSummary) -> Value {
    json!({
        "answered": summary.answered,
        "values": frequent(&summary.values, "value"),
        "exact": summary.values.is_exact(),
    })
}

/// As many as anybody reads; the store keeps more so that these are right.
const FREQUENT_SHOWN: usize = 20;

fn frequent(frequent: &Frequent, name: &str) -> Value {
    frequent.top().into_iter().take(FREQUENT_SHOWN).map(|(text, count)| json!({ name: text, "count": count })).collect()
}
