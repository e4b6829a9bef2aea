//! The workers' settings: this file is about what an operator may change while they run.

use std::{sync::Arc, time::Duration};

use canvass_actions::starters;
use canvass_model::{file::Scanning, template_site::TemplateSite};
use canvass_storage::chunks::Sealing;

use crate::{scan::Clamd, worker::Pace};

/// How fast the workers go, and what they must know of the installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where people find this installation, for links in mails; without a slash at its end.
    pub base_url: String,
    /// How long apply waits after it found nothing, unless it is woken.
    pub apply_interval: Duration,
    /// Responses of the premium lane in one round of apply.
    pub premium_batch: usize,
    /// Responses of the standard lane in one round of apply.
    pub standard_batch: usize,
    /// How long the job workers wait after they found nothing, unless they are woken.
    pub jobs_interval: Duration,
    /// Jobs that a worker takes at once.
    pub jobs_batch: usize,
    /// How long the domains' worker waits between two looks at what is due.
    pub domains_interval: Duration,
    /// When responses are sealed in chunks.
    pub sealing: Sealing,
    /// Days that records of visits to public pages are kept.
    pub access_log_days: u32,
    /// Who scans what is uploaded; `None` when nobody does.
    pub clamd: Option<Clamd>,
    /// What a new tenant begins with.
    pub templates: Arc<TemplateSite>,
}

impl Settings {
    pub(crate) fn scanning(&self) -> Scanning {
        if self.clamd.is_some() { Scanning::On } else { Scanning::Off }
    }

    pub(crate) fn apply(&self) -> Pace {
        Pace {
            interval: self.apply_interval,
            batches: vec![self.premium_batch, self.standard_batch],
            iterations_max: Pace::ITERATIONS_MAX_DEFAULT,
        }
    }

    pub(crate) fn domains(&self) -> Pace {
        Pace {
            interval: self.domains_interval,
            batches: vec![Pace::BATCH_MIN],
            iterations_max: Pace::ITERATIONS_MAX_DEFAULT,
        }
    }

    pub(crate) fn exports(&self) -> Pace {
        Pace { batches: vec![Pace::BATCH_MIN], ..self.jobs() }
    }

    pub(crate) fn jobs(&self) -> Pace {
        Pace {
            interval: self.jobs_interval,
            batches: vec![self.jobs_batch],
            iterations_max: Pace::ITERATIONS_MAX_DEFAULT,
        }
    }
}

impl Default for Settings {
    /// Premium goes four times as fast as standard when both wait.
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:8080".to_owned(),
            apply_interval: Duration::from_millis(100),
            premium_batch: 4_000,
            standard_batch: 1_000,
            jobs_interval: Duration::from_millis(500),
            jobs_batch: 8,
            domains_interval: Duration::from_secs(5),
            sealing: Sealing::default(),
            access_log_days: 30,
            clamd: None,
            templates: starters::built_in(),
        }
    }
}
