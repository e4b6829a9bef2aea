//! Responses: this file is about accepting them, applying them with their summaries, and erasing one.

use std::collections::{BTreeMap, HashMap};

use canvass_model::{
    answer::Answers,
    definition::Definition,
    event::Event,
    id::{ContentId, ResponseId, SurveyId},
    member::Actor,
    response::{Accepted, Response, Source, SubmissionKey},
    summary::{Recount, Summary},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{
    self as storage, ReadTx, Receipt, Tenant, Tx, events, exports,
    responses::{self, Order},
    summaries, surveys,
};

use crate::{Error, error::stored_definition, live::Live};

/// Responses read at once while a summary is counted again: bounds memory to some megabytes.
const RECOUNT_PAGE: u32 = 500;

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
            return Err(rejected(format!("the survey {survey} does not exist")));
        }
        let mut definitions = Definitions::of(survey);
        let Some(mut summary) = find_summary(tx, survey)? else {
            // There is none, or a damaged one: the rows just stored are counted with all others.
            let summary = recount(tx, &mut definitions)?;
            put_summary(tx, survey, &summary)?;
            continue;
        };
        for response in responses {
            summary.add(&definitions.read(tx, response)?);
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
    let mut definitions = Definitions::of(survey);
    let answers = definitions.read(tx, &response)?;
    let kept = find_summary(tx, survey)?.map(|mut it| (it.remove(&answers), it));
    let summary = match kept {
        Some((Recount::NotNeeded, summary)) => summary,
        Some((Recount::Needed, _)) | None => recount(tx, &mut definitions)?,
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

/// The published versions of one survey, each read once.
pub(crate) struct Definitions {
    survey: SurveyId,
    versions: HashMap<Version, Definition>,
}

impl Definitions {
    pub(crate) fn of(survey: SurveyId) -> Self {
        Self { survey, versions: HashMap::new() }
    }

    /// A response's answers, read as answers to the version they were given to.
    fn read(&mut self, tx: &mut ReadTx<'_>, response: &Accepted) -> Result<Answers, Error> {
        let definition = self.version(tx, response.version)?;
        Answers::from_stored(definition, &response.answers)
            .map_err(|error| rejected(format!("response {}: {error}", response.id)))
    }

    /// A version that was published.
    pub(crate) fn version(&mut self, tx: &mut ReadTx<'_>, version: Version) -> Result<&Definition, Error> {
        use std::collections::hash_map::Entry;
        match self.versions.entry(version) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let text = surveys::version(tx, self.survey, version)?.ok_or_else(|| {
                    rejected(format!("the survey {} was never published as version {}", self.survey, version.0))
                })?;
                Ok(entry.insert(stored_definition(&text)?))
            }
        }
    }
}

/// Counts a survey's responses from their rows, a page at a time.
fn recount(tx: &mut ReadTx<'_>, definitions: &mut Definitions) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut after = None;
    loop {
        let page = responses::list(tx, definitions.survey, Order::OldestFirst, after, RECOUNT_PAGE)?;
        for response in &page {
            summary.add(&definitions.read(tx, &response.accepted)?);
        }
        match page.last() {
            Some(last) => after = Some(last.position),
            None => return Ok(summary),
        }
    }
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

fn rejected(reason: String) -> Error {
    Error::Storage(storage::Error::Rejected(reason))
}
