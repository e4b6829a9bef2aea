//! One file: this file is about what it is made of, which pages serve it, and what one may do with it.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::files::size;
use canvass_model::{
    file::{Content, File, Scanning, State},
    id::FileId,
};
use canvass_storage::{self as storage, files, pages};

use super::{Happened, list};
use crate::{
    Problem,
    access::{Analyst, Person, Site},
    download::{self, Asked},
    layout::{ConsoleArea, ConsoleShell},
    view::moment,
};

#[expect(clippy::struct_excessive_bools, reason = "each is a condition of its own of what the page shows")]
#[derive(Template)]
#[template(path = "console/file.html")]
struct FilePage {
    shell: ConsoleShell,
    base: String,
    pages_base: String,
    may_write: bool,
    id: String,
    name: String,
    /// What the field of the name holds: the name, or what was refused.
    typed: String,
    told: &'static str,
    /// The field that was refused, and why.
    error: (String, String),
    contents: Vec<Row>,
    why: String,
    is_waiting: bool,
    is_served: bool,
    can_go_back: bool,
    served: Vec<(String, String)>,
    file_bytes_max: u64,
}

/// What the file is made of, or was.
struct Row {
    media: &'static str,
    size: String,
    sha256: String,
    at_iso: String,
    at: String,
    by: String,
    state: &'static str,
    tone: &'static str,
}

/// The page of a file that is not in the trash.
pub(crate) async fn show(
    analyst: Analyst,
    Path((_, file)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let told = match happened.did.as_deref() {
        Some("renamed") => "Renamed.",
        Some("replaced") => "The new content is uploaded. Pages keep their addresses.",
        Some("reverted") => "The earlier content is back.",
        _ => "",
    };
    let page = page(&analyst, super::id(&file)?).await?;
    Ok(Html(FilePage { may_write: analyst.may_write(), told, ..page }.render()?).into_response())
}

/// What is served of a file, for members.
pub(crate) async fn content(
    analyst: Analyst,
    Path((_, file)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    let id = super::id(&file)?;
    let file = find(&analyst, id).await?.0;
    send(&analyst, &file, &asked).await
}

/// Sends what is served of a file to somebody of its tenant.
pub(crate) async fn send(person: &Person, file: &File, asked: &Asked) -> Result<Response, Problem> {
    let scanning = person.settings().scanning;
    let Some(content) = file.served(scanning) else {
        let waits = |it: &Content| it.state(scanning) == State::Waiting;
        return Err(if file.contents.iter().any(waits) { Problem::FileWaiting } else { Problem::NotFound });
    };
    download::send(asked, (&file.name, content), person.reader(content.id)).await
}

/// The page again, with a name that was refused still in its field.
pub(super) async fn refused_name(
    person: &Person,
    id: FileId,
    (typed, problem): (&str, Problem),
) -> Result<Response, Problem> {
    let (words, _) = super::words(problem)?;
    let (typed, error) = (typed.to_owned(), ("name".to_owned(), words));
    let page = FilePage { typed, error, ..page(person, id).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// The page again, with what was refused: another content, or throwing it away.
pub(super) async fn refused(
    person: &Person,
    id: FileId,
    (field, problem): (&str, Problem),
) -> Result<Response, Problem> {
    let (words, status) = super::words(problem)?;
    let page = FilePage { error: (field.to_owned(), words), ..page(person, id).await? };
    Ok((status, Html(page.render()?)).into_response())
}

async fn find(person: &Person, id: FileId) -> Result<(File, Vec<(String, String)>), Problem> {
    let found = person
        .read(move |tx| {
            let file = files::find(tx, id)?.filter(|it| it.trashed_at.is_none());
            Ok::<_, storage::Error>((file, pages::list_of_files(tx, &[id])?))
        })
        .await?;
    let site = Site::below(&person.tenant().alias, &person.settings().base_url);
    let served = found.1.iter().map(|(_, it)| (it.address.native().to_owned(), site.href(&it.address)));
    Ok((found.0.ok_or(Problem::NotFound)?, served.collect()))
}

async fn page(person: &Person, id: FileId) -> Result<FilePage, Problem> {
    let (file, served) = find(person, id).await?;
    let scanning = person.settings().scanning;
    Ok(FilePage {
        shell: person.shell(ConsoleArea::Pages).await?,
        base: super::base(person),
        pages_base: format!("/-/console/{}/pages", person.tenant().alias),
        may_write: true,
        id: file.id.to_string(),
        name: file.name.as_str().to_owned(),
        typed: file.name.as_str().to_owned(),
        told: "",
        error: Default::default(),
        contents: file.contents.iter().map(|it| row(it, scanning)).collect(),
        why: list::why(&file, scanning),
        is_waiting: file.newest().is_some_and(|it| it.state(scanning) == State::Waiting),
        is_served: file.served(scanning).is_some(),
        can_go_back: file.can_go_back(),
        served,
        file_bytes_max: person.tenant().plan.plan().file_bytes_max,
    })
}

fn row(content: &Content, scanning: Scanning) -> Row {
    let (state, tone) = list::state_words(content.state(scanning));
    Row {
        media: content.media.label(),
        size: size(content.bytes),
        sha256: content.sha256.clone(),
        at_iso: content.at.to_string(),
        at: moment::minute(content.at),
        by: content.by.name().to_owned(),
        state,
        tone,
    }
}

impl FilePage {
    fn error(&self, field: &str) -> &str {
        if self.error.0 == field { &self.error.1 } else { "" }
    }
}
