//! Distributions: this file is about counting numbers in bins that come out the same in whatever order they are filled.

use std::collections::BTreeMap;

use crate::number;

/// How often each number was given. Exact, to a thousandth, up to [`BINS_MAX`](Self::BINS_MAX) different numbers; then in
/// bins of one width, the smallest of … 1, 5, 10, 50, 100 … that needs no more bins than that. Bins begin at multiples of
/// their width and every width divides the next, so that the result does not depend on the order of the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Histogram {
    /// Which width: 0 for a thousandth, then alternately times 5 and times 2.
    #[serde(rename = "w")]
    step: u8,
    /// Counts by the bin's place: its lower bound in widths.
    #[serde(rename = "b")]
    bins: BTreeMap<i64, u64>,
}

/// Some numbers of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// The lowest number in it.
    pub from: f64,
    /// The number it ends before; the same as `from` when it holds that number alone.
    pub to: f64,
    /// How many.
    pub count: u64,
}

/// Numbers are counted in thousandths: the largest number allowed, 2^53, still fits 64 bits.
const UNITS: f64 = 1_000.0;
/// The widest bin, 10^17 thousandths: all numbers allowed fit into 181 of them.
const STEP_MAX: u8 = 34;

impl Histogram {
    /// The most bins: as many as a chart can show.
    pub const BINS_MAX: usize = 200;

    /// Counts one number.
    pub fn add(&mut self, number: f64) {
        *self.bins.entry(self.place(number)).or_default() += 1;
        self.widen();
    }

    /// Takes one number out; false when it was never counted. Bins never become narrower again.
    pub fn remove(&mut self, number: f64) -> bool {
        let place = self.place(number);
        let Some(count) = self.bins.get_mut(&place) else { return false };
        *count -= 1;
        if *count == 0 {
            self.bins.remove(&place);
        }
        true
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        self.widen_to(other.step);
        other.widen_to(self.step);
        for (place, count) in other.bins {
            *self.bins.entry(place).or_default() += count;
        }
        self.widen();
    }

    /// The bins that hold anything, the lowest first.
    pub fn bins(&self) -> impl Iterator<Item = Bin> {
        let width = number::float(width(self.step)) / UNITS;
        self.bins.iter().map(move |(place, count)| {
            let from = number::float(*place) * width;
            Bin { from, to: if self.step == 0 { from } else { from + width }, count: *count }
        })
    }

    #[expect(clippy::cast_possible_truncation, reason = "no number is beyond 2^53")]
    fn place(&self, number: f64) -> i64 {
        ((number * UNITS).round() as i64).div_euclid(width(self.step))
    }

    fn widen(&mut self) {
        while Self::BINS_MAX < self.bins.len() && self.step < STEP_MAX {
            self.widen_to(self.step + 1);
        }
    }

    fn widen_to(&mut self, step: u8) {
        let step = step.min(STEP_MAX);
        if step <= self.step {
            return;
        }
        let ratio = width(step) / width(self.step);
        let mut bins = BTreeMap::new();
        for (place, count) in std::mem::take(&mut self.bins) {
            *bins.entry(place.div_euclid(ratio)).or_default() += count;
        }
        self.bins = bins;
        self.step = step;
    }
}

/// A bin's width in thousandths.
fn width(step: u8) -> i64 {
    let step = step.min(STEP_MAX);
    10_i64.pow(u32::from(step / 2)) * if step.is_multiple_of(2) { 1 } else { 5 }
}
