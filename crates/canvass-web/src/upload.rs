//! Uploads on their way in: this file is about taking a file out of a request piece by piece, within the plan's room.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::{HeaderMap, header},
};
use canvass_actions::files::{self, Bound, Room};
use canvass_model::file::FileName;
use canvass_storage::{self as storage, Arrived, Incoming};
use futures_util::{Stream, StreamExt};
use tokio::sync::Semaphore;

use crate::{Problem, access::Creator, form::Form, too_large};

/// A posted form with a file in it.
pub(crate) struct Sent {
    /// Its other fields.
    pub(crate) form: Form,
    /// The file, when one was chosen, whole and durable, though nothing is made of it yet.
    pub(crate) file: Option<(FileName, Arrived)>,
}

/// Uploads that one process takes in at once; each holds a piece in memory.
const UPLOADS_AT_ONCE_MAX: usize = 64;
static PLACES: Semaphore = Semaphore::const_new(UPLOADS_AT_ONCE_MAX);
/// The largest file of the largest plan at a megabit a second takes as long.
const UPLOAD_WITHIN: Duration = Duration::from_mins(70);
/// Fields beside the file: a page's form has ten.
const FIELDS_MAX: usize = 40;
/// Bytes of them all together: a document and its form.
const FIELDS_BYTES_MAX: usize = 600 * 1024;
/// What a form adds to its file.
const AROUND_BYTES_MAX: u64 = 1024 * 1024;

/// Reads a posted form; its file goes to the tenant's contents as it arrives.
pub(crate) async fn form(creator: &Creator, request: Request) -> Result<Sent, Problem> {
    let announced = announced(request.headers());
    let expected = Problem::UnsupportedMediaType { expected: "multipart/form-data" };
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| expected)?;
    let mut sent = Sent { form: Form(Vec::new()), file: None };
    match fill(creator, &mut parts, announced, &mut sent).await {
        Ok(()) => Ok(sent),
        Err(problem) => {
            if let Some((_, arrived)) = sent.file {
                creator.remove_contents(vec![arrived.id]).await?;
            }
            Err(problem)
        }
    }
}

/// Reads a body that is a file and nothing else.
pub(crate) async fn body(creator: &Creator, request: Request) -> Result<Arrived, Problem> {
    let announced = announced(request.headers());
    take(creator, request.into_body().into_data_stream(), announced).await
}

async fn fill(
    creator: &Creator,
    parts: &mut Multipart,
    announced: Option<u64>,
    sent: &mut Sent,
) -> Result<(), Problem> {
    let mut room = FIELDS_BYTES_MAX;
    while let Some(field) = parts.next_field().await.map_err(broken)? {
        match field.file_name().map(str::to_owned) {
            None => sent.form.0.push(text(field, &mut room).await?),
            Some(name) if !name.is_empty() && sent.file.is_none() => {
                let arrived = take(creator, field, announced.map(|it| it.saturating_sub(AROUND_BYTES_MAX))).await?;
                sent.file = Some((FileName::offered(&name), arrived));
            }
            // What a browser sends when nothing was chosen, or a second file where there is room for one.
            Some(_) => too_large::read_on(field).await,
        }
        if FIELDS_MAX < sent.form.0.len() {
            return Err(Problem::BadRequest("This form has too many fields".to_owned()));
        }
    }
    Ok(())
}

async fn text(mut field: Field<'_>, room: &mut usize) -> Result<(String, String), Problem> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        *room = room.checked_sub(chunk.len()).ok_or(Problem::TooLarge { bytes_max: FIELDS_BYTES_MAX })?;
        bytes.extend_from_slice(&chunk);
    }
    Ok((name, String::from_utf8_lossy(&bytes).into_owned()))
}

/// Takes a file in. It is refused as soon as it is too large, by what it announces or by what arrives.
async fn take<E>(
    creator: &Creator,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    announced: Option<u64>,
) -> Result<Arrived, Problem> {
    let Ok(_place) = PLACES.try_acquire() else {
        return Err(storage::Error::Busy { retry_after_ms: 5_000 }.into());
    };
    let (mut incoming, room) = match creator.receive().await {
        Ok(begun) => begun,
        Err(refusal) => {
            too_large::read_on(bytes).await;
            return Err(refusal.into());
        }
    };
    if announced.is_some_and(|it| room.bytes_max < it) {
        too_large::read_on(bytes).await;
        return Err(refusal(creator, room));
    }
    let arriving = tokio::time::timeout(UPLOAD_WITHIN, pour(&mut bytes, &mut incoming, room));
    let problem = match arriving.await {
        Ok(Ok(true)) => return Ok(incoming.finish().await?),
        Ok(Ok(false)) => refusal(creator, room),
        Ok(Err(problem)) => problem,
        Err(_) => Problem::BadRequest("The file took too long to arrive; send it over a faster connection".to_owned()),
    };
    incoming.abandon().await?;
    too_large::read_on(bytes).await;
    Err(problem)
}

/// Moves what arrives into the contents, until its end; `false` when there is more of it than room.
async fn pour<E>(
    bytes: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
    incoming: &mut Incoming,
    room: Room,
) -> Result<bool, Problem> {
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(broken)?;
        if room.bytes_max < incoming.bytes() + chunk.len() as u64 {
            return Ok(false);
        }
        incoming.write(&chunk).await?;
    }
    Ok(true)
}

fn refusal(creator: &Creator, room: Room) -> Problem {
    let refusal = files::refusal(&creator.tenant().plan.plan(), room.bound);
    match room.bound {
        Bound::OneFile => Problem::FileTooLarge(refusal.to_string()),
        Bound::AllFiles => refusal.into(),
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()).and_then(|it| it.parse().ok())
}

fn broken<E>(_: E) -> Problem {
    Problem::BadRequest("The file did not arrive whole; choose it again".to_owned())
}
