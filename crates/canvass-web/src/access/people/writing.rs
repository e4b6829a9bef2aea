//! Writing: this file is about what people change, in steps: what a type cannot do, nobody who has it can.

use std::ops::Deref;

use canvass_model::member::Actor;
use canvass_storage::{self as storage, Directory, DirectoryTx, Tenant, Tx};

use super::Person;

/// Somebody who may change their tenant's data.
pub(crate) struct Writer(Person);

/// Somebody who may also change what the directory keeps of their tenant.
pub(crate) struct Steward(Writer);

impl Writer {
    pub(super) fn of(person: Person) -> Self {
        Self(person)
    }

    /// Runs `work` as this person, in one transaction of their tenant.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl Fn(&mut Tx<'_>, &Actor) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.0.write(work).await
    }
}

impl Steward {
    pub(in crate::access) fn of(person: Person) -> Self {
        Self(Writer(person))
    }

    /// Changes what the directory keeps of their tenant: its tokens and domains.
    pub(crate) async fn write_directory<T, E>(
        &self,
        work: impl Fn(&mut DirectoryTx<'_>, &Tenant) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        let tenant = self.tenant.clone();
        self.app.directory().write(move |tx| work(tx, &tenant)).await
    }

    /// Runs an action that spans the directory and their tenant, and perhaps asks the name system.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory, Tenant, Actor) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        action(self.app.directory().clone(), self.tenant.clone(), self.actor.clone()).await
    }
}

impl Deref for Writer {
    type Target = Person;
    fn deref(&self) -> &Person {
        &self.0
    }
}

impl Deref for Steward {
    type Target = Writer;
    fn deref(&self) -> &Writer {
        &self.0
    }
}
