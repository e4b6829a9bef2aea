//! Everybody: this file is about the people who need no sign-in, respondents and visitors.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, RawPathParams},
    http::request::Parts,
};
use canvass_actions as actions;
use canvass_model::{
    alias::Alias,
    response::Accepted,
    tenant::{TenantRecord, TenantState},
    time::Timestamp,
};
use canvass_storage::{self as storage, Directory, DirectoryReadTx, ReadTx, Receipt, Tenant};

use super::App;
use crate::{Problem, Settings};

/// Someone at a tenant's public address: reads what is published there and submits responses, nothing else.
pub(crate) struct Respondent {
    app: App,
    tenant: Tenant,
}

/// Someone at the product's own public pages: signs up, signs in, uses a set-up link.
pub(crate) struct Visitor {
    app: App,
    /// Where the request came from, for throttling alone; the empty text when it is not known.
    pub(crate) address: String,
    /// The browser's own name for itself, cut to 200 characters.
    pub(crate) agent: String,
}

impl Respondent {
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

    /// Makes a response durable, within the plan; when this answers, it survives power loss.
    pub(crate) async fn append(&self, record: Accepted) -> Result<Receipt, actions::Error> {
        let receipts = actions::responses::submit(&self.tenant, vec![record]).await?;
        Ok(receipts.first().copied().unwrap_or(Receipt::New))
    }

    /// The present moment, by the clock that transactions use.
    pub(crate) fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    /// What the directory records of the tenant.
    pub(crate) fn tenant(&self) -> &TenantRecord {
        self.tenant.record()
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        self.app.settings()
    }
}

impl Visitor {
    /// Runs `work` in a read-only transaction of the directory.
    pub(crate) async fn read<T, E>(
        &self,
        work: impl Fn(&mut DirectoryReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.app.directory.read(work).await
    }

    /// Runs an action that signs somebody in or up.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        action(self.app.directory.clone()).await
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        self.app.settings()
    }
}

impl FromRequestParts<App> for Respondent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await.map_err(|_| Problem::NotFound)?;
        let text = params.iter().find(|(name, _)| *name == "tenant").map(|(_, value)| value.to_owned());
        let alias = Alias::parse(&text.unwrap_or_default()).map_err(|_| Problem::NotFound)?;
        let tenant = app.directory.tenant(&alias).await?.ok_or(Problem::NotFound)?;
        match tenant.record().state {
            TenantState::Active => {}
            TenantState::Suspended => return Err(Problem::Suspended),
            TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::NotFound),
        }
        tracing::Span::current().record("tenant", alias.as_str());
        Ok(Self { app: app.clone(), tenant })
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let address = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_string());
        let agent = parts.headers.get(axum::http::header::USER_AGENT).and_then(|it| it.to_str().ok());
        Ok(Self {
            app: app.clone(),
            address: address.unwrap_or_default(),
            agent: agent.unwrap_or_default().chars().take(200).collect(),
        })
    }
}
