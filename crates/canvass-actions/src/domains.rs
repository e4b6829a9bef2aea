//! Domains: this file is about a tenant that claims a host of its own, proves it, gives it back, and says which of its
//! addresses the world is told.

mod look;
mod mail;
mod resolver;

use std::sync::Arc;

use canvass_model::{
    address::Hosts,
    domain::{Domain, DomainName, DomainToken, Home, PrimaryAddress},
    event::Event,
    member::Actor,
    plan::Feature,
    tenant::TenantRecord,
    time::Timestamp,
};
use canvass_storage::{self as storage, Directory, DirectoryTx, Tenant, Tx, domains, events};

pub use self::resolver::{Looking, NoTexts, Off, Resolver, TEXTS_MAX};
use crate::Error;

/// What an installation knows of hosts: its own, who looks others up, and how long a lost one is kept.
#[derive(Clone)]
pub struct Registrar {
    resolver: Arc<dyn Resolver>,
    hosts: Hosts,
    /// Where people find this installation, for links in mails; without a slash at its end.
    base_url: String,
    /// How long a verified domain is kept after its record was found to be missing.
    grace_ms: i64,
}

/// Looks that somebody asks for at one domain come no closer than this: the name system needs longer to change.
pub const ASKED_AGAIN_MS_MIN: i64 = 5 * Timestamp::SECOND_MS;

impl Registrar {
    /// A registrar that asks `resolver`, for an installation with these `hosts` at `base_url`.
    pub fn new(resolver: Arc<dyn Resolver>, hosts: Hosts, base_url: &str, grace_ms: i64) -> Self {
        Self { resolver, hosts, base_url: base_url.trim_end_matches('/').to_owned(), grace_ms }
    }

    /// The installation's own hosts.
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// How long a verified domain is kept after its record was found to be missing, in milliseconds.
    pub fn grace_ms(&self) -> i64 {
        self.grace_ms
    }

    /// Claims a domain for a tenant, with a [fresh token](fresh_token). That blocks nobody: others may claim the same, and
    /// the first whose record is seen has it. [`Error::Limit`] when the plan does not include domains or there are
    /// [`Domain::PER_TENANT_MAX`] already, [`Error::Taken`] when the tenant has claimed it before.
    /// [`note_claimed`] belongs into the tenant's log afterwards.
    pub fn claim(
        &self,
        tx: &mut DirectoryTx<'_>,
        tenant: &Tenant,
        name: &DomainName,
        token: &DomainToken,
    ) -> Result<Domain, Error> {
        let plan = tenant.record().plan;
        if !plan.plan().includes(Feature::Domains) {
            let plan = plan.as_str();
            return Err(Error::Limit(format!("The {plan} plan has no domain of one's own. Choose the premium plan")));
        }
        if !self.hosts.base().is_empty() && name.is_within(self.hosts.base()) {
            return Err(Error::Refused(format!("{name} belongs to this installation; enter a domain of your own")));
        }
        let claimed = domains::list(tx, tenant.record().id)?;
        if claimed.iter().any(|it| it.name == *name) {
            return Err(Error::Taken(format!("You have claimed {name} already; it is in the list")));
        }
        if Domain::PER_TENANT_MAX as usize <= claimed.len() {
            let max = Domain::PER_TENANT_MAX;
            return Err(Error::Limit(format!("There are {max} domains already; give one back first")));
        }
        let domain = Domain::claim(name.clone(), token.clone(), tx.now());
        domains::insert(tx, tenant, &domain)?;
        Ok(domain)
    }

    /// Chooses which of a tenant's addresses the world is told, and what the others do. A domain must be verified.
    /// [`note_primary`] belongs into the tenant's log afterwards.
    pub fn choose(&self, tx: &mut DirectoryTx<'_>, tenant: &Tenant, primary: &PrimaryAddress) -> Result<(), Error> {
        match &primary.home {
            Home::Path => {}
            Home::Subdomain if self.hosts.has_subdomains() => {}
            Home::Subdomain => {
                return Err(Error::Refused("This installation gives organisations no hosts of their own".to_owned()));
            }
            Home::Domain(name) => {
                if domains::holder(tx, name)?.is_none_or(|it| it.id != tenant.record().id) {
                    return Err(Error::Refused(format!("{name} is not verified yet; verify it first")));
                }
            }
        }
        Ok(domains::put_primary(tx, tenant, primary)?)
    }

    /// Where a tenant's pages begin, without a slash at its end, if this is its home: `https://surveys.example/adatum` or
    /// `https://ask.adatum.example`. The scheme and the port are those of the installation.
    pub fn url(&self, record: &TenantRecord, home: &Home) -> String {
        let (scheme, authority) = self.base_url.split_once("://").unwrap_or(("https", &self.base_url));
        let port = authority.rsplit_once(':').map(|it| it.1).filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
        match home {
            Home::Path => format!("{}/{}", self.base_url, record.alias),
            Home::Subdomain => format!("{scheme}://{}.{authority}", record.alias),
            Home::Domain(name) => match port {
                Some(port) => format!("{scheme}://{name}:{port}"),
                None => format!("{scheme}://{name}"),
            },
        }
    }

    /// What of a tenant's choice holds in this installation: without hosts below its own, nobody lives there.
    pub fn settled(&self, primary: &PrimaryAddress) -> PrimaryAddress {
        match &primary.home {
            Home::Subdomain if !self.hosts.has_subdomains() => PrimaryAddress { home: Home::Path, ..primary.clone() },
            Home::Path | Home::Subdomain | Home::Domain(_) => primary.clone(),
        }
    }
}

/// A token for a new claim.
pub fn fresh_token() -> Result<DomainToken, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::Storage(storage::Error::Unusable(format!("the system gives no random numbers: {error}")))
    })?;
    Ok(DomainToken::from_random(bytes))
}

/// Gives a domain back: nothing is served there any more, at once, and somebody else may prove that it is theirs. Where it
/// was the tenant's primary address, its path address is. The tenant's log remembers it.
pub async fn release(directory: &Directory, tenant: &Tenant, by: &Actor, name: &DomainName) -> Result<(), Error> {
    let (ours, theirs) = (tenant.clone(), name.clone());
    let released = directory.write(move |tx| domains::delete(tx, &ours, &theirs)).await?;
    if !released {
        return Err(Error::NotFound);
    }
    let (by, event) = (by.clone(), Event::DomainReleased { domain: name.clone() });
    Ok(tenant.write(move |tx| events::insert(tx, &by, &event)).await?)
}

/// Records in the tenant's log that a domain was claimed.
pub fn note_claimed(tx: &mut Tx<'_>, by: &Actor, name: &DomainName) -> Result<(), Error> {
    Ok(events::insert(tx, by, &Event::DomainClaimed { domain: name.clone() })?)
}

/// Records in the tenant's log which address the world is told.
pub fn note_primary(tx: &mut Tx<'_>, by: &Actor, address: &str) -> Result<(), Error> {
    Ok(events::insert(tx, by, &Event::PrimaryAddressChanged { address: address.to_owned() })?)
}
