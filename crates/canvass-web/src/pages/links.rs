//! Personal links: this file is about inviting people to a page one by one, and taking invitations back.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, gates, secrets};
use canvass_model::{
    id::{InvitationId, PageId},
    page::{Page, Visibility},
    time::Timestamp,
};
use canvass_storage::pages::{self, Invitation};

use crate::{
    Problem,
    access::{Creator, Site},
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::moment,
};

/// Links on one screen of the list.
const LISTED_MAX: u32 = 100;

/// Where in the list to go on.
#[derive(Default, serde::Deserialize)]
pub(crate) struct From {
    after: Option<String>,
    did: Option<String>,
}

#[derive(Template)]
#[template(path = "console/links.html")]
struct LinksPage {
    shell: ConsoleShell,
    base: String,
    title: String,
    is_needed: bool,
    links: Vec<Listed>,
    more: Option<String>,
    made: Option<Made>,
    is_revoked: bool,
    /// What was sent for whom the link is.
    given: String,
    error: String,
}

struct Listed {
    id: String,
    label: String,
    used: Option<(String, String)>,
    until: String,
}

/// A link just made: the only time it is seen.
struct Made {
    label: String,
    link: String,
}

/// The personal links to a page.
pub(crate) async fn index(
    creator: Creator,
    Path((_, page)): Path<(String, String)>,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let id = PageId::parse(&page).ok_or(Problem::NotFound)?;
    let page = show(&creator, id, &from).await?;
    Ok(Html(LinksPage { is_revoked: from.did.as_deref() == Some("revoked"), ..page }.render()?).into_response())
}

/// Makes a link and shows it, once.
pub(crate) async fn create(
    creator: Creator,
    Path((_, page)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = PageId::parse(&page).ok_or(Problem::NotFound)?;
    let label = form.text("label").to_owned();
    let life_ms = match form.text("expires") {
        "7" => Some(7 * Timestamp::DAY_MS),
        "90" => Some(90 * Timestamp::DAY_MS),
        "never" => None,
        _ => Some(30 * Timestamp::DAY_MS),
    };
    let secret = secrets::fresh()?;
    let (asked, kept) = (label.clone(), secret.clone());
    let made = creator.write(move |tx, by| {
        let expires_at = life_ms.map(|it| tx.now().plus_ms(it));
        gates::invite(tx, by, (id, &asked), expires_at, &kept)
    });
    let error = match made.await {
        Ok(invitation) => {
            let page = creator.read(move |tx| actions::pages::found(tx, id)).await?;
            let site = Site::below(&creator.tenant().alias, &creator.settings().base_url);
            let address = site.canonical(&page.address);
            let link = format!("{address}?invitation={}", secret.reveal());
            let made = Some(Made { label: invitation.label, link });
            let page = LinksPage { made, ..show(&creator, id, &From::default()).await? };
            return Ok(Html(page.render()?).into_response());
        }
        Err(actions::Error::Invalid { faults }) => faults.into_iter().next().map_or_else(String::new, |it| it.message),
        Err(actions::Error::Limit(words)) => words,
        Err(error) => return Err(error.into()),
    };
    let page = LinksPage { given: label, error, ..show(&creator, id, &From::default()).await? };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

/// Takes a link back.
pub(crate) async fn delete(
    creator: Creator,
    Path((_, page, link)): Path<(String, String, String)>,
) -> Result<Redirect, Problem> {
    let id = PageId::parse(&page).ok_or(Problem::NotFound)?;
    let link = InvitationId::parse(&link).ok_or(Problem::NotFound)?;
    creator.write(move |tx, by| gates::take_back(tx, by, id, link)).await?;
    Ok(Redirect::to(&format!("{}/links?did=revoked", base(&creator, id))))
}

async fn show(creator: &Creator, id: PageId, from: &From) -> Result<LinksPage, Problem> {
    let after = from.after.as_deref().and_then(InvitationId::parse);
    let found = creator.read(move |tx| {
        let page = actions::pages::found(tx, id)?;
        let links = pages::list_invitations(tx, id, after, LISTED_MAX)?;
        Ok::<_, Problem>((page, links, tx.now()))
    });
    let (page, links, now) = found.await?;
    let is_full = LISTED_MAX as usize == links.len();
    Ok(LinksPage {
        shell: creator.shell(ConsoleArea::Pages).await?,
        base: base(creator, id),
        title: title(&page),
        is_needed: page.visibility == Visibility::Invited,
        more: links.last().filter(|_| is_full).map(|it| format!("?after={}", it.id)),
        links: links.into_iter().map(|it| listed(it, now)).collect(),
        made: None,
        is_revoked: false,
        given: String::new(),
        error: String::new(),
    })
}

fn listed(link: Invitation, now: Timestamp) -> Listed {
    Listed {
        id: link.id.to_string(),
        label: link.label,
        used: link.used_at.map(|it| (it.to_string(), moment::ago(it, now))),
        until: match link.expires_at {
            None => "Works until it is taken back".to_owned(),
            Some(at) if at <= now => format!("Ended on {}", moment::day(at)),
            Some(at) => format!("Works until {}", moment::day(at)),
        },
    }
}

fn title(page: &Page) -> String {
    if page.title.is_empty() { page.address.native().to_owned() } else { page.title.clone() }
}

fn base(creator: &Creator, page: PageId) -> String {
    format!("/-/console/{}/pages/{page}", creator.tenant().alias)
}
