//! Pearson's test: this file is about how likely a table as uneven as this one is, if two questions had nothing to do with
//! each other.
//!
//! The p-value is the regularised upper incomplete gamma function Q(df / 2, chi² / 2): by its series below and its continued
//! fraction above a + 1 (NIST Digital Library of Mathematical Functions, 8.11.4 and 8.9.2, the fraction by Lentz's method);
//! the logarithm of the gamma function by Lanczos' approximation with g = 7 and nine terms (P. Godfrey, 2001).

use crate::number;

/// Pearson's chi-square test of independence, without Yates' correction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: u64,
    /// How likely a statistic as large or larger is when the questions are independent.
    pub p: f64,
    /// Cramér's V: how strong the connection is, from 0 to 1.
    pub cramers_v: f64,
    /// Cells of which fewer than 5 responses were to be expected: above a fifth of all, p is a rough figure (Cochran, 1954).
    pub expected_below_5: u64,
}

impl ChiSquare {
    /// The test of a table of counts; `None` when fewer than two rows or columns hold anything.
    pub(super) fn of(cells: &[Vec<u64>]) -> Option<Self> {
        let width = cells.first()?.len();
        let rows: Vec<f64> = cells.iter().map(|it| number::count(it.iter().sum())).collect();
        let columns: Vec<f64> = (0..width).map(|at| number::count(cells.iter().map(|it| it[at]).sum())).collect();
        let full = |it: &[f64]| it.iter().filter(|it| 0.0 < **it).count() as u64;
        let (height, width) = (full(&rows), full(&columns));
        if height < 2 || width < 2 {
            return None;
        }
        let total: f64 = rows.iter().sum();
        let (mut statistic, mut expected_below_5) = (0.0, 0);
        for (row, sum) in cells.iter().zip(&rows).filter(|(_, it)| 0.0 < **it) {
            for (cell, column) in row.iter().zip(&columns).filter(|(_, it)| 0.0 < **it) {
                let expected = sum * column / total;
                statistic += (number::count(*cell) - expected).powi(2) / expected;
                expected_below_5 += u64::from(expected < 5.0);
            }
        }
        let degrees = (height - 1) * (width - 1);
        let smaller = number::count(height.min(width) - 1);
        Some(Self {
            statistic,
            degrees,
            p: upper_gamma(number::count(degrees) / 2.0, statistic / 2.0),
            cramers_v: (statistic / (total * smaller)).sqrt(),
            expected_below_5,
        })
    }
}

/// Steps of a series or fraction before it is taken to be as near as it gets; they need some tens, more for a large `a`.
const STEPS_MAX: u32 = 100_000;

/// The regularised upper incomplete gamma function Q(a, x) for a > 0 and x >= 0, from 1 at x = 0 towards 0.
pub fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let factor = (a * x.ln() - x - ln_gamma(a)).exp();
    let q = if x < a + 1.0 { 1.0 - factor * series(a, x) } else { factor * fraction(a, x) };
    q.clamp(0.0, 1.0)
}

/// The sum of x^n / (a (a + 1) … (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for step in 1..=STEPS_MAX {
        term *= x / (a + f64::from(step));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// The continued fraction 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - …)).
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut term = x + 1.0 - a;
    let (mut upper, mut lower) = (1.0 / TINY, 1.0 / term);
    let mut value = lower;
    for step in 1..=STEPS_MAX {
        let step = f64::from(step);
        let numerator = -step * (step - a);
        term += 2.0;
        lower = 1.0 / away_from_zero(numerator * lower + term, TINY);
        upper = away_from_zero(term + numerator / upper, TINY);
        value *= lower * upper;
        if (lower * upper - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

fn away_from_zero(it: f64, tiny: f64) -> f64 {
    if it.abs() < tiny { tiny } else { it }
}

#[expect(clippy::excessive_precision, clippy::unreadable_literal, reason = "the coefficients as they are published")]
fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const FIRST: f64 = 0.99999999999980993;
    const COEFFICIENTS: [f64; 8] = [
        676.5203681218851,
        -1259.1392167224028,
        771.32342877765313,
        -176.61502916214059,
        12.507343278686905,
        -0.13857109526572012,
        9.9843695780195716e-6,
        1.5056327351493116e-7,
    ];
    let x = x - 1.0;
    let mut sum = FIRST;
    let mut at = x;
    for coefficient in COEFFICIENTS {
        at += 1.0;
        sum += coefficient / at;
    }
    let t = x + G + 0.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}
