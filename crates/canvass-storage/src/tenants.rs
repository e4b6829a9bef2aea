//! Tenants in the directory: this file is about their records, for sign-up, sign-in and the operator.

use canvass_model::{
    alias::Alias,
    id::{AccountId, TenantId},
    tenant::{TenantRecord, TenantState},
    time::Timestamp,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// What the operator's list shows of a tenant besides its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The record.
    pub record: TenantRecord,
    /// People who can sign in to it.
    pub members: u64,
    /// When a response was last applied or a member last signed in.
    pub active_at: Option<Timestamp>,
}

/// Which tenants to list, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Part of the alias or name, without regard to case.
    pub search: String,
    /// Only those in this state.
    pub state: Option<TenantState>,
    /// After this alias, in alphabetical order.
    pub after: Option<Alias>,
    /// At most so many.
    pub limit: u32,
}

/// The tenant with this alias, in whatever state.
pub fn find(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<Option<TenantRecord>, Error> {
    todo!()
}

/// The tenant with this id.
pub fn find_by_id(tx: &mut DirectoryReadTx<'_>, id: TenantId) -> Result<Option<TenantRecord>, Error> {
    todo!()
}

/// Tenants in the order of their aliases.
pub fn list(tx: &mut DirectoryReadTx<'_>, filter: &Filter) -> Result<Vec<Listed>, Error> {
    todo!()
}

/// The active and suspended tenants an account belongs to, by name.
pub fn list_of(tx: &mut DirectoryReadTx<'_>, account: AccountId) -> Result<Vec<TenantRecord>, Error> {
    todo!()
}

/// How many tenants are in each state.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<Vec<(TenantState, u64)>, Error> {
    todo!()
}

/// Stores a new tenant. [`Error::Conflict`] when its alias is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, record: &TenantRecord) -> Result<(), Error> {
    todo!()
}

/// Replaces the record of a tenant.
pub fn update(tx: &mut DirectoryTx<'_>, record: &TenantRecord) -> Result<(), Error> {
    todo!()
}

/// Removes a tenant whose sign-up failed, so that its alias is free again.
pub fn delete(tx: &mut DirectoryTx<'_>, id: TenantId) -> Result<(), Error> {
    todo!()
}

/// Notes that something happened in a tenant, to the minute.
pub fn touch(tx: &mut DirectoryTx<'_>, id: TenantId) -> Result<(), Error> {
    todo!()
}

/// Makes an account a member of a tenant, in the directory's index of who belongs where.
pub fn insert_membership(tx: &mut DirectoryTx<'_>, account: AccountId, tenant: TenantId) -> Result<(), Error> {
    todo!()
}

/// Takes an account out of a tenant in the directory's index.
pub fn delete_membership(tx: &mut DirectoryTx<'_>, account: AccountId, tenant: TenantId) -> Result<(), Error> {
    todo!()
}
