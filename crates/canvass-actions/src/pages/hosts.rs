//! Hosts elsewhere: this file is about where a tenant lets its redirects lead, so that its name lends itself to nobody's
//! links.

use canvass_model::{
    definition::Fault,
    event::Event,
    member::Actor,
    page::{Destination, Target, WebUrl},
};
use canvass_storage::{ReadTx, Tx, events, meta, pages};

use crate::Error;

/// Under which name they are kept: a JSON list of names.
const REDIRECT_HOSTS: &str = "redirect_hosts";
/// More than any organisation has of its own.
pub const REDIRECT_HOSTS_MAX: usize = 50;

/// The hosts that redirects may lead to, in the order of their names.
pub fn redirect_hosts(tx: &mut ReadTx<'_>) -> Result<Vec<String>, Error> {
    let stored = meta::find(tx, REDIRECT_HOSTS)?.unwrap_or_default();
    Ok(serde_json::from_str(&stored).unwrap_or_default())
}

/// Lets redirects lead to these hosts and to no others; each is a host's name, or an address on it. [`Error::Refused`]
/// names a page that leads to one left out.
pub fn allow_redirect_hosts(tx: &mut Tx<'_>, by: &Actor, names: &[String]) -> Result<Vec<String>, Error> {
    let mut hosts = Vec::with_capacity(names.len());
    let mut faults = Vec::new();
    for name in names.iter().map(|it| it.trim()).filter(|it| !it.is_empty()) {
        match host(name) {
            Some(host) => hosts.push(host),
            None => faults.push(Fault::new("/hosts", format!("\"{name}\" is no host; write it like adatum.example"))),
        }
    }
    hosts.sort_unstable();
    hosts.dedup();
    if REDIRECT_HOSTS_MAX < hosts.len() {
        faults.push(Fault::new("/hosts", format!("At most {REDIRECT_HOSTS_MAX} hosts can be allowed")));
    }
    if !faults.is_empty() {
        return Err(Error::Invalid { faults });
    }
    for page in pages::list(tx)? {
        let Target::Redirect(Destination::Url(url)) = &page.target else { continue };
        if !hosts.iter().any(|it| it == url.host()) {
            let (at, host) = (page.address.native(), url.host());
            return Err(Error::Refused(format!("The page {at} leads to {host}; change or remove that page first")));
        }
    }
    meta::put(tx, REDIRECT_HOSTS, &serde_json::json!(hosts).to_string())?;
    events::insert(tx, by, &Event::RedirectHostsChanged { hosts: hosts.clone() })?;
    Ok(hosts)
}

/// The host that somebody wrote, by itself or in an address, as browsers name it.
fn host(name: &str) -> Option<String> {
    let url = if name.contains("://") { name.to_owned() } else { format!("https://{name}/") };
    let url = WebUrl::parse(&url).ok()?;
    // What browsers take for a host and no name system knows, such as a wildcard, would allow nothing.
    let is_name = url.host().bytes().all(|it| it.is_ascii_alphanumeric() || b".-[]:".contains(&it));
    is_name.then(|| url.host().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_browsers_name_it() {
        assert_eq!(host("Adatum.Example").as_deref(), Some("adatum.example"));
        assert_eq!(host("https://adatum.example/about").as_deref(), Some("adatum.example"));
        assert_eq!(host("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        for text in ["javascript:alert(1)", "user@adatum.example", "a b", "://", "ftp://adatum.example", "*.example"] {
            assert_eq!(host(text), None, "{text}");
        }
    }
}
