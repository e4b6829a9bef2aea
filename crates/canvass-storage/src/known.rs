//! What the directory answered a moment ago: this file is about keeping its answers for less than a second, and none
//! past a change that was made on this node.

use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use lru::LruCache;

/// Answers by what was asked.
pub(crate) struct Known<K: Hash + Eq, V> {
    kept: Mutex<Kept<K, V>>,
    age_max: Duration,
}

struct Kept<K: Hash + Eq, V> {
    /// Grows with every change.
    changes: u64,
    answers: LruCache<K, (Instant, V)>,
}

/// The moment before the directory was asked: an answer is as old as that, and one from before a change is not kept.
#[derive(Clone, Copy)]
pub(crate) struct Before {
    changes: u64,
    at: Instant,
}

impl<K: Hash + Eq, V: Clone> Known<K, V> {
    /// Keeps the last `answers_max` answers, none longer than `age_max`.
    pub(crate) fn new(answers_max: NonZeroUsize, age_max: Duration) -> Self {
        Self { kept: Mutex::new(Kept { changes: 0, answers: LruCache::new(answers_max) }), age_max }
    }

    /// What was answered.
    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    pub(crate) fn find(&self, key: &K) -> Option<V> {
        let mut kept = self.lock();
        let (at, value) = kept.answers.get(key)?;
        (Instant::now().duration_since(*at) < self.age_max).then(|| value.clone())
    }

    /// To be called before the directory is asked.
    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    pub(crate) fn before(&self) -> Before {
        Before { changes: self.lock().changes, at: Instant::now() }
    }

    /// Keeps an answer, unless something changed since it was asked for.
    pub(crate) fn learn(&self, before: Before, key: K, value: V) {
        let mut kept = self.lock();
        if kept.changes == before.changes {
            kept.answers.put(key, (before.at, value));
        }
    }

    /// How many answers are kept, fresh or not.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().answers.len()
    }

    /// How many answers are kept at most.
    #[cfg(test)]
    pub(crate) fn bound(&self) -> usize {
        self.lock().answers.cap().get()
    }

    /// Forgets everything, because something changed.
    pub(crate) fn forget(&self) {
        let mut kept = self.lock();
        kept.changes += 1;
        kept.answers.clear();
    }

    /// Every change leaves it whole, so that it outlives a panic.
    fn lock(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: NonZeroUsize = NonZeroUsize::new(10).unwrap();

    #[test]
    fn an_answer_from_before_a_change_is_not_kept() {
        let known = Known::new(MANY, Duration::from_mins(1));
        let before = known.before();
        known.forget();
        known.learn(before, "token", "good");
        assert_eq!(known.find(&"token"), None);

        known.learn(known.before(), "token", "good");
        assert_eq!(known.find(&"token"), Some("good"));
        known.forget();
        assert_eq!(known.find(&"token"), None);
    }

    #[test]
    fn an_answer_that_is_too_old_is_none() {
        let known = Known::new(MANY, Duration::ZERO);
        known.learn(known.before(), "token", "good");
        assert_eq!(known.find(&"token"), None);
    }
}
