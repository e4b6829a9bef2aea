//! Recording runs: this file is about writing the records of pages' and checks' runs, in batches, behind the answers.

use std::{collections::HashMap, time::Duration};

use canvass_actions::{Error, scripts, scripts::Runs};
use canvass_model::{id::TenantId, script::Run};
use canvass_storage::Tenant;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long records gather before they are written: shorter than anybody looks for one.
const GATHER: Duration = Duration::from_millis(300);
/// Records taken at once.
const TAKEN_MAX: usize = 1_000;
/// Records of one tenant written in one transaction.
const BATCH_MAX: usize = 100;

/// Writes records until it is drained.
pub struct Recording {
    running: JoinSet<()>,
    stop: CancellationToken,
}

impl Recording {
    /// Writes what comes out of `runs`. Call it inside a `tokio` runtime.
    pub fn start(runs: Runs) -> Self {
        let (stop, mut running) = (CancellationToken::new(), JoinSet::new());
        running.spawn(run(runs, stop.clone()));
        Self { running, stop }
    }

    /// Waits until it ends though nobody asked it to, which it should not; answers why.
    pub async fn broken(&mut self) -> String {
        match self.running.join_next().await {
            Some(Ok(())) | None => "recording scripts' runs ended without a reason".to_owned(),
            Some(Err(panic)) => panic.to_string(),
        }
    }

    /// Writes everything that was taken, but for no longer than `within`; takes nothing more.
    pub async fn drain(mut self, within: Duration) -> bool {
        self.stop.cancel();
        timeout(within, self.running.join_next()).await.is_ok()
    }
}

async fn run(mut runs: Runs, stop: CancellationToken) {
    let mut taken = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            count = runs.take(&mut taken, TAKEN_MAX) => if count == 0 { break },
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(GATHER) => {}
        }
        write(std::mem::take(&mut taken)).await;
    }
    runs.close();
    while runs.take(&mut taken, TAKEN_MAX).await != 0 {
        write(std::mem::take(&mut taken)).await;
    }
}

/// Writes records, tenant by tenant. Those of one that cannot be written are lost, and the log says so.
async fn write(taken: Vec<(Tenant, Run)>) {
    let mut tenants: HashMap<TenantId, (Tenant, Vec<Run>)> = HashMap::new();
    for (tenant, run) in taken {
        let id = tenant.record().id;
        tenants.entry(id).or_insert_with(|| (tenant, Vec::new())).1.push(run);
    }
    for (id, (tenant, runs)) in tenants {
        for some in runs.chunks(BATCH_MAX) {
            let some = some.to_vec();
            let count = some.len();
            let written: Result<(), Error> = tenant.write(move |tx| scripts::keep(tx, &some)).await;
            if let Err(error) = written {
                tracing::warn!(tenant = %id, count, %error, "Records of scripts' runs could not be written and are lost");
            }
        }
    }
}
