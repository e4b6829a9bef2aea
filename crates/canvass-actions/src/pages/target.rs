//! What a page may serve: this file is about reading it, and about refusing what does not exist or leads nowhere.

use canvass_model::{
    address::PageAddress,
    definition::Fault,
    id::{FileId, PageId, ScriptId, SurveyId},
    page::{Destination, FeedFormat, Kind, Page, Target, WebUrl},
    script::{ScriptName, Trigger},
};
use canvass_storage::{ReadTx, files, pages, scripts, surveys};

use super::hosts;
use crate::Error;

/// Redirects followed from one page on before it counts as going round in circles.
const REDIRECTS_MAX: u32 = 8;

/// Reads what a page of this kind serves, as forms and JSON name it: a survey's id, a feed's format, a file's id; of a
/// redirect the address of a page, or one elsewhere in full. A document needs no words. [`Error::Invalid`] when they name
/// nothing, as also what another tenant has does.
pub fn target(tx: &mut ReadTx<'_>, kind: Kind, words: &str) -> Result<Target, Error> {
    let words = words.trim();
    let survey = || SurveyId::parse(words).ok_or_else(|| unfit("Choose a survey"));
    Ok(match kind {
        Kind::Survey => Target::Survey(survey()?),
        Kind::Results => Target::Results(survey()?),
        Kind::Document => Target::Document,
        Kind::Feed => Target::Feed(FeedFormat::parse(words).ok_or_else(|| unfit("Choose RSS, Atom or JSON"))?),
        Kind::File => Target::File(FileId::parse(words).ok_or_else(|| unfit("Choose a file"))?),
        Kind::Redirect => Target::Redirect(destination(tx, words)?),
        Kind::Script => Target::Script(script(tx, words)?),
    })
}

/// A script by its name or its id.
fn script(tx: &mut ReadTx<'_>, words: &str) -> Result<ScriptId, Error> {
    if let Some(id) = ScriptId::parse(words) {
        return Ok(id);
    }
    let name = ScriptName::parse(words).map_err(|_| unfit("Choose a script"))?;
    let script = scripts::find(tx, &name)?.ok_or_else(|| unfit("There is no such script"))?;
    Ok(script.id)
}

fn destination(tx: &mut ReadTx<'_>, words: &str) -> Result<Destination, Error> {
    if words.is_empty() {
        return Err(unfit("Enter the address of one of your pages, or a full web address"));
    }
    if words.contains("://") {
        return WebUrl::parse(words).map(Destination::Url).map_err(|it| unfit(&it.to_string()));
    }
    let nothing = || unfit("There is no such page; a web address begins with https://");
    let address = PageAddress::parse(words).map_err(|_| nothing())?;
    let page = pages::find(tx, address.key())?.ok_or_else(nothing)?;
    match page.target {
        Target::Redirect(Destination::Moved(to)) => Ok(Destination::Page(to)),
        _ => Ok(Destination::Page(page.id)),
    }
}

fn unfit(message: &str) -> Error {
    Error::Invalid { faults: vec![Fault::new("/target", message)] }
}

/// Why a page cannot serve `target`, worded for the person at the form; `None` when it can.
pub(super) fn refusal(tx: &mut ReadTx<'_>, page: Option<PageId>, target: &Target) -> Result<Option<String>, Error> {
    match target {
        Target::Survey(survey) | Target::Results(survey) => of_survey(tx, *survey),
        Target::Document | Target::Feed(_) => Ok(None),
        Target::File(file) => of_file(tx, *file),
        Target::Script(script) => of_script(tx, *script),
        Target::Redirect(Destination::Page(to) | Destination::Moved(to)) => of_page(tx, page, *to),
        Target::Redirect(Destination::Url(url)) => {
            let allowed = hosts::redirect_hosts(tx)?;
            Ok(of_url(url, &allowed))
        }
    }
}

fn of_survey(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<String>, Error> {
    Ok(match surveys::find(tx, survey)? {
        None => Some("There is no such survey".to_owned()),
        Some(it) if it.trashed_at.is_some() => Some("This survey is in the trash; restore it first".to_owned()),
        Some(_) => None,
    })
}

fn of_script(tx: &mut ReadTx<'_>, script: ScriptId) -> Result<Option<String>, Error> {
    Ok(match scripts::find_by_id(tx, script)? {
        None if scripts::trash::find_by_id(tx, script)?.is_some() => {
            Some("This script is in the trash; restore it first".to_owned())
        }
        None => Some("There is no such script".to_owned()),
        Some(it) if it.trigger != Trigger::Page => {
            Some("This script makes no pages; choose one whose trigger is a page".to_owned())
        }
        Some(_) => None,
    })
}

fn of_file(tx: &mut ReadTx<'_>, file: FileId) -> Result<Option<String>, Error> {
    Ok(match files::find(tx, file)? {
        None => Some("There is no such file".to_owned()),
        Some(it) if it.trashed_at.is_some() => Some("This file is in the trash; restore it first".to_owned()),
        Some(_) => None,
    })
}

/// Follows redirects from `to` on, to see that they end at a page, and not at `page` itself.
fn of_page(tx: &mut ReadTx<'_>, page: Option<PageId>, mut to: PageId) -> Result<Option<String>, Error> {
    for _ in 0..REDIRECTS_MAX {
        if Some(to) == page {
            return Ok(Some("This would lead in a circle; choose another page".to_owned()));
        }
        match pages::find_by_id(tx, to)?.filter(|it| it.trashed_at.is_none()) {
            None => return Ok(Some("There is no such page".to_owned())),
            Some(Page { target: Target::Redirect(Destination::Page(next) | Destination::Moved(next)), .. }) => {
                to = next;
            }
            Some(_) => return Ok(None),
        }
    }
    Ok(Some(format!("More than {REDIRECTS_MAX} pages in a row would lead to each other; choose the last of them")))
}

/// Redirects elsewhere lead to hosts the tenant has allowed, so that its name never lends itself to anybody's links.
fn of_url(url: &WebUrl, allowed: &[String]) -> Option<String> {
    let host = url.host();
    if allowed.iter().any(|it| it == host) {
        return None;
    }
    Some(format!("Redirects to {host} are not allowed yet; allow this host first"))
}
