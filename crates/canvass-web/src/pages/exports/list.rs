//! The page of exports: this file is about the formats in plain sentences, and how each file stands.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_actions::{Error, files::size, metadata};
use canvass_model::{
    export::{Cells, End, Export, Format, Leading, State, Wanted},
    id::{ExportId, SurveyId},
    survey::Survey,
    time::Timestamp,
};
use canvass_storage::{exports, surveys};

use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        moment, number,
        survey_head::{SurveyHead, Tab},
    },
};

/// Exports on one page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "console/exports.html")]
struct ExportsPage {
    shell: ConsoleShell,
    head: SurveyHead,
    formats: Vec<Offered>,
    labels: bool,
    metadata: bool,
    has_metadata: bool,
    rows: Vec<Row>,
    /// What the list looks like, for whoever listens to its changes.
    stamp: String,
    older: Option<String>,
    told: &'static str,
    error: String,
    kept_days: i64,
}

/// One format on offer.
struct Offered {
    value: &'static str,
    label: &'static str,
    help: &'static str,
    is_chosen: bool,
}

/// One export.
struct Row {
    id: String,
    name: String,
    about: String,
    state: &'static str,
    tone: &'static str,
    /// What there is to say of its state.
    note: String,
    /// How much of it is made, of how much.
    progress: Option<(u64, u64)>,
    sha256: String,
    at: String,
    at_iso: String,
    is_unfinished: bool,
    has_file: bool,
}

/// Which exports to show, and what just happened.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Listing {
    after: Option<String>,
    did: Option<String>,
}

/// What the page is made of.
struct Found {
    survey: Survey,
    exports: Vec<Export>,
    stamp: (u64, i64),
    has_metadata: bool,
    now: Timestamp,
}

/// The formats, and the survey's exports.
pub(crate) async fn index(
    analyst: Analyst,
    Path((_, survey)): Path<(String, String)>,
    Query(listing): Query<Listing>,
) -> Result<Html<String>, Problem> {
    let id = SurveyId::parse(&survey).ok_or(Problem::NotFound)?;
    let standard = Wanted { format: Format::Csv, cells: Cells::Ids, leading: Leading::Nothing, end: End::Footer };
    Ok(Html(page(&analyst, id, standard, &listing).await?.render()?))
}

/// The page again, with why a file cannot be made.
pub(super) async fn refused(
    analyst: &Analyst,
    survey: SurveyId,
    wanted: Wanted,
    error: Error,
) -> Result<Response, Problem> {
    let (Error::Limit(words) | Error::Refused(words)) = error else { return Err(error.into()) };
    let page = ExportsPage { error: words, ..page(analyst, survey, wanted, &Listing::default()).await? };
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}

async fn page(analyst: &Analyst, id: SurveyId, wanted: Wanted, listing: &Listing) -> Result<ExportsPage, Problem> {
    let after = listing.after.as_deref().and_then(ExportId::parse);
    let read = analyst.read(move |tx| {
        Ok::<_, Error>(Found {
            survey: surveys::find(tx, id)?.ok_or(Error::NotFound)?,
            exports: exports::list(tx, id, after, ROWS)?,
            stamp: exports::stamp(tx, id)?,
            has_metadata: metadata::find(tx, id)?.fields.iter().next().is_some(),
            now: tx.now(),
        })
    });
    let Found { survey, exports, stamp, has_metadata, now } = read.await?;
    let full = exports.len() == ROWS as usize;
    let offered = |format: Format| Offered {
        value: format.as_str(),
        label: format.label(),
        help: sentence(format),
        is_chosen: format == wanted.format,
    };
    Ok(ExportsPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        head: SurveyHead::new(&survey, &analyst.tenant().alias, Tab::Exports, now),
        formats: Format::ALL.map(offered).into(),
        labels: wanted.cells == Cells::Labels,
        metadata: wanted.leading == Leading::Metadata,
        has_metadata,
        older: exports.last().filter(|_| full).map(|it| it.id.to_string()),
        rows: exports.iter().filter(|it| it.expires_at().is_none_or(|at| now < at)).map(|it| row(it, now)).collect(),
        stamp: super::stamp(stamp),
        told: told(listing.did.as_deref()),
        error: String::new(),
        kept_days: Export::KEPT_DAYS,
    })
}

