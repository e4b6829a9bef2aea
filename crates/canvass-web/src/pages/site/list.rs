//! The list of pages: this file is about the tree of them, the addresses they left behind, and the trash.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use canvass_model::{
    id::{PageId, ScriptId, SurveyId},
    page::{Destination, Page, Target, Visibility},
    time::Timestamp,
};
use canvass_storage::{self as storage, ReadTx, pages, scripts, surveys};

use super::{Happened, starters, tree, words};
use crate::{
    Problem,
    access::{Analyst, Person, Site},
    layout::{ConsoleArea, ConsoleShell},
    view::{moment, number},
};

#[derive(Template)]
#[template(path = "console/pages.html")]
struct ListPage {
    shell: ConsoleShell,
    base: String,
    may_write: bool,
    may_manage: bool,
    is_trash: bool,
    count: String,
    trash_count: String,
    notice: Option<Notice>,
    refusal: String,
    announcement: String,
    /// Where the tenant's own address leads while no page is made for it.
    home: Option<String>,
    tree: Level,
    left_behind: Vec<LeftBehind>,
    trash: Vec<Thrown>,
    /// How many starter pages there is something to decide about.
    offers: usize,
}

/// Pages beside each other, with those below them.
#[derive(Template, Default)]
#[template(path = "console/page_tree.html")]
struct Level {
    base: String,
    may_write: bool,
    branches: Vec<Branch>,
}

/// One part of an address in the list.
struct Branch {
    name: String,
    row: Option<Row>,
    below: Level,
    is_first: bool,
    is_last: bool,
}

/// One page.
struct Row {
    id: String,
    name: String,
    kind: &'static str,
    icon: &'static str,
    /// The address in full, and where a redirect leads.
    address: String,
    leads_to: String,
    link: String,
    /// Who may see it, when not everybody may.
    visibility: &'static str,
    state: Option<State>,
    /// Whether the script that makes it is in the trash: nobody finds it meanwhile.
    is_without_script: bool,
}

/// What a page's schedule says now.
struct State {
    tone: &'static str,
    before: &'static str,
    iso: String,
    moment: String,
}

/// What a page that moved left at its old address.
struct LeftBehind {
    id: String,
    from: String,
    to: String,
}

/// A page in the trash.
struct Thrown {
    id: String,
    name: String,
    address: String,
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
}

/// Everything the list is made of.
struct Found {
    pages: Vec<Page>,
    trash: Vec<Page>,
    titles: HashMap<SurveyId, String>,
    /// Scripts in the trash.
    thrown: HashSet<ScriptId>,
    told: Option<Page>,
    now: Timestamp,
}

/// The pages of a tenant.
pub(crate) async fn index(
    analyst: Analyst,
    Query(wanted): Query<Wanted>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let is_trash = wanted.status.as_deref() == Some("trash");
    let page = page(&analyst, is_trash, &happened).await?;
    Ok(Html(ListPage { may_write: analyst.may_write(), ..page }.render()?).into_response())
}

/// The list again, with why something was refused.
pub(super) async fn refused(person: &Person, refusal: String) -> Result<Response, Problem> {
    let page = ListPage { refusal, ..page(person, false, &Happened::default()).await? };
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}

async fn page(person: &Person, is_trash: bool, happened: &Happened) -> Result<ListPage, Problem> {
    let told = happened.it.as_deref().and_then(PageId::parse);
    let found = person.read(move |tx| find(tx, told)).await?;
    let base = super::base(person);
    let site = Site::below(&person.tenant().alias, &person.settings().base_url);
    let (left, pages): (Vec<&Page>, Vec<&Page>) = found.pages.iter().partition(|it| has_moved(it));
    let tree = tree::of(pages.iter().copied());
    let has_index = pages.iter().any(|it| it.address.key().as_str() == "index");
    let thrown = found.trash.iter().map(|it| thrown(it, &found)).collect();
    let offers = if is_trash { 0 } else { starters::count_open(person).await? };
    Ok(ListPage {
        offers,
        shell: person.shell(ConsoleArea::Pages).await?,
        may_write: true,
        may_manage: super::may_manage(person),
        is_trash,
        count: number::grouped(pages.len() as u64),
        trash_count: number::grouped(found.trash.len() as u64),
        notice: found.told.as_ref().and_then(|it| notice(happened.did.as_deref()?, it, &found, &base)),
        refusal: String::new(),
        announcement: found.told.as_ref().and_then(|it| placed(happened, it, &found)).unwrap_or_default(),
        home: (!has_index).then(|| site.home().to_owned()),
        tree: level(&tree, &found, (&base, &site)),
        left_behind: left.iter().filter_map(|it| left_behind(it, &found)).collect(),
        trash: if is_trash { thrown } else { Vec::new() },
        base,
    })
}

