//! Measuring: this file is about putting Canvass beside the least a web server can do, on the same cores in the same
//! minute.

mod load;
mod stage;

use std::time::Duration;

use canvass_web::bench::Bare;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::{
    load::{Load, Target},
    stage::Stage,
};
use crate::{Failure, cli::Measure, config::Config, failure::Exit, server};

/// One measured figure, as a line of JSON has it.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: &'static str,
    /// What Canvass reached.
    pub(crate) value: f64,
    /// In what.
    pub(crate) unit: &'static str,
    /// What the bare server reached.
    pub(crate) limit: f64,
    /// One divided by the other.
    pub(crate) ratio: f64,
    /// What the ratio should be at least.
    pub(crate) goal: f64,
}

/// Rounds are short, so that a noise of the machine hits both sides alike.
const ROUND_MAX: Duration = Duration::from_secs(1);

/// Durable acknowledged responses, against reading and parsing the same bodies.
pub(crate) async fn intake(config: &Config, measure: Measure) -> Result<Figure, Failure> {
    let stage = Stage::set(config).await?;
    let body = stage::response();
    let ours = Target::post(stage.address(), &stage.intake_path(), Some(stage.token()), &body);
    let outcome = compare(ours, Bare::Reading, |address| Target::post(address, "/", None, &body), measure).await;
    stage.strike().await?;
    let (value, limit) = outcome?;
    Ok(Figure { name: "intake", value, unit: "responses/s", limit, ratio: value / limit, goal: 0.65 })
}

/// Survey pages, against a ready response of the same size and headers.
pub(crate) async fn page(config: &Config, measure: Measure) -> Result<Figure, Failure> {
    let stage = Stage::set(config).await?;
    let ours = Target::get(stage.address(), &stage::page_path());
    let outcome = match load::fetch(&ours).await {
        Ok((headers, body)) => {
            let bare = Bare::Answering { headers, body: body.into() };
            compare(ours, bare, |address| Target::get(address, "/"), measure).await
        }
        Err(error) => Err(broken(&error)),
    };
    stage.strike().await?;
    let (value, limit) = outcome?;
    Ok(Figure { name: "page", value, unit: "pages/s", limit, ratio: value / limit, goal: 0.5 })
}

/// Requests a second of both sides, each the median of rounds that take turns.
async fn compare(
    ours: Target,
    bare: Bare,
    bare_target: impl FnOnce(std::net::SocketAddr) -> Target,
    measure: Measure,
) -> Result<(f64, f64), Failure> {
    let listener = server::listen(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr().map_err(|it| broken(&it))?;
    let shutdown = CancellationToken::new();
    let mut least = JoinSet::new();
    least.spawn(canvass_web::bench::serve_bare(listener, bare, shutdown.clone()));
    let theirs = bare_target(address);

    let pairs = u32::try_from(measure.seconds / 2).unwrap_or(u32::MAX).max(1);
    let round = (Duration::from_secs(measure.seconds) / (2 * pairs)).min(ROUND_MAX);
    let rounds = tokio::task::spawn_blocking(move || rounds(&ours, &theirs, (pairs, round), measure.connections));
    let measured = rounds.await.map_err(|it| broken(&it))?;
    shutdown.cancel();
    while least.join_next().await.is_some() {}
    measured.map_err(|it| broken(&it))
}

/// The generator has a thread and a runtime of its own, so that it does not wait behind what it measures.
fn rounds(
    ours: &Target,
    theirs: &Target,
    (pairs, round): (u32, Duration),
    connections: u16,
) -> std::io::Result<(f64, f64)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut one = Load::open(ours, connections).await?;
        let mut other = Load::open(theirs, connections).await?;
        // What is only warm afterwards, caches and connections, is not counted.
        one.run(round).await?;
        other.run(round).await?;
        let (mut values, mut limits) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            values.push(one.run(round).await?);
            limits.push(other.run(round).await?);
        }
        Ok((median(values), median(limits)))
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, "the measurement broke off", error, "Try again on a machine with nothing else to do.")
}

impl Figure {
    pub(crate) fn to_json(&self) -> serde_json::Value {
        json!(self)
    }

    pub(crate) fn sentence(&self) -> String {
        let Self { name, value, unit, limit, ratio, goal } = self;
        format!("{name}: {value:.0} {unit} of {limit:.0} that a bare server reaches: {ratio:.2} (goal: {goal:.2})")
    }
}
