//! A running installation: this file is about starting its parts in order, and stopping them without losing anything.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use canvass_actions::{operators, traffic};
use canvass_model::tenant::Region;
use canvass_storage::Directory;
use canvass_web::App;
use canvass_work::{
    scripts::{Duties, Recording},
    traffic::Writer,
};
use tokio::{net::TcpListener, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    Failure,
    config::{Config, Role, Server},
    failure::Exit,
    limits, scripts, storage, workers,
};

/// The parts of Canvass at work in this process.
pub struct Running {
    url: String,
    address: SocketAddr,
    directory: Directory,
    shutdown: CancellationToken,
    web: JoinSet<Result<(), Failure>>,
    /// Writes what visits leave behind; there where the web is.
    traffic: Option<Writer>,
    drain_within: Duration,
    workers: Option<workers::Running>,
    /// Looks after scripts that run by themselves; there where the workers are.
    duties: Option<Duties>,
    /// Writes the records of scripts' runs.
    recording: Option<Recording>,
}

impl Running {
    /// Starts what the configuration says: takes the address first, then opens the storage, then lets people in. `program`
    /// is the file of this program, which also runs scripts.
    pub async fn start(config: &Config, program: &Path) -> Result<Self, Failure> {
        limits::raise_open_files();
        let serves = config.server.role.contains(&Role::Web);
        let listener = if serves { Some(listen(config.server.listen).await?) } else { None };
        let address = listener.as_ref().and_then(|it| it.local_addr().ok()).unwrap_or(config.server.listen);
        let url = config.server.url(address);
        let directory = storage::open_patiently(&config.storage).await?;
        let shutdown = CancellationToken::new();
        let works = config.server.role.contains(&Role::Worker);
        let workers = if works { Some(workers::start(config, &directory, &url)?) } else { None };
        let (scripts, runs) = scripts::start(config, program)?;
        let recording = Some(Recording::start(runs));
        let duties = works.then(|| Duties::start(&directory, &scripts));
        let drain_within = Duration::from_secs(config.server.drain_seconds);
        let (mut web, mut traffic) = (JoinSet::new(), None);
        if let Some(listener) = listener {
            let (recorder, visits) = traffic::channel(config.traffic.queue_max);
            let every = Duration::from_millis(config.traffic.write_interval_ms);
            traffic = Some(Writer::start(&directory, visits, every));
            let app = App::new(directory.clone(), web_settings(config, url.clone()), recorder, scripts);
            web.spawn(serve(listener, app, shutdown.clone(), drain_within));
        }
        Ok(Self { url, address, directory, shutdown, web, traffic, drain_within, workers, duties, recording })
    }

    /// Where people find this installation.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether this process answers requests.
    pub fn serves(&self) -> bool {
        !self.web.is_empty()
    }

    /// What it listens on, if it has the role of the web.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All tenants of this installation.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Where the first operator sets themselves up: a link that is good once and for a day. `None` when there is an
    /// operator. Earlier links end.
    pub async fn operator_setup_url(&self) -> Result<Option<String>, Failure> {
        let link = operators::make_setup_link(&self.directory).await;
        let link = link.map_err(|it| Failure::action("no set-up link could be made", &it))?;
        Ok(link.map(|it| format!("{}/-/operate/setup/{}", self.url, it.reveal())))
    }

    /// Waits until a part ends by itself, which none should.
    pub async fn broken(&mut self) -> Failure {
        let (what, why) = tokio::select! {
            ended = self.web.join_next(), if !self.web.is_empty() => match ended {
                Some(Ok(Err(failure))) => return failure,
                Some(Ok(Ok(()))) | None => ("the web stopped", "it ended without a reason".to_owned()),
                Some(Err(panic)) => ("the web stopped", panic.to_string()),
            },
            why = worker_broken(self.workers.as_mut()) => ("a worker stopped", why),
            why = writer_broken(self.traffic.as_mut()) => ("a worker stopped", why),
            why = scripts_broken(self.duties.as_mut(), self.recording.as_mut()) => ("a worker stopped", why),
        };
        Failure::new(Exit::Failed, what, why, "Start it again, and report this: it is a defect.")
    }

    /// Takes in nothing new, finishes what is under way within the time the configuration gives, makes everything
    /// durable and lets go of the storage.
    pub async fn stop(mut self) -> Result<(), Failure> {
        self.shutdown.cancel();
        let asked = Instant::now();
        let (web, traffic, workers) = (&mut self.web, self.traffic.take(), self.workers.take());
        let web = async {
            let mut outcome = Ok(());
            while let Some(ended) = web.join_next().await {
                match ended {
                    Ok(Ok(())) => {}
                    Ok(Err(failure)) => outcome = Err(failure),
                    Err(panic) => tracing::error!(%panic, "the web broke while it stopped"),
                }
            }
            // Behind the last answer, for that leaves a record too.
            if let Some(traffic) = traffic {
                traffic.drain(self.drain_within.saturating_sub(asked.elapsed()).max(WRITE_OUT_MIN)).await;
            }
            outcome
        };
        let (drain_within, duties) = (self.drain_within, self.duties.take());
        let workers = async {
            let duties = async {
                if let Some(duties) = duties {
                    duties.drain(drain_within).await;
                }
            };
            let workers = async {
                if let Some(workers) = workers {
                    workers.stop().await;
                }
            };
            tokio::join!(duties, workers);
        };
        // Side by side: what is accepted now is durable, and applied after the next start.
        let (outcome, ()) = tokio::join!(web, workers);
        if let Some(recording) = self.recording {
            recording.drain(WRITE_OUT_MIN).await;
        }
        self.directory.close().await;
        outcome
    }
}

/// The file of this program: it also runs scripts, as another process.
pub(crate) fn own_file() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| {
        Failure::new(Exit::Failed, "the file of this program is not known", error, "Start it by its full path.")
    })
}

/// However long the answers took: so long the records of the last ones may take to be written.
const WRITE_OUT_MIN: Duration = Duration::from_secs(2);

/// Waits until the writer of traffic ends by itself; for ever where there is none.
async fn writer_broken(writer: Option<&mut Writer>) -> String {
    match writer {
        Some(writer) => writer.broken().await,
        None => std::future::pending().await,
    }
}

/// Waits until what serves scripts ends by itself; for ever where there is none.
async fn scripts_broken(duties: Option<&mut Duties>, recording: Option<&mut Recording>) -> String {
    let duties = async {
        match duties {
            Some(duties) => duties.broken().await,
            None => std::future::pending().await,
        }
    };
    let recording = async {
        match recording {
            Some(recording) => recording.broken().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        why = duties => why,
        why = recording => why,
    }
}

/// Waits until a worker ends by itself; for ever where there are none.
async fn worker_broken(workers: Option<&mut workers::Running>) -> String {
    match workers {
        Some(workers) => workers.broken().await,
        None => std::future::pending().await,
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
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
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
