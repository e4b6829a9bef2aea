//! Effects: this file is about what a run wishes to store, which is stored in one transaction when it has ended well.

use std::collections::{BTreeMap, BTreeSet};

use canvass_model::{
    id::{ResponseId, ScriptId, SurveyId},
    script::{Allowance, Annotation, StoreKey},
};
use canvass_storage::{ReadTx, Tx, annotations, scripts::values};
use sha2::{Digest, Sha256};

use crate::Error;

/// What a run wishes to store, and what it has seen of the store: what it did rests on that.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Effects {
    notes: BTreeMap<SurveyId, BTreeMap<ResponseId, Annotation>>,
    noted: usize,
    store: BTreeMap<StoreKey, Option<String>>,
    seen: Vec<Seen>,
}

/// Something read from the store.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    /// A value, by its hash; `None` when there was none.
    Value(StoreKey, Option<[u8; 32]>),
    /// A list.
    List(Listing, [u8; 32]),
}

/// Which part of the store was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) prefix: String,
    pub(super) after: Option<String>,
    pub(super) limit: u32,
}

/// Why effects were not stored.
#[derive(Debug)]
pub(super) enum Unsettled {
    /// Somebody else changed the store meanwhile: the run is made again.
    Meanwhile,
    /// They are not allowed, whoever asks; in words for the script's author.
    Refused(String),
    /// Storage failed, or whatever else.
    Failed(Error),
}

/// Responses that one run notes something of.
const NOTES_MAX: usize = 10_000;
/// Keys that one run writes.
const WRITES_MAX: usize = 1_000;

impl Effects {
    /// Whether there is nothing to store.
    pub(super) fn is_empty(&self) -> bool {
        self.notes.is_empty() && self.store.is_empty()
    }

    /// Notes something of a response; refused when it is too much for one run.
    pub(super) fn note(&mut self, survey: SurveyId, response: ResponseId, note: Annotation) -> Result<(), String> {
        self.noted += 1;
        if NOTES_MAX < self.noted {
            return Err(format!("one run notes something of at most {NOTES_MAX} responses"));
        }
        self.notes.entry(survey).or_default().entry(response).or_default().add(note);
        Ok(())
    }

    /// Puts a value under a key, or takes it away.
    pub(super) fn write(&mut self, key: StoreKey, value: Option<String>) -> Result<(), String> {
        self.store.insert(key, value);
        if WRITES_MAX < self.store.len() {
            return Err(format!("one run writes at most {WRITES_MAX} keys of the store"));
        }
        Ok(())
    }

    /// What the run itself has put under a key: `None` when it has not written it, `Some(None)` when it has deleted it.
    #[expect(clippy::option_option, reason = "whether the run wrote, and whether what it wrote is a value")]
    pub(super) fn written(&self, key: &StoreKey) -> Option<Option<&str>> {
        self.store.get(key).map(Option::as_deref)
    }

    /// Remembers a value that was read.
    pub(super) fn saw_value(&mut self, key: StoreKey, value: Option<&str>) {
        self.seen.push(Seen::Value(key, value.map(hash)));
    }

    /// Remembers a list that was read.
    pub(super) fn saw_list(&mut self, listing: Listing, found: &[(StoreKey, String)]) {
        self.seen.push(Seen::List(listing, hash_of_list(found)));
    }

    /// A list as the run sees it: what was found, with its own writes on top.
    pub(super) fn overlaid(&self, listing: &Listing, found: Vec<(StoreKey, String)>) -> Vec<(StoreKey, String)> {
        let mut all: BTreeMap<StoreKey, String> = found.into_iter().collect();
        for (key, value) in &self.store {
            let after = listing.after.as_deref().is_none_or(|after| after < key.as_str());
            if !after || !key.as_str().starts_with(&listing.prefix) {
                continue;
            }
            match value {
                Some(value) => drop(all.insert(key.clone(), value.clone())),
                None => drop(all.remove(key)),
            }
        }
        all.into_iter().take(listing.limit as usize).collect()
    }

