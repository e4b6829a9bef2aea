//! Programs: this file is about turning a bearer token into a person.

use axum::http::{header, request::Parts};
use canvass_model::{
    tenant::TenantState,
    time::Timestamp,
    token::{Secret, SecretHash, Token},
};
use canvass_storage::{Tenant, tokens};

use super::{App, Person};
use crate::{Problem, view::moment};

/// A token's last use is noted at most once a minute.
const TOUCH_EVERY_MS: i64 = Timestamp::MINUTE_MS;

/// The program a request speaks for, within its plan's pace of requests.
pub(super) async fn paced(parts: &Parts, app: &App) -> Result<Person, Problem> {
    let person = person(parts, app).await?;
    if let Some(token) = person.token() {
        app.pace.check(person.tenant().plan, token)?;
    }
    Ok(person)
}

/// The program a request speaks for, whatever its pace: responses are bounded by the month and by the intake's room.
pub(super) async fn person(parts: &Parts, app: &App) -> Result<Person, Problem> {
    let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).and_then(bearer);
    let secret = bearer.filter(|it| it.starts_with(Secret::TOKEN_PREFIX)).ok_or(Problem::TokenRequired)?;
    let hash = Secret::offered(secret).hash();
    let Some((tenant, token)) = app.directory.tenant_of_token(hash).await? else {
        return Err(refusal(app, hash).await?);
    };
    match tenant.record().state {
        TenantState::Active => {}
        TenantState::Suspended => return Err(Problem::Suspended),
        TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::TokenUnknown),
    }
    tracing::Span::current().record("tenant", tenant.record().alias.as_str());
    note_use(app, &tenant, &token).await?;
    Ok(Person::program(app.clone(), tenant, token))
}

/// Why a token opens nothing. Only who holds its secret learns that it once did.
async fn refusal(app: &App, hash: SecretHash) -> Result<Problem, Problem> {
    let expired = app.directory.read(move |tx| tokens::find_expiry(tx, &hash)).await?;
    Ok(expired.map_or(Problem::TokenUnknown, |at| Problem::TokenExpired { at: moment::second(at) }))
}

/// Notes that the token was used, unless that was noted within the last minute.
async fn note_use(app: &App, tenant: &Tenant, token: &Token) -> Result<(), Problem> {
    let now = tenant.now();
    if token.last_used_at.is_none_or(|it| TOUCH_EVERY_MS < now.ms_since(it)) {
        let id = token.id;
        app.directory.write(move |tx| tokens::touch(tx, id)).await?;
    }
    Ok(())
}

/// The credentials of an `Authorization: Bearer …` header; the scheme is matched without regard to case (RFC 9110).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}
