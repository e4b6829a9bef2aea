//! Signed-in browsers: this file is about turning a session cookie into a person.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use canvass_model::{alias::Alias, tenant::TenantState, time::Timestamp, token::Secret};
use canvass_storage::{
    accounts, members,
    sessions::{self, Who},
};

use super::{App, Person, SignedIn};
use crate::{Problem, cookies::Cookie};

/// A session's life is prolonged at most once an hour, so that reading a page writes nothing.
const TOUCH_EVERY_MS: i64 = Timestamp::HOUR_MS;

/// The member a request speaks for, in the tenant its path names. A tenant they do not belong to is not there.
pub(super) async fn person(parts: &mut Parts, app: &App) -> Result<Person, Problem> {
    let signed_in = signed_in(parts, app).await?;
    let alias = alias(parts, app).await?;
    let tenant = app.directory().tenant(&alias).await?.ok_or(Problem::NotFound)?;
    match tenant.record().state {
        TenantState::Active => {}
        TenantState::Suspended => return Err(Problem::Suspended),
        TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::NotFound),
    }
    let account = signed_in.account.id;
    let member = tenant.read(move |tx| members::find(tx, account)).await?.ok_or(Problem::NotFound)?;
    tracing::Span::current().record("tenant", alias.as_str());
    Ok(Person::member(app.clone(), tenant, member))
}

/// Whoever signed in with the request's cookie.
pub(super) async fn signed_in(parts: &Parts, app: &App) -> Result<SignedIn, Problem> {
    let secret = Cookie::Member.read(&parts.headers, app.settings()).ok_or(Problem::SignInRequired)?;
    signed_in_with(&secret, app).await
}

/// Whoever signed in with this cookie's secret.
pub(super) async fn signed_in_with(secret: &Secret, app: &App) -> Result<SignedIn, Problem> {
    let hash = secret.hash();
    let found = app
        .directory()
        .read(move |tx| {
            let Some(session) = sessions::find(tx, &hash)? else { return Ok(None) };
            let Who::Account(account) = session.who else { return Ok(None) };
            let stale = TOUCH_EVERY_MS < tx.now().ms_since(session.seen_at);
            Ok::<_, Problem>(accounts::find(tx, account)?.map(|it| (it, session, stale)))
        })
        .await?;
    let (account, session, stale) = found.ok_or(Problem::SignInRequired)?;
    if stale {
        let life = session.expires_at.ms_since(session.seen_at);
        let id = session.id;
        app.directory().write(move |tx| sessions::touch(tx, id, tx.now().plus_ms(life))).await?;
    }
    Ok(SignedIn { app: app.clone(), account, session: session.id })
}

async fn alias(parts: &mut Parts, app: &App) -> Result<Alias, Problem> {
    let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::NotFound)?;
    let text = params.iter().find(|(name, _)| *name == "tenant").map(|(_, value)| value.to_owned());
    Alias::parse(&text.unwrap_or_default()).map_err(|_| Problem::NotFound)
}
