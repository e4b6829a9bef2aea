//! Hosts elsewhere: this file is about where redirects may lead, which administrators decide.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, pages::REDIRECT_HOSTS_MAX};

use super::{Happened, base};
use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
};

#[derive(Template)]
#[template(path = "console/page_hosts.html")]
struct HostsPage {
    shell: ConsoleShell,
    base: String,
    hosts: String,
    error: String,
    told: &'static str,
}

/// The hosts, one per line.
pub(crate) async fn index(administrator: Administrator, Query(happened): Query<Happened>) -> Result<Response, Problem> {
    let hosts = administrator.read(actions::pages::redirect_hosts).await?;
    let told = if happened.did.is_some() { "Saved. Redirects may lead to these hosts." } else { "" };
    page(&administrator, (hosts.join("\n"), String::new(), told), StatusCode::OK).await
}

/// Replaces them.
pub(crate) async fn update(administrator: Administrator, form: Form) -> Result<Response, Problem> {
    let given = form.find("hosts").unwrap_or_default().to_owned();
    // One more than may be is enough to be refused.
    let names: Vec<String> = given.split_whitespace().take(REDIRECT_HOSTS_MAX + 1).map(str::to_owned).collect();
    let allowed = administrator.write(move |tx, by| actions::pages::allow_redirect_hosts(tx, by, &names)).await;
    let (words, status) = match allowed {
        Ok(_) => return Ok(Redirect::to(&format!("{}/hosts?did=saved", base(&administrator))).into_response()),
        Err(actions::Error::Invalid { faults }) => {
            let words: Vec<String> = faults.into_iter().map(|it| it.message).collect();
            (words.join(". "), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(actions::Error::Refused(words)) => (words, StatusCode::CONFLICT),
        Err(error) => return Err(error.into()),
    };
    page(&administrator, (given, words, ""), status).await
}

async fn page(
    administrator: &Administrator,
    (hosts, error, told): (String, String, &'static str),
    status: StatusCode,
) -> Result<Response, Problem> {
    let shell = administrator.shell(ConsoleArea::Pages).await?;
    let page = HostsPage { shell, base: base(administrator), hosts, error, told };
    Ok((status, Html(page.render()?)).into_response())
}
