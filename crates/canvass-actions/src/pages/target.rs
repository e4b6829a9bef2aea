//! What a page may serve: this file is about refusing what does not exist or leads nowhere.

use canvass_model::{
    id::{PageId, SurveyId},
    page::{Destination, Page, Target, WebUrl},
};
use canvass_storage::{ReadTx, meta, pages, surveys};

use crate::Error;

/// Redirects followed from one page on before it counts as going round in circles.
const REDIRECTS_MAX: u32 = 8;
/// Under which name the tenant's hosts for redirects are kept: a JSON list of names.
pub(super) const REDIRECT_HOSTS: &str = "redirect_hosts";

/// Why a page cannot serve `target`, worded for the person at the form; `None` when it can.
pub(super) fn refusal(tx: &mut ReadTx<'_>, page: Option<PageId>, target: &Target) -> Result<Option<String>, Error> {
    match target {
        Target::Survey(survey) | Target::Results(survey) => of_survey(tx, *survey),
        Target::Document | Target::Feed(_) | Target::File(_) => Ok(None),
        Target::Redirect(Destination::Page(to) | Destination::Moved(to)) => of_page(tx, page, *to),
        Target::Redirect(Destination::Url(url)) => {
            let allowed = meta::find(tx, REDIRECT_HOSTS)?.unwrap_or_default();
            let allowed: Vec<String> = serde_json::from_str(&allowed).unwrap_or_default();
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
