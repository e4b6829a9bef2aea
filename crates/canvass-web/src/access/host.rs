//! Hosts: this file is about whose host a request names, decided before anything else looks at it.

use axum::{
    extract::Request,
    http::{header, request::Parts},
};
use canvass_model::address::Host;
use canvass_storage::Tenant;

use super::App;
use crate::Problem;

/// Where a request came in.
pub(crate) enum Place {
    /// At the installation's own host.
    Product,
    /// At a host of a tenant's own.
    Hosted(Hosted),
    /// At a host that is nobody's.
    Nowhere,
}

/// A host of a tenant's own, as a request to it carries it along: what is served there, is that tenant's alone, and no
/// session is good there.
#[derive(Clone)]
pub(crate) struct Hosted {
    pub(super) tenant: Tenant,
    pub(super) host: Host,
}

impl Hosted {
    /// The tenant's host that a request came in at; `None` at the installation's own.
    pub(crate) fn of(parts: &Parts) -> Option<&Self> {
        parts.extensions.get()
    }

    /// The same of a whole request.
    pub(crate) fn of_request(request: &Request) -> Option<&Self> {
        request.extensions().get()
    }
}

impl App {
    /// The host a request names, by its name alone. What proxies say of another host (`X-Forwarded-Host`) is not asked for:
    /// everybody can say it.
    pub(crate) fn host_of(&self, request: &Request) -> Host {
        // The address itself names it over HTTP/2, a header before.
        if let Some(authority) = request.uri().authority() {
            return self.hosts().read(Some(authority.as_str()));
        }
        let mut named = request.headers().get_all(header::HOST).iter();
        match (named.next(), named.next()) {
            (None, _) => self.hosts().read(None),
            (Some(host), None) => host.to_str().map_or(Host::Unknown, |it| self.hosts().read(Some(it))),
            // With two of them, somebody in between may have believed the other.
            (Some(_), Some(_)) => Host::Unknown,
        }
    }

    /// Whose a host is.
    pub(crate) async fn place(&self, host: Host) -> Result<Place, Problem> {
        let (tenant, otherwise) = match &host {
            Host::Base => return Ok(Place::Product),
            Host::Unknown => return Ok(Place::Nowhere),
            Host::Subdomain(alias) => (self.directory().tenant(alias).await?, &Host::Unknown),
            Host::Domain(domain) => (self.directory().tenant_at(domain).await?, self.hosts().others()),
        };
        Ok(match (tenant.filter(is_known), otherwise) {
            (Some(tenant), _) => Place::Hosted(Hosted { tenant, host }),
            (None, Host::Base) => Place::Product,
            (None, Host::Subdomain(_) | Host::Domain(_) | Host::Unknown) => Place::Nowhere,
        })
    }
}

/// Whether a tenant has pages, or may have them again.
fn is_known(tenant: &Tenant) -> bool {
    tenant.record().state.is_in_use()
}
