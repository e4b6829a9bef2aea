//! Responses: this file is about accepting them, applying them with their summaries, and erasing one.

use std::collections::BTreeMap;

use canvass_model::{
    answer::Answers,
    chunk::Columns,
    event::Event,
    filter::Mask,
    id::{ContentId, ResponseId, SurveyId},
    member::Actor,
    response::{Accepted, Response, Source, SubmissionKey},
    summary::{Recount, Summary},
    time::Timestamp,
};
use canvass_storage::{
    self as storage, ReadTx, Receipt, Tenant, Tx, chunks::Walk, events, exports, responses, summaries, surveys,
};

use crate::{Error, live::Live, versions::Versions};

/// Valid answers to a live survey as a response ready for the intake. Refused when the survey is not open at `now`.
pub fn prepare(
    live: &Live,
    answers: &Answers,
    key: &SubmissionKey,
    source: Source,
    now: Timestamp,
) -> Result<Accepted, Error> {
    if !live.survey.is_open(now) {
        return Err(Error::Refused("This survey is closed; it takes no more answers".to_owned()));
    }
    Ok(Accepted {
        id: key.response_id(live.survey.id),
        survey: live.survey.id,
        version: live.survey.version,
        received_at: now,
        source,
        answers: answers.to_json_text(),
    })
}

/// Makes responses durable, unless the plan's responses of this month are used up: then all are refused. The count is up
/// to a second old and does not know what still waits in the intake, so a month may end a little above its limit; what
/// was collected stays. The receipts stand in the order of `records`.
pub async fn submit(tenant: &Tenant, records: Vec<Accepted>) -> Result<Vec<Receipt>, Error> {
    let plan = tenant.record().plan.plan();
    if plan.responses_month_max <= tenant.responses_this_month().await? {
        return Err(Error::Limit(format!(
            "This survey takes no more responses this month: the {} plan includes {} a month. Nothing that was collected \
             is lost",
            plan.id.as_str(),
            plan.responses_month_max
        )));
    }
    Ok(tenant.append(records).await?)
}

/// Stores a batch of accepted responses and counts the new ones in their surveys' summaries. A response of an unknown
/// survey or version, or with answers that cannot be read, rejects the batch: the intake then tries them one by one.
pub fn apply(tx: &mut Tx<'_>, batch: &[Accepted]) -> Result<(), Error> {
    let is_new = responses::insert_many(tx, batch)?;
    let mut new: BTreeMap<SurveyId, Vec<&Accepted>> = BTreeMap::new();
    for (response, _) in batch.iter().zip(is_new).filter(|(_, is_new)| *is_new) {
        new.entry(response.survey).or_default().push(response);
    }
    for (survey, responses) in new {
        if surveys::find(tx, survey)?.is_none() {
            return Err(Error::Storage(storage::Error::Rejected(format!("the survey {survey} does not exist"))));
        }
        let mut versions = Versions::of(survey);
        let Some(mut summary) = find_summary(tx, survey)? else {
            // There is none, or a damaged one: the rows just stored are counted with all others.
            let summary = recount(tx, &mut versions)?;
            put_summary(tx, survey, &summary)?;
            continue;
        };
        for response in responses {
            summary.add(&versions.read(tx, response)?);
        }
        put_summary(tx, survey, &summary)?;
    }
    Ok(())
}

/// Erases a response: its row, its place in the count, its share of the summary and the exports that hold it. Answers their
/// contents, whose bytes the caller removes after the commit.
pub fn erase(tx: &mut Tx<'_>, by: &Actor, survey: SurveyId, id: ResponseId) -> Result<Vec<ContentId>, Error> {
    let Response { position, accepted: response } = responses::find(tx, survey, id)?.ok_or(Error::NotFound)?;
    if !responses::delete(tx, survey, id)? {
        return Err(Error::NotFound);
    }
    let mut versions = Versions::of(survey);
    let answers = versions.read(tx, &response)?;
    let kept = find_summary(tx, survey)?.map(|mut it| (it.remove(&answers), it));
    let summary = match kept {
        Some((Recount::NotNeeded, summary)) => summary,
        Some((Recount::Needed, _)) | None => recount(tx, &mut versions)?,
    };
    put_summary(tx, survey, &summary)?;
    events::insert(tx, by, &Event::ResponseErased { survey, response: id })?;
    Ok(exports::withdraw(tx, survey, position)?)
}

/// A survey's summary; an empty one before the first response.
pub fn summary(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Summary, Error> {
    match summaries::find(tx, survey)? {
        None => Ok(Summary::default()),
        Some(body) => parse_summary(&body)
            .ok_or_else(|| Error::Storage(storage::Error::Corrupt { what: "summary", found: survey.to_string() })),
    }
}

/// Counts a survey's responses again, a chunk at a time.
fn recount(tx: &mut ReadTx<'_>, versions: &mut Versions) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut walk = Walk::over(versions.survey());
    while let Some(chunk) = walk.next(tx, &|_| Some(Columns::All))? {
        versions.count(tx, &mut summary, &chunk, &Mask::all(&chunk))?;
    }
    Ok(summary)
}

/// The stored summary; `None` when there is none yet, or when it cannot be read and must be counted again.
fn find_summary(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<Summary>, Error> {
    let body = summaries::find(tx, survey)?;
    let summary = body.as_deref().and_then(parse_summary);
    if body.is_some() && summary.is_none() {
        tracing::error!(%survey, "a stored summary could not be read and is counted again");
    }
    Ok(summary)
}

fn parse_summary(body: &str) -> Option<Summary> {
    Summary::from_json(&serde_json::from_str(body).ok()?).ok()
}

fn put_summary(tx: &mut Tx<'_>, survey: SurveyId, summary: &Summary) -> Result<(), Error> {
    Ok(summaries::put(tx, survey, &summary.to_json().to_string())?)
}
