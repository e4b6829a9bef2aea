//! Starter pages, over the API: this file is about what the template site offers, and deciding about it.

use aide::transform::TransformOperation;
use axum::Json;
use canvass_actions::starters::{self, Decision, Offer};
use canvass_model::{
    id::PageId,
    page::Kind,
    survey::Revision,
    template_site::{Standing, TemplateName},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::Body;
use crate::{
    Problem,
    access::{Analyst, Creator, Person},
};

/// The pages of the template site, as they stand with the tenant.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct StarterPages {
    /// The template site's version.
    version: u32,
    /// Its pages, at most 30.
    items: Vec<StarterPage>,
}

/// One page of the template site.
#[derive(Debug, Serialize, JsonSchema)]
struct StarterPage {
    name: TemplateName,
    /// `new`, `outdated` and `contested` ask for a decision.
    standing: Standing,
    /// The tenant's page, if it has it.
    page: Option<PageId>,
    /// Where that is, or would be put.
    address: String,
    /// The revision of the tenant's page; a decision may name it.
    revision: Option<Revision>,
    kind: Kind,
    /// What the template calls it, in the tenant's words.
    title: String,
    /// The template's Markdown, in the tenant's words; empty for a feed.
    body: String,
    /// Whether the last decision can be taken back.
    may_undo: bool,
}

/// A decision about one page of the template site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StarterDecision {
    /// The page's `name`.
    name: String,
    decision: Decided,
    /// The revision of the tenant's page that was seen; 409 when it is another one by now.
    revision: Option<Revision>,
}

/// What is decided.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Decided {
    /// Have what the template says.
    Take,
    /// Have what is there now, also if that is nothing.
    Keep,
    /// Have what was before the last decision.
    Undo,
}

impl From<Decided> for Decision {
    fn from(it: Decided) -> Self {
        match it {
            Decided::Take => Self::Take,
            Decided::Keep => Self::Keep,
            Decided::Undo => Self::Undo,
        }
    }
}

/// What the template site offers.
pub(super) async fn show(analyst: Analyst) -> Result<Json<StarterPages>, Problem> {
    shown(&analyst).await
}

/// Decides about one page.
pub(super) async fn update(creator: Creator, body: Body<StarterDecision>) -> Result<Json<StarterPages>, Problem> {
    let StarterDecision { name, decision, revision } = body.value;
    let name = TemplateName::parse(&name).ok_or(Problem::NotFound)?;
    let (site, tenant) = (creator.settings().templates.clone(), creator.tenant().clone());
    creator.write(move |tx, by| starters::decide(tx, by, (&site, &tenant), (&name, decision.into()), revision)).await?;
    shown(&creator).await
}

async fn shown(person: &Person) -> Result<Json<StarterPages>, Problem> {
    let (site, tenant) = (person.settings().templates.clone(), person.tenant().clone());
    let version = site.version;
    let offers = person.read(move |tx| starters::offers(tx, &site, &tenant)).await?;
    Ok(Json(StarterPages { version, items: offers.into_iter().map(StarterPage::from).collect() }))
}

impl From<Offer> for StarterPage {
    fn from(Offer { template, offered, present, standing, may_undo, .. }: Offer) -> Self {
        let page = present.map(|it| it.page);
        Self {
            name: template.name,
            standing,
            page: page.as_ref().map(|it| it.id),
            address: page.as_ref().map_or_else(|| template.address.typed(), |it| it.address.typed()),
            revision: page.map(|it| it.revision),
            kind: offered.kind,
            title: offered.title,
            body: offered.body,
            may_undo,
        }
    }
}

/// How the document describes the list.
pub(super) fn show_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation.id("list_starter_pages").summary("What the template site offers").tag("Pages")
}

/// How the document describes a decision.
pub(super) fn update_is(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    operation
        .id("decide_starter_page")
        .summary("Take, keep or take back a starter page")
        .description(
            "Deciding what is decided already changes nothing. A decision that names a `revision` answers 409 when the \
             page has another one by now; so does taking back what would lose something written since.",
        )
        .tag("Pages")
}
