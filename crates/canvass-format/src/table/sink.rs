//! Where bytes go: this file is about hashing them on their way.

use std::io::{self, Write};

use canvass_model::hex::hex;
use sha2::{Digest, Sha256};

use super::End;

/// Passes bytes on, and knows the hash of all that went through where the end of the file is to tell it.
#[derive(Debug)]
pub(super) struct Sink<S> {
    inner: S,
    hash: Option<Sha256>,
}

impl<S> Sink<S> {
    pub(super) fn new(end: End, inner: S) -> Self {
        Self::after(Sha256::new(), end, inner)
    }

    /// For a file whose first bytes are written: `hash` is theirs.
    pub(super) fn after(hash: Sha256, end: End, inner: S) -> Self {
        let hash = match end {
            End::Plain => None,
            End::Footer => Some(hash),
        };
        Self { inner, hash }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// The SHA-256 of all bytes so far in hexadecimal, if the end of the file is to tell it.
    pub(super) fn hash(&self) -> Option<String> {
        self.hash.as_ref().map(|it| hex(&it.clone().finalize()))
    }
}

impl<S: Write> Write for Sink<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes.get(..written).unwrap_or(bytes));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
