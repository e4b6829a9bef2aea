//! The brand: this file is about changing how a tenant's public pages look, and taking the last change back.

mod artist;

use std::time::Duration;

use canvass_format::{
    picture,
    style::{self, Compiled},
};
use canvass_model::{
    brand::{Brand, ContentHash, ContrastFault, Logo, Theme},
    definition::Fault,
    event::{BrandChange, Event},
    member::Actor,
    plan::{Feature, Plan},
};
use canvass_storage::{
    self as storage, ReadTx, Tx,
    brand::{self, Picture},
    events,
};
use tokio::sync::Semaphore;

use self::artist::NotDrawn;
pub use self::artist::{Artist, COMMAND as DRAWING_COMMAND, DRAWING_MAX};
use crate::Error;

/// How the pages look; the product's own look until somebody chose another.
pub fn find(tx: &mut ReadTx<'_>) -> Result<Brand, Error> {
    match brand::find(tx)? {
        Some(brand) => Ok(brand),
        None => made(Theme::default(), "", None),
    }
}

/// How the pages would look with this theme and CSS: what a preview shows. [`Error::Invalid`] names each colour that cannot
/// be read (`/theme/light/accent`) and each piece of CSS that is refused (`/css`, with its line).
pub fn try_out(theme: Theme, css: &str, logo: Option<Logo>) -> Result<Brand, Error> {
    made(theme, css, logo)
}

/// Makes a logo out of an uploaded file, when there is a place for it: of a picture on a thread of its own, of a drawing in
/// a process of its own first. [`Error::Refused`] says what is wrong with the file, [`Busy`](storage::Error::Busy) that too
/// many wait already.
pub async fn read_logo(artist: &Artist, bytes: Vec<u8>) -> Result<picture::Logo, Error> {
    let Ok(Ok(place)) = tokio::time::timeout(WAIT_MAX, PLACES.acquire()).await else {
        return Err(Error::Storage(storage::Error::Busy { retry_after_ms: 2_000 }));
    };
    let bytes = if picture::is_drawing(&bytes) {
        artist.draw(&bytes).await.map_err(|error| match error {
            NotDrawn::Refused(refusal) => Error::Refused(refusal.to_string()),
            NotDrawn::NoProcess(_) => Error::Storage(storage::Error::Engine(error.into())),
        })?
    } else {
        bytes
    };
    let read = tokio::task::spawn_blocking(move || {
        let logo = picture::logo(&bytes);
        drop(place);
        logo
    });
    let read = read.await.map_err(|panic| Error::Storage(storage::Error::Engine(panic.into())))?;
    read.map_err(|refusal| Error::Refused(refusal.to_string()))
}

/// A picture of the largest size takes a quarter of a gigabyte while it is read.
const PICTURES_AT_ONCE_MAX: usize = 1;
static PLACES: Semaphore = Semaphore::const_new(PICTURES_AT_ONCE_MAX);
/// Whoever waits longer for a place is asked to come again.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Sets theme and CSS at once: one change, which one undo takes back. Refused like [`set_theme`] and [`set_css`].
pub fn set(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, (theme, css): (&Theme, &str)) -> Result<Brand, Error> {
    let css = css.trim();
    let before = find(tx)?;
    allow(plan, &before, css)?;
    let after = made(theme.clone(), css, before.logo.clone())?;
    let what = if before.css == after.css { BrandChange::Theme } else { BrandChange::Css };
    replace(tx, by, (before, after, Picture::Kept), what)
}

/// Chooses colours, type and room. Refused like [`try_out`]: the CSS there is must be readable in the new colours too.
pub fn set_theme(tx: &mut Tx<'_>, by: &Actor, theme: &Theme) -> Result<Brand, Error> {
    let before = find(tx)?;
    let after = made(theme.clone(), &before.css, before.logo.clone())?;
    replace(tx, by, (before, after, Picture::Kept), BrandChange::Theme)
}

