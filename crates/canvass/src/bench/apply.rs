//! Applying measured: this file is about responses that are accepted, applied and counted at once, for as long as the
//! measurement takes, and about how far applying is behind.

use std::{pin::pin, time::Duration};

use canvass_actions::responses;
use canvass_web::bench::Bare;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    BODIES, Figure, SERVER, broken, crowd,
    load::{Load, Pace, Post, Round, Target},
    stage::{self, Stage},
    village::{self, Home},
};
use crate::{
    Failure,
    cli::{Applying, Measure},
    config::Config,
    server,
};

/// How much of the time the bare server gets, before and after.
const BARE_SHARE: u64 = 10;
/// How often to look how far applying is behind.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Every other response is the hot tenant's.
const HOT_EVERY: usize = 2;
/// How far behind applying may be, in seconds, but for a hundredth of the time.
const LAG_SECONDS_MAX: f64 = 1.0;
/// How many times as many tenants the crowded part has.
const CROWDED: usize = 10;

/// What a part of the measurement came to.
struct Part {
    round: Round,
    /// How far applying was behind, each time somebody looked, sorted.
    lags: Vec<Duration>,
    /// Responses applied in a second, until all were.
    applied_per_second: f64,
}

/// Whose response is the next one, by its number and the number of tenants.
type Turns = fn(usize, usize) -> usize;

/// The first tenant sends every other response, all take turns with the rest.
const ONE_HOT: Turns = |number, tenants| if number % HOT_EVERY == 0 { 0 } else { number / HOT_EVERY % tenants };
/// All take turns.
const ALL_HOT: Turns = |number, tenants| number % tenants;

/// One hot tenant among many, against a server that stores nothing; then all of them hot, and ten times as many.
pub(crate) async fn apply(config: &Config, applying: Applying) -> Result<Vec<Figure>, Failure> {
    let stage = Stage::set(config).await?;
    let workers = stage.workers()?;
    let outcome = parts(&stage, applying).await;
    workers.stop().await;
    stage.strike().await?;
    outcome
}

async fn parts(stage: &Stage, applying: Applying) -> Result<Vec<Figure>, Failure> {
    let Applying { measure, tenants } = applying;
    let tenants = usize::from(tenants);
    village::provision(stage, 0..tenants).await?;
    let mut homes = village::furnish(stage, 0..tenants).await?;
    let bodies = crowd::responses(BODIES);
    let load = (Duration::from_secs(measure.seconds), measure.connections);
    let before = bare(stage, &bodies, &measure).await?;
    let hot = part(stage, (&homes, ONE_HOT), &bodies, load).await?;
    let after = bare(stage, &bodies, &measure).await?;
    let some = part(stage, (&homes, ALL_HOT), &bodies, load).await?;
    village::provision(stage, tenants..tenants * CROWDED).await?;
    homes.extend(village::furnish(stage, tenants..tenants * CROWDED).await?);
    let many = part(stage, (&homes, ALL_HOT), &bodies, load).await?;

    let limit = f64::midpoint(before.per_second, after.per_second);
    let lag = hot.lags.get(hot.lags.len() * 99 / 100).map_or(0.0, Duration::as_secs_f64);
    let crowded = (many.applied_per_second, some.applied_per_second);
    Ok(vec![
        Figure::against(SERVER, "apply", "responses/s", (hot.round.pace.per_second, limit), 0.5),
        Figure::against("at most", "apply-lag-p99", "s", (lag, LAG_SECONDS_MAX), 1.0).turned(),
        Figure::against("a tenth of the tenants", "apply-crowded", "responses/s", crowded, 0.5),
    ])
}

/// What a bare server reaches with the same bodies.
async fn bare(stage: &Stage, bodies: &[String], measure: &Measure) -> Result<Pace, Failure> {
    let listener = server::listen(([127, 0, 0, 1], 0).into()).await?;
    let address = listener.local_addr().map_err(|it| broken(&it))?;
    let shutdown = CancellationToken::new();
    let mut least = JoinSet::new();
    least.spawn(canvass_web::bench::serve_bare(listener, Bare::Reading, shutdown.clone()));
    let posts = Post::all("/", stage.token(), bodies);
    let span = Duration::from_secs((measure.seconds / BARE_SHARE).max(1));
    let round = send(Target::post(address, posts), (span, measure.connections)).await;
    shutdown.cancel();
    while least.join_next().await.is_some() {}
    Ok(round?.pace)
}

/// Sends for a while, watches how far applying is behind, waits until all is applied, and counts.
async fn part(
    stage: &Stage,
    (homes, turns): (&[Home], Turns),
    bodies: &[String],
    load: (Duration, u16),
) -> Result<Part, Failure> {
    let paths: Vec<String> = homes.iter().map(|it| format!("/api/v1/surveys/{}/responses", it.survey)).collect();
    let posts = (0..BODIES.max(homes.len() * HOT_EVERY)).map(|number| {
        let home = turns(number, homes.len());
        Post { path: &paths[home], token: &homes[home].token, body: &bodies[number % bodies.len()] }
    });
    let sending = send(Target::post(stage.address(), posts), load);
    let before = counted(homes).await?;
    let began = Instant::now();
    let (round, mut lags) = watch(stage, sending).await?;
    while 0 < stage::backlog(stage.directory()).await?.records {
        sleep(LOOK_EVERY).await;
    }
    let took = began.elapsed().as_secs_f64();
    let applied = counted(homes).await? - before;
    if applied != round.answered {
        return Err(broken(&format!("{} responses were acknowledged and {applied} were counted", round.answered)));
    }
    lags.sort();
    Ok(Part { round, lags, applied_per_second: f64::from(u32::try_from(applied).unwrap_or(u32::MAX)) / took })
}

/// Sends for a while, from a thread and a runtime of its own, so that the load does not wait behind what it measures.
async fn send(target: Target, (span, connections): (Duration, u16)) -> Result<Round, Failure> {
    let sent = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { Load::open(&target, connections).await?.run(span).await })
    });
    sent.await.map_err(|it| broken(&it))?.map_err(|it| broken(&it))
}

/// How far applying is behind while responses are sent, each time somebody looks.
async fn watch(
    stage: &Stage,
    sending: impl Future<Output = Result<Round, Failure>>,
) -> Result<(Round, Vec<Duration>), Failure> {
    let mut sending = pin!(sending);
    let mut lags = Vec::new();
    loop {
        tokio::select! {
            round = &mut sending => return Ok((round?, lags)),
            () = sleep(LOOK_EVERY) => {
                let oldest = stage::backlog(stage.directory()).await?.oldest_at;
                let behind = oldest.map_or(0, |it| stage.now().ms_since(it));
                lags.push(Duration::from_millis(u64::try_from(behind).unwrap_or(0)));
            }
        }
    }
}

/// Responses in the summaries of all homes.
async fn counted(homes: &[Home]) -> Result<u64, Failure> {
    let mut counted = 0;
    for Home { tenant, survey, .. } in homes {
        let survey = *survey;
        let summary = tenant.read(move |tx| responses::summary(tx, survey)).await;
        counted += summary.map_err(|it| Failure::action("the responses could not be counted", &it))?.responses;
    }
    Ok(counted)
}
