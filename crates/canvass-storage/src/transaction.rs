//! Transactions: this file is about what is lent to the closures that read and write, for tenants and the directory.

use std::ops::{Deref, DerefMut};

use canvass_model::{id::SurveyId, time::Timestamp};

use crate::engine::Session;

/// One read-only transaction in one tenant's database.
pub struct ReadTx<'s> {
    pub(crate) session: &'s mut dyn Session,
    now: Timestamp,
}

/// One transaction in one tenant's database: the only source of time and identity for what it writes.
pub struct Tx<'s> {
    read: ReadTx<'s>,
    pub(crate) content_changed: bool,
    /// Surveys whose summary changed: those who watch them are told after the commit.
    pub(crate) counted: Vec<SurveyId>,
}

/// One read-only transaction in the directory.
pub struct DirectoryReadTx<'s> {
    pub(crate) session: &'s mut dyn Session,
    now: Timestamp,
}

/// One transaction in the directory: the only source of time and identity for what it writes.
pub struct DirectoryTx<'s> {
    read: DirectoryReadTx<'s>,
    pub(crate) job_queued: bool,
    /// Whether somebody is to look at a tenant's scripts.
    pub(crate) duty_rung: bool,
    /// Whether what is remembered of tenants and their tokens may be wrong from now on.
    pub(crate) tenant_changed: bool,
}

impl<'s> ReadTx<'s> {
    pub(crate) fn new(session: &'s mut dyn Session, now: Timestamp) -> Self {
        Self { session, now }
    }

    /// The moment this transaction began: everything in it agrees on it.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

impl<'s> Tx<'s> {
    pub(crate) fn new(session: &'s mut dyn Session, now: Timestamp) -> Self {
        Self { read: ReadTx::new(session, now), content_changed: false, counted: Vec::new() }
    }

    /// A new id, ordered by creation time.
    pub fn new_id<Id: From<uuid::Uuid>>(&self) -> Id {
        new_id()
    }
}

impl<'s> DirectoryReadTx<'s> {
    pub(crate) fn new(session: &'s mut dyn Session, now: Timestamp) -> Self {
        Self { session, now }
    }

    /// The moment this transaction began: everything in it agrees on it.
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

impl<'s> DirectoryTx<'s> {
    pub(crate) fn new(session: &'s mut dyn Session, now: Timestamp) -> Self {
        Self { read: DirectoryReadTx::new(session, now), job_queued: false, duty_rung: false, tenant_changed: false }
    }

    /// A new id, ordered by creation time.
    pub fn new_id<Id: From<uuid::Uuid>>(&self) -> Id {
        new_id()
    }
}

/// A new id, ordered by creation time.
#[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
pub(crate) fn new_id<Id: From<uuid::Uuid>>() -> Id {
    Id::from(uuid::Uuid::now_v7())
}

/// The present moment, by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read for what is stored")]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl<'s> Deref for Tx<'s> {
    type Target = ReadTx<'s>;
    fn deref(&self) -> &ReadTx<'s> {
        &self.read
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}

impl<'s> Deref for DirectoryTx<'s> {
    type Target = DirectoryReadTx<'s>;
    fn deref(&self) -> &DirectoryReadTx<'s> {
        &self.read
    }
}

impl DerefMut for DirectoryTx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}
