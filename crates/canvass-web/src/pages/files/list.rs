//! The list of files: this file is about what was uploaded, how it stands, which pages serve it, and how much room is left.

use askama::Template;
use axum::{
    extract::Query,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::files::size;
use canvass_model::{
    file::{File, Scan, Scanning, State},
    id::FileId,
    page::Page,
    plan::Plan,
    time::Timestamp,
};
use canvass_storage::{
    self as storage, ReadTx,
    files::{self, Shelf, Usage},
    pages,
};

use super::Happened;
use crate::{
    Problem,
    access::{Analyst, Creator, Person, Site},
    layout::{ConsoleArea, ConsoleShell},
    view::{moment, number},
};

/// Files on one page of the list.
const FILES_MAX: u32 = 50;
/// From this share of a limit on, the list says so.
const NEARLY_PERCENT: u64 = 80;

#[derive(Template)]
#[template(path = "console/files.html")]
struct ListPage {
    shell: ConsoleShell,
    base: String,
    pages_base: String,
    may_write: bool,
    is_trash: bool,
    count: String,
    trash_count: String,
    notice: Option<Notice>,
    error: String,
    limits: [Limit; 2],
    file_bytes_max: u64,
    plan: &'static str,
    scans: bool,
    is_waiting: bool,
    rows: Vec<Row>,
    older: String,
}

/// How much of a limit is used.
struct Limit {
    what: &'static str,
    used: String,
    max: String,
    percent: u64,
}

/// One file.
struct Row {
    id: String,
    name: String,
    about: String,
    state: &'static str,
    tone: &'static str,
    why: String,
    /// The addresses that serve it, each with its link.
    served: Vec<(String, String)>,
    gone: String,
    gone_iso: String,
}

/// What just happened, and the way on or back.
struct Notice {
    text: String,
    undo: String,
    make_page: String,
}

/// Which part of the list to show.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Wanted {
    status: Option<String>,
    after: Option<String>,
}

struct Found {
    files: Vec<File>,
    served: Vec<(FileId, Page)>,
    counts: [u64; 2],
    usage: Usage,
    told: Option<File>,
}

/// The files of a tenant.
pub(crate) async fn index(
    analyst: Analyst,
    Query(wanted): Query<Wanted>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let page = page(&analyst, &wanted, &happened).await?;
    Ok(Html(ListPage { may_write: analyst.may_write(), ..page }.render()?).into_response())
}

/// The list again, with why an upload was refused.
pub(super) async fn refused(creator: &Creator, problem: Problem) -> Result<Response, Problem> {
    let (error, status) = super::words(problem)?;
    let page = ListPage { error, ..page(creator, &Wanted::default(), &Happened::default()).await? };
    Ok((status, Html(page.render()?)).into_response())
}

/// How a content stands, in a word with its tone.
pub(super) fn state_words(state: State) -> (&'static str, &'static str) {
    match state {
        State::Clean => ("No virus found", "good"),
        State::Unscanned => ("Not scanned", ""),
        State::Waiting => ("Waits for its scan", "warn"),
        State::Infected => ("Refused", "danger"),
    }
}

/// Why a file is not served as it was uploaded; empty when it is.
pub(super) fn why(file: &File, scanning: Scanning) -> String {
    let Some(newest) = file.newest() else { return String::new() };
    let meanwhile = if file.served(scanning).is_some() { " The earlier content is served meanwhile." } else { "" };
    match newest.state(scanning) {
        State::Clean | State::Unscanned => String::new(),
        State::Waiting => match &newest.trouble {
            Some(trouble) => format!("Not served yet: {trouble}. The scan is tried again.{meanwhile}"),
            None => format!("Not served before it was found clean.{meanwhile}"),
        },
        State::Infected => {
            let signature = match &newest.scan {
                Scan::Infected(signature) => signature.as_str(),
                Scan::Unscanned | Scan::Clean => "",
            };
            format!("The virus scan found {signature}; the content was deleted.{meanwhile}")
        }
    }
}