    /// How many rows of a list are to be read, so that [`overlaid`](Self::overlaid) finds enough.
    pub(super) fn rows_wanted(&self, listing: &Listing) -> u32 {
        listing.limit.saturating_add(u32::try_from(self.store.len()).unwrap_or(u32::MAX))
    }

    /// Stores everything, if the store still is as the run has seen it.
    pub(super) fn settle(&self, tx: &mut Tx<'_>, script: ScriptId, allowance: &Allowance) -> Result<(), Unsettled> {
        self.confirm(tx)?;
        for (key, value) in &self.store {
            match value {
                Some(value) => values::put(tx, key, value)?,
                None => drop(values::delete(tx, key)?),
            }
        }
        if !self.store.is_empty() && allowance.store_bytes_max < values::bytes(tx)? {
            let most = allowance.store_bytes_max / (1024 * 1024);
            return Err(Unsettled::Refused(format!("the store is full: it has room for {most} MiB; delete some keys")));
        }
        for (survey, notes) in &self.notes {
            let new: BTreeSet<_> = notes.values().flat_map(|it| it.fields.keys()).collect();
            let known: BTreeSet<_> = annotations::columns(tx, *survey)?.into_iter().map(|(name, _)| name).collect();
            let more = new.into_iter().filter(|it| !known.contains(*it)).count();
            if Annotation::COLUMNS_MAX < known.len() + more {
                return Err(Unsettled::Refused(format!(
                    "the responses of a survey have at most {} calculated fields by all scripts",
                    Annotation::COLUMNS_MAX
                )));
            }
            annotations::add(tx, script, *survey, notes)?;
        }
        Ok(())
    }

    fn confirm(&self, tx: &mut ReadTx<'_>) -> Result<(), Unsettled> {
        if self.is_empty() {
            return Ok(());
        }
        for seen in &self.seen {
            let same = match seen {
                Seen::Value(key, before) => values::find(tx, key)?.as_deref().map(hash) == *before,
                Seen::List(listing, before) => {
                    let found = values::list(tx, &listing.prefix, listing.after.as_deref(), listing.limit)?;
                    hash_of_list(&found) == *before
                }
            };
            if !same {
                return Err(Unsettled::Meanwhile);
            }
        }
        Ok(())
    }
}

impl From<canvass_storage::Error> for Unsettled {
    fn from(error: canvass_storage::Error) -> Self {
        Self::Failed(error.into())
    }
}

fn hash(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}

fn hash_of_list(found: &[(StoreKey, String)]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for (key, value) in found {
        for part in [key.as_str(), value] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> StoreKey {
        StoreKey::parse(text).unwrap()
    }

    #[test]
    fn a_list_shows_what_the_run_itself_has_written() {
        let mut effects = Effects::default();
        effects.write(key("a2"), Some("new".to_owned())).unwrap();
        effects.write(key("a1"), None).unwrap();
        effects.write(key("b"), Some("elsewhere".to_owned())).unwrap();
        let listing = Listing { prefix: "a".to_owned(), after: None, limit: 2 };
        assert_eq!(effects.rows_wanted(&listing), 5);
        let found = vec![(key("a1"), "1".to_owned()), (key("a3"), "3".to_owned()), (key("a4"), "4".to_owned())];
        let seen = effects.overlaid(&listing, found.clone());
        assert_eq!(seen, [(key("a2"), "new".to_owned()), (key("a3"), "3".to_owned())]);
        let later = Listing { after: Some("a2".to_owned()), ..listing };
        assert_eq!(effects.overlaid(&later, found[1..].to_vec()).len(), 2);
    }

    #[test]
    fn a_run_cannot_write_without_end() {
        let mut effects = Effects::default();
        for number in 0..WRITES_MAX {
            effects.write(key(&number.to_string()), None).unwrap();
        }
        assert!(effects.write(key("one more"), None).is_err());
    }
}
