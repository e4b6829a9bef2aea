//! Who is asking: this file is about what the router carries. A handler asks for a person, never for a tenant.

mod api;
mod ask;
mod console;
mod host;
mod operator;
mod pace;
mod people;
mod public;
mod stewards;
mod turns;
mod uploads;

use std::sync::Arc;

use canvass_actions::{domains::Registrar, scripts::Scripts, traffic::Recorder};
use canvass_model::address::Hosts;
use canvass_storage::Directory;
use tokio_util::sync::CancellationToken;

pub(crate) use self::uploads::ContentReader;
pub(crate) use self::{
    ask::Asked,
    host::{Hosted, Place},
    operator::{Operator, OperatorProgram, Usage},
    people::{Administrator, Analyst, Collector, Creator, Person, SignedIn},
    public::{Entered, Onlooker, Origin, Respondent, Site, Turned, Visitor},
    stewards::{Claimant, SecretKeeper},
};
use self::{ask::Asking, pace::Pace, turns::Turns};
use crate::Settings;

/// What the router carries. Only this file and those below it can reach the directory inside. Cloned several times for
/// each request, so it is one pointer.
#[derive(Clone)]
pub struct App {
    inside: Arc<Inside>,
}

struct Inside {
    directory: Directory,
    settings: Settings,
    registrar: Registrar,
    asking: Asking,
    recorder: Recorder,
    scripts: Scripts,
    draining: CancellationToken,
    pace: Pace,
    turns: Turns,
}

impl App {
    /// Serves the tenants of `directory` at the hosts that `registrar` knows, and runs their `scripts`; what visits leave
    /// behind goes to `recorder`.
    pub fn new(
        directory: Directory,
        settings: Settings,
        recorder: Recorder,
        registrar: Registrar,
        scripts: Scripts,
    ) -> Self {
        let (draining, asking) = (CancellationToken::new(), Asking::new());
        let (pace, turns) = (Pace::new(), Turns::new());
        let inside = Inside { directory, settings, registrar, asking, recorder, scripts, draining, pace, turns };
        Self { inside: Arc::new(inside) }
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        &self.inside.settings
    }

    /// Takes what visits leave behind.
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.inside.recorder
    }

    /// Whether this node is about to stop: it then asks every client to go elsewhere.
    pub(crate) fn is_draining(&self) -> bool {
        self.inside.draining.is_cancelled()
    }

    pub(crate) fn drain(&self) {
        self.inside.draining.cancel();
    }

    /// Resolves when this node is about to stop: whatever streams without an end then ends.
    pub(crate) fn drained(&self) -> impl Future<Output = ()> + Send + use<> {
        self.inside.draining.clone().cancelled_owned()
    }

    /// Whether the store answers: what the health route tells.
    pub(crate) async fn check(&self) -> Result<(), canvass_storage::Error> {
        self.inside.directory.check().await
    }

    fn scripts(&self) -> &Scripts {
        &self.inside.scripts
    }

    fn directory(&self) -> &Directory {
        &self.inside.directory
    }

    /// What is known of hosts.
    pub(crate) fn registrar(&self) -> &Registrar {
        &self.inside.registrar
    }

    fn hosts(&self) -> &Hosts {
        self.registrar().hosts()
    }

    fn asking(&self) -> &Asking {
        &self.inside.asking
    }

    fn pace(&self) -> &Pace {
        &self.inside.pace
    }

    fn turns(&self) -> &Turns {
        &self.inside.turns
    }
}
