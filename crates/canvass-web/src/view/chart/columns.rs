//! Answers with an order: this file is about numbers, opinion scales and the recommendation score.
#![expect(clippy::cast_precision_loss, reason = "places and heights in a picture of a thousand pixels need no 52 bits")]

use canvass_model::{
    definition::Question,
    summary::{NumberSummary, ScaleSummary},
};

use super::{Bar, Body, Column, Group, Score, bar};
use crate::view::number;

/// Columns of a histogram of numbers; more cannot be told apart on a phone.
const COLUMNS_MAX: usize = 24;

/// Some values of a distribution, as drawn.
struct Range {
    label: String,
    count: u64,
}

pub(super) fn numbers(summary: &NumberSummary, unit: &str) -> Body {
    let moments = &summary.moments;
    let (Some(min), Some(max)) = (moments.min(), moments.max()) else { return Body::Nothing };
    let with_unit = |text: String| if unit.is_empty() { text } else { format!("{text} {unit}") };
    let ranges = ranges(summary, min, max);
    let mut facts = vec![("Mean", with_unit(number::decimal(moments.mean, 2)))];
    facts.extend(moments.standard_deviation().map(|it| ("Standard deviation", number::decimal(it, 2))));
    facts.push(("Smallest", number::decimal(min, 2)));
    facts.push(("Largest", number::decimal(max, 2)));
    let most = ranges.iter().max_by_key(|it| it.count).map_or("", |it| &it.label);
    let description = format!(
        "Histogram from {} to {}; most answers are at {most}",
        number::decimal(min, 2),
        with_unit(number::decimal(max, 2))
    );
    Body::Columns {
        columns: columns(&ranges),
        description,
        low: number::decimal(min, 2),
        high: with_unit(number::decimal(max, 2)),
        facts,
        score: None,
        rows: rows(&ranges),
    }
}

pub(super) fn scale(question: &Question, summary: &ScaleSummary, (low, high): (&str, &str)) -> Body {
    let Some(points) = question.kind.scale() else { return Body::Nothing };
    let (first, last) = (*points.start(), *points.end());
    let ranges: Vec<Range> = points
        .map(|it| Range { label: it.to_string(), count: summary.counts.get(&it).copied().unwrap_or(0) })
        .collect();
    let most = ranges.iter().max_by_key(|it| it.count);
    let description = most.map_or_else(String::new, |it| {
        format!("Columns for {first} to {last}; {} was chosen most, by {}", it.label, number::grouped(it.count))
    });
    let note = format!("mean of {first} to {last}");
    Body::Columns {
        columns: columns(&ranges),
        description,
        low: format!("{first} {low}").trim().to_owned(),
        high: format!("{last} {high}").trim().to_owned(),
        facts: Vec::new(),
        score: summary.mean().map(|mean| Score { value: number::decimal(mean, 1), note }),
        rows: rows(&ranges),
    }
}

pub(super) fn groups(summary: &ScaleSummary) -> Body {
    let Some(net) = summary.net_promoter() else { return Body::Nothing };
    let whole = net.detractors + net.passives + net.promoters;
    let parts = [
        ("Detractors, 0 to 6", "fill-low", net.detractors),
        ("Passives, 7 and 8", "fill-mid", net.passives),
        ("Promoters, 9 and 10", "fill", net.promoters),
    ];
    let mut before = 0;
    let groups: Vec<Group> = parts
        .into_iter()
        .map(|(label, fill, count)| {
            let share = number::percent(count, whole);
            let x = number::percent(before, whole);
            before += count;
            Group { label, fill, count: number::grouped(count), share, x }
        })
        .collect();
    let description = groups.iter().map(|it| format!("{} %: {}", it.share, it.label)).collect::<Vec<_>>().join("; ");
    let sign = if net.score < 0.0 { "−" } else { "+" };
    let value = format!("{sign}{}", number::decimal(net.score.abs(), 0));
    let note = "promoters less detractors, from −100 to +100".to_owned();
    Body::Groups { groups, description, score: Score { value, note } }
}

/// The distribution in at most [`COLUMNS_MAX`] ranges of equal width; single values where they are few.
fn ranges(summary: &NumberSummary, min: f64, max: f64) -> Vec<Range> {
    let bins: Vec<_> = summary.histogram.bins().collect();
    if bins.len() <= COLUMNS_MAX {
        let label = |from: f64, to: f64| {
            if to <= from {
                number::decimal(from, 2)
            } else {
                format!("{} to {}", number::decimal(from, 2), number::decimal(to, 2))
            }
        };
        return bins.iter().map(|it| Range { label: label(it.from, it.to), count: it.count }).collect();
    }
    let width = (max - min) / COLUMNS_MAX as f64;
    let mut counts = [0u64; COLUMNS_MAX];
    for bin in &bins {
        let place = ((bin.from - min) / width).floor().clamp(0.0, (COLUMNS_MAX - 1) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the array just above")]
        let place = place as usize;
        counts[place] += bin.count;
    }
    let edge = |place: usize| number::decimal(min + width * place as f64, 1);
    counts
        .iter()
        .enumerate()
        .map(|(place, count)| Range { label: format!("{} to {}", edge(place), edge(place + 1)), count: *count })
        .collect()
}

fn columns(ranges: &[Range]) -> Vec<Column> {
    let highest = ranges.iter().map(|it| it.count).max().unwrap_or(0).max(1);
    let slot = 100.0 / ranges.len().max(1) as f64;
    ranges
        .iter()
        .enumerate()
        .map(|(place, range)| {
            let height = 100.0 * range.count as f64 / highest as f64;
            Column {
                x: number::decimal(slot * place as f64 + slot * 0.04, 2),
                y: number::decimal(100.0 - height, 2),
                width: number::decimal(slot * 0.92, 2),
                height: number::decimal(height, 2),
            }
        })
        .collect()
}

fn rows(ranges: &[Range]) -> Vec<Bar> {
    let whole = ranges.iter().map(|it| it.count).sum();
    ranges.iter().map(|it| bar(it.label.clone(), it.count, whole)).collect()
}
