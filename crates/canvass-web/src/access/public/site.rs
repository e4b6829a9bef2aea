//! A tenant's public site: this file is about how links to its pages are written, below the installation's address or at
//! a host of its own.

use std::sync::Arc;

use canvass_model::{
    address::{PageAddress, TenantKey},
    alias::Alias,
};

use crate::view::look::Look;

/// Where a tenant's pages are, as the present request reached them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// What stands before a page in a link: `/adatum`, or nothing at a host of the tenant's own.
    prefix: String,
    /// Scheme and host, without a trailing slash.
    origin: String,
    /// How its pages look.
    pub(crate) look: Arc<Look>,
}

impl Site {
    pub(super) fn new(tenant: &TenantKey, base_url: &str) -> Self {
        match tenant {
            TenantKey::Path(alias) => Self::below(alias, base_url),
            TenantKey::Subdomain(alias) => {
                let (scheme, authority) = base_url.split_once("://").unwrap_or(("https", base_url));
                let origin = format!("{scheme}://{alias}.{authority}");
                Self { prefix: String::new(), origin, look: Arc::default() }
            }
        }
    }

    /// The site below the installation's own address.
    pub(crate) fn below(alias: &Alias, base_url: &str) -> Self {
        Self { prefix: format!("/{alias}"), origin: base_url.to_owned(), look: Arc::default() }
    }

    /// The site in this look.
    pub(crate) fn looking(self, look: Arc<Look>) -> Self {
        Self { look, ..self }
    }

    /// The tenant's own address, for a link.
    pub(crate) fn home(&self) -> &str {
        if self.prefix.is_empty() { "/" } else { &self.prefix }
    }

    /// A page's address, for a link or a form.
    pub(crate) fn href(&self, page: &PageAddress) -> String {
        format!("{}/{}", self.prefix, page.href())
    }

    /// A link as the whole world may use it.
    pub(crate) fn absolute(&self, href: &str) -> String {
        format!("{}{href}", self.origin)
    }
}
