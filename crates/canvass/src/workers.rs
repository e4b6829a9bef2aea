//! The workers of this process: this file is about what the configuration means to them.

use std::{sync::Arc, time::Duration};

use canvass_model::template_site::TemplateSite;
use canvass_storage::{Directory, chunks::Sealing};
use canvass_work::{
    Settings, Workers,
    mail::{MailSettings, Post, Secret, Sender, SmtpSettings, SmtpTls},
    scan::Clamd,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    Failure,
    config::{Config, Mail, MailTls},
    failure::Exit,
    hosts, templates,
};

/// Workers that run until they are stopped.
pub(crate) struct Running {
    workers: Workers,
    drain_within: Duration,
    /// Kept open, so that the workers know that their settings may still change.
    _settings: watch::Sender<Settings>,
}

/// Starts the workers that the configuration describes; `url` is where people find this installation.
pub(crate) fn start(config: &Config, directory: &Directory, url: &str) -> Result<Running, Failure> {
    let post = post(&config.mail).map_err(|error| {
        let advice = "Correct the mail section of the configuration; `canvass doctor` looks at the mail server.";
        Failure::new(Exit::Configuration, "mail cannot leave", error, advice)
    })?;
    let (settings, followed) = watch::channel(settings(config, templates::open(&config.templates)?, url));
    let workers =
        Workers::start(directory, &post, &hosts::registrar(config, url), &followed, &CancellationToken::new());
    Ok(Running { workers, drain_within: Duration::from_secs(config.server.drain_seconds), _settings: settings })
}

impl Running {
    /// Waits until a worker ends by itself, which none should; answers why.
    pub(crate) async fn broken(&mut self) -> String {
        self.workers.broken().await
    }

    /// Lets them finish what they hold.
    pub(crate) async fn stop(self) {
        self.workers.drain(self.drain_within).await;
    }
}

fn settings(config: &Config, templates: Arc<TemplateSite>, url: &str) -> Settings {
    let work = &config.work;
    Settings {
        base_url: url.trim_end_matches('/').to_owned(),
        apply_interval: Duration::from_millis(work.apply_interval_ms),
        premium_batch: work.premium_batch,
        standard_batch: work.standard_batch,
        jobs_interval: Duration::from_millis(work.jobs_interval_ms),
        jobs_batch: work.jobs_batch,
        domains_interval: Duration::from_millis(config.domains.interval_ms),
        sealing: Sealing { responses: work.chunk_responses, stay_fresh: work.fresh_responses },
        access_log_days: config.traffic.log_days,
        clamd: config.files.clamd.as_deref().and_then(|it| Clamd::parse(it).ok()),
        templates,
    }
}

fn post(mail: &Mail) -> Result<Post, anyhow::Error> {
    let smtp = mail.host.clone().map(|host| SmtpSettings {
        host,
        port: mail.port,
        user: mail.user.clone(),
        password: mail.password.as_ref().map(|it| Secret::new(it.reveal())),
        tls: match mail.tls {
            MailTls::Starttls => SmtpTls::Starttls,
            MailTls::Implicit => SmtpTls::Implicit,
            MailTls::None => SmtpTls::None,
        },
        authority: mail.authority.clone(),
    });
    Ok(Post::open(&MailSettings { from: Sender::parse(&mail.from)?, smtp, outbox: mail.outbox.clone() })?)
}
