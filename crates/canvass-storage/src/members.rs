//! Members: this file is about the people of one tenant and their roles.

use canvass_model::{
    id::AccountId,
    member::{Member, Role},
};

use crate::{Error, ReadTx, Tx};

/// The member with this account.
pub fn find(tx: &mut ReadTx<'_>, account: AccountId) -> Result<Option<Member>, Error> {
    todo!()
}

/// All members by name; a plan bounds their number, and 10,000 is the most ever listed.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Member>, Error> {
    todo!()
}

/// Stores a member, or replaces them.
pub fn put(tx: &mut Tx<'_>, member: &Member) -> Result<(), Error> {
    todo!()
}

/// Changes a member's role; `false` when there is no such member.
pub fn update_role(tx: &mut Tx<'_>, account: AccountId, role: Role) -> Result<bool, Error> {
    todo!()
}

/// Removes a member; `false` when there is no such member.
pub fn delete(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, Error> {
    todo!()
}
