//! `canvass load`: this file is about respondents that answer surveys until the time is over or somebody stops them.

use std::{net::IpAddr, pin::pin, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    Failure,
    cli::{Cli, Load},
    failure::Exit,
    respondents::{self, Arrival, Plan},
};

pub(super) async fn run(cli: &Cli, load: &Load) -> Result<Exit, Failure> {
    for survey in &load.surveys {
        check(survey, load.elsewhere)?;
    }
    let arrival = match load.rate {
        Some(per_second) => Arrival::Open { per_second, at_once_max: load.at_once_max as usize },
        None => Arrival::Closed { respondents: load.respondents as usize },
    };
    let plan = Plan {
        surveys: load.surveys.clone(),
        arrival,
        span: Duration::from_secs(load.seconds),
        thinking: Duration::from_millis(load.think_ms),
    };
    let stop = CancellationToken::new();
    let mut running = pin!(respondents::run(plan, stop.clone()));
    let ended = tokio::select! {
        ended = &mut running => ended,
        _ = tokio::signal::ctrl_c() => {
            stop.cancel();
            running.await
        }
    };
    let (record, elapsed) = ended.map_err(|error| {
        Failure::new(Exit::Failed, "the load broke off", error, "Look at the limits of this machine.")
    })?;
    cli.output().show(&record.to_json(elapsed), || record.sentences(elapsed))?;
    Ok(if record.is_flawless() { Exit::Done } else { Exit::Failed })
}

/// A survey that may be loaded: over HTTP, and of this machine unless somebody said otherwise.
fn check(survey: &reqwest::Url, elsewhere: bool) -> Result<(), Failure> {
    let wrong = |why: &str, advice: &str| {
        let what = format!("{survey} cannot be loaded");
        Err(Failure::new(Exit::Usage, what, why, advice))
    };
    let (true, Some(host)) = (matches!(survey.scheme(), "http" | "https"), survey.host_str()) else {
        return wrong("it is no address of a survey", "Give one like http://localhost:8080/adatum/customer-survey.");
    };
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_here = host == "localhost" || host.ends_with(".localhost") || address.is_some_and(|it| it.is_loopback());
    if is_here || elsewhere {
        return Ok(());
    }
    wrong("it is another machine", "If that machine is yours and may be loaded, add --elsewhere.")
}
