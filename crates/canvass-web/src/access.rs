//! Who is asking: this file is about what the router carries. A handler asks for a person, never for a tenant.

mod api;
mod console;
mod operator;
mod pace;
mod people;
mod public;
mod turns;

use std::sync::Arc;

use canvass_actions::traffic::Recorder;
use canvass_model::address::Hosts;
use canvass_storage::Directory;
use tokio_util::sync::CancellationToken;

pub(crate) use self::{
    operator::Operator,
    people::{Administrator, Analyst, Collector, Creator, Person, SignedIn},
    public::{Entered, Respondent, Site, Turned, Visitor},
};
use self::{pace::Pace, turns::Turns};
use crate::Settings;

/// What the router carries. Only this file and those below it can reach the directory inside.
#[derive(Clone)]
pub struct App {
    directory: Directory,
    settings: Arc<Settings>,
    hosts: Arc<Hosts>,
    recorder: Recorder,
    draining: CancellationToken,
    pace: Arc<Pace>,
    turns: Arc<Turns>,
}

impl App {
    /// Serves the tenants of `directory`; what visits leave behind goes to `recorder`.
    pub fn new(directory: Directory, settings: Settings, recorder: Recorder) -> Self {
        Self {
            directory,
            hosts: Arc::new(Hosts::new(&settings.base_url, false)),
            settings: Arc::new(settings),
            recorder,
            draining: CancellationToken::new(),
            pace: Arc::new(Pace::new()),
            turns: Arc::new(Turns::new()),
        }
    }

    /// What the operator decided about the web.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Takes what visits leave behind.
    pub(crate) fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Whether this node is about to stop: it then asks every client to go elsewhere.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    pub(crate) fn drain(&self) {
        self.draining.cancel();
    }

    /// Resolves when this node is about to stop: whatever streams without an end then ends.
    pub(crate) fn drained(&self) -> impl Future<Output = ()> + Send + use<> {
        self.draining.clone().cancelled_owned()
    }

    /// Whether the store answers: what the health route tells.
    pub(crate) async fn check(&self) -> Result<(), canvass_storage::Error> {
        self.directory.check().await
    }
}
