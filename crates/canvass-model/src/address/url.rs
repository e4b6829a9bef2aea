//! From a URL to a tenant and a page: this file is about the one way to read the host and path of a public request.

use super::{InvalidAddress, PageAddress};
use crate::{alias::Alias, domain::DomainName};

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
    /// A domain that the tenant brought along.
    Domain(DomainName),
}

/// Whose a host is, by its name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// The installation's.
    Base,
    /// A tenant's, below the installation's, if there is such a tenant.
    Subdomain(Alias),
    /// Perhaps a domain that a tenant brought along: the directory knows.
    Domain(DomainName),
    /// Nobody's.
    Unknown,
}

/// Whether tenants have hosts of their own below the installation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subdomains {
    /// Each has one, named by its alias.
    On,
    /// None has.
    Off,
}

/// The hosts this installation answers at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosts {
    base: String,
    subdomains: Subdomains,
    /// Whose a host is that is nobody else's.
    others: Host,
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
    /// The hosts of an installation that people reach at `base_url`, and at no other name of its own.
    pub fn new(base_url: &str, subdomains: Subdomains) -> Self {
        let authority = base_url.split_once("://").map_or(base_url, |(_, it)| it);
        let base = name(authority.split('/').next().unwrap_or_default()).unwrap_or_default();
        Self { base, subdomains, others: Host::Unknown }
    }

    /// The hosts of an installation whose name nobody said: whatever is no tenant's is its own.
    pub fn any() -> Self {
        Self { base: String::new(), subdomains: Subdomains::Off, others: Host::Base }
    }

    /// Whose a host is that turned out to be no tenant's domain.
    pub fn others(&self) -> &Host {
        &self.others
    }

    /// The installation's own host; empty when nobody said.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether tenants have hosts below the installation's.
    pub fn has_subdomains(&self) -> bool {
        self.subdomains == Subdomains::On
    }

    /// Whose the host is that a request names, perhaps with a port. This machine's own names for itself, such as
    /// `127.0.0.1`, are the installation's: whoever can use them needs none of the others.
    pub fn read(&self, host: Option<&str>) -> Host {
        let Some(host) = host.and_then(name) else { return self.others.clone() };
        if host == self.base {
            return Host::Base;
        }
        if let Some(label) = host.strip_suffix(&self.base).and_then(|it| it.strip_suffix('.'))
            && !self.base.is_empty()
        {
            // Deeper names, and tenants' where they have none, are nobody's.
            return match (self.subdomains, Alias::parse(label)) {
                (Subdomains::On, Ok(alias)) => Host::Subdomain(alias),
                (Subdomains::On | Subdomains::Off, _) => Host::Unknown,
            };
        }
        if is_loopback(&host) {
            return Host::Base;
        }
        DomainName::of_host(&host).map_or_else(|| self.others.clone(), Host::Domain)
    }
}

impl Address {
    /// Reads the path of a request to a `host`, percent-decoding it once. A tenant's own host leaves the whole path to its
    /// pages.
    pub fn parse(host: &Host, path: &str) -> Result<Self, NoAddress> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let tenant = match host {
            Host::Subdomain(alias) => TenantKey::Subdomain(alias.clone()),
            Host::Domain(domain) => TenantKey::Domain(domain.clone()),
            Host::Base => {
                let (alias, rest) = path.split_once('/').unwrap_or((path, ""));
                let alias = Alias::parse(alias).map_err(|_| NoAddress::NoTenant)?;
                return Ok(Self { tenant: TenantKey::Path(alias), page: page(rest)? });
            }
            Host::Unknown => return Err(NoAddress::NoTenant),
        };
        Ok(Self { tenant, page: page(path)? })
    }
}

fn page(path: &str) -> Result<Option<PageAddress>, InvalidAddress> {
    match path {
        "" => Ok(None),
        _ if path.starts_with('/') => Err(InvalidAddress::Empty),
        _ => PageAddress::parse(path).map(Some),
    }
}

/// A host's name without its port and final dot, in small letters; `None` when it has more than a name and a port.
fn name(host: &str) -> Option<String> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    let is_literal = name.starts_with('[') && name.ends_with(']');
    if name.is_empty() || !is_literal && name.contains([':', '@', '/']) {
        return None;
    }
    Some(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase())
}

