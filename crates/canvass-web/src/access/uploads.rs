//! Uploads: this file is about whoever may bring the bytes of files, and whoever was let in to read them.

use canvass_actions::{self as actions, files::Room};
use canvass_model::{file::File, id::ContentId, member::Actor};
use canvass_storage::{self as storage, Arrived, Incoming, Tenant, Tx};

use super::{
    people::{Creator, Person},
    public::Respondent,
};
use crate::Problem;

/// Reads one content; made by whoever may read it, and kept while it is sent.
pub(crate) struct ContentReader {
    tenant: Tenant,
    id: ContentId,
}

impl ContentReader {
    /// Some bytes from `from` on: none at the end, `None` when the content is not there.
    pub(crate) async fn read(&self, from: u64) -> Result<Option<Vec<u8>>, storage::Error> {
        self.tenant.content(self.id, from).await
    }
}

impl Person {
    /// Reads a content of their tenant.
    pub(crate) fn reader(&self, id: ContentId) -> ContentReader {
        ContentReader { tenant: self.tenant.clone(), id }
    }
}

impl Respondent {
    /// Reads a content that a page serves whose gate let them in.
    pub(crate) fn reader(&self, id: ContentId) -> ContentReader {
        ContentReader { tenant: self.tenant.clone(), id }
    }
}

impl Creator {
    /// Begins to take an upload in, within the plan.
    pub(crate) async fn receive(&self) -> Result<(Incoming, Room), actions::Error> {
        actions::files::receive(&self.0.tenant).await
    }

    /// Makes something of an upload by `work`, which may refuse it: its bytes then go at once.
    pub(crate) async fn keep(
        &self,
        arrived: Arrived,
        work: impl Fn(&mut Tx<'_>, &Actor, &Arrived) -> Result<File, Problem> + Send + 'static,
    ) -> Result<File, Problem> {
        let kept = arrived.clone();
        let made = self.write(move |tx, by| work(tx, by, &kept)).await;
        let (directory, scanning) = (self.0.app.directory(), self.0.app.settings().scanning);
        let outcome = (&arrived, made.as_ref().ok());
        if let Err(error) = actions::files::settle((directory, &self.0.tenant), scanning, outcome).await {
            // What is missing now is made good by the sweep; the file is there, or is not.
            tracing::warn!(content = %arrived.id, %error, "An upload could not be settled at once");
        }
        made
    }

    /// Removes the bytes of contents that no file is made of any more.
    pub(crate) async fn remove_contents(&self, ids: Vec<ContentId>) -> Result<(), storage::Error> {
        self.0.tenant.remove_contents(ids).await
    }
}
