//! What settings must be to each other: this file is about the checks that need more than one type.

use std::{net::IpAddr, path::Path};

use canvass_model::text::Email;
use canvass_work::scan::Clamd;

use super::{Config, Fault, Faults, Secret, Server, layers::Origins};
use crate::{hosts, logging, templates};

/// Reads the secrets that stand in files, and checks everything that the types cannot. Answers what is allowed but
/// unwise.
pub(super) fn settle(config: &mut Config, origins: &Origins) -> Result<Vec<String>, Faults> {
    let mut faults = Vec::new();
    let mut fault = |section: &str, key: &str, message: String| {
        faults.push(Fault { origin: origins.of(section, key), message });
    };
    if let Some(path) = &config.storage.url_file {
        match read_secret(path) {
            Ok(secret) => config.storage.url = Some(secret),
            Err(message) => fault("storage", "url_file", message),
        }
    }
    if let Some(path) = &config.mail.password_file {
        match read_secret(path) {
            Ok(secret) => config.mail.password = Some(secret),
            Err(message) => fault("mail", "password_file", message),
        }
    }
    if let Some(text) = &config.server.base_url {
        match base_url(text) {
            Some(url) => config.server.base_url = Some(url),
            None => fault("server", "base_url", BASE_URL.replace("{}", text)),
        }
    }
    if let Some(message) = subdomains(&config.server) {
        fault("server", "subdomains", message);
    }
    if hosts::asked(&config.domains.resolver).is_none() {
        let message =
            "domains.resolver must be [\"system\"], [\"off\"] or addresses with ports like [\"192.0.2.53:53\"]";
        fault("domains", "resolver", message.to_owned());
    }
    if config.server.role.is_empty() {
        fault("server", "role", "server.role is empty: say \"web\", \"worker\" or both".to_owned());
    }
    if config.storage.url.as_ref().is_some_and(|it| !is_postgres(it.reveal())) {
        fault("storage", "url", "storage.url must begin with postgres:// or postgresql://".to_owned());
    }
    if let Some(message) = regions(&config.regions.offered) {
        fault("regions", "offered", message);
    }
    if config.mail.user.is_some() != config.mail.password.is_some() {
        fault("mail", "user", "mail.user and mail.password belong together: set both, or neither".to_owned());
    }
    if sender(&config.mail.from).is_none() {
        fault("mail", "from", "mail.from must look like \"Canvass <canvass@example.org>\"".to_owned());
    }
    if let Err(error) = logging::targets(&config.log.level) {
        fault("log", "level", format!("log.level must be like \"info\" or \"info,canvass_work=debug\": {error}"));
    }
    if let Some(Err(invalid)) = config.files.clamd.as_deref().map(Clamd::parse) {
        fault("files", "clamd", format!("files.clamd {invalid}"));
    }
    if config.terms.version.trim().is_empty() {
        fault("terms", "version", "terms.version is empty: a sign-up records which terms it agreed to".to_owned());
    }
    if let Err(found) = templates::read(&config.templates) {
        for it in found {
            fault("templates", "folder", format!("templates.folder: {it}"));
        }
    }
    if faults.is_empty() { Ok(warnings(config)) } else { Err(Faults(faults)) }
}

/// Why tenants can have no hosts below the installation's, if they are to.
fn subdomains(server: &Server) -> Option<String> {
    if !server.subdomains {
        return None;
    }
    let Some(url) = &server.base_url else {
        return Some("server.subdomains needs server.base_url: tenants' hosts stand below its own".to_owned());
    };
    let hosts = hosts::hosts(server);
    let is_number = hosts.base().starts_with('[') || hosts.base().parse::<IpAddr>().is_ok();
    is_number.then(|| format!("server.subdomains needs a name in server.base_url, and {url} has a numeric address"))
}

/// The address in a sender like `Canvass <canvass@example.org>`.
fn sender(text: &str) -> Option<Email> {
    let address = match text.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end().strip_suffix('>')?,
        None => text,
    };
    Email::parse(address).ok()
}

const BASE_URL: &str = "server.base_url is {}, but must be like https://surveys.example.org: http or https, a host, \
                        perhaps a port, and nothing behind it";

/// The address without a slash at its end, if it is one that links can be made of.
fn base_url(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let is_part = |it: char| it.is_ascii_alphanumeric() || "-.:[]".contains(it);
    (!authority.is_empty() && authority.chars().all(is_part)).then(|| text.to_ascii_lowercase())
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn regions(offered: &[String]) -> Option<String> {
    /// Names stand in addresses and in the store.
    const CHARS_MAX: usize = 40;
    if offered.is_empty() {
        return Some("regions.offered is empty: a tenant's data must live somewhere".to_owned());
    }
    let is_part = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let is_good = |it: &String| (1..=CHARS_MAX).contains(&it.len()) && it.chars().all(is_part);
    let bad = offered.iter().find(|it| !is_good(it))?;
    Some(format!("regions.offered has {bad:?}, but names are small letters, digits and hyphens"))
}

fn read_secret(path: &Path) -> Result<Secret, String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => Err(format!("{} is empty", path.display())),
        Ok(text) => Ok(Secret::new(text.trim())),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn warnings(config: &Config) -> Vec<String> {
    let is_public = !config.server.listen.ip().is_loopback();
    let is_secure = config.server.base_url.as_ref().is_some_and(|it| it.starts_with("https://"));
    let mut warnings = Vec::new();
    if is_public && !is_secure {
        warnings.push(format!(
            "server.listen is {}, which other machines can reach, and server.base_url is not an https address: \
             passwords and answers would travel in clear. Put a proxy with HTTPS in front and name its address.",
            config.server.listen
        ));
    }
    if config.server.base_url.is_none() && is_public {
        warnings.push("server.base_url is not set: links in mails would name the address listened on.".to_owned());
    }
    warnings
}
