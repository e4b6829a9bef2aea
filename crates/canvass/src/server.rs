//! A running installation: this file is about starting its parts in order, and stopping them without losing anything.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use canvass_model::tenant::Region;
use canvass_storage::Directory;
use canvass_web::App;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    Failure,
    config::{Config, Role, Server},
    failure::Exit,
    limits, storage,
};

/// The parts of Canvass at work in this process.
pub struct Running {
    url: String,
    directory: Directory,
    shutdown: CancellationToken,
    parts: JoinSet<Result<(), Failure>>,
}

impl Running {
    /// Starts what the configuration says: takes the address first, then opens the storage, then lets people in.
    pub async fn start(config: &Config) -> Result<Self, Failure> {
        limits::raise_open_files();
        let serves = config.server.role.contains(&Role::Web);
        let listener = if serves { Some(listen(config.server.listen).await?) } else { None };
        let address = listener.as_ref().and_then(|it| it.local_addr().ok()).unwrap_or(config.server.listen);
        let url = config.server.base_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let directory = storage::open_patiently(&config.storage).await?;
        let shutdown = CancellationToken::new();
        let mut parts = JoinSet::new();
        if let Some(listener) = listener {
            let app = App::new(directory.clone(), web_settings(config, url.clone()));
            let drain_within = Duration::from_secs(config.server.drain_seconds);
            parts.spawn(serve(listener, app, shutdown.clone(), drain_within));
        }
        Ok(Self { url, directory, shutdown, parts })
    }

    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All tenants of this installation.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Waits until a part ends by itself, which none should.
    pub async fn broken(&mut self) -> Failure {
        let why = match self.parts.join_next().await {
            Some(Ok(Err(failure))) => return failure,
            Some(Ok(Ok(()))) | None => "it ended without a reason".to_owned(),
            Some(Err(panic)) => panic.to_string(),
        };
        Failure::new(Exit::Failed, "a part of Canvass stopped", why, "Start it again, and report this: it is a defect.")
    }

    /// Takes in nothing new, finishes what is under way within the time the configuration gives, makes everything
    /// durable and lets go of the storage.
    pub async fn stop(mut self) -> Result<(), Failure> {
        self.shutdown.cancel();
        let mut outcome = Ok(());
        while let Some(ended) = self.parts.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => outcome = Err(failure),
                Err(panic) => tracing::error!(%panic, "a part of Canvass broke while it stopped"),
            }
        }
        self.directory.close().await;
        outcome
    }
}

async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: CancellationToken,
    drain_within: Duration,
) -> Result<(), Failure> {
    canvass_web::serve(listener, app, shutdown, drain_within)
        .await
        .map_err(|error| Failure::new(Exit::Failed, "the web stopped", error, "Look at the log for what came before."))
}

/// Takes the address, before anything that would have to be undone.
async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => {
                "Another program has it, perhaps another Canvass: stop that one, or choose another port with --listen \
                 (port 0 takes any free one)."
            }
            ErrorKind::PermissionDenied => "Ports below 1024 are for root: choose a higher one with --listen.",
            ErrorKind::AddrNotAvailable => "Choose an address of this machine with --listen.",
            _ => "Choose another with --listen or server.listen.",
        };
        Failure::new(Exit::Failed, format!("{address} cannot be listened on"), error, advice)
    })
}

fn web_settings(config: &Config, base_url: String) -> canvass_web::Settings {
    let Server { body_bytes_max, .. } = config.server;
    canvass_web::Settings {
        base_url,
        regions: config.regions.offered.iter().cloned().map(Region).collect(),
        terms_version: config.terms.version.clone(),
        terms_url: config.terms.url.clone(),
        body_bytes_max,
    }
}
