//! A tenant's public site: this file is about how links to its pages are written, below the installation's address or at
//! a host of its own, and which of its addresses the world is told.

use std::sync::Arc;

use canvass_actions::domains::Registrar;
use canvass_model::{
    address::{PageAddress, TenantKey},
    alias::Alias,
    domain::{Home, OtherAddresses, PrimaryAddress},
    tenant::TenantRecord,
};

use crate::view::look::Look;

/// Where a tenant's pages are, as the present request reached them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// What stands before a page in a link: `/adatum`, or nothing at a host of the tenant's own.
    prefix: String,
    /// Where its pages are below the installation's own address, without a slash at the end.
    path: String,
    /// Where the installation itself is, from here: nothing, or its address without a slash at the end.
    product: String,
    /// Where its pages have the one address that the world is told, without a slash at the end.
    primary: String,
    /// What this address does, if it is not the primary one.
    others: OtherAddresses,
    /// Whether this is the primary one.
    is_primary: bool,
    /// How its pages look.
    pub(crate) look: Arc<Look>,
}

impl Site {
    /// The site of a tenant that was reached by `key`.
    pub(super) fn new(key: &TenantKey, tenant: &TenantRecord, primary: &PrimaryAddress, registrar: &Registrar) -> Self {
        let primary = registrar.settled(primary);
        let (prefix, here) = match key {
            TenantKey::Path(alias) => (format!("/{alias}"), Home::Path),
            TenantKey::Subdomain(_) => (String::new(), Home::Subdomain),
            TenantKey::Domain(domain) => (String::new(), Home::Domain(domain.clone())),
        };
        let path = registrar.url(tenant, &Home::Path);
        let base_url = path.strip_suffix(&format!("/{}", tenant.alias)).unwrap_or_default();
        Self {
            product: if here == Home::Path { String::new() } else { base_url.to_owned() },
            prefix,
            primary: registrar.url(tenant, &primary.home),
            path,
            others: primary.others,
            is_primary: here == primary.home,
            look: Arc::default(),
        }
    }

    /// The site below the installation's own address, as the console shows it.
    pub(crate) fn below(alias: &Alias, base_url: &str) -> Self {
        let path = format!("{base_url}/{alias}");
        Self {
            prefix: format!("/{alias}"),
            primary: path.clone(),
            path,
            product: String::new(),
            others: OtherAddresses::Serve,
            is_primary: true,
            look: Arc::default(),
        }
    }

    /// The site in this look.
    pub(crate) fn looking(self, look: Arc<Look>) -> Self {
        Self { look, ..self }
    }

    /// Tells sites of one tenant apart, for what is kept of them.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.prefix, self.primary)
    }

    /// The tenant's own address, for a link.
    pub(crate) fn home(&self) -> &str {
        if self.prefix.is_empty() { "/" } else { &self.prefix }
    }

    /// A page's address, for a link or a form.
    pub(crate) fn href(&self, page: &PageAddress) -> String {
        format!("{}/{}", self.prefix, page.href())
    }

    /// A page of the product, such as `/-/login`, for a link: it is at the installation's own host alone.
    pub(crate) fn product(&self, path: &str) -> String {
        format!("{}{path}", self.product)
    }

    /// A page's address below the installation's own, which every page has; in full from elsewhere.
    pub(crate) fn at_path(&self, page: Option<&PageAddress>) -> String {
        page.map_or_else(|| self.path.clone(), |it| format!("{}/{}", self.path, it.href()))
    }

    /// The tenant's one true address, as the whole world may use it.
    pub(crate) fn canonical_home(&self) -> String {
        let is_host = self.primary != self.path;
        if is_host { format!("{}/", self.primary) } else { self.primary.clone() }
    }

    /// A page's one true address, as the whole world may use it.
    pub(crate) fn canonical(&self, page: &PageAddress) -> String {
        if page.is_path_only() { self.at_path(Some(page)) } else { format!("{}/{}", self.primary, page.href()) }
    }

    /// Where a page leads, or the tenant's own address, if this is not the primary one and the tenant wants it so.
    pub(crate) fn leads_on(&self, page: Option<&PageAddress>) -> Option<String> {
        if self.is_primary || self.others == OtherAddresses::Serve {
            return None;
        }
        match page {
            Some(page) if page.is_path_only() => None,
            Some(page) => Some(self.canonical(page)),
            None => Some(self.canonical_home()),
        }
    }
}
