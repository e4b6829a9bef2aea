//! Scripts that were checked lately: this file is about keeping their byte code, so that a run need not read its text again.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use canvass_model::script::Source;
use lru::LruCache;
use sha2::{Digest, Sha256};

use crate::Program;

/// Programs that are kept: those of the last so many scripts that ran without one of their own.
const PROGRAMS_MAX: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// A program larger than this is not kept: with all of them that large it is 32 MiB.
const PROGRAM_BYTES_MAX: usize = 64 * 1024;

/// Programs by what they were made of. Tracebacks hold the script's name, so it belongs to that.
pub(crate) struct Programs(Mutex<LruCache<Key, Arc<Program>>>);

type Key = [u8; 32];

impl Programs {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(LruCache::new(PROGRAMS_MAX)))
    }

    pub(crate) fn find(&self, name: &str, source: &Source) -> Option<Arc<Program>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key(name, source)).cloned()
    }

    pub(crate) fn keep(&self, name: &str, source: &Source, program: &Arc<Program>) {
        if program.code.len() <= PROGRAM_BYTES_MAX {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).put(key(name, source), Arc::clone(program));
        }
    }
}

fn key(name: &str, source: &Source) -> Key {
    let hasher = Sha256::new().chain_update(name.len().to_le_bytes()).chain_update(name);
    hasher.chain_update(source.as_str()).finalize().into()
}
