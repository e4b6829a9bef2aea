//! The order of pages: this file is about moving one among those beside it, which are the pages one part deeper than the
//! same address.

use canvass_model::{
    address::PageAddress,
    event::Event,
    id::PageId,
    member::Actor,
    page::{Destination, Page, Target},
};
use canvass_storage::{ReadTx, Tx, events, pages};

use super::found;
use crate::Error;

/// Where to move a page among those beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One place towards the beginning.
    Up,
    /// One place towards the end.
    Down,
    /// To this place, counted from 1; beyond the last means the last.
    To(usize),
}

/// Moves a page among those beside it. Its content is as it was: whoever edits it at the same time is not disturbed.
pub fn reorder(tx: &mut Tx<'_>, by: &Actor, id: PageId, step: Step) -> Result<Page, Error> {
    let page = found(tx, id)?;
    let mut beside: Vec<Page> =
        pages::list(tx)?.into_iter().filter(|it| !has_moved(it) && are_beside(&it.address, &page.address)).collect();
    beside.sort_by_key(in_order);
    let Some(from) = beside.iter().position(|it| it.id == id) else { return Ok(page) };
    let to = match step {
        Step::Up => from.saturating_sub(1),
        Step::Down => from + 1,
        Step::To(place) => place.saturating_sub(1),
    };
    let to = to.min(beside.len() - 1);
    if to == from {
        return Ok(page);
    }
    let moved = beside.remove(from);
    beside.insert(to, moved);
    for (place, page) in (0..).zip(beside) {
        if page.place != place {
            pages::update(tx, &Page { place, ..page })?;
        }
    }
    events::insert(tx, by, &Event::PagePlaced { page: id, address: page.address.native().to_owned() })?;
    found(tx, id)
}

/// By what pages beside each other are sorted.
pub fn in_order(page: &Page) -> (u32, i64, PageId) {
    (page.place, page.created_at.0, page.id)
}

/// Whether a page is only what another one left behind when it moved.
fn has_moved(page: &Page) -> bool {
    matches!(page.target, Target::Redirect(Destination::Moved(_)))
}

/// Behind all pages beside this address.
pub(super) fn last(tx: &mut ReadTx<'_>, address: &PageAddress) -> Result<u32, Error> {
    let pages = pages::list(tx)?;
    let beside = pages.iter().filter(|it| !has_moved(it) && are_beside(&it.address, address));
    Ok(beside.map(|it| it.place.saturating_add(1)).max().unwrap_or(0))
}

/// Whether two addresses differ in their last part at most.
pub(super) fn are_beside(one: &PageAddress, other: &PageAddress) -> bool {
    parent(one) == parent(other)
}

fn parent(address: &PageAddress) -> &str {
    address.key().as_str().rsplit_once('/').map_or("", |(parent, _)| parent)
}
