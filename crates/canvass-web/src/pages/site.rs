//! A tenant's pages in the console: this file is about making, changing, ordering and throwing them away.
//!
//! A form says which revision it was made from; when somebody was faster, it comes back with both versions.

mod fields;
mod form;
mod hosts;
mod list;
mod starters;
mod suggestion;
mod tree;
mod uploading;
mod words;

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, pages::Step};
use canvass_model::{id::PageId, member::Role, page::Kind, survey::Revision};

use self::{
    fields::Asked,
    form::{Desk, FormPage},
};
pub(crate) use self::{
    hosts::{index as hosts, update as update_hosts},
    list::index,
    starters::{index as starters, update as update_starters},
    suggestion::suggest,
    uploading::create as upload,
};
use crate::{
    Problem,
    access::{Creator, Person},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
};

/// What just happened, told by the page one is sent to.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Happened {
    /// What.
    did: Option<String>,
    /// To which page.
    it: Option<String>,
}

/// Which kind of page to begin.
#[derive(serde::Deserialize)]
pub(crate) struct Offer {
    kind: Option<String>,
    /// The file that a page of the kind `file` is to serve.
    file: Option<String>,
}

#[derive(Template)]
#[template(path = "console/page_kinds.html")]
struct KindsPage {
    shell: ConsoleShell,
    base: String,
}

/// The choice of a kind, or the form of the kind that was chosen.
pub(crate) async fn new(creator: Creator, Query(offer): Query<Offer>) -> Result<Html<String>, Problem> {
    let base = base(&creator);
    let Some(kind) = offer.kind.as_deref().and_then(Kind::parse) else {
        let page = KindsPage { shell: creator.shell(ConsoleArea::Pages).await?, base };
        return Ok(Html(page.render()?));
    };
    let page = FormPage::blank(&creator, Desk::find(&creator, None).await?, (kind, offer.file.as_deref())).await?;
    Ok(Html(page.render()?))
}

