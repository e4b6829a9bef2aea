//! Programs: this file is about turning a bearer token into a person.

use axum::http::{header, request::Parts};
use canvass_model::{
    tenant::TenantState,
    token::{Secret, SecretHash},
};
use canvass_storage::tokens;

use super::{App, Person};
use crate::{Problem, view::moment};

/// The program a request speaks for, within its plan's pace of requests.
pub(super) async fn paced(parts: &Parts, app: &App) -> Result<Person, Problem> {
    let person = person(parts, app).await?;
    if let Some(token) = person.token() {
        app.pace().check(person.tenant().plan, token)?;
    }
    Ok(person)
}

/// The program a request speaks for, whatever its pace: responses are bounded by the month and by the intake's room.
pub(super) async fn person(parts: &Parts, app: &App) -> Result<Person, Problem> {
    let secret = bearer(parts).filter(|it| it.starts_with(Secret::TOKEN_PREFIX)).ok_or(Problem::TokenRequired)?;
    let hash = Secret::offered(secret).hash();
    let Some((tenant, token)) = app.directory().tenant_of_token(hash).await? else {
        return Err(refusal(app, hash).await?);
    };
    match tenant.record().state {
        TenantState::Active => {}
        TenantState::Suspended => return Err(Problem::Suspended),
        TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::TokenUnknown),
    }
    tracing::Span::current().record("tenant", tenant.record().alias.as_str());
    app.directory().note_use(&token).await?;
    Ok(Person::program(app.clone(), tenant, token))
}

/// Why a token opens nothing. Only who holds its secret learns that it once did.
async fn refusal(app: &App, hash: SecretHash) -> Result<Problem, Problem> {
    let expired = app.directory().read(move |tx| tokens::find_expiry(tx, &hash)).await?;
    Ok(expired.map_or(Problem::TokenUnknown, |at| Problem::TokenExpired { at: moment::second(at) }))
}

/// The credentials of an `Authorization: Bearer …` header; the scheme is matched without regard to case (RFC 9110).
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}
