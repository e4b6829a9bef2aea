//! The list of surveys: this file is about its views, its rows and the notice of what just happened to one of them.

mod filter;

use std::{collections::HashMap, fmt};

use askama::Template;
use axum::{extract::Query, response::Html};
use canvass_model::{
    id::SurveyId,
    metadata::{Field, Fields, Metadata},
    plan::Feature,
    survey::{Status, Survey},
    time::Timestamp,
};
use canvass_storage::{
    self as storage, ReadTx,
    surveys::{self, Shelf, ShelfCounts},
};

use self::filter::{Filter, Having};
use super::Happened;
use crate::{
    Problem,
    access::Analyst,
    layout::{ConsoleArea, ConsoleShell},
    view::{
        metadata::{self, Cell},
        moment, number, survey_head,
    },
};

/// Surveys on one page of the list: two screens of rows.
const PAGE_SIZE: u32 = 50;

#[derive(Template)]
#[template(path = "console/surveys.html")]
struct SurveysPage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    notice: Option<Notice>,
    views: Vec<View>,
    view: &'static str,
    is_trash: bool,
    rows: Vec<Row>,
    /// The headings of the tenant's own fields that are columns.
    headings: Vec<Heading>,
    /// Whether there is a page of the tenant's own fields to go to.
    has_fields: bool,
    filter: Filter,
    newer: String,
    older: String,
    plan: String,
}

/// A column of the tenant's own.
struct Heading {
    label: String,
    is_number: bool,
}

/// One way to look at the list.
struct View {
    name: &'static str,
    label: &'static str,
    count: String,
}

/// One survey.
struct Row {
    id: String,
    title: String,
    href: String,
    badge: &'static str,
    tone: &'static str,
    note: String,
    responses: Option<String>,
    changed: String,
    changed_iso: String,
    unpublished_changes: bool,
    /// The public page, while it is open.
    page: Option<String>,
    may_close: bool,
    may_archive: bool,
    /// What it has in the tenant's own fields that are columns.
    cells: Vec<Cell>,
    gone: String,
    gone_iso: String,
}

/// What just happened, and the way back.
struct Notice {
    text: String,
    /// Where undoing it is posted; empty when there is nothing to undo.
    undo: String,
}

/// Which part of the list to show.
#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    status: Option<String>,
    after: Option<String>,
    /// One of the tenant's own fields, and the value that surveys must have in it.
    field: Option<String>,
    value: Option<String>,
}

/// What the page is made of.
struct Found {
    surveys: Vec<Survey>,
    counts: ShelfCounts,
    told: Option<Survey>,
    fields: Fields,
    metadata: HashMap<SurveyId, Metadata>,
    filter: Filter,
    now: Timestamp,
}

/// Where a page of the list ends.
#[derive(Clone, Copy)]
struct Place {
    changed: Timestamp,
    id: SurveyId,
}

impl Place {
    fn of(survey: &Survey) -> Self {
        Self { changed: survey.updated_at, id: survey.id }
    }