/// Makes a page; or shows the form again with a preview, or as that of another kind.
pub(crate) async fn create(creator: Creator, form: Form) -> Result<Response, Problem> {
    let kind = fields::kind(&form)?;
    if !is_to_be_saved(&form) {
        return show(&FormPage::sent(&creator, Desk::find(&creator, None).await?, &form, kind).await?, StatusCode::OK);
    }
    let asked = match Asked::read(&form, kind) {
        Ok(asked) => asked.hashed().await?,
        Err(errors) => {
            let page = FormPage::sent(&creator, Desk::find(&creator, None).await?, &form, kind).await?;
            return show(&page.with_errors(errors), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let made = creator.write(move |tx, by| {
        let wanted = asked.wanted(tx)?;
        actions::pages::create(tx, by, &wanted)
    });
    match made.await {
        Ok(page) => Ok(Redirect::to(&format!("{}/{}?did=created", base(&creator), page.id)).into_response()),
        Err(error) => {
            let page = FormPage::sent(&creator, Desk::find(&creator, None).await?, &form, kind).await?;
            let (page, status) = page.refused(error)?;
            show(&page, status)
        }
    }
}

/// The form of a page.
pub(crate) async fn edit(
    creator: Creator,
    Path((_, page)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let desk = Desk::find(&creator, Some(id(&page)?)).await?;
    if desk.is_in_trash() {
        return Err(Problem::NotFound);
    }
    let page = FormPage::fresh(&creator, desk).await?;
    show(&page.told(happened.did.as_deref().unwrap_or_default()), StatusCode::OK)
}

/// Changes a page. Who was slower than somebody else sees both versions.
pub(crate) async fn update(
    creator: Creator,
    Path((_, page)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (id, kind) = (id(&page)?, fields::kind(&form)?);
    let base = base(&creator);
    if form.text("do") == "take-theirs" {
        let is_gone = Desk::find(&creator, Some(id)).await?.is_in_trash();
        let to = if is_gone { base } else { format!("{base}/{id}") };
        return Ok(Redirect::to(&to).into_response());
    }
    if !is_to_be_saved(&form) {
        let desk = Desk::find(&creator, Some(id)).await?;
        return show(&FormPage::sent(&creator, desk, &form, kind).await?, StatusCode::OK);
    }
    let asked = match Asked::read(&form, kind) {
        Ok(asked) => asked.hashed().await?,
        Err(errors) => {
            let page = FormPage::sent(&creator, Desk::find(&creator, Some(id)).await?, &form, kind).await?;
            return show(&page.with_errors(errors), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let Some(seen) = form.text("revision").parse().ok().map(Revision) else {
        return Err(Problem::BadRequest("This form does not say what it was made from; reload the page".to_owned()));
    };
    let (adds_again, moves_along) = (form.text("do") == "keep-mine", form.text("below") == "yes");
    let changed = creator.write(move |tx, by| {
        let wanted = asked.wanted(tx)?;
        let is_gone = canvass_storage::pages::find_by_id(tx, id)?.is_some_and(|it| it.trashed_at.is_some());
        let seen = if is_gone && adds_again { actions::pages::restore(tx, by, id)?.revision } else { seen };
        if moves_along {
            return actions::pages::update_with_below(tx, by, id, Some(seen), &wanted).map(|(page, _)| page);
        }
        actions::pages::update(tx, by, id, Some(seen), &wanted)
    });
    match changed.await {
        Ok(_) => Ok(Redirect::to(&format!("{base}/{id}?did=saved")).into_response()),
        Err(error) => {
            let page = FormPage::sent(&creator, Desk::find(&creator, Some(id)).await?, &form, kind).await?;
            let (page, status) = page.refused(error)?;
            show(&page, status)
        }
    }
}

/// Moves a page among those beside it.
pub(crate) async fn reorder(
    creator: Creator,
    Path((_, page)): Path<(String, String)>,
    form: Form,
) -> Result<Redirect, Problem> {
    let id = id(&page)?;
    let step = match (form.text("do"), form.text("place").parse()) {
        ("up", _) => Step::Up,
        ("down", _) => Step::Down,
        (_, Ok(place)) => Step::To(place),
        (_, Err(_)) => return Err(Problem::BadRequest("This form does not say where to; reload the page".to_owned())),
    };
    creator.write(move |tx, by| actions::pages::reorder(tx, by, id, step)).await?;
    Ok(Redirect::to(&format!("{}?did=moved&it={id}#page-{id}", base(&creator))))
}

/// Throws a page away; the list then offers to undo it.
pub(crate) async fn trash(creator: Creator, Path((_, page)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&page)?;
    match creator.write(move |tx, by| actions::pages::trash(tx, by, id)).await {
        Ok(_) => Ok(listed(&creator, "trashed", id).into_response()),
        Err(actions::Error::Refused(words)) => list::refused(&creator, format!("{words}.")).await,
        Err(error) => Err(error.into()),
    }
}

/// Takes a page out of the trash.
pub(crate) async fn restore(creator: Creator, Path((_, page)): Path<(String, String)>) -> Result<Response, Problem> {
    let id = id(&page)?;
    match creator.write(move |tx, by| actions::pages::restore(tx, by, id)).await {
        Ok(page) => Ok(listed(&creator, "restored", page.id).into_response()),
        Err(actions::Error::Refused(words)) => list::refused(&creator, format!("{words}.")).await,
        Err(error) => Err(error.into()),
    }
}

/// The address of a tenant's pages in the console.
fn base(person: &Person) -> String {
    format!("/-/console/{}/pages", person.tenant().alias)
}

fn may_manage(person: &Person) -> bool {
    person.as_member().is_some_and(|it| it.role == Role::Administrator)
}

fn listed(creator: &Creator, did: &str, page: PageId) -> Redirect {
    Redirect::to(&format!("{}?did={did}&it={page}", base(creator)))
}

/// Whether a form asks for more than to be shown again.
fn is_to_be_saved(form: &Form) -> bool {
    let press = form.text("do");
    press != "preview" && !press.starts_with(fields::KIND_PRESS)
}

fn show(page: &FormPage, status: StatusCode) -> Result<Response, Problem> {
    Ok((status, Html(page.render()?)).into_response())
}

fn id(text: &str) -> Result<PageId, Problem> {
    PageId::parse(text).ok_or(Problem::NotFound)
}
