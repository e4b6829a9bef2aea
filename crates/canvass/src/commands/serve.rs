//! `canvass serve`: this file is about starting a server, saying where it is, and stopping when it is told to.

use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    Failure, Running,
    cli::{Cli, Serve},
    config::Config,
    failure::Exit,
    logging,
};

pub(super) async fn run(cli: &Cli, _serve: &Serve) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    logging::start(&loaded.config.log);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let mut signals = Signals::listen()?;
    let mut running = tokio::select! {
        started = Running::start(&loaded.config) => started?,
        () = signals.next() => return Ok(()),
    };
    announce(cli, &running)?;
    tokio::select! {
        failure = running.broken() => {
            tracing::error!(%failure, "stopping");
            running.stop().await?;
            return Err(failure);
        }
        () = signals.next() => {}
    }
    tracing::info!("stopping: what is under way is finished; a second signal stops at once");
    tokio::select! {
        stopped = running.stop() => stopped,
        () = signals.next() => Err(Failure::new(
            Exit::Failed,
            "stopped at once",
            "a second signal came",
            "Responses that were acknowledged are safe; they are applied at the next start.",
        )),
    }
}

fn announce(cli: &Cli, running: &Running) -> Result<(), Failure> {
    let url = running.url();
    cli.output().show(&json!({ "url": url }), || format!("Canvass answers at {url}"))?;
    Ok(())
}

/// The signals that ask a server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::new(Exit::Failed, "signals cannot be heard", error, "Look at the limits of this machine.")
            })
        };
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
