//! One domain: this file is about the record that proves it, what the last look saw, and giving it back.

use askama::Template;
use axum::{
    extract::{Path, Query},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use canvass_actions::{self as actions, domains as verbs};
use canvass_model::{
    domain::{Domain, DomainName, DomainState, Home},
    time::Timestamp,
};
use canvass_storage::domains;

use super::{Happened, base, words};
use crate::{
    Problem,
    access::Administrator,
    form::Form,
    layout::{ConsoleArea, ConsoleShell},
    view::moment,
};

#[derive(Template)]
#[template(path = "console/domain.html")]
struct DomainPage {
    shell: ConsoleShell,
    base: String,
    name: String,
    native: String,
    state: &'static str,
    tone: &'static str,
    is_verified: bool,
    is_apex: bool,
    /// Where its pages are.
    url: String,
    record_name: String,
    record_value: String,
    /// The installation's own host, which the domain must lead to; empty when nobody said its name.
    target: String,
    /// What the last look saw, if not what it looked for.
    reason: String,
    checked: Option<(String, String)>,
    next: Option<(String, String)>,
    /// Until when a record that is missing must be back.
    kept_until: Option<(String, String)>,
    told: String,
}

/// The domain.
pub(crate) async fn show(
    administrator: Administrator,
    Path((_, domain)): Path<(String, String)>,
    Query(happened): Query<Happened>,
) -> Result<Response, Problem> {
    let name = parse(&domain)?;
    let told = match happened.did.as_deref() {
        Some("looked") => "Looked for the record just now.",
        _ => "",
    };
    page(&administrator, name, told.to_owned(), StatusCode::OK).await
}

/// Looks for its record now.
pub(crate) async fn verify(
    administrator: Administrator,
    Path((_, domain)): Path<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    let (name, registrar) = (parse(&domain)?, administrator.registrar().clone());
    let wanted = name.clone();
    let looked =
        administrator.act(|directory, tenant, _| async move { registrar.verify(&directory, &tenant, &wanted).await });
    match looked.await {
        Ok(_) => Ok(Redirect::to(&format!("{}/{name}?did=looked", base(&administrator))).into_response()),
        Err(actions::Error::TooMany { retry_after_seconds }) => {
            let words = format!("It was looked at just now; look again in {retry_after_seconds} seconds.");
            page(&administrator, name, words, StatusCode::TOO_MANY_REQUESTS).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives it back.
pub(crate) async fn delete(
    administrator: Administrator,
    Path((_, domain)): Path<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    let name = parse(&domain)?;
    let released =
        administrator.act(|directory, tenant, by| async move { verbs::release(&directory, &tenant, &by, &name).await });
    released.await?;
    Ok(Redirect::to(&format!("{}?did=released", base(&administrator))).into_response())
}

fn parse(domain: &str) -> Result<DomainName, Problem> {
    DomainName::parse(domain).map_err(|_| Problem::NotFound)
}

async fn page(
    administrator: &Administrator,
    name: DomainName,
    told: String,
    status: StatusCode,
) -> Result<Response, Problem> {
    let found = administrator.read_directory(move |tx, tenant| domains::find(tx, tenant.record().id, &name));
    let domain: Domain = found.await?.ok_or(Problem::NotFound)?;
    let (registrar, now) = (administrator.registrar(), administrator.now());
    let (state, tone) = words(&domain);
    let minute = |at: Timestamp| (at.to_string(), moment::minute(at));
    let page = DomainPage {
        shell: administrator.shell(ConsoleArea::Pages).await?,
        base: base(administrator),
        native: domain.name.native(),
        state,
        tone,
        is_verified: domain.state == DomainState::Verified,
        is_apex: domain.name.is_apex(),
        url: registrar.url(administrator.tenant(), &Home::Domain(domain.name.clone())),
        record_name: domain.name.record_name(),
        record_value: domain.token.record(),
        target: registrar.hosts().base().to_owned(),
        checked: domain.checked_at.map(|it| (it.to_string(), moment::ago(it, now))),
        next: domain.next_check_at.filter(|it| now < *it).map(minute),
        kept_until: domain.lost_at.map(|it| minute(it.plus_ms(registrar.grace_ms()))),
        name: domain.name.to_string(),
        reason: domain.reason.unwrap_or_default(),
        told,
    };
    Ok((status, Html(page.render()?)).into_response())
}