/// What a format is for.
fn sentence(format: Format) -> &'static str {
    match format {
        Format::Csv => "A plain table that every program reads; its last line holds the number of rows and a checksum.",
        Format::Xlsx => "For Excel, LibreOffice and Numbers, with a second sheet that explains every column.",
        Format::Sav => "For SPSS, PSPP and jamovi, with labels, scales and multiple responses.",
        Format::Jsonl => "For programs: one response a line, with types kept.",
        Format::Parquet => "For data tools such as pandas, DuckDB and Spark: small, typed and fast.",
        Format::Sqlite => "A database in one file, with tables of responses, columns and choices.",
        Format::R => "An archive with the data and a script that reads it into R, with factors and labels.",
        Format::Stata => "An archive with the data and a script that reads it into Stata, with value labels.",
        Format::Codebook => "What every column and every choice means, without any response.",
    }
}

fn told(did: Option<&str>) -> &'static str {
    match did {
        Some("asked") => "The file is being prepared. You may leave this page and come back.",
        Some("cancelled") => "The file is no longer being prepared.",
        Some("deleted") => "The file was deleted.",
        Some("late") => "It had come to its end before it could be cancelled.",
        Some(_) | None => "",
    }
}

fn row(export: &Export, now: Timestamp) -> Row {
    let (state, tone) = state(export.state);
    Row {
        id: export.id.to_string(),
        name: export.name.as_str().to_owned(),
        about: about(export),
        state,
        tone,
        note: note(export),
        progress: (export.state == State::Running).then(|| (export.rows, export.rows_expected.max(export.rows).max(1))),
        sha256: export.sha256.clone().unwrap_or_default(),
        at: moment::ago(export.created_at, now),
        at_iso: export.created_at.to_string(),
        is_unfinished: export.state.is_unfinished(),
        has_file: export.has_file(now),
    }
}

fn state(state: State) -> (&'static str, &'static str) {
    match state {
        State::Waiting => ("Waiting", ""),
        State::Running => ("In progress", ""),
        State::Done => ("Ready", "good"),
        State::Failed => ("Failed", "danger"),
        State::Cancelled => ("Cancelled", ""),
        State::Withdrawn => ("Withdrawn", "warn"),
    }
}

/// What the file is like, in one line.
fn about(export: &Export) -> String {
    let mut parts = vec![export.wanted.format.label().to_owned()];
    if export.wanted.cells == Cells::Labels {
        parts.push("labels".to_owned());
    }
    if export.wanted.leading == Leading::Metadata {
        parts.push("details".to_owned());
    }
    parts.push(format!("asked for by {}", export.by.name()));
    parts.join(", ")
}

/// How it stands, in a sentence.
fn note(export: &Export) -> String {
    let rows = number::counted(export.rows, "response");
    match export.state {
        State::Waiting => "Its turn comes after the files before it.".to_owned(),
        State::Running => format!("{rows} of {}, {}.", number::grouped(export.rows_expected), size(export.bytes)),
        State::Done => {
            let rows = if export.wanted.format.has_rows() { format!("{rows}, ") } else { String::new() };
            let until = export.expires_at().map_or_else(String::new, |it| format!(" Kept until {}.", moment::day(it)));
            format!("{rows}{}.{until}", size(export.bytes))
        }
        State::Failed => {
            format!("{}.", export.reason.as_deref().unwrap_or("It could not be made").trim_end_matches('.'))
        }
        State::Cancelled => String::new(),
        State::Withdrawn => "A response in it was erased, and the file with it. Prepare it again.".to_owned(),
    }
}
