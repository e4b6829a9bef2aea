//! Public pages: this file is about what an address serves: its row says who is let in, and its kind chooses the handler.

mod caching;
mod document;
mod feed;
mod file;
mod index;
mod posted;
mod results;
mod script;
mod shut;
mod sitemap;

use axum::{
    extract::Query,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use canvass_model::{
    address::PageAddress,
    page::{Admission, Destination, Target},
};

use super::respond;
use crate::{
    Problem,
    access::{Entered, Respondent, Turned},
    download::Asked,
};

use self::posted::Posted;
pub(crate) use self::{caching::revalidate, shut::since, sitemap::robots};

/// Pages followed from an address that moved, before it counts as going round in circles.
const MOVES_MAX: u32 = 8;

/// What may follow a page's address.
#[derive(serde::Deserialize)]
pub(crate) struct Shown {
    /// Present on the way to a survey's thank-you page.
    pub(crate) thanks: Option<String>,
}

/// What an address serves.
pub(crate) async fn show(
    respondent: Respondent,
    asked: Asked,
    Query(shown): Query<Shown>,
    asking: script::Asking,
) -> Result<Response, Problem> {
    let entered = match respondent.asked_for() {
        Some(address) => match respondent.enter(address, None).await {
            Err(Turned::Away(Problem::NotFound)) if sitemap::is_at(address) => return sitemap::show(&respondent).await,
            entered => entered,
        },
        None => match respondent.enter(&PageAddress::index(), None).await {
            Err(Turned::Away(Problem::NotFound)) => {
                return match respondent.leads_on() {
                    Some(url) => lead_on(&url),
                    None => index::show(&respondent).await,
                };
            }
            entered => entered,
        },
    };
    let entered = match entered {
        Ok(entered) => entered,
        Err(turned) => return shut::page(&respondent, turned),
    };
    // Members are known at the installation's own host alone, so what is not for everybody stays where it is.
    if entered.page().visibility.is_open()
        && let Some(url) = respondent.leads_on()
    {
        return lead_on(&url);
    }
    let response = match &entered.page().target {
        Target::Survey(_) => respond::show(&entered, &shown).await,
        Target::Redirect(to) => redirect(&respondent, to).await,
        Target::Document => document::show(&entered).await,
        Target::Results(survey) => results::show(&entered, *survey).await,
        Target::Feed(format) => feed::show(&entered, *format).await,
        Target::File(id) => file::show(&entered, *id, &asked).await,
        Target::Script(id) => script::show(&entered, *id, asking).await,
    };
    response.map(|it| entered.seal(caching::for_search_engines(entered.page().visibility, it)))
}

/// Takes what is sent to an address. A form that was opened before its page moved is still taken.
pub(crate) async fn create(
    respondent: Respondent,
    asking: script::Asking,
    Posted { form, json }: Posted,
) -> Result<Response, Problem> {
    let entered = match (moved(&respondent, form.find("_pass")).await, form.find("_password")) {
        (Err(Turned::Shut(page, Admission::PasswordNeeded)), Some(password)) => {
            return shut::unlock(&respondent, &page, password).await;
        }
        (Ok(entered), Some(_)) => return Ok(shut::on(&respondent, entered.page())),
        (Ok(entered), None) => entered,
        (Err(turned), _) => return shut::page(&respondent, turned),
    };
    let response = match &entered.page().target {
        Target::Script(id) => script::create(&entered, *id, asking, Posted { form, json }).await,
        _ if json.is_some() => Err(Problem::UnsupportedMediaType { expected: "application/x-www-form-urlencoded" }),
        Target::Survey(_) => respond::create(&entered, form).await,
        Target::Results(_) | Target::Document | Target::Feed(_) | Target::File(_) | Target::Redirect(_) => {
            Err(Problem::MethodNotAllowed)
        }
    };
    response.map(|it| entered.seal(it))
}

/// The page at the address, wherever it has moved to.
async fn moved<'a>(respondent: &'a Respondent, pass: Option<&str>) -> Result<Entered<'a>, Turned> {
    let Some(mut address) = respondent.asked_for().cloned() else {
        return Err(Turned::Away(Problem::MethodNotAllowed));
    };
    for _ in 0..MOVES_MAX {
        let entered = respondent.enter(&address, pass).await?;
        let Target::Redirect(Destination::Moved(to)) = entered.page().target else { return Ok(entered) };
        let page = respondent.find_by_id(to).await.map_err(Turned::Away)?.ok_or(Turned::Away(Problem::NotFound))?;
        address = page.address.clone();
    }
    Err(Turned::Away(Problem::NotFound))
}

/// To the address that the tenant wants everybody to use; browsers ask again each time, since it may change its mind.
fn lead_on(url: &str) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(url).map_err(|error| Problem::Internal(error.to_string()))?;
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((StatusCode::MOVED_PERMANENTLY, headers).into_response())
}

/// Leads on, to a page of the tenant's own with what was brought along; browsers ask again each time, since a tenant may
/// change its mind.
async fn redirect(respondent: &Respondent, to: &Destination) -> Result<Response, Problem> {
    let (status, location) = match to {
        Destination::Url(url) => (StatusCode::FOUND, url.as_str().to_owned()),
        Destination::Page(id) | Destination::Moved(id) => {
            let page = respondent.find_by_id(*id).await?.ok_or(Problem::NotFound)?;
            let has_moved = matches!(to, Destination::Moved(_));
            let status = if has_moved { StatusCode::MOVED_PERMANENTLY } else { StatusCode::FOUND };
            (status, respondent.with_query(respondent.site().href(&page.address)))
        }
    };
    let location = HeaderValue::try_from(location).map_err(|error| Problem::Internal(error.to_string()))?;
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((status, headers).into_response())
}
