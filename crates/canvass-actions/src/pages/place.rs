//! Where a page stands: this file is about giving it an address, moving it, and what it leaves behind.

use canvass_model::{
    address::{PageAddress, PageKey},
    page::{Destination, Page, Target, Visibility},
    survey::Revision,
};
use canvass_storage::{ReadTx, Tx, pages};

use super::{name, order};
use crate::Error;

/// Beyond this a person finds a better address than a number.
const SUGGESTIONS_MAX: u32 = 100;

/// Makes a page at a free address.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    address: PageAddress,
    target: Target,
    visibility: Visibility,
) -> Result<Page, Error> {
    make_room(tx, &address)?;
    let count = pages::count(tx)?;
    if pages::PAGES_MAX <= count {
        return Err(Error::Limit(format!("There are {count} pages already; remove one you no longer need first")));
    }
    let now = tx.now();
    let page = Page {
        id: tx.new_id(),
        place: order::last(tx, &address)?,
        address,
        title: String::new(),
        target,
        visibility,
        opens_at: None,
        closes_at: None,
        revision: Revision(1),
        created_at: now,
        updated_at: now,
        trashed_at: None,
    };
    pages::insert(tx, &page)?;
    Ok(page)
}

/// Stores a changed page as its next revision. When its address is another one, the old one leads to it from now on.
pub(crate) fn put(tx: &mut Tx<'_>, page: Page) -> Result<Page, Error> {
    let present = pages::find_by_id(tx, page.id)?.ok_or(Error::NotFound)?;
    let page = Page { revision: Revision(present.revision.0 + 1), updated_at: tx.now(), ..page };
    let has_moved = present.address.key() != page.address.key();
    if has_moved {
        make_room(tx, &page.address)?;
    }
    let place =
        if order::are_beside(&present.address, &page.address) { page.place } else { order::last(tx, &page.address)? };
    let page = Page { place, ..page };
    pages::update(tx, &page)?;
    if has_moved && pages::count(tx)? < pages::PAGES_MAX {
        add(tx, present.address, Target::Redirect(Destination::Moved(page.id)), Visibility::Unlisted)?;
    }
    Ok(page)
}

/// This address, or the first free one that is this and a number.
pub(crate) fn free_like(tx: &mut ReadTx<'_>, address: &PageAddress) -> Result<PageAddress, Error> {
    if is_free(tx, address.key())? {
        return Ok(address.clone());
    }
    for number in 2..=SUGGESTIONS_MAX {
        let next = PageAddress::parse(&format!("{}-{number}", address.href()))?;
        if is_free(tx, next.key())? {
            return Ok(next);
        }
    }
    Ok(address.clone())
}

fn is_free(tx: &mut ReadTx<'_>, key: &PageKey) -> Result<bool, Error> {
    Ok(pages::find(tx, key)?.is_none())
}

/// Removes what a page left behind at this address; [`Error::Taken`] when a page stands there.
fn make_room(tx: &mut Tx<'_>, address: &PageAddress) -> Result<(), Error> {
    match pages::find(tx, address.key())? {
        None => Ok(()),
        Some(Page { id, target: Target::Redirect(Destination::Moved(_)), .. }) => {
            pages::delete(tx, id)?;
            Ok(())
        }
        Some(page) => {
            let owner = name(tx, &page)?;
            Err(Error::Taken(format!("The address {} is taken by {owner}; choose another", address.native())))
        }
    }
}