    fn parse(text: &str) -> Option<Self> {
        let (changed, id) = text.split_once('_')?;
        Some(Self { changed: Timestamp(changed.parse().ok()?), id: SurveyId::parse(id)? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{}", self.changed.0, self.id)
    }
}

/// The surveys of a tenant, the last changed first.
pub(crate) async fn index(
    analyst: Analyst,
    Query(wanted): Query<Wanted>,
    Query(happened): Query<Happened>,
) -> Result<Html<String>, Problem> {
    let view = wanted.status.as_deref().and_then(named).unwrap_or(VIEWS[0]);
    let after = wanted.after.as_deref().and_then(Place::parse);
    let told = happened.it.as_deref().and_then(SurveyId::parse);
    let found = analyst.read(move |tx| find(tx, view, &wanted, told)).await?;
    let Found { counts, fields, now, .. } = &found;
    let base = format!("/-/console/{}/surveys", analyst.tenant().alias);
    let shown = &found.surveys[..found.surveys.len().min(PAGE_SIZE as usize)];
    let last = shown.last().filter(|_| shown.len() < found.surveys.len());
    let here = format!("{base}?status={}{}", view.name, found.filter.query);
    let nothing = Metadata::default();
    let cells = |it: &Survey| metadata::columns(fields, found.metadata.get(&it.id).unwrap_or(&nothing));
    let page = SurveysPage {
        shell: analyst.shell(ConsoleArea::Surveys).await?,
        may_write: analyst.may_write(),
        notice: found.told.as_ref().and_then(|it| notice(happened.did.as_deref()?, it, &base)),
        views: VIEWS.iter().map(|it| it.counted(counts)).collect(),
        view: view.name,
        is_trash: view.shelf == Shelf::Trash,
        rows: shown.iter().map(|it| row(it, cells(it), &base, analyst.tenant().alias.as_str(), *now)).collect(),
        headings: fields.iter().filter(|it| it.is_listed()).map(heading).collect(),
        has_fields: !fields.is_empty() || analyst.tenant().plan.plan().includes(Feature::Metadata),
        newer: after.map_or_else(String::new, |_| here.clone()),
        older: last.map_or_else(String::new, |it| format!("{here}&after={}", Place::of(it))),
        plan: plan(&analyst, counts),
        filter: found.filter,
        base,
    };
    Ok(Html(page.render()?))
}

fn find(tx: &mut ReadTx<'_>, view: Named, wanted: &Wanted, told: Option<SurveyId>) -> Result<Found, storage::Error> {
    let fields = storage::fields::list(tx)?;
    let after = wanted.after.as_deref().and_then(Place::parse).map(|it| (it.changed, it.id));
    let filter = Filter::read(&fields, wanted);
    let limit = PAGE_SIZE + 1;
    let surveys = match &filter.having {
        Having::Anything => surveys::list_by_change(tx, view.shelf, after, limit)?,
        Having::Nothing => Vec::new(),
        Having::Value(field, value) => surveys::list_having(tx, view.shelf, (field, value), after, limit)?,
    };
    let ids: Vec<SurveyId> = surveys.iter().map(|it| it.id).collect();
    Ok(Found {
        metadata: storage::metadata::list(tx, &fields, &ids)?,
        counts: surveys::count_shelves(tx)?,
        told: told.map(|it| surveys::find(tx, it)).transpose()?.flatten(),
        now: tx.now(),
        surveys,
        fields,
        filter,
    })
}

fn heading(field: &Field) -> Heading {
    Heading { label: field.label().to_owned(), is_number: metadata::is_number(field) }
}

/// A way to look at the list, and the shelf behind it.
#[derive(Clone, Copy)]
struct Named {
    name: &'static str,
    label: &'static str,
    shelf: Shelf,
}

const VIEWS: [Named; 6] = [
    Named { name: "all", label: "All", shelf: Shelf::AtWork },
    Named { name: "open", label: "Open", shelf: Shelf::Open },
    Named { name: "draft", label: "Drafts", shelf: Shelf::Drafts },
    Named { name: "closed", label: "Closed", shelf: Shelf::Closed },
    Named { name: "archived", label: "Archived", shelf: Shelf::Archive },
    Named { name: "trash", label: "Trash", shelf: Shelf::Trash },
];

impl Named {
    fn counted(self, counts: &ShelfCounts) -> View {
        let count = match self.shelf {
            Shelf::AtWork => counts.drafts + counts.open + counts.closed,
            Shelf::Open => counts.open,
            Shelf::Drafts => counts.drafts,
            Shelf::Closed => counts.closed,
            Shelf::Archive => counts.archived,
            Shelf::Trash => counts.trashed,
        };
        View { name: self.name, label: self.label, count: number::grouped(count) }
    }
}

fn named(name: &str) -> Option<Named> {
    VIEWS.into_iter().find(|it| it.name == name)
}

fn row(survey: &Survey, cells: Vec<Cell>, base: &str, alias: &str, now: Timestamp) -> Row {
    let (badge, tone, note) = survey_head::state(survey, now);
    let href = match (&survey.status, survey.version.0) {
        (Status::Draft, _) | (_, 0) => format!("{base}/{}", survey.id),
        (Status::Published { .. } | Status::Closed { .. } | Status::Archived { .. }, _) => {
            format!("{base}/{}/results", survey.id)
        }
    };
    let is_open = survey.is_open(now);
    let gone = survey.trashed_at.map(|it| it.plus_ms(Survey::TRASH_DAYS * Timestamp::DAY_MS));
    Row {
        id: survey.id.to_string(),
        title: title(survey),
        href,
        badge,
        tone,
        note,
        responses: (0 < survey.version.0).then(|| number::counted(survey.responses, "response")),
        changed: moment::ago(survey.updated_at, now),
        changed_iso: survey.updated_at.to_string(),
        unpublished_changes: is_open && survey.changed_since_published,
        page: survey.status.page().filter(|_| is_open).map(|it| format!("/{alias}/{}", it.href())),
        may_close: is_open,
        may_archive: !is_open && !matches!(survey.status, Status::Archived { .. }),
        cells,
        gone: gone.map_or_else(String::new, moment::day),
        gone_iso: gone.map_or_else(String::new, |it| it.to_string()),
    }
}

fn notice(did: &str, survey: &Survey, base: &str) -> Option<Notice> {
    let title = title(survey);
    let text = match did {
        "trashed" => {
            let at = survey.trashed_at?.plus_ms(Survey::TRASH_DAYS * Timestamp::DAY_MS);
            format!("“{title}” is in the trash. It is deleted for good on {}.", moment::day(at))
        }
        "restored" => format!("“{title}” is back."),
        "archived" => format!("“{title}” is put away among the archived surveys. Its address is free again."),
        "closed" => format!("“{title}” is closed. People who open its link read so."),
        _ => return None,
    };
    let undo = if did == "trashed" { format!("{base}/{}/restoration", survey.id) } else { String::new() };
    Some(Notice { text, undo })
}

fn title(survey: &Survey) -> String {
    if survey.title.is_empty() { "Untitled survey".to_owned() } else { survey.title.clone() }
}

fn plan(analyst: &Analyst, counts: &ShelfCounts) -> String {
    let (tenant, plan) = (analyst.tenant(), analyst.tenant().plan.plan());
    format!(
        "{} is on the {} plan: {} of {} open; each stays open for up to {}.",
        tenant.name,
        plan.id.as_str(),
        counts.open,
        number::counted(plan.active_surveys_max.into(), "survey"),
        number::counted(plan.duration_days_max().unsigned_abs(), "day"),
    )
}
