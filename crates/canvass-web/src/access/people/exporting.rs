//! Exporting: this file is about files of responses, which whoever may read the responses may take away.

use canvass_actions::{self as actions, exports};
use canvass_model::{
    export::{Export, Wanted},
    id::{ContentId, ExportId, SurveyId},
    member::Actor,
};
use canvass_storage::Tx;

use super::Analyst;
use crate::{Problem, access::ContentReader};

impl Analyst {
    /// Begins a download of a survey's responses.
    pub(crate) async fn download(&self, survey: SurveyId, wanted: Wanted) -> Result<exports::Download, actions::Error> {
        exports::download(&self.0.tenant, &self.0.actor, survey, wanted).await
    }

    /// Asks by `work` for an export, which then is made in its turn.
    pub(crate) async fn ask_for_export(
        &self,
        work: impl Fn(&mut Tx<'_>, &Actor) -> Result<Export, Problem> + Send + 'static,
    ) -> Result<Export, Problem> {
        let export = self.0.write(work).await?;
        if let Err(error) = exports::queue_next(self.0.app.directory(), &self.0.tenant).await {
            // The export is there; what is missing is made good by the next, or by the sweep.
            tracing::warn!(export = %export.id, %error, "An export could not be queued at once");
        }
        Ok(export)
    }

    /// Stops an export that is not at its end.
    pub(crate) async fn cancel_export(&self, survey: SurveyId, id: ExportId) -> Result<(), actions::Error> {
        let content = self.0.write(move |tx, _| exports::cancel(tx, survey, id)).await?;
        self.let_go(content).await
    }

    /// Removes an export.
    pub(crate) async fn delete_export(&self, survey: SurveyId, id: ExportId) -> Result<(), actions::Error> {
        let content = self.0.write(move |tx, _| exports::delete(tx, survey, id)).await?;
        self.let_go(content).await
    }

    /// An export of a survey whose file can be fetched, and its bytes.
    pub(crate) async fn made_export(&self, survey: SurveyId, id: ExportId) -> Result<(Export, ContentReader), Problem> {
        let read = self.0.read(move |tx| Ok::<_, actions::Error>((exports::found(tx, survey, id)?, tx.now())));
        let (export, now) = read.await?;
        let content = export.content.filter(|_| export.has_file(now)).ok_or(Problem::NotFound)?;
        let reader = self.0.reader(content);
        Ok((export, reader))
    }

    async fn let_go(&self, content: Option<ContentId>) -> Result<(), actions::Error> {
        self.0.tenant.remove_contents(content.into_iter().collect()).await?;
        // Its place may be free for the next.
        exports::queue_next(self.0.app.directory(), &self.0.tenant).await
    }
}
