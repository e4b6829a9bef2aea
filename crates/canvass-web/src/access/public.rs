//! Everybody: this file is about the people who need no sign-in, respondents and visitors.

mod gate;
mod onlooker;
mod scripts;
mod site;

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{header, request::Parts},
};
use canvass_actions as actions;
use canvass_model::{
    address::{Address, Host, NoAddress, PageAddress, TenantKey},
    file::Scanning,
    id::PageId,
    page::Page,
    response::Accepted,
    tenant::{TenantRecord, TenantState},
    time::Timestamp,
    traffic::Place,
};
use canvass_storage::{self as storage, Directory, DirectoryReadTx, ReadTx, Receipt, Tenant, pages};

pub(crate) use self::{
    gate::{Entered, Turned},
    onlooker::Onlooker,
    site::Site,
};
use super::{App, host::Hosted};
use crate::{Problem, Settings, access_log, view::look::Look};

/// Someone at a tenant's public address: reads what is published there and submits responses, nothing else.
pub(crate) struct Respondent {
    app: App,
    pub(super) tenant: Tenant,
    site: Site,
    page: Option<PageAddress>,
    query: Option<String>,
    origin: Origin,
    brought: gate::Brought,
}

/// What a browser keeps apart for the tenant at the address they came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nothing: the origin is the installation's and every tenant's.
    Shared,
    /// An origin below the installation's host: of the same site as the console and the other tenants, so that it could set
    /// cookies for all of them.
    Sibling,
    /// An origin of a domain of the tenant's own, which shares nothing.
    Own,
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

    /// The same for what changes with every response: as it was less than a second ago.
    pub(crate) async fn cached_briefly<T, E>(
        &self,
        name: &str,
        load: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: From<storage::Error> + Send + 'static,
    {
        self.tenant.cached_briefly(name, load).await
    }

    /// Makes a response durable, within the plan; when this answers, it survives power loss.
    pub(crate) async fn append(&self, record: Accepted) -> Result<Receipt, actions::Error> {
        let receipts = actions::responses::submit(&self.tenant, vec![record]).await?;
        Ok(receipts.first().copied().unwrap_or(Receipt::New))
    }

    /// Whether what is uploaded is scanned before it is served.
    pub(crate) fn scanning(&self) -> Scanning {
        self.app.settings().scanning
    }

    /// The present moment, by the clock that transactions use.
    pub(crate) fn now(&self) -> Timestamp {
        self.tenant.now()
    }

    /// What the directory records of the tenant.
    pub(crate) fn tenant(&self) -> &TenantRecord {
        self.tenant.record()
    }

    /// How links to the tenant's pages are written.
    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    /// Whether they came by a host of the tenant's own, where no session is good.
    pub(crate) fn is_hosted(&self) -> bool {
        self.origin != Origin::Shared
    }

    /// What a browser keeps apart for the tenant here.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// Where the tenant wants its other addresses to lead, with the request's query; `None` when this one serves.
    pub(crate) fn leads_on(&self) -> Option<String> {
        self.site.leads_on(self.page.as_ref()).map(|it| self.with_query(it))
    }

    /// An address with the request's query behind it: what somebody brought along gets to where they are sent.
    pub(crate) fn with_query(&self, url: String) -> String {
        match &self.query {
            Some(query) => format!("{url}?{query}"),
            None => url,
        }
    }

    /// The fields of the request's query, in order.
    pub(crate) fn brought(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The page the request's address names; `None` for the tenant's own address.
    pub(crate) fn asked_for(&self) -> Option<&PageAddress> {
        self.page.as_ref()
    }

    /// The page with this id, whoever may see it: where a redirect leads.
    pub(crate) async fn find_by_id(&self, id: PageId) -> Result<Option<Arc<Page>>, Problem> {
        let name = format!("page-id:{id}");
        let load = move |tx: &mut ReadTx<'_>| Ok::<_, Problem>(pages::find_by_id(tx, id)?.map(Arc::new));
        let found = self.cached(&name, load).await?;
        Ok(Option::clone(&found).filter(|it| it.trashed_at.is_none()))
    }

    /// The page at an address, whoever may see it, from the cache, page or none.
    async fn find(&self, address: &PageAddress) -> Result<Option<Arc<Page>>, Problem> {
        let key = address.key().clone();
        let name = format!("page:{}", key.as_str());
        let found = self.cached(&name, move |tx| Ok::<_, Problem>(pages::find(tx, &key)?.map(Arc::new))).await?;
        Ok(Option::clone(&found))
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
        self.app.directory().read(work).await
    }

    /// Runs an action that signs somebody in or up.
    pub(crate) async fn act<T, E, F>(&self, action: impl FnOnce(Directory) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        action(self.app.directory().clone()).await
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        self.app.settings()
    }
}

impl FromRequestParts<App> for Respondent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let hosted = Hosted::of(parts).cloned();
        let host = hosted.as_ref().map_or(&Host::Base, |it| &it.host);
        let address = Address::parse(host, parts.uri.path()).map_err(|refusal| match refusal {
            NoAddress::NoTenant => Problem::NotFound,
            NoAddress::Page(invalid) => Problem::BadRequest(invalid.to_string()),
        })?;
        let origin = match &address.tenant {
            TenantKey::Path(_) => Origin::Shared,
            TenantKey::Subdomain(_) => Origin::Sibling,
            TenantKey::Domain(_) => Origin::Own,
        };
        let tenant = match (hosted, &address.tenant) {
            (Some(hosted), _) => hosted.tenant,
            (None, TenantKey::Path(alias)) => app.directory().tenant(alias).await?.ok_or(Problem::NotFound)?,
            (None, TenantKey::Subdomain(_) | TenantKey::Domain(_)) => return Err(Problem::NotFound),
        };
        match tenant.record().state {
            TenantState::Active => {}
            TenantState::Suspended => return Err(Problem::Suspended),
            TenantState::Requested | TenantState::Provisioning | TenantState::Failed => return Err(Problem::NotFound),
        }
        tracing::Span::current().record("tenant", tenant.record().alias.as_str());
        access_log::visited(parts, &tenant, Place::of(address.page.as_ref()));
        let known = tenant.record().alias.clone();
        let look = tenant.cached(Look::NAME, move |tx| Look::load(tx, &known)).await?;
        let primary = app.directory().primary_address(&tenant).await?;
        let site = Site::new(&address.tenant, tenant.record(), &primary, app.registrar()).looking(look);
        let (brought, query) = (gate::Brought::of(parts), parts.uri.query().map(str::to_owned));
        Ok(Self { app: app.clone(), tenant, site, page: address.page, query, origin, brought })
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
        Ok(Self {
            app: app.clone(),
            address: client_address(parts),
            agent: agent.unwrap_or_default().chars().take(200).collect(),
        })
    }
}

/// Where a request came from; the empty text when it is not known.
fn client_address(parts: &Parts) -> String {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(String::new, |it| it.0.ip().to_string())
}
