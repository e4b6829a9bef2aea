//! Public traffic: this file is about what one request to a tenant's page leaves behind, and how it is counted.
//!
//! A record says what was asked and how it went, and nothing of who asked: no address, no query, no name of a browser.

mod agent;
mod measure;
mod source;

pub use self::{
    agent::Agent,
    measure::{Facet, Span, Tally},
    source::{SiteHost, Source},
};
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::{
    address::{PageAddress, PageKey},
    id::TenantId,
    time::Timestamp,
};

/// What one public request left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// When it came.
    pub at: Timestamp,
    /// Which page it was for.
    pub place: Place,
    /// Whether it read or sent something.
    pub act: Act,
    /// What was answered.
    pub status: u16,
    /// Microseconds until the head of the answer was ready.
    pub micros: u64,
    /// Bytes of the answer's body as they were sent, compressed.
    pub bytes: u64,
    /// Whose request it was, for one day and one process at most.
    pub client: ClientMark,
    /// Which site led here.
    pub source: Source,
    /// What kind of program asked.
    pub agent: Agent,
}

/// Which page a request was for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A page, if there is one at this address.
    Page(PageKey),
    /// An address at which no page is. What was asked for is not kept: anybody can make addresses up.
    Elsewhere,
}

/// Whether a request read or sent something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// GET or HEAD.
    Read,
    /// Everything else.
    Send,
}

/// What stands for a client within one day: a hash under a salt that is random, is kept in memory only and changes at
/// midnight. Nobody can go back from it to an address, nor recognise the same client on another day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientMark(pub [u8; 8]);

impl AccessRecord {
    /// Whether somebody saw a page: read, answered with it, and not by a robot or a program.
    pub fn is_view(&self) -> bool {
        let is_shown = matches!(self.status, 200..=299 | 304);
        self.act == Act::Read && is_shown && self.agent.may_be_a_person() && self.place != Place::Elsewhere
    }

    /// What the record adds to every count it belongs to.
    pub fn tally(&self) -> Tally {
        Tally { requests: 1, views: u64::from(self.is_view()), responses: 0, bytes: self.bytes, micros: self.micros }
    }
}

impl ClientMark {
    /// The mark of a client at a tenant: what its address and its name for itself come to under `salt`. At another tenant
    /// the same client has another mark.
    pub fn of(salt: &[u8; 32], tenant: TenantId, address: IpAddr, name: &[u8]) -> Self {
        let address = match address {
            IpAddr::V4(it) => it.to_ipv6_mapped(),
            IpAddr::V6(it) => it,
        };
        let hash = Sha256::new()
            .chain_update(salt)
            .chain_update(tenant.to_string())
            .chain_update(address.octets())
            .chain_update(name)
            .finalize();
        let mut mark = [0; 8];
        mark.copy_from_slice(&hash[..8]);
        Self(mark)
    }
}

impl Place {
    /// The page that a tenant's address without anything behind it is.
    pub const INDEX: &'static str = "index";
    /// What stands for [`Place::Elsewhere`] among page keys; no key has two slashes side by side.
    pub const ELSEWHERE: &'static str = "//";

    /// The place of a page, or of the tenant's own address when none is named.
    pub fn of(page: Option<&PageAddress>) -> Self {
        Self::Page(page.map_or_else(|| PageAddress::index().key().clone(), |it| it.key().clone()))
    }

    /// How it is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Page(key) => key.as_str(),
            Self::Elsewhere => Self::ELSEWHERE,
        }
    }
}

impl Act {
    /// Its stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Send => "send",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> AccessRecord {
        AccessRecord {
            at: Timestamp(0),
            place: Place::Page(PageAddress::parse("lunch").unwrap().key().clone()),
            act: Act::Read,
            status: 200,
            micros: 1,
            bytes: 1,
            client: ClientMark([0; 8]),
            source: Source::Direct,
            agent: Agent::Phone,
        }
    }

    #[test]
    fn a_view_is_a_page_that_a_person_was_shown() {
        assert!(view().is_view());
        assert!(AccessRecord { status: 304, ..view() }.is_view());
        for status in [303, 404, 410, 503] {
            assert!(!AccessRecord { status, ..view() }.is_view(), "{status}");
        }
        assert!(!AccessRecord { act: Act::Send, ..view() }.is_view());
        assert!(!AccessRecord { agent: Agent::Robot, ..view() }.is_view());
        assert!(!AccessRecord { agent: Agent::Program, ..view() }.is_view());
        assert!(!AccessRecord { place: Place::Elsewhere, ..view() }.is_view());
    }

    #[test]
    fn a_mark_is_one_clients_at_one_tenant_under_one_salt() {
        let (here, there): (TenantId, TenantId) = (uuid::Uuid::from_u128(1).into(), uuid::Uuid::from_u128(2).into());
        let address: IpAddr = "203.0.113.7".parse().unwrap();
        let mark = ClientMark::of(&[1; 32], here, address, b"Mozilla/5.0");
        assert_eq!(mark, ClientMark::of(&[1; 32], here, "::ffff:203.0.113.7".parse().unwrap(), b"Mozilla/5.0"));
        assert_ne!(mark, ClientMark::of(&[2; 32], here, address, b"Mozilla/5.0"));
        assert_ne!(mark, ClientMark::of(&[1; 32], there, address, b"Mozilla/5.0"));
        assert_ne!(mark, ClientMark::of(&[1; 32], here, "203.0.113.8".parse().unwrap(), b"Mozilla/5.0"));
        assert_ne!(mark, ClientMark::of(&[1; 32], here, address, b"curl/8.5.0"));
    }

    #[test]
    fn the_tenants_own_address_is_its_index() {
        assert_eq!(Place::of(None).as_str(), Place::INDEX);
        assert_eq!(Place::of(PageAddress::parse("Index").ok().as_ref()), Place::of(None));
    }

    #[test]
    fn no_page_can_be_taken_for_elsewhere() {
        assert!(PageAddress::parse("a//b").is_err());
        assert!(PageAddress::parse(Place::ELSEWHERE).is_err());
    }
}
