//! The name system: this file is about asking servers for TXT records, and coming back in time whatever they do.

use std::{net::SocketAddr, time::Duration};

use canvass_actions::domains::{Looking, NoTexts, Resolver, TEXTS_MAX};
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{op::ResponseCode, rr::RData},
};
use tokio::time::timeout;

/// Which servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// Those that the machine asks (`/etc/resolv.conf`).
    System,
    /// These, and no others.
    These(Vec<SocketAddr>),
}

/// A resolver that asks servers, over UDP and, for what does not fit, TCP. It remembers nothing: whoever has just set a
/// record wants it seen.
pub struct Dns {
    /// Or why this machine has none.
    resolver: Result<TokioResolver, String>,
    within: Duration,
}

/// How often a server is asked for one thing.
const ATTEMPTS: usize = 2;
/// What passes every network in one piece (DNS flag day 2020).
const UDP_BYTES_MAX: u16 = 1_232;

impl Dns {
    /// Asks `servers`, and gives up on a name after `within`. Call it inside a `tokio` runtime.
    pub fn new(servers: &Servers, within: Duration) -> Self {
        let resolver = match servers {
            Servers::System => TokioResolver::builder_tokio(),
            Servers::These(addresses) => {
                let servers = addresses.iter().copied().map(server).collect();
                let config = ResolverConfig::from_parts(None, Vec::new(), servers);
                Ok(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()))
            }
        };
        let resolver = resolver.and_then(|mut builder| {
            limit(builder.options_mut(), within);
            builder.build()
        });
        let resolver = resolver.map_err(|error| format!("this machine knows no servers for names: {error}"));
        if let Err(why) = &resolver {
            tracing::warn!(why, "Domains cannot be verified");
        }
        Self { resolver, within }
    }

    async fn ask(&self, name: &str) -> Result<Vec<Vec<u8>>, NoTexts> {
        let resolver = self.resolver.as_ref().map_err(|why| NoTexts::Unclear(why.clone()))?;
        // With its final dot a name is not looked for below the machine's own domain.
        let looked = timeout(self.within, resolver.txt_lookup(format!("{name}."))).await;
        let Ok(looked) = looked else { return Err(NoTexts::Unclear(NOBODY.to_owned())) };
        let lookup = looked.map_err(meaning)?;
        let texts = lookup.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        });
        Ok(texts.take(TEXTS_MAX).collect())
    }
}

impl Resolver for Dns {
    fn texts<'a>(&'a self, name: &'a str) -> Looking<'a> {
        Box::pin(self.ask(name))
    }
}

const NOBODY: &str = "no server answered in time";

fn server(address: SocketAddr) -> NameServerConfig {
    let [mut udp, mut tcp] = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    (udp.port, tcp.port) = (address.port(), address.port());
    NameServerConfig::new(address.ip(), true, vec![udp, tcp])
}

fn limit(options: &mut ResolverOpts, within: Duration) {
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.attempts = ATTEMPTS;
    options.timeout = within / u32::try_from(ATTEMPTS + 1).unwrap_or(u32::MAX);
    options.edns_payload_len = UDP_BYTES_MAX;
}

fn meaning(error: NetError) -> NoTexts {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => NoTexts::Missing,
            code => NoTexts::Unclear(format!("the servers answered {code}")),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => NoTexts::Unclear(format!("the servers answered {code}")),
        NetError::Timeout => NoTexts::Unclear(NOBODY.to_owned()),
        _ => NoTexts::Unclear("the servers could not be asked, or not understood".to_owned()),
    }
}