async fn page(person: &Person, wanted: &Wanted, happened: &Happened) -> Result<ListPage, Problem> {
    let is_trash = wanted.status.as_deref() == Some("trash");
    let shelf = if is_trash { Shelf::Trash } else { Shelf::Kept };
    let after = wanted.after.as_deref().and_then(FileId::parse);
    let told = happened.it.as_deref().and_then(FileId::parse);
    let found = person.read(move |tx| find(tx, (shelf, after), told)).await?;
    let base = super::base(person);
    let (plan, scanning) = (person.tenant().plan.plan(), person.settings().scanning);
    let site = Site::below(&person.tenant().alias, &person.settings().base_url);
    let is_full = found.files.len() == FILES_MAX as usize;
    let older = found.files.last().filter(|_| is_full).map_or_else(String::new, |it| {
        format!("{base}?after={}{}", it.id, if is_trash { "&status=trash" } else { "" })
    });
    let rows: Vec<Row> = found.files.iter().map(|it| row(it, &found.served, (scanning, &site))).collect();
    let pages_base = format!("/-/console/{}/pages", person.tenant().alias);
    Ok(ListPage {
        shell: person.shell(ConsoleArea::Pages).await?,
        may_write: true,
        is_trash,
        count: number::grouped(found.counts[0]),
        trash_count: number::grouped(found.counts[1]),
        notice: found.told.as_ref().and_then(|it| notice(happened.did.as_deref()?, it, (&base, &pages_base))),
        error: String::new(),
        limits: limits(&plan, found.usage),
        file_bytes_max: plan.file_bytes_max,
        plan: plan.id.as_str(),
        scans: scanning == Scanning::On,
        is_waiting: found.files.iter().filter_map(File::newest).any(|it| it.state(scanning) == State::Waiting),
        rows,
        older,
        pages_base,
        base,
    })
}

fn find(
    tx: &mut ReadTx<'_>,
    (shelf, after): (Shelf, Option<FileId>),
    told: Option<FileId>,
) -> Result<Found, storage::Error> {
    let files = files::list(tx, shelf, after, FILES_MAX)?;
    let ids: Vec<FileId> = files.iter().map(|it| it.id).collect();
    Ok(Found {
        served: pages::list_of_files(tx, &ids)?,
        counts: [files::count(tx, Shelf::Kept)?, files::count(tx, Shelf::Trash)?],
        usage: files::usage(tx)?,
        told: told.map(|it| files::find(tx, it)).transpose()?.flatten(),
        files,
    })
}

fn row(file: &File, served: &[(FileId, Page)], (scanning, site): (Scanning, &Site)) -> Row {
    let newest = file.newest();
    let (state, tone) = newest.map_or(("", ""), |it| state_words(it.state(scanning)));
    let gone = file.trashed_at.map(|it| it.plus_ms(File::TRASH_DAYS * Timestamp::DAY_MS));
    Row {
        id: file.id.to_string(),
        name: file.name.as_str().to_owned(),
        about: newest.map_or_else(String::new, |it| {
            format!("{}, {}, uploaded {} by {}", it.media.label(), size(it.bytes), moment::day(it.at), it.by.name())
        }),
        state,
        tone,
        why: why(file, scanning),
        served: served
            .iter()
            .filter(|(id, _)| *id == file.id)
            .map(|(_, page)| (page.address.native().to_owned(), site.href(&page.address)))
            .collect(),
        gone: gone.map_or_else(String::new, moment::day),
        gone_iso: gone.map_or_else(String::new, |it| it.to_string()),
    }
}

fn limits(plan: &Plan, usage: Usage) -> [Limit; 2] {
    let max = u64::from(plan.files_max);
    [
        Limit {
            what: "Space",
            used: size(usage.bytes),
            max: size(plan.files_bytes_max),
            percent: number::percent(usage.bytes, plan.files_bytes_max),
        },
        Limit {
            what: "Files",
            used: number::grouped(usage.files),
            max: number::grouped(max),
            percent: number::percent(usage.files, max),
        },
    ]
}

impl Limit {
    fn is_reached(&self) -> bool {
        100 <= self.percent
    }

    fn is_near(&self) -> bool {
        NEARLY_PERCENT <= self.percent && !self.is_reached()
    }
}

fn notice(did: &str, file: &File, (base, pages): (&str, &str)) -> Option<Notice> {
    let name = &file.name;
    let notice = |text: String| Notice { text, undo: String::new(), make_page: String::new() };
    match did {
        "uploaded" => Some(Notice {
            make_page: format!("{pages}/new?kind=file&file={}", file.id),
            ..notice(format!("“{name}” is uploaded. A page gives it an address."))
        }),
        "trashed" => {
            let day = moment::day(file.trashed_at?.plus_ms(File::TRASH_DAYS * Timestamp::DAY_MS));
            let undo = format!("{base}/{}/restoration", file.id);
            Some(Notice { undo, ..notice(format!("“{name}” is in the trash. It is deleted for good on {day}.")) })
        }
        "restored" => Some(notice(format!("“{name}” is back."))),
        _ => None,
    }
}
