//! A shut gate: this file is about what somebody reads who is not let in, not yet, or no longer.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use canvass_model::{page::Admission, time::Timestamp};

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
        Admission::SignInNeeded => Err(Problem::SignInRequired),
        Admission::Admitted | Admission::Forbidden | Admission::PasswordNeeded | Admission::InvitationNeeded => {
            Err(Problem::Forbidden("This page is not for everybody".to_owned()))
        }
    }
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
