//! Measuring: this file is about putting Canvass beside the least a web server can do, on the same cores in the same
//! minute.

mod analysis;
mod apply;
mod crowd;
mod load;
mod scripts;
mod stage;
mod tenants;
mod village;

use std::time::Duration;

use canvass_web::bench::Bare;
use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::{
    load::{Load, Pace, Post, Round, Target},
    stage::{Pause, Stage},
};
use crate::{Failure, cli::Measure, config::Config, failure::Exit, server};

pub(crate) use self::{analysis::analysis, apply::apply, scripts::script, tenants::tenants};

/// One measured figure, as a line of JSON has it.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: &'static str,
    /// What Canvass reached.
    pub(crate) value: f64,
    /// In what.
    pub(crate) unit: &'static str,
    /// What it is measured against, in words.
    #[serde(skip)]
    pub(crate) against: &'static str,
    /// What that reached.
    pub(crate) limit: f64,
    /// How near Canvass comes to it, from 0 to 1.
    pub(crate) ratio: f64,
    /// What the ratio should be at least.
    pub(crate) goal: f64,
}

/// Rounds are short, so that a noise of the machine hits both sides alike.
const ROUND_MAX: Duration = Duration::from_secs(1);
/// Different bodies that are sent in turns: several times what one frame of the intake holds, so that none is packed
/// beside its like.
const BODIES: usize = 4_096;

/// Durable acknowledged responses, against reading and parsing the same bodies.
pub(crate) async fn intake(config: &Config, measure: Measure) -> Result<Vec<Figure>, Failure> {
    let stage = Stage::set(config).await?;
    let bodies = crowd::responses(BODIES);
    let path = stage.intake_path();
    let ours = Target::post(stage.address(), Post::all(&path, stage.token(), &bodies));
    let theirs = |address| Target::post(address, Post::all("/", stage.token(), &bodies));
    let outcome = compare(ours, Bare::Reading, theirs, stage.pause(), measure).await;
    stage.strike().await?;
    Ok(figures(["intake", "intake-cpu"], "responses/s", outcome?, 0.65))
}

/// Survey pages, against a ready response of the same size and headers.
pub(crate) async fn page(config: &Config, measure: Measure) -> Result<Vec<Figure>, Failure> {
    let stage = Stage::set(config).await?;
    let ours = Target::get(stage.address(), &stage::page_path());
    let outcome = match load::fetch(&ours).await {
        Ok((headers, body)) => {
            let bare = Bare::Answering { headers, body: body.into() };
            compare(ours, bare, |address| Target::get(address, "/"), stage.pause(), measure).await
        }
        Err(error) => Err(broken(&error)),
    };
    stage.strike().await?;
    Ok(figures(["page", "page-cpu"], "pages/s", outcome?, 0.5))
}

/// What requests are measured against.
const SERVER: &str = "a bare server";

/// How many requests a second, and what each costs: the first says what this machine does now, the second what it would
/// do if it had nothing else to do.
fn figures([rate, cpu]: [&'static str; 2], unit: &'static str, (ours, bare): (Pace, Pace), goal: f64) -> Vec<Figure> {
    let (value, limit) = (ours.per_second, bare.per_second);
    let per_second = Figure::against(SERVER, rate, unit, (value, limit), goal);
    let measured = (ours.cpu_micros, bare.cpu_micros);
    vec![per_second, Figure::against(SERVER, cpu, "us/request", measured, goal).turned()]
}

/// What both sides reach, each the median of rounds that take turns.
async fn compare(
    ours: Target,
    bare: Bare,
    bare_target: impl FnOnce(std::net::SocketAddr) -> Target,
    pause: Pause,
    measure: Measure,
) -> Result<(Pace, Pace), Failure> {
    let listener = server::listen(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr().map_err(|it| broken(&it))?;
    let shutdown = CancellationToken::new();
    let mut least = JoinSet::new();
    least.spawn(canvass_web::bench::serve_bare(listener, bare, shutdown.clone()));
    let theirs = bare_target(address);

    let pairs = u32::try_from(measure.seconds / 2).unwrap_or(u32::MAX).max(1);
    let round = (Duration::from_secs(measure.seconds) / (2 * pairs)).min(ROUND_MAX);
    let run = move || rounds((&ours, &theirs), &pause, (pairs, round), measure.connections);
    let measured = tokio::task::spawn_blocking(run).await.map_err(|it| broken(&it))?;
    shutdown.cancel();
    while least.join_next().await.is_some() {}
    measured
}

/// The generator has a thread and a runtime of its own, so that it does not wait behind what it measures.
fn rounds(
    (ours, theirs): (&Target, &Target),
    pause: &Pause,
    (pairs, round): (u32, Duration),
    connections: u16,
) -> Result<(Pace, Pace), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let failed = |it: std::io::Error| broken(&it);
        let mut one = Load::open(ours, connections).await.map_err(failed)?;
        let mut other = Load::open(theirs, connections).await.map_err(failed)?;
        // What is only warm afterwards, caches and connections, is not counted.
        paced(&mut one, round).await?;
        paced(&mut other, round).await?;
        let (mut values, mut limits) = (Vec::new(), Vec::new());
        for _ in 0..pairs {
            values.push(paced(&mut one, round).await?);
            limits.push(paced(&mut other, round).await?);
            pause.take().await?;
            one.connect_again().await.map_err(failed)?;
            other.connect_again().await.map_err(failed)?;
        }
        Ok((median(&values), median(&limits)))
    })
}

/// A round in which nothing may be refused.
async fn paced(load: &mut Load, round: Duration) -> Result<Pace, Failure> {
    match load.run(round).await.map_err(|it| broken(&it))? {
        Round { pace, refused: 0, .. } => Ok(pace),
        Round { refused, .. } => Err(broken(&format!("{refused} requests were told to come again later"))),
    }
}

fn median(paces: &[Pace]) -> Pace {
    let middle = |part: fn(&Pace) -> f64| {
        let mut values: Vec<f64> = paces.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    Pace { per_second: middle(|it| it.per_second), cpu_micros: middle(|it| it.cpu_micros) }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, "the measurement broke off", error, "Try again on a machine with nothing else to do.")
}

impl Figure {
    /// A figure that is the better the larger it is, and the limit it is measured against.
    pub(crate) fn against(
        against: &'static str,
        name: &'static str,
        unit: &'static str,
        (value, limit): (f64, f64),
        goal: f64,
    ) -> Self {
        Self { name, value, unit, against, limit, ratio: value / limit, goal }
    }

    /// The same figure, the better the smaller it is.
    pub(crate) fn turned(self) -> Self {
        Self { ratio: self.limit / self.value, ..self }
    }

    /// The same figure with another word for its limit.
    pub(crate) fn than(self, against: &'static str) -> Self {
        Self { against, ..self }
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        json!(self)
    }

    pub(crate) fn sentence(&self) -> String {
        let Self { name, value, unit, against, limit, ratio, goal } = self;
        let digits = if *limit < 100.0 { 2 } else { 0 };
        format!("{name}: {value:.digits$} {unit}, {against} {limit:.digits$}: {ratio:.2} (goal: {goal:.2})")
    }
}
