//! Pages: this file is about what a member does with the addresses of their tenant.

mod asked;
mod below;
mod hosts;
mod order;
pub(crate) mod place;
mod target;

use canvass_model::{
    address::PageAddress,
    definition::Fault,
    event::Event,
    id::{PageId, SurveyId},
    member::Actor,
    page::{Page, Target, Visibility},
    survey::{Revision, Status},
    time::Timestamp,
};
use canvass_storage::{ReadTx, Tx, events, pages, surveys};

pub use self::{
    asked::Asked,
    below::{below, update_with_below},
    hosts::{REDIRECT_HOSTS_MAX, allow_redirect_hosts, redirect_hosts},
    order::{Step, in_order, reorder},
    target::target,
};
use crate::Error;

/// Everything a member decides about a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is.
    pub address: PageAddress,
    /// What lists call it; trimmed. May be empty for a page that is called as the survey it serves.
    pub title: String,
    /// What it serves.
    pub target: Target,
    /// Who may see it.
    pub visibility: Visibility,
    /// The [hash](crate::passwords::hash) of a new password; `None` keeps the one there is.
    pub password_hash: Option<String>,
    /// When it opens.
    pub opens_at: Option<Timestamp>,
    /// When it closes.
    pub closes_at: Option<Timestamp>,
    /// A document's Markdown; `None` keeps what there is.
    pub body: Option<String>,
}

/// The most bytes a document's Markdown may have: a hundred pages of print.
pub const DOCUMENT_BYTES_MAX: usize = 256 * 1024;

/// Makes a page. [`Error::Taken`] says what stands at its address already, [`Error::Invalid`] what is wrong and where.
pub fn create(tx: &mut Tx<'_>, by: &Actor, wanted: &Wanted) -> Result<Page, Error> {
    check(tx, None, wanted)?;
    let page = place::add(tx, wanted.address.clone(), wanted.target.clone(), wanted.visibility)?;
    let page = set(tx, page, wanted)?;
    pages::update(tx, &page)?;
    events::insert(tx, by, &Event::PageCreated { page: page.id, address: page.address.native().to_owned() })?;
    Ok(page)
}

/// Changes a page, made from the state `seen` when one is given. An earlier address leads to the new one from now on.
pub fn update(tx: &mut Tx<'_>, by: &Actor, id: PageId, seen: Option<Revision>, wanted: &Wanted) -> Result<Page, Error> {
    let present = found(tx, id)?;
    if seen.is_some_and(|it| it != present.revision) {
        return Err(Error::ChangedMeanwhile);
    }
    check(tx, Some(&present), wanted)?;
    if present.target != wanted.target {
        refuse_if_answered(tx, &present, "It cannot serve anything else")?;
    }
    let changed = set(tx, Page { address: wanted.address.clone(), ..present.clone() }, wanted)?;
    let page = place::put(tx, changed)?;
    let event = if page.address == present.address {
        Event::PageChanged { page: id, address: page.address.native().to_owned() }
    } else {
        Event::PageMoved { page: id, from: present.address.native().to_owned(), to: page.address.native().to_owned() }
    };
    events::insert(tx, by, &event)?;
    Ok(page)
}

/// Throws a page away; it can be restored for [`Page::TRASH_DAYS`] days. Its address is free at once.
pub fn trash(tx: &mut Tx<'_>, by: &Actor, id: PageId) -> Result<Page, Error> {
    let page = found(tx, id)?;
    refuse_if_answered(tx, &page, "It cannot be thrown away")?;
    let now = tx.now();
    let page = Page { trashed_at: Some(now), updated_at: now, revision: next(page.revision), ..page };
    pages::update(tx, &page)?;
    events::insert(tx, by, &Event::PageTrashed { page: id, address: page.address.native().to_owned() })?;
    Ok(page)
}

/// Takes a page out of the trash, to its old address, or to a free one like it when that is taken meanwhile.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: PageId) -> Result<Page, Error> {
    let page = pages::find_by_id(tx, id)?.ok_or(Error::NotFound)?;
    if page.trashed_at.is_none() {
        return Ok(page);
    }
    if let (Target::File(_), Some(why)) = (&page.target, target::refusal(tx, Some(id), &page.target)?) {
        return Err(Error::Refused(format!("The page cannot come back. {why}")));
    }
    let address = place::free_like(tx, &page.address)?;
    let page = Page { address, trashed_at: None, updated_at: tx.now(), revision: next(page.revision), ..page };
    pages::update(tx, &page)?;
    events::insert(tx, by, &Event::PageRestored { page: id, address: page.address.native().to_owned() })?;
    Ok(page)
}

