//! Claimants: this file is about who may bring hosts along for a tenant: its administrators, and programs that may write.

use std::ops::Deref;

use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_model::{
    member::{Actor, Role},
    token::Scope,
};
use canvass_storage::{self as storage, Directory, DirectoryTx, Tenant, Tx};

use super::{
    App, Person,
    people::{forbidden, person},
};
use crate::Problem;

/// May claim domains for their tenant and give them back.
pub(crate) struct Claimant(Person);

impl Claimant {
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

    /// Changes what the directory keeps of their tenant: its domains.
    pub(crate) async fn write_directory<T, E>(
        &self,
        work: impl Fn(&mut DirectoryTx<'_>, &Tenant) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        let tenant = self.0.tenant.clone();
        self.0.app.directory().write(move |tx| work(tx, &tenant)).await
    }

    /// Runs an action that spans the directory and their tenant, and perhaps asks the name system.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory, Tenant, Actor) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        action(self.0.app.directory().clone(), self.0.tenant.clone(), self.0.actor.clone()).await
    }
}

impl Deref for Claimant {
    type Target = Person;
    fn deref(&self) -> &Person {
        &self.0
    }
}

impl FromRequestParts<App> for Claimant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let person = person(parts, app).await?;
        if person.is_at_least(Role::Administrator, Scope::Write) {
            Ok(Self(person))
        } else {
            Err(forbidden(&person, "an administrator", Scope::Write))
        }
    }
}
