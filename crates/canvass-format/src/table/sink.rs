//! Where bytes go: this file is about counting and hashing them on their way.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// Passes bytes on, and knows the hash of all that went through.
#[derive(Debug)]
pub(super) struct Sink<S> {
    inner: S,
    hash: Sha256,
}

impl<S> Sink<S> {
    pub(super) fn new(inner: S) -> Self {
        Self::after(Sha256::new(), inner)
    }

    /// For a file whose first bytes are written: `hash` is theirs.
    pub(super) fn after(hash: Sha256, inner: S) -> Self {
        Self { inner, hash }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// The SHA-256 of all bytes so far in hexadecimal.
    pub(super) fn hash(&self) -> String {
        super::hex(&self.hash.clone().finalize())
    }
}

impl<S: Write> Write for Sink<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
