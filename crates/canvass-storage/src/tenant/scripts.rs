//! What scripts need of a tenant outside of a transaction: this file is about ids of runs, and about wishes to look.

use std::sync::Arc;

use super::Tenant;
use crate::{
    DirectoryTx, Error,
    directory::blocking,
    duties,
    engine::{End, Mode},
    transaction::{new_id, now},
};

impl Tenant {
    /// A new id, ordered by creation time, as transactions make them: for what happens outside of one.
    pub fn new_id<Id: From<uuid::Uuid>>(&self) -> Id {
        new_id()
    }

    /// Wishes that somebody looks at what this tenant's scripts do by themselves. Wish before a change that gives them
    /// something to do, and after it: whoever looks in between finds nothing, whoever dies in between is made up for.
    pub async fn ring_duty(&self) -> Result<(), Error> {
        let (engine, id) = (Arc::clone(&self.engine), self.record.id);
        blocking(move || {
            engine.with_directory(Mode::Write, &mut |session| {
                duties::ring(&mut DirectoryTx::new(session, now()), id)?;
                Ok(End::Commit)
            })
        })
        .await?;
        self.bells.duties.send_replace(());
        Ok(())
    }
}
