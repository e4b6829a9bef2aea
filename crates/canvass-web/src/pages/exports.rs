//! Exports in the console: this file is about choosing a format, fetching a file at once, and those that are made in the
//! background.

mod list;

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Redirect, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use canvass_actions::{Error, exports as verbs};
use canvass_model::{
    export::{Cells, End, Format, Leading, Wanted},
    id::{ExportId, SurveyId},
};
use canvass_storage::exports;
use futures_util::{Stream, StreamExt, stream};

pub(crate) use self::list::index;
use crate::{App, Problem, access::Analyst, download, form::Form};

/// How often somebody who watches hears what has changed.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks without news after which a page has to ask again: half an hour.
const LOOKS_MAX: u32 = 3_600;

/// What a file is to be like, in the address.
#[derive(serde::Deserialize)]
pub(crate) struct Asked {
    /// The format; CSV when it is missing.
    format: Option<String>,
    /// Present when choices are to be written as labels.
    labels: Option<String>,
    /// Present when the survey's metadata is to lead every row.
    metadata: Option<String>,
}

/// What the page that listens shows.
#[derive(serde::Deserialize)]
pub(crate) struct Shown {
    seen: Option<String>,
}

/// The boxes that were ticked.
#[derive(Clone, Copy)]
struct Ticked {
    labels: bool,
    metadata: bool,
}

/// All responses as a file, made while it is fetched.
pub(crate) async fn download(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let format = match asked.format.as_deref() {
        None => Format::Csv,
        Some(name) => Format::parse(name).ok_or_else(unknown)?,
    };
    let wanted = Ticked { labels: asked.labels.is_some(), metadata: asked.metadata.is_some() }.wanted(format);
    match analyst.download(id, wanted).await {
        Ok(file) => Ok(streamed(file)),
        Err(error) => list::refused(&analyst, id, wanted, error).await,
    }
}

/// Asks for a file to be made in the background.
pub(crate) async fn create(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let format = Format::parse(form.text("format")).ok_or_else(unknown)?;
    let wanted = Ticked { labels: form.is_ticked("labels"), metadata: form.is_ticked("metadata") }.wanted(format);
    match analyst.ask_for_export(move |tx, by| Ok(verbs::create(tx, by, id, wanted)?)).await {
        Ok(_) => Ok(to_list(&analyst, id, "asked")),
        Err(Problem::Action(error)) => list::refused(&analyst, id, wanted, error).await,
        Err(problem) => Err(problem),
    }
}

/// The file of an export that is done.
pub(crate) async fn file(
    analyst: Analyst,
    Path((_, survey, export)): Path<(String, String, String)>,
    asked: download::Asked,
) -> Result<Response, Problem> {
    let (survey, export) = ids(&survey, &export)?;
    let (export, reader) = analyst.made_export(survey, export).await?;
    download::save(&asked, &export, reader).await
}

/// Stops an export. One that came to its end meanwhile stays as it is, and the list says how.
pub(crate) async fn cancel(
    analyst: Analyst,
    Path((_, survey, export)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (survey, export) = ids(&survey, &export)?;
    match analyst.cancel_export(survey, export).await {
        Ok(()) => Ok(to_list(&analyst, survey, "cancelled")),
        Err(Error::Refused(_)) => Ok(to_list(&analyst, survey, "late")),
        Err(error) => Err(error.into()),
    }
}

/// Removes an export.
pub(crate) async fn delete(
    analyst: Analyst,
    Path((_, survey, export)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let (survey, export) = ids(&survey, &export)?;
    analyst.delete_export(survey, export).await?;
    Ok(to_list(&analyst, survey, "deleted"))
}

/// An event whenever something about the survey's exports changed, also when it did before the page that asks could listen.
pub(crate) async fn events(
    State(app): State<App>,
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(shown): Query<Shown>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let read = analyst.read(move |tx| {
        canvass_storage::surveys::find(tx, id)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(exports::stamp(tx, id)?)
    });
    let now = stamp(read.await?);
    let seen = shown.seen.unwrap_or(now);
    let events = stream::unfold((analyst, seen), move |(analyst, seen)| async move {
        for _ in 0..LOOKS_MAX {
            let now = stamp(analyst.read(move |tx| exports::stamp(tx, id)).await.ok()?);
            if now != seen {
                return Some((Ok(Event::default().data("changed")), (analyst, now)));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        None
    });
    Ok(Sse::new(events.take_until(app.drained())).keep_alive(KeepAlive::default()))
}

/// A file that leaves as it is made. A failure cuts the transfer, so that the client knows.
pub(crate) fn streamed(file: verbs::Download) -> Response {
    let (disposition, media, bytes) = (download::saved_as(file.name()), file.media(), file.bytes());
    let pieces = stream::try_unfold(file, async |mut file| {
        let piece = file.next().await.map_err(|error| {
            tracing::warn!(%error, "A download of responses was cut");
            std::io::Error::other(error)
        })?;
        Ok::<_, std::io::Error>(piece.map(|it| (Bytes::from(it), file)))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    // Whoever compresses asks again after the end.
    let mut response = (headers, Body::from_stream(pieces.fuse())).into_response();
    if let Some(bytes) = bytes {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    }
    response
}

impl Ticked {
    /// In the console a file always tells its end: nobody who opens it has seen the transfer.
    fn wanted(self, format: Format) -> Wanted {
        Wanted {
            format,
            cells: if self.labels { Cells::Labels } else { Cells::Ids },
            leading: if self.metadata { Leading::Metadata } else { Leading::Nothing },
            end: End::Footer,
        }
    }
}

fn to_list(analyst: &Analyst, survey: SurveyId, did: &str) -> Response {
    Redirect::to(&format!("/-/console/{}/surveys/{survey}/exports?did={did}", analyst.tenant().alias)).into_response()
}

/// What the list looked like, in an address.
fn stamp((count, changed): (u64, i64)) -> String {
    format!("{count}.{changed}")
}

fn ids(survey: &str, export: &str) -> Result<(SurveyId, ExportId), Problem> {
    let survey = SurveyId::parse(survey).ok_or(Problem::NotFound)?;
    Ok((survey, ExportId::parse(export).ok_or(Problem::NotFound)?))
}

fn unknown() -> Problem {
    let names = Format::ALL.map(Format::as_str).join(", ");
    Problem::BadRequest(format!("`format` is one of {names}"))
}
