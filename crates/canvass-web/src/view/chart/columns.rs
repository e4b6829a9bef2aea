//! Answers with an order: this file is about numbers, opinion scales and the recommendation score.
#![expect(clippy::cast_precision_loss, reason = "places and heights in a picture of a thousand pixels need no 52 bits")]

use canvass_model::{
    definition::{Kind, Question},
    summary::{Histogram, NumberSummary, ScaleSummary, Summary},
};

use super::{Bar, Body, Column, Group, Score, bar};
use crate::view::number;

/// Columns of a histogram of numbers; more cannot be told apart on a phone.
const COLUMNS_MAX: usize = 24;

/// Bounds are whole thousandths, so that nothing is rounded twice; 128 bits hold their differences.
const THOUSAND: i128 = 1_000;

/// Which numbers there are between two bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Grain {
    /// Whole ones: "3 to 6" is four numbers.
    Whole,
    /// All.
    Fine,
}

/// Some values of a distribution, as drawn.
struct Range {
    low: String,
    high: String,
    count: u64,
}

pub(super) fn numbers(summary: &NumberSummary, grain: Grain, unit: &str) -> Body {
    let moments = &summary.moments;
    let (Some(min), Some(max)) = (moments.min(), moments.max()) else { return Body::Nothing };
    let with_unit = |text: String| if unit.is_empty() { text } else { format!("{text} {unit}") };
    let ranges = ranges(&summary.histogram, grain);
    let mut facts = vec![("Mean", with_unit(number::decimal(moments.mean, 2)))];
    facts.extend(moments.standard_deviation().map(|it| ("Standard deviation", number::decimal(it, 2))));
    facts.push(("Smallest", number::decimal(min, 2)));
    facts.push(("Largest", number::decimal(max, 2)));
    let most = ranges.iter().max_by_key(|it| it.count).map_or_else(String::new, Range::label);
    let description = format!(
        "Histogram from {} to {}; most answers are at {most}",
        number::decimal(min, 2),
        with_unit(number::decimal(max, 2))
    );
    Body::Columns {
        columns: columns_of(&ranges),
        description,
        low: ranges.first().map_or_else(String::new, |it| it.low.clone()),
        high: with_unit(ranges.last().map_or_else(String::new, |it| it.high.clone())),
        facts,
        score: None,
        rows: rows(&ranges),
    }
}

/// Numbers as everybody may see them: their mean, and ranges that several people share, open at both ends, so that
/// neither one person's number nor an extreme can be read.
pub(super) fn coarse(summary: &NumberSummary, grain: Grain, unit: &str) -> Body {
    let ranges = shared(ranges(&summary.histogram, grain), Summary::SHARED_ANSWERS_MIN);
    let whole = ranges.iter().map(|it| it.count).sum();
    let last = ranges.len().saturating_sub(1);
    let with_unit = |text: String| if unit.is_empty() { text } else { format!("{text} {unit}") };
    let label = |(place, range): (usize, &Range)| {
        let numbers = match place {
            0 => format!("Up to {}", with_unit(range.high.clone())),
            place if place == last => format!("{} or more", with_unit(range.low.clone())),
            _ => with_unit(range.label()),
        };
        bar(numbers, range.count, whole)
    };
    let bars = if last == 0 { Vec::new() } else { ranges.iter().enumerate().map(label).collect() };
    let score = Score {
        value: number::decimal(summary.moments.mean, 2),
        note: if unit.is_empty() { "on average".to_owned() } else { format!("{unit}, on average") },
    };
    Body::Bars { bars, others: Vec::new(), score: Some(score) }
}

/// Neighbouring ranges joined until each holds at least `least`.
fn shared(ranges: Vec<Range>, least: u64) -> Vec<Range> {
    let mut joined: Vec<Range> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|it| it.count < least) {
            Some(open) => open.extend(range),
            None => joined.push(range),
        }
    }
    if let Some(rest) = joined.pop_if(|it| it.count < least)
        && let Some(before) = joined.last_mut()
    {
        before.extend(rest);
    }
    joined
}