/// Sets the tenant's own CSS; nothing but spaces removes it. [`Error::Limit`] when the plan does not include it: what was
/// written under another plan stays, and can be removed. [`Error::Invalid`] names every piece that is refused.
pub fn set_css(tx: &mut Tx<'_>, by: &Actor, plan: &Plan, css: &str) -> Result<Brand, Error> {
    let css = css.trim();
    let before = find(tx)?;
    allow(plan, &before, css)?;
    let after = made(before.theme.clone(), css, before.logo.clone())?;
    replace(tx, by, (before, after, Picture::Kept), BrandChange::Css)
}

/// Sets the logo, in place of an earlier one.
pub fn set_logo(tx: &mut Tx<'_>, by: &Actor, logo: &picture::Logo) -> Result<Brand, Error> {
    let before = find(tx)?;
    let (hash, width, height) = (ContentHash::of(logo.png()), logo.width(), logo.height());
    let after = Brand { logo: Some(Logo { hash, width, height }), ..before.clone() };
    replace(tx, by, (before, after, Picture::New(logo.png())), BrandChange::Logo)
}

/// Removes the logo, if there is one.
pub fn remove_logo(tx: &mut Tx<'_>, by: &Actor) -> Result<Brand, Error> {
    let before = find(tx)?;
    let after = Brand { logo: None, ..before.clone() };
    replace(tx, by, (before, after, Picture::Removed), BrandChange::LogoRemoved)
}

/// Takes the last change back; doing it again brings it back. [`Error::Refused`] when nothing was changed yet.
pub fn undo(tx: &mut Tx<'_>, by: &Actor) -> Result<Brand, Error> {
    if !brand::swap(tx)? {
        return Err(Error::Refused("Nothing was changed yet, so there is nothing to undo".to_owned()));
    }
    events::insert(tx, by, &Event::BrandChanged { what: BrandChange::Undone })?;
    find(tx)
}

/// Whether a plan includes this CSS: what was written under another plan stays.
fn allow(plan: &Plan, before: &Brand, css: &str) -> Result<(), Error> {
    if plan.includes(Feature::Css) || css.is_empty() || css == before.css {
        return Ok(());
    }
    let plan = plan.id.as_str();
    Err(Error::Limit(format!("The {plan} plan has no CSS of one's own. Choose a larger plan, or use the theme")))
}

/// Stores a change; the same again is none, and leaves the last one to be undone.
fn replace(
    tx: &mut Tx<'_>,
    by: &Actor,
    (before, after, picture): (Brand, Brand, Picture<'_>),
    what: BrandChange,
) -> Result<Brand, Error> {
    if before == after {
        return Ok(before);
    }
    brand::replace(tx, &before, &after, picture)?;
    events::insert(tx, by, &Event::BrandChanged { what })?;
    Ok(after)
}

/// A brand of these parts, checked.
fn made(theme: Theme, css: &str, logo: Option<Logo>) -> Result<Brand, Error> {
    let faults: Vec<Fault> = theme.faults().iter().map(of_colour).collect();
    if !faults.is_empty() {
        return Err(Error::Invalid { faults });
    }
    let compiled = compiled(css, &theme)?;
    let sheet = style::sheet(&theme, &compiled);
    Ok(Brand { theme, css: css.to_owned(), sheet_hash: ContentHash::of(sheet.as_bytes()), sheet, logo })
}

fn compiled(css: &str, theme: &Theme) -> Result<Compiled, Error> {
    style::compile(css, theme).map_err(|refusals| {
        let fault = |it: &style::Refusal| Fault { pointer: "/css".to_owned(), message: it.to_string() };
        Error::Invalid { faults: refusals.iter().map(fault).collect() }
    })
}

fn of_colour(fault: &ContrastFault) -> Fault {
    let pointer = format!("/theme/{}/{}", fault.scheme.as_str(), fault.role.as_str());
    Fault { pointer, message: fault.to_string() }
}