/// Whether this is a machine's name for itself.
fn is_loopback(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || literal.parse().is_ok_and(|it: std::net::IpAddr| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(subdomains: Subdomains) -> Hosts {
        Hosts::new("https://surveys.example:8443", subdomains)
    }

    fn domain(text: &str) -> Host {
        Host::Domain(DomainName::parse(text).unwrap())
    }

    /// Tenant and page of a URL as `tenant page`; a host of its own ends with a dot.
    fn parsed(hosts: &Hosts, host: &str, path: &str) -> Result<String, NoAddress> {
        let address = Address::parse(&hosts.read(Some(host)), path)?;
        let tenant = match address.tenant {
            TenantKey::Path(alias) => alias.to_string(),
            TenantKey::Subdomain(alias) => format!("{alias}."),
            TenantKey::Domain(domain) => format!("{domain}."),
        };
        Ok(format!("{tenant} {}", address.page.as_ref().map_or("", PageAddress::native)))
    }

    #[test]
    fn a_path_names_tenant_and_page() {
        let hosts = hosts(Subdomains::Off);
        for (path, expected) in [
            ("/adatum", "adatum "),
            ("/adatum/", "adatum "),
            ("/adatum/Lunch/Menu", "adatum Lunch/Menu"),
            ("/fabrikam/x", "fabrikam x"),
        ] {
            assert_eq!(parsed(&hosts, "surveys.example", path).as_deref(), Ok(expected));
            let nobody = parsed(&hosts, "adatum.surveys.example", path);
            assert_eq!(nobody, Err(NoAddress::NoTenant), "no subdomains here");
        }
        for path in ["/", "/-/login", "/ad%61tum", "//adatum", "/a"] {
            assert_eq!(parsed(&hosts, "surveys.example", path), Err(NoAddress::NoTenant), "{path}");
        }
        let empty_part = Err(NoAddress::Page(InvalidAddress::Empty));
        assert_eq!(parsed(&hosts, "surveys.example", "/adatum//x"), empty_part);
    }

    #[test]
    fn a_host_of_its_own_leaves_the_path_to_the_tenants_pages() {
        let hosts = hosts(Subdomains::On);
        for host in ["adatum.surveys.example", "ADATUM.Surveys.Example:8443", "adatum.surveys.example."] {
            assert_eq!(parsed(&hosts, host, "/fabrikam/x").as_deref(), Ok("adatum. fabrikam/x"), "{host}");
            assert_eq!(parsed(&hosts, host, "/").as_deref(), Ok("adatum. "), "{host}");
        }
        assert_eq!(parsed(&hosts, "ask.adatum.example", "/x").as_deref(), Ok("ask.adatum.example. x"));
    }

    #[test]
    fn a_host_is_whose_its_name_says_and_nobody_elses() {
        let hosts = hosts(Subdomains::On);
        for host in
            ["surveys.example", "SURVEYS.example.", "surveys.example:1", "localhost:8080", "127.0.0.9", "[::1]:80"]
        {
            assert_eq!(hosts.read(Some(host)), Host::Base, "{host}");
        }
        let nobodys = [
            "a.adatum.surveys.example",
            "api.surveys.example",
            ".surveys.example",
            "192.0.2.7",
            "[2001:db8::1]:8443",
            "2001:db8::1",
            "adatum.surveys.example:8443:1",
            "adatum.surveys.example:x",
            "user@surveys.example",
            "surveys.example/",
            "surveys.example..",
            "münchen.example",
            "intranet",
            "",
            ":8443",
        ];
        for host in nobodys {
            assert_eq!(hosts.read(Some(host)), Host::Unknown, "{host}");
            let at_any = Hosts::any().read(Some(host));
            assert!(
                at_any == Host::Base || host.contains("surveys.example") && matches!(at_any, Host::Domain(_)),
                "{host}"
            );
        }
        assert_eq!(hosts.read(None), Host::Unknown);
        for host in ["xsurveys.example", "adatum.elsewhere.example", "surveys.example.evil.example"] {
            assert_eq!(hosts.read(Some(host)), domain(host), "{host}");
        }
        assert_eq!(hosts.read(Some("XN--BCHER-KVA.example:8443")), domain("bücher.example"));
    }

    #[test]
    fn where_nobody_said_the_name_every_host_is_the_installations_unless_a_tenant_brought_it() {
        assert_eq!(Hosts::any().read(None), Host::Base);
        assert_eq!(Hosts::any().read(Some("box.internal:8080")), domain("box.internal"));
        assert_eq!(Hosts::any().others(), &Host::Base);
    }

    #[test]
    fn an_alias_that_begins_like_another_is_another() {
        let hosts = Hosts::new("http://localhost:8080", Subdomains::On);
        assert_eq!(parsed(&hosts, "localhost:8080", "/ada/tum").as_deref(), Ok("ada tum"));
        assert_eq!(parsed(&hosts, "localhost:8080", "/adatum").as_deref(), Ok("adatum "));
        assert_eq!(parsed(&hosts, "ada.localhost:8080", "/tum").as_deref(), Ok("ada. tum"));
    }
}
