//! Starter pages in the console: this file is about what a newer template site offers, shown beside what the tenant has.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{
    self as actions,
    starters::{self, Decision, Offer},
};
use canvass_model::{
    survey::Revision,
    template_site::{Filled, Standing, TemplateName},
};

use super::{Happened, base, words};
use crate::{
    Problem,
    access::Creator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::versions::{Side, sides},
};

/// The button that takes everything that nobody changed.
const ALL: &str = "take-all";

#[derive(Template)]
#[template(path = "console/starters.html")]
struct StartersPage {
    shell: ConsoleShell,
    base: String,
    told: Option<Told>,
    refusal: &'static str,
    open: Vec<Line>,
    decided: Vec<Line>,
    /// How many can be taken in one go.
    unchanged: usize,
}

/// What was just decided, and about which page.
struct Told {
    text: String,
    /// The page whose decision can be taken back; empty when it cannot.
    undo: String,
}

/// One page of the template site.
struct Line {
    name: String,
    title: String,
    address: String,
    kind: &'static str,
    icon: &'static str,
    standing: Standing,
    revision: String,
    /// What there is beside what is offered; of a new page both are the same.
    versions: (Side, Side),
}

/// What the template site offers.
pub(crate) async fn index(creator: Creator, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    let page = page(&creator, &happened).await?;
    Ok(Html(page.render()?).into_response())
}

/// Decides about one page, or takes everything that nobody changed.
pub(crate) async fn update(creator: Creator, form: Form) -> Result<Response, Problem> {
    let (site, tenant) = (creator.settings().templates.clone(), creator.tenant().clone());
    let list = format!("{}/starters", base(&creator));
    let press = form.text("do").to_owned();
    if press == ALL {
        creator.write(move |tx, by| starters::take_all(tx, by, (&site, &tenant))).await?;
        return Ok(Redirect::to(&format!("{list}?did={ALL}")).into_response());
    }
    let unsaid = || Problem::BadRequest("This form does not say what to do; reload the page".to_owned());
    let decision = Decision::parse(&press).ok_or_else(unsaid)?;
    let name = TemplateName::parse(form.text("name")).ok_or(Problem::NotFound)?;
    let seen = form.text("revision").parse().ok().map(Revision);
    let decided = name.clone();
    let done = creator.write(move |tx, by| starters::decide(tx, by, (&site, &tenant), (&decided, decision), seen));
    let refusal = match done.await {
        Ok(_) => return Ok(Redirect::to(&format!("{list}?did={press}&it={name}")).into_response()),
        Err(actions::Error::ChangedMeanwhile) => "The page was changed in the meantime; look at it again below.",
        Err(actions::Error::Refused(_)) => "The page was changed or thrown away since, so this cannot be taken back.",
        Err(actions::Error::Limit(_)) => "There are as many pages as there may be; throw one away first.",
        Err(error) => return Err(error.into()),
    };
    let page = StartersPage { refusal, ..page(&creator, &Happened::default()).await? };
    Ok((StatusCode::CONFLICT, Html(page.render()?)).into_response())
}

/// How many pages there is something to decide about.
pub(super) async fn count_open(person: &crate::access::Person) -> Result<usize, Problem> {
    let (site, tenant) = (person.settings().templates.clone(), person.tenant().clone());
    person.read(move |tx| starters::count_open(tx, &site, &tenant)).await.map_err(Problem::from)
}

async fn page(creator: &Creator, happened: &Happened) -> Result<StartersPage, Problem> {
    let (site, tenant) = (creator.settings().templates.clone(), creator.tenant().clone());
    let offers = creator.read(move |tx| starters::offers(tx, &site, &tenant)).await?;
    let is_unchanged = |it: &&Offer| matches!(it.standing, Standing::New | Standing::Outdated);
    let (open, decided): (Vec<_>, Vec<_>) = offers.iter().partition(|it| it.standing.is_open());
    Ok(StartersPage {
        shell: creator.shell(ConsoleArea::Pages).await?,
        base: base(creator),
        told: told(happened, &offers),
        refusal: "",
        unchanged: offers.iter().filter(is_unchanged).count(),
        open: open.into_iter().map(line).collect(),
        decided: decided.into_iter().filter(|it| it.may_undo).map(line).collect(),
    })
}

fn told(happened: &Happened, offers: &[Offer]) -> Option<Told> {
    let did = happened.did.as_deref()?;
    if did == ALL {
        return Some(Told { text: "Taken. Each can be taken back below.".to_owned(), undo: String::new() });
    }
    let offer = offers.iter().find(|it| Some(it.template.name.as_str()) == happened.it.as_deref())?;
    let title = &offer.offered.title;
    let text = match did {
        "take" => format!("“{title}” is as the template has it."),
        "keep" => format!("“{title}” stays as it is."),
        "undo" => format!("Taken back: “{title}” is as it was."),
        _ => return None,
    };
    let undo = if offer.may_undo { offer.template.name.as_str().to_owned() } else { String::new() };
    Some(Told { text, undo })
}

fn line(offer: &Offer) -> Line {
    let Offer { template, offered, present, standing, .. } = offer;
    let now = present.as_ref().map_or(offered, |it| &it.filled);
    let (now_text, offered_text) = (text(now), text(offered));
    Line {
        name: template.name.as_str().to_owned(),
        title: offered.title.clone(),
        address: present.as_ref().map_or_else(|| template.address.typed(), |it| it.page.address.typed()),
        kind: words::kind(offered.kind),
        icon: words::kind_icon(offered.kind),
        standing: *standing,
        revision: present.as_ref().map_or_else(String::new, |it| it.page.revision.0.to_string()),
        versions: sides(&(&now_text, facts(now)), &(&offered_text, facts(offered))),
    }
}

fn text(filled: &Filled) -> String {
    filled.body.replace("\r\n", "\n")
}

fn facts(filled: &Filled) -> Vec<String> {
    let target = Some(filled.target.to_uppercase()).filter(|it| !it.is_empty());
    [format!("“{}”", filled.title), words::kind(filled.kind).to_owned()].into_iter().chain(target).collect()
}
