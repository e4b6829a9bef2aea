//! Onlookers: this file is about the browsers that fetch what a tenant's pages are dressed in.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use canvass_model::{alias::Alias, tenant::TenantState};
use canvass_storage::{self as storage, ReadTx, Tenant};

use crate::{App, Problem, access::host::Hosted};

/// Whoever asks for a tenant's style sheet or logo: sees its brand, and nothing else.
pub(crate) struct Onlooker {
    tenant: Tenant,
}

impl Onlooker {
    /// Runs `work` in a read-only transaction of the tenant.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.tenant.read(work).await
    }

    /// A value computed from published content and kept until that changes.
    pub(crate) async fn cached<T, E>(
        &self,
        name: &str,
        load: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.tenant.cached(name, load).await
    }
}

impl FromRequestParts<App> for Onlooker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::NotFound)?;
        let alias = params.iter().find(|(name, _)| *name == "tenant").map(|(_, value)| value.to_owned());
        let alias = Alias::parse(&alias.unwrap_or_default()).map_err(|_| Problem::NotFound)?;
        // At a tenant's own host, others are not there.
        if Hosted::of(parts).is_some_and(|it| it.tenant.record().alias != alias) {
            return Err(Problem::NotFound);
        }
        let tenant = app.directory().tenant(&alias).await?.ok_or(Problem::NotFound)?;
        match tenant.record().state {
            TenantState::Active => {}
            TenantState::Suspended => return Err(Problem::Suspended),
            TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::NotFound),
        }
        tracing::Span::current().record("tenant", alias.as_str());
        Ok(Self { tenant })
    }
}
