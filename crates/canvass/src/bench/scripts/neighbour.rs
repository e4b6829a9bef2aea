//! A neighbour measured: this file is about the survey pages of one tenant while others' scripts never end.

use std::time::Duration;

use tokio::time::sleep;

use super::{Bench, faster};
use crate::{
    Failure,
    bench::{
        Figure, broken,
        load::{self, Target},
        stage::{self, Stage},
    },
    config::Config,
};

/// Rounds, quiet and beside endless scripts in turns: a noise of the machine hits both.
const ROUNDS: usize = 5;
/// Visits in a round; the slowest hundredth of them are ten.
const VISITS: usize = 1_000;
/// A visitor comes so often.
const EVERY: Duration = Duration::from_millis(2);
/// Until endless scripts have all begun.
const SETTLING: Duration = Duration::from_millis(300);
/// How much slower the slowest hundredth of a neighbour's pages may be, in times.
const RATIO_MAX: f64 = 2.0;

/// The p99 of a survey page beside endless loops of three other tenants, in times of what it is without them.
pub(super) async fn measure(config: &Config, bench: &Bench) -> Result<Figure, Failure> {
    let stage = Stage::set(config).await?;
    let target = Target::get(stage.address(), &stage::page_path());
    let outcome = compare(&target, bench).await;
    stage.strike().await?;
    Ok(faster("neighbour-p99-ratio", "times", (outcome?, RATIO_MAX), 1.0).than("at most"))
}

async fn compare(target: &Target, bench: &Bench) -> Result<f64, Failure> {
    let (mut quiet, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        quiet.push(p99(target).await?);
        let mut loops = bench.endless();
        sleep(SETTLING).await;
        beside.push(p99(target).await?);
        loops.shutdown().await;
        sleep(SETTLING).await;
    }
    Ok(median(beside) / median(quiet))
}

async fn p99(target: &Target) -> Result<f64, Failure> {
    let mut taken = load::visit(target, VISITS, EVERY).await.map_err(|error| broken(&error))?;
    taken.sort();
    Ok(taken[VISITS * 99 / 100].as_secs_f64())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
