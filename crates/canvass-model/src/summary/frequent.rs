//! Frequent texts: this file is about finding the most frequent of many in bounded memory.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

/// The most frequent of any number of texts, by the Space-Saving algorithm (Metwally, Agrawal and El Abbadi, 2005). Exact
/// up to [`TEXTS_MAX`](Self::TEXTS_MAX) different texts; beyond, a count is too high by at most its stated error, and no
/// text is missing that makes up more than one in `TEXTS_MAX` of all.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Frequent {
    #[serde(rename = "t")]
    counts: BTreeMap<String, Count>,
    /// Whether a text was ever given up for another.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    full: bool,
    /// Finds the text to give up without looking at all of them; `None` where it must be made anew.
    #[serde(skip)]
    lowest: Option<Lowest>,
}

/// Every text that is kept, once, with a count it had at some time. Counts only grow while this is kept, so the first one
/// whose count is still right is the least frequent.
type Lowest = BinaryHeap<Reverse<(u64, Reverse<String>)>>;

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
        if let Some(kept) = &mut self.lowest {
            kept.push(Reverse((lowest + 1, Reverse(text.to_owned()))));
        }
    }

    /// Takes one text out; false when it can no longer be told how often it was there.
    pub fn remove(&mut self, text: &str) -> bool {
        let Some(Count(count, _)) = self.counts.get_mut(text) else { return false };
        self.lowest = None;
        *count -= 1;
        if *count == 0 {
            self.counts.remove(text);
        }
        !self.full
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        self.lowest = None;
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
        let Self { counts, lowest, .. } = self;
        let kept = lowest.get_or_insert_with(|| {
            counts.iter().map(|(text, Count(count, _))| Reverse((*count, Reverse(text.clone())))).collect()
        });
        while let Some(Reverse((then, Reverse(text)))) = kept.pop() {
            match counts.get(&text) {
                Some(Count(now, _)) if *now == then => {
                    counts.remove(&text);
                    return then;
                }
                Some(Count(now, _)) => kept.push(Reverse((*now, Reverse(text)))),
                None => {}
            }
        }
        0
    }

    /// How frequent a text may have been that is not kept.
    fn lowest_if_full(&self) -> u64 {
        if self.full { self.counts.values().map(|it| it.0).min().unwrap_or(0) } else { 0 }
    }
}

/// What helps to find one is no part of what was counted.
impl PartialEq for Frequent {
    fn eq(&self, other: &Self) -> bool {
        self.counts == other.counts && self.full == other.full
    }
}

impl Eq for Frequent {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_text_given_up_is_the_one_that_a_look_at_all_of_them_finds(
            steps in prop::collection::vec((0_u16..300, 0_u8..40), 0..1_500),
        ) {
            let (mut frequent, mut model) = (Frequent::default(), BTreeMap::<String, (u64, u64)>::new());
            for (text, what) in steps {
                let text = text.to_string();
                match what {
                    0 => {
                        frequent.remove(&text);
                        if let Some((count, _)) = model.get_mut(&text) {
                            *count -= 1;
                            if *count == 0 {
                                model.remove(&text);
                            }
                        }
                    }
                    1 => frequent = serde_json::from_str(&serde_json::to_string(&frequent).unwrap()).unwrap(),
                    _ => {
                        frequent.add(&text);
                        if let Some((count, _)) = model.get_mut(&text) {
                            *count += 1;
                            continue;
                        }
                        let mut lowest = 0;
                        if model.len() == Frequent::TEXTS_MAX {
                            let found = model.iter().min_by(|(one, a), (two, b)| a.0.cmp(&b.0).then_with(|| two.cmp(one)));
                            let found = found.unwrap().0.clone();
                            lowest = model.remove(&found).unwrap().0;
                        }
                        model.insert(text, (lowest + 1, lowest));
                    }
                }
            }
            let mut top: Vec<(&str, u64)> = model.iter().map(|(text, (count, _))| (text.as_str(), *count)).collect();
            top.sort_by(|(one, ones), (two, twos)| twos.cmp(ones).then_with(|| one.cmp(two)));
            prop_assert_eq!(frequent.top(), top);
            for (text, (_, error)) in &model {
                prop_assert_eq!(frequent.error(text), *error);
            }
        }
    }
}
