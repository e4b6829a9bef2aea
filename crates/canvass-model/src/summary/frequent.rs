//! Frequent texts: this file is about finding the most frequent of many in bounded memory.

use std::collections::BTreeMap;

/// The most frequent of any number of texts, by the Space-Saving algorithm (Metwally, Agrawal and El Abbadi, 2005). Exact
/// up to [`TEXTS_MAX`](Self::TEXTS_MAX) different texts; beyond, a count is too high by at most its stated error, and no
/// text is missing that makes up more than one in `TEXTS_MAX` of all.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Frequent {
    #[serde(rename = "t")]
    counts: BTreeMap<String, Count>,
    /// Whether a text was ever given up for another.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
struct Count(u64, u64);

impl Frequent {
    /// Different texts kept.
    pub const TEXTS_MAX: usize = 100;

    /// Counts one text.
    pub fn add(&mut self, text: &str) {
        if let Some(Count(count, _)) = self.counts.get_mut(text) {
            *count += 1;
            return;
        }
        let lowest = if self.counts.len() < Self::TEXTS_MAX { 0 } else { self.give_up_lowest() };
        self.counts.insert(text.to_owned(), Count(lowest + 1, lowest));
    }

    /// Takes one text out; false when it can no longer be told how often it was there.
    pub fn remove(&mut self, text: &str) -> bool {
        let Some(Count(count, _)) = self.counts.get_mut(text) else { return false };
        *count -= 1;
        if *count == 0 {
            self.counts.remove(text);
        }
        !self.full
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        let (ours, theirs) = (self.lowest_if_full(), other.lowest_if_full());
        let mut merged = std::mem::take(&mut self.counts);
        for (text, Count(count, error)) in &mut merged {
            let Count(more, more_error) = other.counts.get(text).copied().unwrap_or(Count(theirs, theirs));
            *count += more;
            *error += more_error;
            debug_assert!(!text.is_empty());
        }
        for (text, Count(count, error)) in &other.counts {
            merged.entry(text.clone()).or_insert(Count(count + ours, error + ours));
        }
        self.counts = merged;
        self.full |= other.full;
        while Self::TEXTS_MAX < self.counts.len() {
            self.give_up_lowest();
        }
    }

    /// The texts with their counts, the most frequent first.
    pub fn top(&self) -> Vec<(&str, u64)> {
        let mut top: Vec<_> = self.counts.iter().map(|(text, Count(count, _))| (text.as_str(), *count)).collect();
        top.sort_by(|(one, ones), (two, twos)| twos.cmp(ones).then_with(|| one.cmp(two)));
        top
    }

    /// How much the count of a text may be too high; 0 while counts are exact.
    pub fn error(&self, text: &str) -> u64 {
        self.counts.get(text).map_or(0, |Count(_, error)| *error)
    }

    /// Whether every count is exact and no text is missing.
    pub fn is_exact(&self) -> bool {
        !self.full
    }

    /// Removes the text that was least frequent, the last of several; tells how frequent.
    fn give_up_lowest(&mut self) -> u64 {
        self.full = true;
        let lowest = self.counts.iter().min_by(|(one, a), (two, b)| a.0.cmp(&b.0).then_with(|| two.cmp(one)));
        let Some((text, Count(count, _))) = lowest.map(|(text, count)| (text.clone(), *count)) else { return 0 };
        self.counts.remove(&text);
        count
    }

    /// How frequent a text may have been that is not kept.
    fn lowest_if_full(&self) -> u64 {
        if self.full { self.counts.values().map(|it| it.0).min().unwrap_or(0) } else { 0 }
    }
}
