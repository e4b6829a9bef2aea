//! Many tenants measured: this file is about what it takes to make them, to have them, and to start beside them.

use std::{fs, path::Path, time::Duration};

use tokio::time::Instant;

use super::{Figure, broken, scripts::resident, stage::Stage, village};
use crate::{Failure, config::Config};

/// Tenants that are provisioned, and copies that are made, in one of the turns they take.
const TURN: usize = 500;
/// How many times what copying its file takes a tenant may take.
const TIMES_MAX: f64 = 5.0;
/// What a process may have in memory beside as many tenants, in MB.
const MEMORY_MB_MAX: f64 = 300.0;
/// What a start may take, in seconds.
const START_SECONDS_MAX: f64 = 2.0;

/// Provisioning so many tenants against copying the template's file as often; then the memory of this process and what a
/// start takes. The load on the machine hits both sides alike: they take turns.
pub(crate) async fn tenants(config: &Config, count: usize) -> Result<Vec<Figure>, Failure> {
    let stage = Stage::set(config).await?;
    let workers = stage.workers()?;
    let (mut ours, mut copying) = (Duration::ZERO, Duration::ZERO);
    let mut made = 0;
    while made < count {
        let turn = made..count.min(made + TURN);
        let began = Instant::now();
        village::provision(&stage, turn.clone()).await?;
        ours += began.elapsed();
        copying += copy(stage.data(), turn.len()).await?;
        made = turn.end;
    }
    let memory = resident()?;
    workers.stop().await;
    let start = stage.restart().await?;
    let each = |all: Duration| all.as_secs_f64() * 1e3 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let megabytes = f64::from(u32::try_from(memory / 1_000).unwrap_or(u32::MAX)) / 1e3;
    let provisioning = (each(ours), each(copying));
    Ok(vec![
        Figure::against("copying the file", "provisioning", "ms/tenant", provisioning, 1.0 / TIMES_MAX).turned(),
        Figure::against("at most", "tenants-memory", "MB", (megabytes, MEMORY_MB_MAX), 1.0).turned(),
        Figure::against("at most", "tenants-start", "s", (start.as_secs_f64(), START_SECONDS_MAX), 1.0).turned(),
    ])
}

/// Copies the template's file so often, and removes the copies; what the copying took.
async fn copy(data: &Path, count: usize) -> Result<Duration, Failure> {
    let (template, folder) = (data.join("template.db"), data.join("copies"));
    let copied = tokio::task::spawn_blocking(move || {
        fs::create_dir_all(&folder)?;
        let began = Instant::now();
        for number in 0..count {
            fs::copy(&template, folder.join(number.to_string()))?;
        }
        let took = began.elapsed();
        fs::remove_dir_all(&folder)?;
        Ok::<_, std::io::Error>(took)
    });
    copied.await.map_err(|it| broken(&it))?.map_err(|it| broken(&it))
}
