//! Values that are kept: this file is about what is computed from a tenant's data once, and how long it stays right.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use super::{STALE_MAX, Tenant};
use crate::{Error, ReadTx};

impl Tenant {
    /// A value computed from this tenant's data, kept until its public content changes: at once on this node, within a
    /// second on the others. `name` tells values apart; the same name must always mean the same type.
    pub async fn cached<T, E>(
        &self,
        name: &str,
        load: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<Error> + Send + 'static,
    {
        self.refresh().await?;
        if let Some(value) = self.shelf.find::<T>(name) {
            return Ok(value);
        }
        let stamp = self.shelf.stamp.load(Ordering::Acquire);
        let value = Arc::new(self.read(load).await?);
        self.shelf.keep(name, stamp, Arc::clone(&value));
        Ok(value)
    }

    /// The same for what changes with every response: as it was less than a second ago.
    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    pub async fn cached_briefly<T, E>(
        &self,
        name: &str,
        load: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<Error> + Send + 'static,
    {
        self.refresh().await?;
        let asked = Instant::now();
        if let Some(kept) = self.shelf.find::<(Instant, Arc<T>)>(name)
            && asked.duration_since(kept.0) < STALE_MAX
        {
            return Ok(Arc::clone(&kept.1));
        }
        let stamp = self.shelf.stamp.load(Ordering::Acquire);
        let value = Arc::new(self.read(load).await?);
        self.shelf.keep(name, stamp, Arc::new((asked, Arc::clone(&value))));
        Ok(value)
    }
}
