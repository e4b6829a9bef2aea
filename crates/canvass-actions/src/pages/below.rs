//! Pages below a page: this file is about moving them along with it, all in one transaction.
//!
//! Everything is decided over one list of all pages; what is written is a handful of statements, however many move.

use std::collections::{HashMap, HashSet};

use canvass_model::{
    address::PageAddress,
    event::Event,
    id::PageId,
    member::Actor,
    page::{Destination, Page, Target, Visibility},
    survey::Revision,
};
use canvass_storage::{ReadTx, Tx, events, pages};

use super::{Wanted, found, name, update};
use crate::Error;

/// Changes a page like [`update`]. When its address becomes another one, the pages below it move along, and every earlier
/// address leads on. Answers how many moved. Nothing moves when one of them cannot: [`Error::Taken`] and
/// [`Error::Refused`] say which and why.
pub fn update_with_below(
    tx: &mut Tx<'_>,
    by: &Actor,
    id: PageId,
    seen: Option<Revision>,
    wanted: &Wanted,
) -> Result<(Page, usize), Error> {
    let before = found(tx, id)?;
    let along = below(tx, &before)?;
    let page = update(tx, by, id, seen, wanted)?;
    if before.address.key() == page.address.key() || along.is_empty() {
        return Ok((page, 0));
    }
    let moved = addresses(&before.address, &page.address, &along)?;
    make_room(tx, &moved)?;
    pages::readdress(tx, &moved)?;
    lead_on(tx, &along, &moved)?;
    let (from, to) = (before.address.native().to_owned(), page.address.native().to_owned());
    events::insert(tx, by, &Event::PagesBelowMoved { page: id, from, to, count: moved.len() })?;
    Ok((page, moved.len()))
}

/// The pages below a page, those that others left behind excluded.
pub fn below(tx: &mut ReadTx<'_>, page: &Page) -> Result<Vec<Page>, Error> {
    let prefix = format!("{}/", page.address.key().as_str());
    let is_below = |it: &Page| it.id != page.id && !has_moved(it) && it.address.key().as_str().starts_with(&prefix);
    Ok(pages::list(tx)?.into_iter().filter(is_below).collect())
}

/// Where each page comes to stand.
fn addresses(from: &PageAddress, to: &PageAddress, along: &[Page]) -> Result<Vec<(PageId, PageAddress)>, Error> {
    let parts = from.native().split('/').count();
    let address = |page: &Page| {
        let rest: Vec<&str> = page.address.native().split('/').skip(parts).collect();
        let native = format!("{}/{}", to.native(), rest.join("/"));
        let parsed = PageAddress::parse(&native.replace('%', "%25"));
        parsed.map(|it| (page.id, it)).map_err(|invalid| {
            Error::Refused(format!("The page at {} cannot move along to {native}: {invalid}", page.address.native()))
        })
    };
    along.iter().map(address).collect()
}

/// Sees that nothing stands where pages come to, but what moves away itself or was left behind.
fn make_room(tx: &mut Tx<'_>, moved: &[(PageId, PageAddress)]) -> Result<(), Error> {
    let all = pages::list(tx)?;
    let moving: HashSet<PageId> = moved.iter().map(|(id, _)| *id).collect();
    let standing: HashMap<&str, &Page> = all.iter().map(|it| (it.address.key().as_str(), it)).collect();
    let mut free = Vec::new();
    for (_, address) in moved {
        match standing.get(address.key().as_str()) {
            Some(it) if moving.contains(&it.id) => {}
            Some(it) if has_moved(it) => free.push(it.id),
            Some(it) => {
                let owner = name(tx, it)?;
                let native = address.native();
                return Err(Error::Taken(format!(
                    "A page below cannot move along, for {native} is taken by {owner}; choose another address, or leave the \
                     pages below where they are"
                )));
            }
            None => {}
        }
    }
    let left = usize::try_from(pages::PAGES_MAX).unwrap_or(usize::MAX).saturating_sub(all.len() - free.len());
    if left < moved.len() {
        return Err(Error::Limit(format!(
            "{} pages below would leave as many earlier addresses behind, and there is room for {left}; remove pages or \
             earlier addresses first, or leave the pages below where they are",
            moved.len()
        )));
    }
    for id in free {
        pages::delete(tx, id)?;
    }
    Ok(())
}

/// Leaves a way from each earlier address, unless another page has come to stand there.
fn lead_on(tx: &mut Tx<'_>, along: &[Page], moved: &[(PageId, PageAddress)]) -> Result<(), Error> {
    let taken: HashSet<&str> = moved.iter().map(|(_, it)| it.key().as_str()).collect();
    let now = tx.now();
    let mut left = Vec::with_capacity(along.len());
    for page in along.iter().filter(|it| !taken.contains(it.address.key().as_str())) {
        left.push(Page {
            id: tx.new_id(),
            address: page.address.clone(),
            title: String::new(),
            target: Target::Redirect(Destination::Moved(page.id)),
            visibility: Visibility::Unlisted,
            opens_at: None,
            closes_at: None,
            place: page.place,
            revision: Revision(1),
            created_at: now,
            updated_at: now,
            trashed_at: None,
        });
    }
    Ok(pages::insert_many(tx, &left)?)
}

fn has_moved(page: &Page) -> bool {
    matches!(page.target, Target::Redirect(Destination::Moved(_)))
}
