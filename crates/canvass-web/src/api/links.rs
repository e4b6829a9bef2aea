//! Personal links, over the API: this file is about inviting people to a page one by one. A page is named in the query or the
//! body, for its address holds slashes; a link by its id.

use aide::transform::TransformOperation;
use axum::{Json, http::StatusCode};
use canvass_actions::{self as actions, gates, secrets};
use canvass_model::{
    address::PageAddress,
    definition::Fault,
    id::InvitationId,
    page::{Page, Visibility},
    time::Timestamp,
};
use canvass_storage::{
    ReadTx,
    pages::{self, Invitation},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{Body, Id, Listed, Paging, Parameters, cursor};
use crate::{
    Problem,
    access::{Analyst, Creator, Site},
};

/// A personal link; its secret is shown once, to who made it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageLink")]
pub(super) struct Shown {
    id: InvitationId,
    /// Whom it is for, in its maker's words.
    label: String,
    created_at: Timestamp,
    /// When it stops working; `null` when only taking it back ends it.
    expires_at: Option<Timestamp>,
    /// When it was first used.
    used_at: Option<Timestamp>,
}

/// A link just made.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NewPageLink")]
pub(super) struct Created {
    #[serde(flatten)]
    link: Shown,
    /// What to send to the person: never shown again.
    url: String,
    /// Whether the page is for invited people; while it is not, nobody needs the link.
    needed: bool,
}

/// Which links to list.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "PageLinksWanted")]
pub(super) struct Wanted {
    /// The page's address.
    #[serde(default)]
    page: String,
    /// How many items at most, 1 to 500.
    #[schemars(range(min = 1, max = 500))]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A link to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "PageLinkWanted")]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    /// The page's address.
    page: String,
    /// Whom it is for, at most 200 characters: so that it is known again.
    label: String,
    /// When it stops working; left out, only taking it back ends it.
    expires_at: Option<Timestamp>,
}

impl From<Invitation> for Shown {
    fn from(it: Invitation) -> Self {
        let Invitation { id, label, created_at, expires_at, used_at, .. } = it;
        Self { id, label, created_at, expires_at, used_at }
    }
}

/// The personal links to a page, the newest first.
pub(super) async fn index(
    analyst: Analyst,
    Parameters(wanted): Parameters<Wanted>,
) -> Result<Json<Listed<Shown>>, Problem> {
    let limit = Paging { limit: wanted.limit, cursor: None }.limit()?;
    let after = cursor(wanted.cursor.as_deref(), InvitationId::parse)?;
    let found = analyst.read(move |tx| {
        let page = page(tx, &wanted.page)?;
        Ok::<_, actions::Error>(pages::list_invitations(tx, page.id, after, limit)?)
    });
    let found = found.await?;
    let is_full = found.len() == limit as usize;
    let next_cursor = found.last().filter(|_| is_full).map(|it| it.id.to_string());
    Ok(Json(Listed { items: found.into_iter().map(Shown::from).collect(), next_cursor }))
}

/// Makes a link; the answer is the only one that shows its secret.
pub(super) async fn create(creator: Creator, body: Body<New>) -> Result<(StatusCode, Json<Created>), Problem> {
    let New { page: address, label, expires_at } = body.value;
    let secret = secrets::fresh()?;
    let kept = secret.clone();
    let made = creator.write(move |tx, by| {
        let page = page(tx, &address)?;
        if expires_at.is_some_and(|it| it <= tx.now()) {
            return Err(actions::Error::Invalid {
                faults: vec![Fault::new("/expires_at", "It must be in the future")],
            });
        }
        let invitation = gates::invite(tx, by, (page.id, &label), expires_at, &kept)?;
        Ok((page, invitation))
    });
    let (page, invitation) = made.await?;
    let site = Site::below(&creator.tenant().alias, &creator.settings().base_url);
    let url = format!("{}?invitation={}", site.canonical(&page.address), secret.reveal());
    let needed = page.visibility == Visibility::Invited;
    Ok((StatusCode::CREATED, Json(Created { link: invitation.into(), url, needed })))
}

/// Takes a link back; it stops working at once.
pub(super) async fn delete(creator: Creator, Id(link): Id<InvitationId>) -> Result<StatusCode, Problem> {
    creator.write(move |tx, by| gates::take_back_any(tx, by, link)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The page at an address; what is none, or is empty, is nowhere.
fn page(tx: &mut ReadTx<'_>, address: &str) -> Result<Page, actions::Error> {
    let address = PageAddress::parse(address).map_err(|_| actions::Error::NotFound)?;
    pages::find(tx, address.key())?.ok_or(actions::Error::NotFound)
}

/// How the document describes the list.
pub(super) fn index_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("list_page_links")
        .summary("Personal links to a page, the newest first")
        .description(
            "Secrets are never shown again. `page` is the page's address, such as `team/ada`; 404 when there is none.",
        )
        .tag("Pages")
}

/// How the document describes a creation.
pub(super) fn create_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("create_page_link")
        .summary("Invite somebody to a page")
        .description(
            "`url` is to be sent to that person; it is shown this once. A page has at most 10,000 links (409).",
        )
        .tag("Pages")
        .response_with::<201, Json<Created>, _>(|it| it.description("The link, with its secret."))
}

/// How the document describes taking one back.
pub(super) fn delete_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("delete_page_link")
        .summary("Take a personal link back")
        .tag("Pages")
        .response_with::<204, (), _>(|it| it.description("It opens nothing any more; answers already sent stay."))
}
