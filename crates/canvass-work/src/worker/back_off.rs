//! Back-off: this file is about how long to wait after an error, so that a fault is never made worse by trying.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// Waits that double from `first` up to `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackOff {
    /// The wait after the first error.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

/// Where the spread of the waits comes from, so that many workers do not come back in the same instant.
pub struct Jitter(Box<dyn FnMut() -> f64 + Send>);

impl BackOff {
    /// No wait is shorter: an error is never answered by a hot loop, whatever the settings say.
    pub const MIN: Duration = Duration::from_millis(20);

    /// How long to wait after `errors` in a row, of which there is at least one. Half of the wait is fixed, the
    /// other half spread by `jitter`.
    pub fn wait(&self, errors: u32, jitter: &mut Jitter) -> Duration {
        let doublings = errors.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.most);
        (whole / 2 + (whole / 2).mul_f64(jitter.next())).max(Self::MIN)
    }
}

impl Default for BackOff {
    /// From a fifth of a second to five: one try in five seconds burdens no store that is coming back, and nobody waits
    /// longer than that once it is.
    fn default() -> Self {
        Self { first: Duration::from_millis(200), most: Duration::from_secs(5) }
    }
}

impl Jitter {
    /// Chance, seeded by the operating system.
    pub fn random() -> Self {
        let (seed, mut count) = (RandomState::new(), 0_u64);
        Self::by(move || {
            count += 1;
            f64::from(u32::try_from(seed.hash_one(count) >> 32).unwrap_or_default()) / f64::from(u32::MAX)
        })
    }

    /// The fractions that `draw` gives, from 0 to 1.
    pub fn by(draw: impl FnMut() -> f64 + Send + 'static) -> Self {
        Self(Box::new(draw))
    }

    fn next(&mut self) -> f64 {
        (self.0)().clamp(0.0, 1.0)
    }
}
