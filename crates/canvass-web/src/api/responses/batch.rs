//! Many responses in one request: this file is about JSON Lines in, one result a line out.

use axum::{
    body::Body as HttpBody,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_actions::live::Live;
use canvass_model::{answer::Answers, definition::Fault, id::ResponseId, response::Accepted, time::Timestamp};
use canvass_storage::{Receipt, responses};
use futures_util::StreamExt;
use serde::Serialize;

use super::{New, accept, check};
use crate::{Problem, access::Collector, api::body::read, too_large};

/// Bounds the results held in memory while the request is read: about 100 bytes each.
const LINES_MAX: usize = 10_000;
/// No response of a survey within the limits of a definition is longer.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// How many responses become durable together.
const APPEND_MAX: usize = responses::KNOWN_MAX;

/// How long the scripts of a survey check the lines of a batch: no client waits much longer for an answer.
const CHECKED_MS_MAX: i64 = 20 * Timestamp::SECOND_MS;

/// What became of one line.
#[derive(Serialize)]
struct Line {
    /// Its number, from 1.
    #[serde(rename = "line")]
    number: usize,
    /// What a request of its own would have answered.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ResponseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
}

/// The lines read so far and what became of them.
struct Batch<'a> {
    collector: &'a Collector,
    live: &'a Live,
    results: Vec<Line>,
    /// Valid responses that wait to be appended, each with the place of its result.
    waiting: Vec<(usize, Accepted)>,
    /// Those among them whose key is the client's own, so that they may have been sent before.
    keyed: Vec<ResponseId>,
    /// When its scripts began to check it.
    checked_since: Option<Timestamp>,
}

/// Takes a body of JSON Lines. Each line stands for itself: those before a broken one are kept.
pub(super) async fn create(collector: &Collector, live: &Live, body: HttpBody) -> Result<Response, Problem> {
    let mut batch =
        Batch { collector, live, results: Vec::new(), waiting: Vec::new(), keyed: Vec::new(), checked_since: None };
    let mut stream = body.into_data_stream();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else {
            // Whatever was acknowledged nowhere is the client's to send again; what is durable stays.
            return Err(Problem::BadRequest("The body ended before its time".to_owned()));
        };
        rest.extend_from_slice(&chunk);
        let mut begin = 0;
        while let Some(length) = rest[begin..].iter().position(|it| *it == b'\n') {
            batch.line(&rest[begin..begin + length]).await?;
            begin += length + 1;
        }
        rest.drain(..begin);
        if LINE_BYTES_MAX < rest.len() {
            too_large::read_on(stream).await;
            return Err(Problem::TooLarge { bytes_max: LINE_BYTES_MAX });
        }
    }
    batch.line(&rest).await?;
    batch.append().await?;
    let mut answer = Vec::new();
    for line in &batch.results {
        serde_json::to_writer(&mut answer, line).map_err(|error| Problem::Internal(error.to_string()))?;
        answer.push(b'\n');
    }
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/x-ndjson")], answer).into_response())
}

impl Batch<'_> {
    async fn line(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        let line = self.results.len() + 1;
        if LINES_MAX < line {
            self.append().await?;
            return Err(Problem::BadRequest(format!(
                "A batch has at most {LINES_MAX} lines; the first {LINES_MAX} were taken, send the others in another"
            )));
        }
        match self.accepted(bytes).await {
            Ok((accepted, has_key)) => {
                self.keyed.extend(has_key.then_some(accepted.id));
                self.results.push(Line {
                    number: line,
                    status: 201,
                    id: Some(accepted.id),
                    detail: None,
                    errors: Vec::new(),
                });
                self.waiting.push((line - 1, accepted));
            }
            Err(problem) => self.results.push(refused(line, &problem)),
        }
        if APPEND_MAX <= self.waiting.len() { self.append().await } else { Ok(()) }
    }

    /// The response of a line that may be taken, and whether its key is the client's own.
    async fn accepted(&mut self, bytes: &[u8]) -> Result<(Accepted, bool), Problem> {
        let new = read::<New>(bytes)?;
        let (answers, key) = super::read(self.live, &new)?;
        let answers = self.check(answers).await?;
        Ok((accept(self.live, &answers, &key, self.collector.now())?, new.submission_key.is_some()))
    }

    /// Lets the tenant's scripts check a line, as long as there is time for it: then lines are taken unchecked, like any
    /// response that a script has no time for.
    async fn check(&mut self, answers: Answers) -> Result<Answers, Problem> {
        let now = self.collector.now();
        if CHECKED_MS_MAX < now.ms_since(*self.checked_since.get_or_insert(now)) {
            return Ok(answers);
        }
        check(self.collector, self.live, answers).await
    }

    /// Makes what waits durable; if that cannot be, says so line by line.
    async fn append(&mut self) -> Result<(), Problem> {
        let (survey, keyed) = (self.live.survey.id, std::mem::take(&mut self.keyed));
        let stored = match keyed.as_slice() {
            [] => Vec::new(),
            _ => self.collector.read(move |tx| responses::known(tx, survey, &keyed)).await?,
        };
        let (again, fresh): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(_, it)| stored.contains(&it.id));
        for (place, _) in again {
            self.results[place].status = 200;
        }
        let (places, records): (Vec<usize>, Vec<Accepted>) = fresh.into_iter().unzip();
        if records.is_empty() {
            return Ok(());
        }
        match self.collector.append(records).await {
            Ok(receipts) => {
                for (place, receipt) in places.into_iter().zip(receipts) {
                    if receipt == Receipt::Repeated {
                        self.results[place].status = 200;
                    }
                }
            }
            Err(error) => {
                let problem = Problem::from(error);
                for place in places {
                    let detail = Some(problem.detail());
                    let status = problem.code().status.as_u16();
                    self.results[place] = Line { number: place + 1, status, id: None, detail, errors: Vec::new() };
                }
            }
        }
        Ok(())
    }
}

fn refused(line: usize, problem: &Problem) -> Line {
    let (status, detail) = (problem.code().status.as_u16(), Some(problem.detail()));
    let errors = if let Problem::Invalid { faults } = problem { faults.clone() } else { Vec::new() };
    Line { number: line, status, id: None, detail, errors }
}
