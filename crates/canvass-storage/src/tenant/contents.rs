//! Bytes of files: this file is about taking a content in piece by piece, and giving it out again, at constant memory.

use std::sync::Arc;

use canvass_model::{file::SNIFFED_BYTES, hex::hex, id::ContentId};
use sha2::{Digest, Sha256};

use super::Tenant;
use crate::{Error, directory::blocking, engine::CHUNK_BYTES, transaction::new_id};

/// A content on its way in. Unless it is [finished](Self::finish), what arrived is nobody's, and goes with the next sweep.
pub struct Incoming {
    tenant: Tenant,
    id: ContentId,
    chunks: u64,
    waiting: Vec<u8>,
    arrived: u64,
    head: Vec<u8>,
    hash: Sha256,
}

/// A content that arrived whole and is durable, though no file is made of it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Names it.
    pub id: ContentId,
    /// How many bytes it has.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
    /// The first [`SNIFFED_BYTES`] of them.
    pub head: Vec<u8>,
}

impl Tenant {
    /// Begins to take a content in.
    pub fn receive(&self) -> Incoming {
        Incoming {
            tenant: self.clone(),
            id: new_id(),
            chunks: 0,
            waiting: Vec::new(),
            arrived: 0,
            head: Vec::new(),
            hash: Sha256::new(),
        }
    }

    /// Goes on with a content of which `bytes` were [kept so far](Incoming::keep_so_far); what came behind them is
    /// forgotten. `None` when they are no longer there. Whoever goes on reads them again, `heard` with them.
    pub async fn receive_on(
        &self,
        id: ContentId,
        bytes: u64,
        mut heard: impl FnMut(&[u8]),
    ) -> Result<Option<Incoming>, Error> {
        let (engine, tenant) = (Arc::clone(&self.engine), self.record.id);
        if !blocking(move || engine.cut_chunks(tenant, id, bytes)).await? {
            return Ok(None);
        }
        let mut incoming = Incoming { id, ..self.receive() };
        while incoming.arrived < bytes {
            let (engine, from) = (Arc::clone(&self.engine), incoming.arrived);
            let read = blocking(move || engine.read_chunks(tenant, id, from)).await?;
            let Some(read) = read.filter(|it| !it.is_empty()) else { return Ok(None) };
            heard(&read);
            incoming.take_note(&read);
            // Only what does not fill a piece is stored again, with what follows it.
            let whole = read.len() == CHUNK_BYTES;
            incoming.chunks += u64::from(whole);
            incoming.waiting = if whole { Vec::new() } else { read };
        }
        Ok(Some(incoming))
    }

    /// Some bytes of a content from `from` on: none at its end, `None` when it is not there.
    pub async fn content(&self, id: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error> {
        let (engine, tenant) = (Arc::clone(&self.engine), self.record.id);
        blocking(move || engine.read_content(tenant, id, from)).await
    }

    /// Removes the bytes of contents that no file is made of any more. Doing it again changes nothing.
    pub async fn remove_contents(&self, ids: Vec<ContentId>) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let (engine, tenant) = (Arc::clone(&self.engine), self.record.id);
        blocking(move || ids.into_iter().try_for_each(|id| engine.remove_content(tenant, id))).await
    }

    /// Every content there are bytes of, whole or not, the oldest first: what a sweep compares with the files.
    pub async fn list_contents(&self) -> Result<Vec<ContentId>, Error> {
        let (engine, tenant) = (Arc::clone(&self.engine), self.record.id);
        blocking(move || engine.list_contents(tenant)).await
    }
}

impl Incoming {
    /// Names the content.
    pub fn id(&self) -> ContentId {
        self.id
    }

    /// Bytes that arrived so far.
    pub fn bytes(&self) -> u64 {
        self.arrived
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        self.take_note(bytes);
        while !bytes.is_empty() {
            let room = CHUNK_BYTES.saturating_sub(self.waiting.len()).min(bytes.len());
            let (now, later) = bytes.split_at(room);
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == CHUNK_BYTES {
                self.store().await?;
            }
        }
        Ok(())
    }

    /// Makes what arrived so far durable, though more is to come: after a crash, [`Tenant::receive_on`] goes on behind it.
    pub async fn keep_so_far(&mut self) -> Result<(), Error> {
        let (engine, tenant, id, nth) = (Arc::clone(&self.tenant.engine), self.tenant.record.id, self.id, self.chunks);
        let bytes = std::mem::take(&mut self.waiting);
        self.waiting = blocking(move || {
            if !bytes.is_empty() || nth == 0 {
                engine.store_chunk(tenant, id, nth, &bytes)?;
            }
            engine.keep_chunks(tenant, id)?;
            Ok(bytes)
        })
        .await?;
        Ok(())
    }

    /// Makes the whole content durable.
    pub async fn finish(mut self) -> Result<Arrived, Error> {
        if !self.waiting.is_empty() || self.chunks == 0 {
            self.store().await?;
        }
        let (engine, tenant, id) = (Arc::clone(&self.tenant.engine), self.tenant.record.id, self.id);
        blocking(move || engine.keep_content(tenant, id)).await?;
        let sha256 = hex(&self.hash.finalize());
        Ok(Arrived { id, bytes: self.arrived, sha256, head: self.head })
    }

    /// Removes what arrived.
    pub async fn abandon(self) -> Result<(), Error> {
        self.tenant.remove_contents(vec![self.id]).await
    }

    /// Counts and sums up what arrives.
    fn take_note(&mut self, bytes: &[u8]) {
        self.arrived += bytes.len() as u64;
        self.hash.update(bytes);
        let wanted = SNIFFED_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
    }

    async fn store(&mut self) -> Result<(), Error> {
        let (engine, tenant, id, nth) = (Arc::clone(&self.tenant.engine), self.tenant.record.id, self.id, self.chunks);
        let bytes = std::mem::take(&mut self.waiting);
        self.waiting = blocking(move || {
            engine.store_chunk(tenant, id, nth, &bytes)?;
            // Its room is used again.
            let mut emptied = bytes;
            emptied.clear();
            Ok(emptied)
        })
        .await?;
        self.chunks += 1;
        Ok(())
    }
}
