//! `canvass serve`: this file is about starting a server, saying where it is, and stopping when it is told to.

use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    Failure, Running,
    cli::{Cli, Serve},
    config::Config,
    demo::{self, Entrance},
    failure::Exit,
    logging,
    server::own_file,
    storage,
};

pub(super) async fn run(cli: &Cli, serve: &Serve) -> Result<(), Failure> {
    let loaded = Config::load(&cli.sources()).map_err(|faults| Failure::configuration(&faults))?;
    logging::start(&loaded.config.log);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    let mut signals = Signals::listen()?;
    let program = own_file()?;
    let mut running = tokio::select! {
        started = Running::start(&loaded.config, &program) => started?,
        () = signals.next() => return Ok(()),
    };
    tokio::select! {
        announced = announce(cli, serve, &loaded.config, &running) => announced?,
        () = signals.next() => return running.stop().await,
    }
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

/// Says where Canvass answers, how the first operator gets in, and how to get into the demonstration.
async fn announce(cli: &Cli, serve: &Serve, config: &Config, running: &Running) -> Result<(), Failure> {
    let url = running.serves().then(|| running.url());
    // A process without the web leaves the link to one that can be opened: each new link ends the one before.
    let operator = if running.serves() { running.operator_setup_url().await? } else { None };
    let entrances = if serve.demo { demo::seed(running.directory(), config).await? } else { Vec::new() };
    let mut json = json!({ "url": url, "operator_setup_url": operator });
    if serve.demo {
        json["demo"] = json!(entrances);
    }
    cli.output().show(&json, || {
        let mut lines = vec![match url {
            Some(url) => format!("Canvass answers at {url}"),
            None => "Canvass works; another process answers".to_owned(),
        }];
        lines.push(format!("Its data: {}", storage::place(&config.storage)));
        lines.extend(operator.map(|link| {
            format!("\nThere is no operator yet. This link makes one; it is good once, and for a day:\n  {link}")
        }));
        lines.extend(entrances.iter().map(|entrance| sentences(running.url(), entrance)));
        lines.push("\nCtrl-C stops it.".to_owned());
        lines.join("\n")
    })?;
    Ok(())
}

fn sentences(url: &str, Entrance { alias, email, password, colleagues, token }: &Entrance) -> String {
    let mut lines = vec![
        format!("\n{alias}: surveys at {url}/{alias}, console at {url}/-/login"),
        format!("  e-mail    {email} (administrator)"),
    ];
    lines.extend(colleagues.iter().map(|it| format!("            {} ({})", it.email, it.role.as_str())));
    lines.push(format!("  password  {password} (the same for all of them)"));
    lines.push(format!("  token     {token}"));
    lines.join("\n")
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
