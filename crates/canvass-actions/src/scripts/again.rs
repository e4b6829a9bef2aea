//! Runs that are made again: this file is about letting those of one tenant go one after the other.
//!
//! Whoever was overtaken runs again on what the others have stored meanwhile. Did all of them so at once, each round would
//! have one winner, and who computes longest would lose for ever.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use canvass_model::id::TenantId;
use tokio::sync::OwnedMutexGuard;

/// The turns of all tenants, in this process.
#[derive(Debug, Default)]
pub(super) struct Again(Mutex<HashMap<TenantId, Weak<tokio::sync::Mutex<()>>>>);

/// A tenant's turn, until it is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

impl Again {
    /// Waits for a turn of a tenant, first come, first served. As many wait at most as a tenant may have runs.
    pub(super) async fn turn(&self, tenant: TenantId) -> Turn {
        self.line(tenant).lock_owned().await
    }

    fn line(&self, tenant: TenantId) -> Arc<tokio::sync::Mutex<()>> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&tenant).and_then(Weak::upgrade) {
            return line;
        }
        // Lines that nobody stands in are forgotten here, so there are no more than tenants that were overtaken at once.
        lines.retain(|_, line| 0 < line.strong_count());
        let line = Arc::default();
        lines.insert(tenant, Arc::downgrade(&line));
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tenant_has_one_turn_at_once_and_leaves_nothing_behind() {
        let again = Again::default();
        let [one, other] = [1, 2].map(|it| TenantId::parse(&format!("{it:032x}")).unwrap());
        let turn = again.turn(one).await;
        assert!(again.line(one).try_lock().is_err());
        drop(again.turn(other).await);
        drop(turn);
        drop(again.turn(one).await);
        drop(again.turn(other).await);
        assert_eq!(again.0.lock().unwrap().len(), 1, "that of the last alone");
    }
}
