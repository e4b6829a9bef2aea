//! What may be wrong with a machine or an installation: this file is about the checks and what each one found.

mod machine;
mod mail;
mod scanner;
mod scripts;
mod storage;

use crate::{
    config::{Config, Loaded},
    templates,
};

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) check: &'static str,
    /// How it looks.
    pub(crate) health: Health,
    /// What was found.
    pub(crate) found: String,
    /// What to do about it; empty when nothing is to do.
    pub(crate) advice: String,
}

/// How something looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Health {
    /// As it should be.
    Ok,
    /// It works, but for how long or how well?
    Warn,
    /// Canvass cannot work like this.
    Fail,
}

/// Looks at everything.
pub(crate) async fn examine(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let mut findings = vec![configuration(loaded)];
    findings.extend(machine::examine(config).await);
    findings.push(hosts(loaded));
    findings.extend(storage::examine(&config.storage).await);
    findings.push(mail::examine(&config.mail).await);
    findings.push(scanner::examine(&config.files).await);
    findings.extend(scripts::examine(config).await);
    findings.push(templates(config));
    findings
}

fn configuration(loaded: &Loaded) -> Finding {
    let source = loaded.file.as_ref().map_or_else(|| "defaults, no file".to_owned(), |it| it.display().to_string());
    match loaded.warnings.as_slice() {
        [] => Finding::ok("configuration", source),
        warnings => Finding::warn("configuration", source, warnings.join(" ")),
    }
}

fn templates(config: &Config) -> Finding {
    match templates::read(&config.templates) {
        Ok(site) => {
            let source =
                config.templates.folder.as_ref().map_or_else(|| "built in".to_owned(), |it| it.display().to_string());
            Finding::ok("templates", format!("{source}, version {}, {} pages", site.version, site.pages.len()))
        }
        Err(faults) => Finding::fail("templates", faults.join("; "), templates::ADVICE),
    }
}

/// The names this installation answers at, and what they need of others.
fn hosts(loaded: &Loaded) -> Finding {
    let found = match &loaded.config.server.base_url {
        Some(url) if loaded.config.server.subdomains => format!("{url}, and a host below it for each tenant"),
        Some(url) => url.clone(),
        None => "every name, since server.base_url is not set".to_owned(),
    };
    Finding { advice: loaded.needs.join(" "), ..Finding::ok("hosts", found) }
}

impl Finding {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, health: Health::Ok, found: found.into(), advice: String::new() }
    }

    fn warn(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, health: Health::Warn, found: found.into(), advice: advice.into() }
    }

    fn fail(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, health: Health::Fail, found: found.into(), advice: advice.into() }
    }
}

impl Health {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}