fn find(tx: &mut ReadTx<'_>, told: Option<PageId>) -> Result<Found, storage::Error> {
    let (pages, trash) = (pages::list(tx)?, pages::list_trashed(tx)?);
    let ids: HashSet<SurveyId> = pages.iter().chain(&trash).filter_map(survey_of).collect();
    let ids: Vec<SurveyId> = ids.into_iter().collect();
    let mut titles = HashMap::with_capacity(ids.len());
    for some in ids.chunks(surveys::TITLES_MAX) {
        titles.extend(surveys::titles(tx, some)?);
    }
    let told = told.map(|it| pages::find_by_id(tx, it)).transpose()?.flatten();
    let thrown = scripts::trash::list(tx)?.into_iter().map(|it| it.id).collect();
    Ok(Found { pages, trash, titles, thrown, told, now: tx.now() })
}

impl Found {
    fn name(&self, page: &Page) -> String {
        let title = survey_of(page).and_then(|it| self.titles.get(&it)).map_or("", String::as_str);
        words::name(page, title)
    }
}

fn survey_of(page: &Page) -> Option<SurveyId> {
    match page.target {
        Target::Survey(survey) | Target::Results(survey) => Some(survey),
        Target::Document | Target::Feed(_) | Target::File(_) | Target::Redirect(_) | Target::Script(_) => None,
    }
}

fn has_moved(page: &Page) -> bool {
    matches!(page.target, Target::Redirect(Destination::Moved(_)))
}

fn level(branches: &[tree::Branch<'_>], found: &Found, (base, site): (&str, &Site)) -> Level {
    let pages = branches.iter().filter(|it| it.page.is_some()).count();
    let branch = |(at, it): (usize, &tree::Branch<'_>)| Branch {
        name: it.name.clone(),
        row: it.page.map(|page| row(page, found, site)),
        below: level(&it.below, found, (base, site)),
        is_first: at == 0,
        is_last: at + 1 == pages,
    };
    Level { base: base.to_owned(), may_write: true, branches: branches.iter().enumerate().map(branch).collect() }
}

fn row(page: &Page, found: &Found, site: &Site) -> Row {
    let kind = page.target.kind();
    Row {
        id: page.id.to_string(),
        name: found.name(page),
        kind: words::kind(kind),
        icon: words::kind_icon(kind),
        address: page.address.native().to_owned(),
        leads_to: words::leads_to(page, &found.pages),
        link: site.href(&page.address),
        visibility: if page.visibility == Visibility::Public { "" } else { words::visibility(page.visibility) },
        state: state(page, found.now),
        is_without_script: matches!(page.target, Target::Script(it) if found.thrown.contains(&it)),
    }
}

fn state(page: &Page, now: Timestamp) -> Option<State> {
    let (tone, before, at) = match (page.opens_at, page.closes_at) {
        (Some(at), _) if now < at => ("warn", "Opens", at),
        (_, Some(at)) if at <= now => ("", "Closed since", at),
        (_, Some(at)) => ("good", "Open until", at),
        (_, None) => return None,
    };
    Some(State { tone, before, iso: at.to_string(), moment: moment::minute(at) })
}

fn left_behind(page: &Page, found: &Found) -> Option<LeftBehind> {
    let Target::Redirect(Destination::Moved(to)) = page.target else { return None };
    let to = found.pages.iter().find(|it| it.id == to)?;
    let (from, to) = (page.address.native().to_owned(), to.address.native().to_owned());
    Some(LeftBehind { id: page.id.to_string(), from, to })
}

fn gone_at(page: &Page) -> Option<Timestamp> {
    page.trashed_at.map(|it| it.plus_ms(Page::TRASH_DAYS * Timestamp::DAY_MS))
}

fn thrown(page: &Page, found: &Found) -> Thrown {
    let gone = gone_at(page);
    Thrown {
        id: page.id.to_string(),
        name: found.name(page),
        address: page.address.native().to_owned(),
        gone: gone.map_or_else(String::new, moment::day),
        gone_iso: gone.map_or_else(String::new, |it| it.to_string()),
    }
}

fn notice(did: &str, page: &Page, found: &Found, base: &str) -> Option<Notice> {
    let name = found.name(page);
    match did {
        "trashed" => {
            let day = moment::day(gone_at(page)?);
            let text = format!("“{name}” is in the trash. It is deleted for good on {day}.");
            Some(Notice { text, undo: format!("{base}/{}/restoration", page.id) })
        }
        "restored" => {
            let text = format!("“{name}” is back at {}.", page.address.native());
            Some(Notice { text, undo: String::new() })
        }
        _ => None,
    }
}

/// Where a page that was just moved stands now.
fn placed(happened: &Happened, page: &Page, found: &Found) -> Option<String> {
    if happened.did.as_deref() != Some("moved") {
        return None;
    }
    let key = page.address.key().as_str();
    let parent = |key: &str| key.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    let beside = |it: &&Page| !has_moved(it) && parent(it.address.key().as_str()) == parent(key);
    let mut beside: Vec<&Page> = found.pages.iter().filter(beside).collect();
    beside.sort_by_key(|it| canvass_actions::pages::in_order(it));
    let place = beside.iter().position(|it| it.id == page.id)? + 1;
    Some(format!("“{}” is now page {place} of {}", found.name(page), beside.len()))
}