/// A free address made from a page's title.
pub fn suggest(tx: &mut ReadTx<'_>, title: &str) -> Result<PageAddress, Error> {
    place::free_like(tx, &PageAddress::suggest(title))
}

/// The page with this id, the trash excluded, or [`Error::NotFound`].
pub fn found(tx: &mut ReadTx<'_>, id: PageId) -> Result<Page, Error> {
    pages::find_by_id(tx, id)?.filter(|it| it.trashed_at.is_none()).ok_or(Error::NotFound)
}

/// A page with what was wanted of it; its password and document are stored at once.
fn set(tx: &mut Tx<'_>, page: Page, wanted: &Wanted) -> Result<Page, Error> {
    if let Some(hash) = &wanted.password_hash {
        pages::set_password_hash(tx, page.id, Some(hash))?;
    }
    if wanted.visibility != Visibility::Password {
        pages::set_password_hash(tx, page.id, None)?;
    }
    if let (Target::Document, Some(body)) = (&wanted.target, &wanted.body) {
        pages::put_document(tx, page.id, body)?;
    }
    Ok(Page {
        title: wanted.title.trim().to_owned(),
        target: wanted.target.clone(),
        visibility: wanted.visibility,
        opens_at: wanted.opens_at,
        closes_at: wanted.closes_at,
        ..page
    })
}

fn check(tx: &mut ReadTx<'_>, present: Option<&Page>, wanted: &Wanted) -> Result<(), Error> {
    let mut faults = Vec::new();
    let mut fault = |pointer: &str, message: String| faults.push(Fault { pointer: pointer.to_owned(), message });
    if Page::TITLE_CHARS_MAX < wanted.title.chars().count() {
        fault("/title", format!("Title must be {} characters or fewer", Page::TITLE_CHARS_MAX));
    }
    if wanted.title.chars().any(char::is_control) {
        fault("/title", "Remove the line breaks and control characters".to_owned());
    }
    if let (Some(opens_at), Some(closes_at)) = (wanted.opens_at, wanted.closes_at)
        && closes_at <= opens_at
    {
        fault("/closes_at", "It must close after it opens".to_owned());
    }
    if wanted.body.as_ref().is_some_and(|it| DOCUMENT_BYTES_MAX < it.len()) {
        fault("/body", format!("A document has at most {} kB", DOCUMENT_BYTES_MAX / 1024));
    }
    if wanted.visibility == Visibility::Password && wanted.password_hash.is_none() && !has_password(tx, present)? {
        fault("/password", "Enter the password that opens this page".to_owned());
    }
    if let Some(message) = target::refusal(tx, present.map(|it| it.id), &wanted.target)? {
        fault("/target", message);
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid { faults }) }
}

fn has_password(tx: &mut ReadTx<'_>, page: Option<&Page>) -> Result<bool, Error> {
    match page {
        Some(page) => Ok(pages::password_hash(tx, page.id)?.is_some()),
        None => Ok(false),
    }
}

/// A survey that people answer, or that says it is closed, keeps its page.
fn refuse_if_answered(tx: &mut ReadTx<'_>, page: &Page, what_not: &str) -> Result<(), Error> {
    let Target::Survey(id) = page.target else { return Ok(()) };
    if pages::find_of_survey(tx, id)?.is_none_or(|it| it.id != page.id) {
        return Ok(());
    }
    let Some(survey) = surveys::find(tx, id)?.filter(|it| matters(&it.status)) else { return Ok(()) };
    Err(Error::Refused(format!(
        "The survey \"{}\" is answered at this page. {what_not} before the survey is archived",
        survey.title
    )))
}

fn matters(status: &Status) -> bool {
    matches!(status, Status::Published { .. } | Status::Closed { .. })
}

/// What a page is called in messages: by its own title, or as the survey it serves.
pub(crate) fn name(tx: &mut ReadTx<'_>, page: &Page) -> Result<String, Error> {
    let survey = |id: SurveyId, tx: &mut ReadTx<'_>| surveys::find(tx, id);
    Ok(match &page.target {
        Target::Survey(id) => match survey(*id, tx)? {
            Some(it) if it.trashed_at.is_some() => format!("the survey \"{}\" in the trash", it.title),
            Some(it) => format!("the survey \"{}\"", it.title),
            None => "another page".to_owned(),
        },
        _ if page.title.is_empty() => "another page".to_owned(),
        _ => format!("the page \"{}\"", page.title),
    })
}

fn next(revision: Revision) -> Revision {
    Revision(revision.0 + 1)
}
