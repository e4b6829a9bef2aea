//! Responses, over the API: one, many, and submitted by programs.

mod batch;

use aide::transform::TransformOperation;
use axum::{
    Json,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::{
    self as actions,
    finding::Finding,
    live::{self, Door, Live},
    results,
};
use canvass_model::{
    answer::{Answers, Refusal},
    definition::Fault,
    id::{ResponseId, SurveyId},
    response::{Accepted, Source, SubmissionKey},
    script::{FieldName, Tag},
    survey::Version,
    time::Timestamp,
};
use canvass_storage::{
    self as storage, ReadTx, Receipt,
    annotations::{self, Noted},
    responses, surveys,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::body::{Body, Id, Listed, Paging, Parameters, cursor, filter_json, idempotency_key};
use crate::{
    Problem,
    access::{Analyst, Collector, Creator},
    view::questions::fresh_key,
};

/// A response.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Response")]
pub(super) struct Shown {
    id: ResponseId,
    /// The version it was validated against.
    version: Version,
    received_at: Timestamp,
    source: Source,
    /// Question id to value.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    answers: Box<RawValue>,
    /// What scripts have calculated: field to value.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    fields: BTreeMap<FieldName, serde_json::Value>,
    /// Tags that scripts have given it.
    #[schemars(with = "Vec<String>")]
    tags: BTreeSet<Tag>,
}

/// What a program submits.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "NewResponse")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// Question id to value; questions left out are not answered.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    answers: serde_json::Value,
    /// Makes sending twice one response: 1 to 100 visible ASCII characters of the client's choice.
    submission_key: Option<String>,
}

/// What a submission came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AcceptedResponse")]
pub(super) struct Created {
    id: ResponseId,
}

/// In which order to list.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    /// The last applied first.
    #[default]
    Newest,
    /// The first applied first.
    Oldest,
}

/// Which responses to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "ResponsesWanted")]
pub(super) struct Wanted {
    /// How many items at most, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// In which order.
    #[serde(default)]
    order: Order,
    /// Only those that pass this filter: a JSON object from question id to a value, a list of values, or tests, like
    /// `{"age": {"between": [18, 30]}}`.
    filter: Option<String>,
}

/// The responses of a survey.
pub(super) async fn index(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = Paging { limit: wanted.limit, cursor: None }.limit()?;
    let after = cursor(wanted.cursor.as_deref(), |it| it.parse::<i64>().ok())?;
    let order = match wanted.order {
        Order::Newest => responses::Order::NewestFirst,
        Order::Oldest => responses::Order::OldestFirst,
    };
    let filter = filter_json(wanted.filter.as_deref())?;
    let (found, mut notes, next) = if filter.is_null() {
        let read = move |tx: &mut ReadTx<'_>| {
            surveys::find(tx, survey)?.ok_or(Problem::NotFound)?;
            let found = responses::list(tx, survey, order, after, limit)?;
            let notes = notes(tx, &found)?;
            let next = found.last().filter(|_| found.len() == limit as usize).map(|it| it.position);
            Ok::<_, Problem>((found, notes, next))
        };
        analyst.read(read).await?
    } else {
        let begin = move |tx: &mut ReadTx<'_>| {
            let row = surveys::find(tx, survey)?.ok_or(actions::Error::NotFound)?;
            let definition = results::definition(tx, &row)?;
            let filter = results::filter(&definition, &filter)?;
            Ok(Finding::new(survey, (Arc::new(definition), filter), order, after, limit))
        };
        let finding = analyst.look_through(begin).await?;
        let next = finding.next();
        let read = move |tx: &mut ReadTx<'_>| {
            let found = finding.read(tx)?;
            let notes = notes(tx, &found)?;
            Ok::<_, Problem>((found, notes))
        };
        let (found, notes) = analyst.read(read).await?;
        (found, notes, next)
    };
    let next_cursor = next.map(|it| it.to_string());
    let items = found.into_iter().map(|it| {
        let of_scripts = notes.remove(&it.accepted.id).unwrap_or_default();
        shown(it, of_scripts)
    });
    let items = items.collect::<Result<_, _>>()?;
    Ok(Json(Listed { items, next_cursor }))
}

/// What scripts noted of these responses.
fn notes(
    tx: &mut ReadTx<'_>,
    found: &[canvass_model::response::Response],
) -> Result<HashMap<ResponseId, Noted>, storage::Error> {
    let ids: Vec<ResponseId> = found.iter().map(|it| it.accepted.id).collect();
    annotations::find_many(tx, &ids)
}

/// One response.
pub(super) async fn show(
    analyst: Analyst,
    Id(survey): Id<SurveyId>,
    Id(response): Id<ResponseId>,
) -> Result<Json<Shown>, Problem> {
    let read = analyst.read(move |tx| {
        let noted = annotations::find_many(tx, &[response])?.remove(&response);
        Ok::<_, storage::Error>((responses::find(tx, survey, response)?, noted))
    });
    let (found, noted) = read.await?;
    Ok(Json(shown(found.ok_or(Problem::NotFound)?, noted.unwrap_or_default())?))
}

