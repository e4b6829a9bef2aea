//! From a URL to a tenant and a page: this file is about the one way to read the host and path of a public request.

use super::{InvalidAddress, PageAddress};
use crate::alias::Alias;

/// A public address: whose it is, and which page. The only way from a URL to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whose.
    pub tenant: TenantKey,
    /// Which page; `None` is the tenant's own address, its index.
    pub page: Option<PageAddress>,
}

/// What a URL says of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TenantKey {
    /// The first part of the path.
    Path(Alias),
    /// A host of the tenant's own, below the installation's.
    Subdomain(Alias),
}

/// The hosts this installation answers at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    base: String,
    subdomains: bool,
}

/// Why a URL is no public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAddress {
    /// No tenant can have it.
    #[error("There is nothing at this address")]
    NoTenant,
    /// The part behind the tenant names no page.
    #[error(transparent)]
    Page(#[from] InvalidAddress),
}

impl Hosts {
    /// The hosts of an installation that people reach at `base_url`; with `subdomains`, each tenant also has a host of
    /// its own below it.
    pub fn new(base_url: &str, subdomains: bool) -> Self {
        let authority = base_url.split_once("://").map_or(base_url, |(_, it)| it);
        Self { base: name(authority.split('/').next().unwrap_or_default()), subdomains }
    }

    /// The tenant whose own host this is; `None` for the installation's host and for hosts it knows nothing of.
    pub fn tenant(&self, host: Option<&str>) -> Option<Alias> {
        let host = name(host?);
        let label = host.strip_suffix(&self.base)?.strip_suffix('.').filter(|_| self.subdomains)?;
        Alias::parse(label).ok()
    }
}

impl Address {
    /// Reads the `Host` header and the path of a request, percent-decoding the path once. A tenant's own host leaves the
    /// whole path to its pages.
    pub fn parse(hosts: &Hosts, host: Option<&str>, path: &str) -> Result<Self, NoAddress> {
        let path = path.strip_prefix('/').unwrap_or(path);
        if let Some(alias) = hosts.tenant(host) {
            return Ok(Self { tenant: TenantKey::Subdomain(alias), page: page(path)? });
        }
        let (alias, rest) = path.split_once('/').unwrap_or((path, ""));
        let alias = Alias::parse(alias).map_err(|_| NoAddress::NoTenant)?;
        Ok(Self { tenant: TenantKey::Path(alias), page: page(rest)? })
    }
}

fn page(path: &str) -> Result<Option<PageAddress>, InvalidAddress> {
    match path {
        "" => Ok(None),
        _ if path.starts_with('/') => Err(InvalidAddress::Empty),
        _ => PageAddress::parse(path).map(Some),
    }
}

/// A host's name without its port and final dot, in lower case.
fn name(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tenant and page of a URL as `tenant page`; a subdomain ends with a dot.
    fn parsed(hosts: &Hosts, host: &str, path: &str) -> Result<String, NoAddress> {
        let address = Address::parse(hosts, Some(host), path)?;
        let tenant = match address.tenant {
            TenantKey::Path(alias) => alias.to_string(),
            TenantKey::Subdomain(alias) => format!("{alias}."),
        };
        Ok(format!("{tenant} {}", address.page.as_ref().map_or("", PageAddress::native)))
    }

    #[test]
    fn a_path_names_tenant_and_page() {
        let hosts = Hosts::new("https://surveys.example", false);
        for (path, expected) in [
            ("/adatum", "adatum "),
            ("/adatum/", "adatum "),
            ("/adatum/Lunch/Menu", "adatum Lunch/Menu"),
            ("/fabrikam/x", "fabrikam x"),
        ] {
            assert_eq!(parsed(&hosts, "surveys.example", path).as_deref(), Ok(expected));
            assert_eq!(parsed(&hosts, "adatum.surveys.example", path).as_deref(), Ok(expected), "no subdomains here");
        }
        for path in ["/", "/-/login", "/ad%61tum", "//adatum", "/a"] {
            assert_eq!(parsed(&hosts, "surveys.example", path), Err(NoAddress::NoTenant), "{path}");
        }
        let empty_part = Err(NoAddress::Page(InvalidAddress::Empty));
        assert_eq!(parsed(&hosts, "surveys.example", "/adatum//x"), empty_part);
    }

    #[test]
    fn a_host_of_its_own_leaves_the_path_to_the_tenants_pages() {
        let hosts = Hosts::new("https://surveys.example:8443", true);
        for host in ["adatum.surveys.example", "ADATUM.Surveys.Example:8443", "adatum.surveys.example."] {
            assert_eq!(parsed(&hosts, host, "/fabrikam/x").as_deref(), Ok("adatum. fabrikam/x"), "{host}");
            assert_eq!(parsed(&hosts, host, "/").as_deref(), Ok("adatum. "), "{host}");
        }
        for host in ["surveys.example", "a.adatum.surveys.example", "adatum.elsewhere.example", "xsurveys.example"] {
            assert_eq!(parsed(&hosts, host, "/fabrikam/x").as_deref(), Ok("fabrikam x"), "{host}");
        }
    }

    #[test]
    fn an_alias_that_begins_like_another_is_another() {
        let hosts = Hosts::new("http://localhost:8080", true);
        assert_eq!(parsed(&hosts, "localhost:8080", "/ada/tum").as_deref(), Ok("ada tum"));
        assert_eq!(parsed(&hosts, "localhost:8080", "/adatum").as_deref(), Ok("adatum "));
        assert_eq!(parsed(&hosts, "ada.localhost:8080", "/tum").as_deref(), Ok("ada. tum"));
    }
}
