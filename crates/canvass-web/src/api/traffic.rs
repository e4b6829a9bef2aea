//! A tenant's public traffic, over the API.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::{Error, traffic};
use canvass_model::{
    time::Timestamp,
    traffic::{Facet, Span, Tally},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Parameters;
use crate::{Problem, access::Analyst};

/// The longest time that is asked about at once: counts are not kept for longer.
const DAYS_MAX: i64 = 400;
/// The time shown when none is named.
const DAYS_DEFAULT: i64 = 7;

/// What to count by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TrafficBy")]
#[serde(rename_all = "snake_case")]
enum By {
    /// Hour or day, whichever suits the time asked about.
    #[default]
    Time,
    /// Page.
    Page,
    /// Site that led there.
    Source,
    /// Kind of client.
    Agent,
    /// Status of the answer.
    Status,
}

/// Which counts to show.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "TrafficWanted")]
pub(super) struct Wanted {
    /// From when on; a week before `to` when it is left out.
    from: Option<Timestamp>,
    /// Until when; now when it is left out.
    to: Option<Timestamp>,
    /// By what.
    #[serde(default)]
    by: By,
}

/// The traffic of a tenant's public pages over a time.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Traffic {
    /// When the first hour or day began.
    from: Timestamp,
    /// When the last one ends.
    to: Timestamp,
    /// By what it is counted.
    by: By,
    /// `hour` or `day`: what times are rounded to.
    span: &'static str,
    /// The counts: in the order of time, or the most requests first, at most 100.
    items: Vec<Counts>,
    /// Requests of these days that are in no count: more came than could be written.
    dropped: u64,
}

/// What was counted for one value.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TrafficCounts")]
struct Counts {
    /// When the hour or day began; a page's key, `//` for all addresses without a page; a host, `direct`, `internal` or
    /// `other`; a kind of client; a status.
    value: String,
    /// The value as people know it: a page in its own spelling.
    label: String,
    /// Requests answered.
    requests: u64,
    /// Pages that people were shown: robots and programs are left out.
    views: u64,
    /// Responses received, by form and API; by time only.
    responses: Option<u64>,
    /// Bytes sent.
    bytes: u64,
    /// Microseconds until the head of an answer was ready, on average.
    mean_micros: u64,
}

/// The traffic of the tenant's public pages.
pub(super) async fn show(analyst: Analyst, Parameters(wanted): Parameters<Wanted>) -> Result<Json<Traffic>, Problem> {
    let now = analyst.now();
    let to = wanted.to.unwrap_or(now);
    let from = wanted.from.unwrap_or_else(|| to.plus_ms(-DAYS_DEFAULT * Timestamp::DAY_MS));
    if to <= from || DAYS_MAX * Timestamp::DAY_MS < to.ms_since(from) {
        return Err(Problem::BadRequest(format!("`from` lies before `to`, by {DAYS_MAX} days at most")));
    }
    let (range, by) = (traffic::range(from, to, now), wanted.by);
    let (items, dropped) = analyst
        .read(move |tx| {
            let items = match facet(by) {
                None => traffic::by_time(tx, range)?.into_iter().map(|(at, tally)| of_time(at, tally)).collect(),
                Some(facet) => traffic::by_value(tx, range, facet)?.into_iter().map(of_value).collect(),
            };
            Ok::<_, Error>((items, traffic::dropped(tx, range)?))
        })
        .await?;
    let span = match range.span {
        Span::Hour => "hour",
        Span::Day => "day",
    };
    Ok(Json(Traffic { from: range.from, to: range.to, by, span, items, dropped }))
}

fn facet(by: By) -> Option<Facet> {
    match by {
        By::Time => None,
        By::Page => Some(Facet::Page),
        By::Source => Some(Facet::Source),
        By::Agent => Some(Facet::Agent),
        By::Status => Some(Facet::Status),
    }
}

fn of_time(at: Timestamp, tally: Tally) -> Counts {
    counts(at.to_string(), at.to_string(), Some(tally.responses), tally)
}

fn of_value(item: traffic::Item) -> Counts {
    counts(item.value, item.label, None, item.tally)
}

fn counts(value: String, label: String, responses: Option<u64>, tally: Tally) -> Counts {
    let Tally { requests, views, bytes, .. } = tally;
    Counts { value, label, requests, views, responses, bytes, mean_micros: tally.mean_micros() }
}

/// How the document describes it.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("show_traffic")
        .summary("Requests to the tenant's public pages")
        .description(
            "Counts by time, page, source, kind of client or status. Up to eight days of the last 35 are counted by the \
             hour, anything else by the day in UTC; `from` and `to` are widened to whole ones. Nothing says who asked.",
        )
        .tag("Traffic")
}