/// Takes one response as JSON, or many as JSON Lines.
pub(super) async fn create(
    collector: Collector,
    Id(survey): Id<SurveyId>,
    request: Request,
) -> Result<Response, Problem> {
    let live = open(&collector, survey).await?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/x-ndjson")) {
        return batch::create(&collector, &live, request.into_body()).await;
    }
    let key = idempotency_key(request.headers())?;
    let mut new = Body::<New>::from_request(request, &()).await?.value;
    // A creation's `Idempotency-Key` is its submission key, unless it has one of its own.
    new.submission_key = new.submission_key.or(key);
    let has_key = new.submission_key.is_some();
    let (answers, key) = read(&live, &new)?;
    let id = key.response_id(survey);
    // Whoever sends the same key while the first one is under way hears the same as whoever sends it later.
    let _turn = if has_key { Some(collector.turn(id).await) } else { None };
    let known = has_key && is_known(&collector, survey, id).await?;
    let repeated = known || {
        let answers = check(&collector, &live, answers).await?;
        let accepted = accept(&live, &answers, &key, collector.now())?;
        collector.append(vec![accepted]).await?.contains(&Receipt::Repeated)
    };
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Created { id })).into_response())
}

/// Erases a response.
pub(super) async fn delete(
    creator: Creator,
    Id(survey): Id<SurveyId>,
    Id(response): Id<ResponseId>,
) -> Result<StatusCode, Problem> {
    let contents = creator.write(move |tx, by| actions::responses::erase(tx, by, survey, response)).await?;
    creator.remove_contents(contents).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The open survey a program submits to, from the cache.
async fn open(collector: &Collector, survey: SurveyId) -> Result<Arc<Live>, Problem> {
    let found = collector
        .cached(&format!("survey:{survey}"), move |tx| {
            Ok::<_, actions::Error>(live::load_survey(tx, survey)?.map(Arc::new))
        })
        .await?;
    let live = Option::clone(&found).ok_or(Problem::NotFound)?;
    match live.door(collector.now()) {
        Some(Door::Open) => Ok(live),
        Some(Door::Closed { since }) => {
            Err(actions::Error::Refused(format!("This survey has been closed since {since}; it takes no responses"))
                .into())
        }
        None => Err(actions::Error::Refused("This survey is not published; it takes no responses".to_owned()).into()),
    }
}

/// Checks a submission against the live version.
fn read(live: &Live, new: &New) -> Result<(Answers, SubmissionKey), Problem> {
    let answers =
        Answers::from_json(&live.definition, &new.answers).map_err(|it| Problem::Invalid { faults: faults(it) })?;
    let key = match &new.submission_key {
        None => fresh_key(),
        Some(key) => key_of(key)?,
    };
    Ok((answers, key))
}

/// Lets the tenant's scripts check a submission, and set its hidden values.
async fn check(collector: &Collector, live: &Live, answers: Answers) -> Result<Answers, Problem> {
    let checked = collector.check((live.survey.id, &live.definition), answers).await;
    checked.map_err(|refusals| Problem::Invalid { faults: faults(refusals) })
}

/// The response that checked answers are.
fn accept(live: &Live, answers: &Answers, key: &SubmissionKey, now: Timestamp) -> Result<Accepted, actions::Error> {
    actions::responses::prepare(live, answers, key, Source::Api, now)
}

/// Whether a response with a client's own key was accepted before, applied or not.
async fn is_known(collector: &Collector, survey: SurveyId, id: ResponseId) -> Result<bool, Problem> {
    if collector.is_waiting(id).await? {
        return Ok(true);
    }
    let found = collector.read(move |tx| Ok::<_, storage::Error>(responses::find(tx, survey, id)?.is_some())).await?;
    Ok(found)
}

fn key_of(text: &str) -> Result<SubmissionKey, Problem> {
    SubmissionKey::parse(text).map_err(|refusal| Problem::Invalid {
        faults: vec![Fault { pointer: "/submission_key".to_owned(), message: refusal.to_string() }],
    })
}

fn faults(refusals: Vec<Refusal>) -> Vec<Fault> {
    refusals.into_iter().map(|it| Fault { pointer: format!("/answers{}", it.pointer), message: it.message }).collect()
}

fn shown(response: canvass_model::response::Response, noted: Noted) -> Result<Shown, Problem> {
    let accepted = response.accepted;
    let answers = RawValue::from_string(accepted.answers)
        .map_err(|error| storage::Error::Corrupt { what: "answers", found: error.to_string() })?;
    Ok(Shown {
        id: accepted.id,
        version: accepted.version,
        received_at: accepted.received_at,
        source: accepted.source,
        answers,
        fields: noted.fields,
        tags: noted.tags,
    })
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_responses").summary("Responses of a survey, in the order of application").tag("Responses")
}

/// How the document describes one.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("show_response").summary("One response").tag("Responses")
}

/// How the document describes a submission.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("submit_response")
        .summary("Submit a response, or many as JSON Lines")
        .description(
            "201 only when the response is durable. The same `submission_key` again answers 200 with the same id. With \
             `Content-Type: application/x-ndjson` each line is one such body, and each line of the answer says what became \
             of the line with its number; at most 10,000 lines.",
        )
        .tag("Responses")
        .input::<Body<New>>()
        .response_with::<201, Json<Created>, _>(|it| it.description("It is durable."))
        .response_with::<200, Json<Created>, _>(|it| it.description("It was submitted before, or this answers a batch."))
}

/// How the document describes an erasure.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("erase_response")
        .summary("Erase a response")
        .tag("Responses")
        .response_with::<204, (), _>(|it| it.description("It is gone."))
}
