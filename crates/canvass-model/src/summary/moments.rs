//! Mean and variance: this file is about keeping them so that nothing is lost to cancellation.

use crate::number;

/// Count, mean, variance and extremes of numbers, by Welford's update and the parallel one of Chan, Golub and `LeVeque`.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Moments {
    /// How many.
    #[serde(rename = "n")]
    pub count: u64,
    /// Their mean; 0 without any.
    #[serde(rename = "m", with = "bits")]
    pub mean: f64,
    /// The sum of squared distances from the mean.
    #[serde(rename = "s", with = "bits")]
    squares: f64,
    #[serde(rename = "l", with = "bits")]
    low: f64,
    #[serde(rename = "h", with = "bits")]
    high: f64,
}

impl Moments {
    /// Counts one number.
    pub fn add(&mut self, number: f64) {
        let first = self.count == 0;
        self.count += 1;
        let before = number - self.mean;
        self.mean += before / number::count(self.count);
        self.squares += before * (number - self.mean);
        self.low = if first { number } else { self.low.min(number) };
        self.high = if first { number } else { self.high.max(number) };
    }

    /// Takes one number out. The extremes stay as they are.
    pub fn remove(&mut self, number: f64) {
        if self.count <= 1 {
            *self = Self::default();
            return;
        }
        self.count -= 1;
        let after = number - self.mean;
        self.mean -= after / number::count(self.count);
        self.squares = (self.squares - after * (number - self.mean)).max(0.0);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 || other.count == 0 {
            if self.count == 0 {
                *self = *other;
            }
            return;
        }
        let (ours, theirs) = (number::count(self.count), number::count(other.count));
        let between = other.mean - self.mean;
        self.count += other.count;
        self.mean += between * (theirs / number::count(self.count));
        self.squares += other.squares + between * between * (ours * theirs / number::count(self.count));
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }

    /// The sample variance (divided by the count less one); `None` below two numbers.
    pub fn variance(&self) -> Option<f64> {
        (2 <= self.count).then(|| self.squares / number::count(self.count - 1))
    }

    /// The square root of the variance.
    pub fn standard_deviation(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The smallest.
    pub fn min(&self) -> Option<f64> {
        (self.count != 0).then_some(self.low)
    }

    /// The largest.
    pub fn max(&self) -> Option<f64> {
        (self.count != 0).then_some(self.high)
    }
}

/// Floats as the integer of their bits: what is read back is exactly what was written, with any JSON parser.
mod bits {
    use serde::Deserialize;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    pub(super) fn serialize<S: serde::Serializer>(float: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(float.to_bits())
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let float = f64::from_bits(u64::deserialize(deserializer)?);
        if float.is_finite() { Ok(float) } else { Err(serde::de::Error::custom("not a finite number")) }
    }
}
