//! Traffic as a file: this file is about the counts of a period as CSV.

use axum::{
    extract::Query,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use canvass_actions::traffic::{self, Item};
use canvass_format::table::harmless;
use canvass_model::traffic::{Span, Tally};

use super::Wanted;
use crate::{Problem, access::Analyst};

const COLUMNS: [&str; 7] = ["by", "value", "requests", "views", "responses", "bytes", "mean_micros"];

/// The counts of a period, by time and by everything the page shows: some hundred rows.
pub(crate) async fn export(analyst: Analyst, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let range = wanted.period.range(analyst.now());
    let found = analyst.read(move |tx| traffic::overview(tx, range)).await?;
    let time = match range.span {
        Span::Hour => "hour",
        Span::Day => "day",
    };
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(found.series.iter().map(|(at, tally)| row(time, at.to_string(), Some(tally.responses), tally)));
    let facets =
        [("page", &found.pages), ("source", &found.sources), ("agent", &found.agents), ("status", &found.statuses)];
    for (by, items) in facets {
        rows.extend(items.iter().map(|Item { label, tally, .. }| row(by, label.clone(), None, tally)));
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in &rows {
        writer.write_record(row).map_err(|error| Problem::Internal(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| Problem::Internal(error.to_string()))?;
    let name = format!("attachment; filename=\"{}-traffic-{}.csv\"", analyst.tenant().alias, wanted.period.as_str());
    let disposition = HeaderValue::from_str(&name).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

/// A row; responses are counted by time alone.
fn row(by: &str, value: String, responses: Option<u64>, tally: &Tally) -> [String; 7] {
    [
        by.to_owned(),
        harmless(&value).into_owned(),
        tally.requests.to_string(),
        tally.views.to_string(),
        responses.map_or_else(String::new, |it| it.to_string()),
        tally.bytes.to_string(),
        tally.mean_micros().to_string(),
    ]
}
