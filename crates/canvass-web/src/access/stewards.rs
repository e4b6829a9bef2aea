//! Stewards: this file is about who may change what is the administrators' matter, programs included: domains and secrets.

use axum::{extract::FromRequestParts, http::request::Parts};
use canvass_model::{member::Role, token::Scope};

use super::{
    App,
    people::{Steward, forbidden, person},
};
use crate::Problem;

/// May claim domains for their tenant and give them back: an administrator, or a program that may write.
pub(crate) struct Claimant(pub(super) Steward);

/// May set what scripts know and nobody reads: an administrator, or a program that may do what administrators do.
pub(crate) struct SecretKeeper(pub(super) Steward);

impl FromRequestParts<App> for Claimant {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        steward(parts, app, Scope::Write).await.map(Self)
    }
}

impl FromRequestParts<App> for SecretKeeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        steward(parts, app, Scope::Admin).await.map(Self)
    }
}

async fn steward(parts: &mut Parts, app: &App, scope: Scope) -> Result<Steward, Problem> {
    let person = person(parts, app).await?;
    if person.is_at_least(Role::Administrator, scope) {
        Ok(Steward::of(person))
    } else {
        Err(forbidden(&person, "an administrator", scope))
    }
}