pub(super) fn scale(question: &Question, summary: &ScaleSummary, (low, high): (&str, &str)) -> Body {
    let Some(points) = question.kind.scale() else { return Body::Nothing };
    let (first, last) = (*points.start(), *points.end());
    let ranges: Vec<Range> =
        points.map(|it| Range::one(it.to_string(), summary.counts.get(&it).copied().unwrap_or(0))).collect();
    let most = ranges.iter().max_by_key(|it| it.count);
    let description = most.map_or_else(String::new, |it| {
        format!("Columns for {first} to {last}; {} was chosen most, by {}", it.label(), number::grouped(it.count))
    });
    let note = format!("mean of {first} to {last}");
    Body::Columns {
        columns: columns_of(&ranges),
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

/// The distribution in at most [`COLUMNS_MAX`] ranges of equal, round width; single values where they are few.
fn ranges(histogram: &Histogram, grain: Grain) -> Vec<Range> {
    let bins: Vec<_> = histogram.bins().map(|it| (thousandths(it.from), thousandths(it.to), it.count)).collect();
    if bins.len() <= COLUMNS_MAX {
        return bins.into_iter().map(|(from, to, count)| grain.range(from, to, count)).collect();
    }
    let (Some((lowest, ..)), Some((highest, ..))) = (bins.first(), bins.last()) else { return Vec::new() };
    let columns = |width: i128| highest.div_euclid(width) - lowest.div_euclid(width) + 1;
    let Some(width) = grain.widths().find(|it| columns(*it) <= COLUMNS_MAX as i128) else { return Vec::new() };
    let first = lowest.div_euclid(width);
    let mut counts = vec![0; usize::try_from(columns(width)).unwrap_or(0)];
    for (from, _, count) in &bins {
        let place = usize::try_from(from.div_euclid(width) - first).unwrap_or(usize::MAX);
        if let Some(sum) = counts.get_mut(place) {
            *sum += count;
        }
    }
    let bounds = (first..).map(|it| (it * width, (it + 1) * width));
    bounds.zip(counts).map(|((from, to), count)| grain.range(from, to, count)).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "no number is beyond 2^53")]
fn thousandths(number: f64) -> i128 {
    (number * THOUSAND as f64).round() as i128
}

impl Grain {
    pub(super) fn of(kind: &Kind) -> Self {
        if matches!(kind, Kind::Integer { .. }) { Self::Whole } else { Self::Fine }
    }

    /// Widths that read well, 1, 2, 5, 10, 20 …, in thousandths, the narrowest first; the last is wider than all numbers.
    /// Each that is wide enough for [`COLUMNS_MAX`] of them is a multiple of the histogram's own.
    fn widths(self) -> impl Iterator<Item = i128> {
        let narrowest = match self {
            Self::Whole => THOUSAND,
            Self::Fine => 1,
        };
        (0..20).flat_map(move |zeros| [1, 2, 5].map(|it| narrowest * it * 10_i128.pow(zeros)))
    }

    /// The numbers from `from` up to and without `to`, or `from` alone.
    fn range(self, from: i128, to: i128, count: u64) -> Range {
        let high = match self {
            Self::Whole => (to - 1).div_euclid(THOUSAND) * THOUSAND,
            Self::Fine => to,
        };
        let text = |it: i128| number::decimal(it as f64 / THOUSAND as f64, 3);
        Range { low: text(from), high: text(high.max(from)), count }
    }
}

impl Range {
    fn one(value: String, count: u64) -> Self {
        Self { low: value.clone(), high: value, count }
    }

    /// Up to the end of the next one.
    fn extend(&mut self, next: Self) {
        self.high = next.high;
        self.count += next.count;
    }

    fn label(&self) -> String {
        if self.low == self.high { self.low.clone() } else { format!("{} to {}", self.low, self.high) }
    }
}

fn columns_of(ranges: &[Range]) -> Vec<Column> {
    columns(&ranges.iter().map(|it| it.count).collect::<Vec<_>>())
}

/// A column for each count, side by side, the highest as high as the picture.
pub(crate) fn columns(counts: &[u64]) -> Vec<Column> {
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    let slot = 100.0 / counts.len().max(1) as f64;
    counts
        .iter()
        .enumerate()
        .map(|(place, count)| {
            let height = 100.0 * *count as f64 / highest as f64;
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
    ranges.iter().map(|it| bar(it.label(), it.count, whole)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::default();
        numbers.into_iter().for_each(|it| histogram.add(it));
        histogram
    }

    fn labels(ranges: &[Range]) -> Vec<String> {
        ranges.iter().map(Range::label).collect()
    }

    #[test]
    fn shared_ranges_hold_several_people_each_and_all_together() {
        for numbers in
            [vec![1.0; 3], vec![1.0; 7], (18..=66).map(f64::from).collect(), vec![1.0, 1.0, 1.0, 1.0, 1.0, 9.0]]
        {
            let ranges = shared(ranges(&of(numbers.iter().copied()), Grain::Whole), 5);
            let counts: Vec<u64> = ranges.iter().map(|it| it.count).collect();
            assert!(counts.iter().all(|it| 5 <= *it), "{numbers:?}: {counts:?}");
            let whole: u64 = counts.iter().sum();
            assert_eq!(whole, if numbers.len() < 5 { 0 } else { numbers.len() as u64 });
        }
        let mut summary = NumberSummary::default();
        for number in [1.0, 20.0, 20.0, 20.0, 20.0, 21.0, 21.0, 22.0, 23.0, 24.0, 99.0] {
            summary.moments.add(number);
            summary.histogram.add(number);
        }
        let Body::Bars { bars, .. } = coarse(&summary, Grain::Whole, "years") else { panic!() };
        let labels: Vec<&str> = bars.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, ["Up to 20 years", "21 years or more"]);
    }

    #[test]
    fn few_values_stand_alone() {
        let ranges = ranges(&of([3.0, 3.0, 1.5, -2.0]), Grain::Fine);
        assert_eq!(labels(&ranges), ["-2", "1.5", "3"]);
        assert_eq!(ranges.iter().map(|it| it.count).collect::<Vec<_>>(), [1, 1, 2]);
    }

    #[test]
    fn whole_numbers_are_in_one_range_each() {
        for (from, to) in [(18, 66), (0, 24), (-30, 30), (1, 200), (1, 4_000), (-7, 9_000_000)] {
            let step = usize::try_from((to - from) / 500).unwrap().max(1);
            let numbers: Vec<i32> = (from..=to).step_by(step).collect();
            let ranges = ranges(&of(numbers.iter().copied().map(f64::from)), Grain::Whole);
            let count = ranges.iter().map(|it| it.count).sum::<u64>();
            assert_eq!(count, numbers.len() as u64, "{from} to {to}");
            assert!((5..=COLUMNS_MAX).contains(&ranges.len()), "{from} to {to}: {:?}", labels(&ranges));
            let bounds: Vec<(i32, i32)> =
                ranges.iter().map(|it| (it.low.parse().unwrap(), it.high.parse().unwrap())).collect();
            assert!(bounds.windows(2).all(|it| it[0].1 + 1 == it[1].0), "{bounds:?}");
            let last = *numbers.last().unwrap();
            assert!(bounds[0].0 <= from && last <= bounds[bounds.len() - 1].1, "{bounds:?}");
            for ((low, high), range) in bounds.iter().zip(&ranges) {
                let within = numbers.iter().filter(|it| low <= *it && *it <= high).count();
                assert_eq!(within as u64, range.count, "{low} to {high} of {from} to {to}");
            }
        }
    }

    #[test]
    fn ages_are_in_ranges_of_five_years() {
        let ranges = ranges(&of((18..=66).map(f64::from)), Grain::Whole);
        assert_eq!(labels(&ranges)[..3], ["15 to 19", "20 to 24", "25 to 29"]);
        assert_eq!(labels(&ranges).last().unwrap(), "65 to 69");
    }

    #[test]
    fn measures_are_in_ranges_with_round_bounds() {
        let ranges = ranges(&of((0..60).map(|it| 2.0 + f64::from(it) * 0.05)), Grain::Fine);
        assert_eq!(labels(&ranges)[..2], ["2 to 2.2", "2.2 to 2.4"]);
        assert_eq!(ranges.iter().map(|it| it.count).sum::<u64>(), 60);
    }
}
