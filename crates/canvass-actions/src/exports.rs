//! Exports: this file is about responses leaving as a file, at once or made in the background and kept for some days.
//!
//! Reading order: a `sheet` says what the table is like, a `walk` brings the responses, `making` turns both into
//! bytes; `direct` hands them to somebody who waits, `running` keeps them for somebody who comes back.

mod direct;
mod making;
mod running;
mod sheet;
mod walk;

use canvass_model::{
    alias::Alias,
    event::Event,
    export::{Export, Format, State, Wanted},
    file::FileName,
    id::{ContentId, ExportId, SurveyId},
    job::{Job, MakeExport},
    member::Actor,
    time::Timestamp,
};
use canvass_storage::{Directory, ReadTx, Tenant, Tx, events, exports, jobs, surveys};

pub use self::{
    direct::{Download, download},
    running::run,
};
use crate::Error;

/// Exports that one visit of the sweep removes at most.
const ENDED_MAX: u32 = 50;

/// Asks for a file of a survey's responses, to be made in the background. The caller then [queues](queue_next) it.
///
/// [`Error::Limit`] when too many wait, or are kept.
pub fn create(tx: &mut Tx<'_>, by: &Actor, survey: SurveyId, wanted: Wanted) -> Result<Export, Error> {
    let survey = surveys::find(tx, survey)?.filter(|it| it.trashed_at.is_none()).ok_or(Error::NotFound)?;
    let (unfinished, kept) = exports::count(tx)?;
    if Export::UNFINISHED_MAX <= unfinished {
        return Err(Error::Limit(format!(
            "{unfinished} files are waiting or being made, and no more can. Wait until one is done, or cancel one"
        )));
    }
    if Export::KEPT_MAX <= kept {
        return Err(Error::Limit(format!(
            "{kept} files are kept, and no more can be. Delete some that you have fetched"
        )));
    }
    let now = tx.now();
    let export = Export {
        id: tx.new_id(),
        survey: survey.id,
        wanted,
        name: name(&survey.title, wanted.format),
        state: State::Waiting,
        rows: 0,
        rows_expected: survey.responses,
        bytes: 0,
        sha256: None,
        content: None,
        reason: None,
        by: by.clone(),
        created_at: now,
        finished_at: None,
    };
    exports::insert(tx, &export)?;
    let event = Event::ResponsesExported { survey: survey.id, format: wanted.format.as_str().to_owned() };
    events::insert(tx, by, &event)?;
    Ok(export)
}

/// An export of a survey, or [`Error::NotFound`]. One that has had its time is there no longer, whether or not it was
/// removed.
pub fn found(tx: &mut ReadTx<'_>, survey: SurveyId, id: ExportId) -> Result<Export, Error> {
    let now = tx.now();
    let is_there = |it: &Export| it.survey == survey && it.expires_at().is_none_or(|at| now < at);
    exports::find(tx, id)?.filter(is_there).ok_or(Error::NotFound)
}

/// Stops an export that is not at its end. Answers its content, whose bytes the caller removes after the commit.
pub fn cancel(tx: &mut Tx<'_>, survey: SurveyId, id: ExportId) -> Result<Option<ContentId>, Error> {
    if !found(tx, survey, id)?.state.is_unfinished() {
        return Err(Error::Refused("This file is no longer being made, so there is nothing to cancel".to_owned()));
    }
    Ok(exports::end(tx, id, State::Cancelled, None)?)
}

/// Removes an export, with its file or before there is one. Answers its content, whose bytes the caller removes after the
/// commit.
pub fn delete(tx: &mut Tx<'_>, survey: SurveyId, id: ExportId) -> Result<Option<ContentId>, Error> {
    found(tx, survey, id)?;
    Ok(exports::delete(tx, id)?)
}

/// Queues the making of the tenant's export whose turn it is. One waits for the other, so that no tenant takes the place of
/// another. Doing it again changes nothing; a crash before it is made good by [`sweep`].
pub async fn queue_next(directory: &Directory, tenant: &Tenant) -> Result<(), Error> {
    let Some(export) = tenant.read(exports::next).await? else { return Ok(()) };
    let job = Job::Export(MakeExport { tenant: tenant.record().id, export });
    let queued = directory.write(move |tx| jobs::insert(tx, &job, Some(&format!("export:{export}"))).map(drop));
    queued.await.map_err(Error::from)
}

/// Ends an export that its worker gave up.
pub async fn give_up(tenant: &Tenant, id: ExportId) -> Result<(), Error> {
    end(tenant, id, "It could not be made, for a reason on our side. Try again").await
}

/// Removes exports that have had their time, and queues what a crash left waiting. Answers how many went.
pub async fn sweep(directory: &Directory, tenant: &Tenant) -> Result<u64, Error> {
    let kept = Export::KEPT_DAYS * Timestamp::DAY_MS;
    let ended = tenant.write(move |tx| exports::delete_ended(tx, tx.now().plus_ms(-kept), ENDED_MAX)).await;
    let (gone, contents) = ended.map_err(Error::from)?;
    tenant.remove_contents(contents).await?;
    queue_next(directory, tenant).await?;
    Ok(gone)
}

/// Ends an export that is not made, for a reason.
async fn end(tenant: &Tenant, id: ExportId, reason: &str) -> Result<(), Error> {
    let reason = reason.to_owned();
    let ended = tenant.write(move |tx| exports::end(tx, id, State::Failed, Some(&reason))).await;
    let content = ended.map_err(Error::from)?;
    Ok(tenant.remove_contents(content.into_iter().collect()).await?)
}

/// What the file of a survey is called.
fn name(title: &str, format: Format) -> FileName {
    FileName::offered(&format!("{}.{}", Alias::suggest(title), format.extension()))
}
