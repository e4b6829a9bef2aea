//! Hosts: this file is about what the configuration means to the names this installation answers at, and to those that
//! tenants bring along.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use canvass_actions::domains::{Off, Registrar, Resolver};
use canvass_model::{
    address::{Hosts, Subdomains},
    time::Timestamp,
};
use canvass_work::dns::{Dns, Servers};

use crate::config::{Config, Server};

/// Whom `domains.resolver` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Name servers.
    Servers(Servers),
    /// Nobody: domains of tenants' own are switched off.
    Nobody,
}

/// What this installation knows of hosts; `url` is where people find it. Call it inside a `tokio` runtime.
pub(crate) fn registrar(config: &Config, url: &str) -> Registrar {
    let domains = &config.domains;
    let within = Duration::from_secs(domains.lookup_seconds);
    let resolver: Arc<dyn Resolver> = match asked(&domains.resolver) {
        Some(Asked::Servers(servers)) => Arc::new(Dns::new(&servers, within)),
        Some(Asked::Nobody) | None => Arc::new(Off),
    };
    Registrar::new(resolver, hosts(&config.server), url, i64::from(domains.grace_days) * Timestamp::DAY_MS)
}

/// The hosts that this installation answers at.
pub(crate) fn hosts(server: &Server) -> Hosts {
    let subdomains = if server.subdomains { Subdomains::On } else { Subdomains::Off };
    server.base_url.as_ref().map_or_else(Hosts::any, |url| Hosts::new(url, subdomains))
}

/// Reads `domains.resolver`; `None` when it cannot be read.
pub(crate) fn asked(resolver: &[String]) -> Option<Asked> {
    match resolver {
        [word] if word == "system" => Some(Asked::Servers(Servers::System)),
        [word] if word == "off" => Some(Asked::Nobody),
        [] => None,
        addresses => {
            let addresses: Result<Vec<SocketAddr>, _> = addresses.iter().map(|it| it.parse()).collect();
            addresses.ok().map(|it| Asked::Servers(Servers::These(it)))
        }
    }
}

/// What the names of this installation need of the name system, certificates and proxies, in sentences.
pub(crate) fn needs(config: &Config) -> Vec<String> {
    let Some(url) = &config.server.base_url else { return Vec::new() };
    let base = hosts(&config.server);
    let base = base.base();
    let mut needs = vec![format!(
        "A proxy in front must pass on the Host header: what is asked of another name than {base} is answered with 404."
    )];
    if config.server.subdomains {
        needs.push(format!("server.subdomains needs a record *.{base} in the name system that leads here."));
        if url.starts_with("https://") {
            needs.push(format!(
                "It also needs a certificate for *.{base}, or a proxy that gets one for each host and asks /-/ask first."
            ));
        }
    }
    needs
}
