//! Decisions on starter pages: this file is about taking a newer one, keeping one's own, and taking either back.

use canvass_model::{
    brand::ContentHash,
    member::Actor,
    page::{Kind, Page},
    survey::Revision,
    template_site::{Filled, Standing, TemplateName, TemplatePage, TemplateSite, Words},
    tenant::TenantRecord,
};
use canvass_storage::{
    Tx,
    starters::{self, Starter},
};

use super::{
    Offer, Present,
    former::{self, Former},
    offers,
};
use crate::{
    Error,
    pages::{self, place},
};

/// What a member decides about a page of the template site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Have what the template says.
    Take,
    /// Have what is there now, also if that is nothing.
    Keep,
    /// Have what was before the last decision.
    Undo,
}

impl Decision {
    /// Reads a decision's name.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "take" => Some(Self::Take),
            "keep" => Some(Self::Keep),
            "undo" => Some(Self::Undo),
            _ => None,
        }
    }
}

/// Decides about one page of the template site, which the member has seen in the revision `seen`. Deciding what is decided
/// already changes nothing. [`Error::ChangedMeanwhile`] when the page is no longer what they saw.
pub fn decide(
    tx: &mut Tx<'_>,
    by: &Actor,
    (site, tenant): (&TemplateSite, &TenantRecord),
    (name, decision): (&TemplateName, Decision),
    seen: Option<Revision>,
) -> Result<Standing, Error> {
    let offer = find(tx, (site, tenant), name)?.ok_or(Error::NotFound)?;
    if let (Some(seen), Some(present)) = (seen, &offer.present)
        && seen != present.page.revision
    {
        return Err(Error::ChangedMeanwhile);
    }
    match decision {
        Decision::Take => take(tx, by, (site, tenant), &offer)?,
        Decision::Keep => keep(tx, site, &offer)?,
        Decision::Undo => undo(tx, by, &offer)?,
    }
    Ok(find(tx, (site, tenant), name)?.ok_or(Error::NotFound)?.standing)
}

/// Takes every page that is new, and every newer text of a page that the tenant never changed. Answers how many.
pub fn take_all(tx: &mut Tx<'_>, by: &Actor, (site, tenant): (&TemplateSite, &TenantRecord)) -> Result<usize, Error> {
    let found = offers(tx, site, tenant)?;
    let unchanged: Vec<&Offer> =
        found.iter().filter(|it| matches!(it.standing, Standing::New | Standing::Outdated)).collect();
    for offer in &unchanged {
        take(tx, by, (site, tenant), offer)?;
    }
    Ok(unchanged.len())
}

/// Makes a page of the template site that the tenant does not have, at its address or one like it. Answers what is to be
/// kept of it.
pub(super) fn install(
    tx: &mut Tx<'_>,
    by: &Actor,
    (site, tenant): (&TemplateSite, &TenantRecord),
    template: &TemplatePage,
) -> Result<Starter, Error> {
    let filled = template.fill(&Words::of(tenant));
    let address = place::free_like(tx, &template.address)?;
    let wanted = pages::Wanted {
        address,
        title: filled.title.clone(),
        target: pages::target(tx, filled.kind, &filled.target)?,
        visibility: template.visibility,
        password_hash: None,
        opens_at: None,
        closes_at: None,
        body: body(&filled),
    };
    let page = pages::create(tx, by, &wanted)?;
    let (template, hash) = (template.name.clone(), filled.hash());
    Ok(Starter { template, page: Some(page.id), version: site.version, hash, settled: site.version, former: None })
}

fn find(
    tx: &mut Tx<'_>,
    (site, tenant): (&TemplateSite, &TenantRecord),
    name: &TemplateName,
) -> Result<Option<Offer>, Error> {
    Ok(offers(tx, site, tenant)?.into_iter().find(|it| it.template.name == *name))
}

fn take(
    tx: &mut Tx<'_>,
    by: &Actor,
    (site, tenant): (&TemplateSite, &TenantRecord),
    offer: &Offer,
) -> Result<(), Error> {
    if offer.standing == Standing::New {
        let starter = install(tx, by, (site, tenant), &offer.template)?;
        return Ok(starters::put(tx, &Starter { former: Some(Former::Nothing.text()), ..starter })?);
    }
    let (Some(present), Some(starter)) = (&offer.present, offer.starter.clone()) else { return Ok(()) };
    if !offer.standing.is_open() {
        return Ok(());
    }
    let former = Former::Said {
        filled: present.filled.clone(),
        version: starter.version,
        hash: starter.hash.clone(),
        settled: starter.settled,
    };
    write(tx, by, &present.page, &offer.offered)?;
    let (version, hash) = (site.version, offer.offered.hash());
    let taken = Starter { version, hash, settled: version, former: Some(former.text()), ..starter };
    Ok(starters::put(tx, &taken)?)
}

fn keep(tx: &mut Tx<'_>, site: &TemplateSite, offer: &Offer) -> Result<(), Error> {
    if !offer.standing.is_open() {
        return Ok(());
    }
    let kept = match offer.starter.clone() {
        Some(starter) => {
            let former = Former::Undecided { settled: starter.settled };
            Starter { settled: site.version, former: Some(former.text()), ..starter }
        }
        None => Starter {
            template: offer.template.name.clone(),
            page: None,
            version: site.version,
            hash: ContentHash::of(&[]),
            settled: site.version,
            former: Some(Former::Nothing.text()),
        },
    };
    Ok(starters::put(tx, &kept)?)
}

fn undo(tx: &mut Tx<'_>, by: &Actor, offer: &Offer) -> Result<(), Error> {
    let Some(starter) = offer.starter.clone() else { return Ok(()) };
    let Some(text) = &starter.former else { return Ok(()) };
    if !former::can_be_undone(&starter, offer.present.as_ref()) {
        return Err(Error::Refused(
            "The page was changed or thrown away since; undoing would lose that. Edit the page instead".to_owned(),
        ));
    }
    match Former::read(text)? {
        Former::Nothing => {
            if let Some(Present { page, .. }) = &offer.present {
                pages::trash(tx, by, page.id)?;
            }
            Ok(starters::delete(tx, &starter.template)?)
        }
        Former::Undecided { settled } => Ok(starters::put(tx, &Starter { settled, former: None, ..starter })?),
        Former::Said { filled, version, hash, settled } => {
            if let Some(Present { page, .. }) = &offer.present {
                write(tx, by, page, &filled)?;
            }
            Ok(starters::put(tx, &Starter { version, hash, settled, former: None, ..starter })?)
        }
    }
}

/// Lets a page say something else; where it is, who may see it and when stay the tenant's.
fn write(tx: &mut Tx<'_>, by: &Actor, page: &Page, filled: &Filled) -> Result<(), Error> {
    let wanted = pages::Wanted {
        address: page.address.clone(),
        title: filled.title.clone(),
        target: pages::target(tx, filled.kind, &filled.target)?,
        visibility: page.visibility,
        password_hash: None,
        opens_at: page.opens_at,
        closes_at: page.closes_at,
        body: body(filled),
    };
    pages::update(tx, by, page.id, Some(page.revision), &wanted).map(|_| ())
}

fn body(filled: &Filled) -> Option<String> {
    (filled.kind == Kind::Document).then(|| filled.body.clone())
}
