//! Starter pages: this file is about what a tenant made of the template site's pages, and what a newer one offers.

mod built_in;
mod decide;
mod former;

use std::collections::HashMap;

use canvass_model::{
    id::PageId,
    member::Actor,
    page::{Page, Target},
    template_site::{Filled, Standing, TemplatePage, TemplateSite, Words},
    tenant::TenantRecord,
};
use canvass_storage::{
    ReadTx, Tx,
    starters::{self, Starter},
};

pub use self::{
    built_in::built_in,
    decide::{Decision, decide, take_all},
};
use crate::{Error, surveys};

/// A page of the template site, and how it stands with a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The page in the template site.
    pub template: TemplatePage,
    /// What the template says, in the tenant's words.
    pub offered: Filled,
    /// What the tenant has of it, if it is not gone.
    pub present: Option<Present>,
    /// What there is to decide.
    pub standing: Standing,
    /// Whether the last decision can be taken back.
    pub may_undo: bool,
    /// What is kept of it.
    starter: Option<Starter>,
}

/// A page as the tenant has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// The page.
    pub page: Page,
    /// What it says.
    pub filled: Filled,
}

/// Makes what a new tenant begins with, of its template site: pages and drafts of surveys.
pub fn publish(tx: &mut Tx<'_>, site: &TemplateSite, tenant: &TenantRecord) -> Result<(), Error> {
    for definition in &site.surveys {
        surveys::create(tx, &Actor::Canvass, definition)?;
    }
    for template in &site.pages {
        let starter = decide::install(tx, &Actor::Canvass, (site, tenant), template)?;
        starters::put(tx, &starter)?;
    }
    Ok(())
}

/// Every page of the template site, as it stands with the tenant.
pub fn offers(tx: &mut ReadTx<'_>, site: &TemplateSite, tenant: &TenantRecord) -> Result<Vec<Offer>, Error> {
    let kept = starters::list(tx)?;
    let mut present = present(tx)?;
    let offer = |template: &TemplatePage| {
        let starter = kept.iter().find(|it| it.template == template.name);
        let present = starter.and_then(|it| it.page).and_then(|it| present.remove(&it));
        offer(site, tenant, template, (starter, present))
    };
    Ok(site.pages.iter().map(offer).collect())
}

/// How many pages the template site has something to decide about. Costs one look-up when it has nothing new.
pub fn count_open(tx: &mut ReadTx<'_>, site: &TemplateSite, tenant: &TenantRecord) -> Result<usize, Error> {
    let kept = starters::list(tx)?;
    let is_settled = |it: &TemplatePage| kept.iter().any(|row| row.template == it.name && site.version <= row.settled);
    if site.pages.iter().all(is_settled) {
        return Ok(0);
    }
    Ok(offers(tx, site, tenant)?.iter().filter(|it| it.standing.is_open()).count())
}

/// The tenant's pages that came from templates and still are of a kind that templates have, those in the trash left out.
fn present(tx: &mut ReadTx<'_>) -> Result<HashMap<PageId, Present>, Error> {
    let is_theirs =
        |page: &Page| page.trashed_at.is_none() && matches!(page.target, Target::Document | Target::Feed(_));
    let found = starters::pages(tx)?.into_iter().filter(|(page, _)| is_theirs(page));
    Ok(found.map(|(page, body)| (page.id, Present::of(page, body))).collect())
}

fn offer(
    site: &TemplateSite,
    tenant: &TenantRecord,
    template: &TemplatePage,
    (starter, present): (Option<&Starter>, Option<Present>),
) -> Offer {
    let offered = template.fill(&Words::of(tenant));
    let standing = match (starter, &present) {
        (None, _) => Standing::New,
        (Some(_), None) => Standing::Removed,
        (Some(starter), Some(present)) => standing(site, starter, (present, &offered)),
    };
    let may_undo = starter.is_some_and(|it| former::can_be_undone(it, present.as_ref()));
    Offer { template: template.clone(), offered, present, standing, may_undo, starter: starter.cloned() }
}

fn standing(site: &TemplateSite, starter: &Starter, (present, offered): (&Present, &Filled)) -> Standing {
    let (hash, now) = (offered.hash(), present.filled.hash());
    if site.version <= starter.settled || hash == starter.hash || hash == now {
        return Standing::Settled;
    }
    if now == starter.hash { Standing::Outdated } else { Standing::Contested }
}

impl Present {
    fn of(page: Page, body: Option<String>) -> Self {
        let (target, body) = match &page.target {
            Target::Document => (String::new(), body.unwrap_or_default()),
            Target::Feed(format) => (format.as_str().to_owned(), String::new()),
            Target::Survey(_) | Target::Results(_) | Target::File(_) | Target::Redirect(_) | Target::Script(_) => {
                (String::new(), String::new())
            }
        };
        let filled = Filled { title: page.title.clone(), kind: page.target.kind(), target, body };
        Self { page, filled }
    }
}
