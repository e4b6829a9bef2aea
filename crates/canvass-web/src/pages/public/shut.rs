//! A shut gate: this file is about what somebody reads who is not let in, not yet, or no longer.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions as actions;
use canvass_model::{
    page::{Admission, Page},
    time::Timestamp,
};

use crate::{
    Problem,
    access::{Respondent, Site, Turned},
    view::moment,
};

#[derive(Template)]
#[template(path = "respond/shut.html")]
struct ShutPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    heading: &'a str,
    /// What stands before the moment, the moment in words and as a machine reads it, and what stands after.
    before: String,
    moment: String,
    iso: String,
    after: &'a str,
}

#[derive(Template)]
#[template(path = "respond/password.html")]
struct PasswordPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    action: String,
    error: String,
}

#[derive(Template)]
#[template(path = "respond/invited.html")]
struct InvitedPage<'a> {
    organisation: &'a str,
    site: &'a Site,
    /// Where members sign in and come back from.
    sign_in: String,
}

/// What is shown instead of the page.
pub(super) fn page(respondent: &Respondent, turned: Turned) -> Result<Response, Problem> {
    let (page, admission) = match turned {
        Turned::Away(problem) => return Err(problem),
        Turned::Shut(page, admission) => (page, admission),
    };
    match admission {
        Admission::NotYet { opens_at } => {
            let before = "This page opens on ".to_owned();
            notice(respondent, StatusCode::FORBIDDEN, ("Not open yet", before, opens_at, "Come back then."))
        }
        Admission::Over { since: at } if page.title.is_empty() => since(respondent, None, at),
        Admission::Over { since: at } => since(respondent, Some(&page.title), at),
        Admission::SignInNeeded if respondent.is_hosted() => {
            // Members sign in at the installation's own host, and are known nowhere else.
            Ok(Redirect::to(&respondent.with_query(respondent.site().at_path(Some(&page.address)))).into_response())
        }
        Admission::SignInNeeded => Err(Problem::SignInRequired),
        Admission::PasswordNeeded => password(respondent, &page, StatusCode::UNAUTHORIZED, String::new()),
        Admission::InvitationNeeded => invited(respondent, &page),
        Admission::Admitted | Admission::Forbidden => {
            Err(Problem::Forbidden("This page is for other people; ask whoever gave you its address".to_owned()))
        }
    }
}

/// Tries a password; the right one leads to the page.
pub(super) async fn unlock(respondent: &Respondent, page: &Page, given: &str) -> Result<Response, Problem> {
    match respondent.unlock(page, given).await {
        Ok(Some(cookie)) => {
            let mut response = on(respondent, page);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Ok(None) => {
            let words = "This is not the password. Look at what you were sent, or ask whoever sent it.".to_owned();
            password(respondent, page, StatusCode::UNAUTHORIZED, words)
        }
        Err(Problem::Action(actions::Error::TooMany { retry_after_seconds })) => {
            let words = format!("Too many wrong passwords. Try again in {retry_after_seconds} seconds.");
            let mut response = password(respondent, page, StatusCode::TOO_MANY_REQUESTS, words)?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// On to a page that lets them in.
pub(super) fn on(respondent: &Respondent, page: &Page) -> Response {
    Redirect::to(&respondent.with_query(respondent.site().href(&page.address))).into_response()
}

fn password(respondent: &Respondent, page: &Page, status: StatusCode, error: String) -> Result<Response, Problem> {
    let site = respondent.site();
    let organisation = respondent.tenant().name.as_str();
    let page = PasswordPage { organisation, site, action: respondent.with_query(site.href(&page.address)), error };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Form realm="this page""#)),
    ];
    Ok((status, headers, Html(page.render()?)).into_response())
}

fn invited(respondent: &Respondent, page: &Page) -> Result<Response, Problem> {
    let site = respondent.site();
    let at_path = respondent.with_query(format!("/{}/{}", respondent.tenant().alias, page.address.href()));
    let back: String = form_urlencoded::byte_serialize(at_path.as_bytes()).collect();
    let sign_in = site.product(&format!("/-/login?to={back}"));
    let page = InvitedPage { organisation: respondent.tenant().name.as_str(), site, sign_in };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::FORBIDDEN, headers, Html(page.render()?)).into_response())
}

/// What somebody reads who comes too late.
pub(crate) fn since(respondent: &Respondent, title: Option<&str>, at: Timestamp) -> Result<Response, Problem> {
    let before = title.map_or_else(|| "It was open until ".to_owned(), |it| format!("“{it}” was open until "));
    notice(respondent, StatusCode::GONE, ("This page is closed", before, at, ""))
}

fn notice(
    respondent: &Respondent,
    status: StatusCode,
    (heading, before, at, after): (&str, String, Timestamp, &str),
) -> Result<Response, Problem> {
    let page = ShutPage {
        organisation: respondent.tenant().name.as_str(),
        site: respondent.site(),
        heading,
        before,
        moment: moment::minute(at),
        iso: at.to_string(),
        after,
    };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((status, headers, Html(page.render()?)).into_response())
}
