//! Who runs scripts: this file is about the sandbox of a process, its settings and its state.

use std::{path::PathBuf, sync::Arc};

use canvass_model::{
    id::TenantId,
    script::{ScriptName, Source},
};

use crate::{CheckError, Failure, Host, Order, Program, Report};

/// The script hosts of this process: cheap to clone. Dropping the last clone ends them.
#[derive(Debug, Clone)]
pub struct Sandbox {
    settings: Option<Arc<Settings>>,
}

/// How scripts are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The program whose subcommand `script-host` is a script host: this one, but in tests.
    pub program: PathBuf,
    /// The folder in which the compiled guest is kept; made when it is missing. Several installations may share it.
    pub cache: PathBuf,
    /// How many script hosts run at once; 0 for one per processor.
    pub hosts: usize,
}

/// How the sandbox is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// Script hosts that take runs.
    pub hosts: usize,
}

impl Sandbox {
    /// Begins to make the script hosts and returns at once. Runs that come before they are there wait for them.
    pub fn start(settings: Settings) -> Self {
        Self { settings: Some(Arc::new(settings)) }
    }

    /// A sandbox that the operator has switched off: every call answers that it is.
    pub fn off() -> Self {
        Self { settings: None }
    }

    /// Reads a script without running it: its program, or where it is no Python.
    #[expect(clippy::unused_async, reason = "the hosts it will wait for come with the next change")]
    pub async fn check(&self, tenant: TenantId, name: &ScriptName, source: &Source) -> Result<Program, CheckError> {
        let _ = (tenant, name, source);
        Err(match &self.settings {
            None => CheckError::Off,
            Some(_) => CheckError::Unavailable("no script host has started".to_owned()),
        })
    }

    /// Runs a script: always ends within its limits and a tenth, and never fails otherwise than in its report.
    #[expect(clippy::unused_async, reason = "the hosts it will wait for come with the next change")]
    pub async fn run(&self, order: Order, host: &mut dyn Host) -> Report {
        let _ = (order, host);
        Report::refused(match &self.settings {
            None => Failure::Off,
            Some(_) => Failure::Unavailable("no script host has started".to_owned()),
        })
    }

    /// How the sandbox is: for the doctor, the operator's console and metrics.
    pub fn status(&self) -> Status {
        Status::default()
    }
}
