//! Scripts that run by themselves: this file is about looking after the tenants that have some, a few at once.
//!
//! A tenant is leased while somebody looks at it, so that two nodes never do at the same time. A look lets each of the
//! tenant's hooks run once; one that has more to do comes again behind everybody who waits.

mod recording;

use std::time::Duration;

use canvass_actions::{Error, scripts::Scripts, scripts::duty};
use canvass_model::{tenant::TenantState, time::Timestamp};
use canvass_storage::{Directory, duties, duties::Duty};
use tokio::{
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

pub use self::recording::Recording;

/// Tenants looked at once on this node. A look mostly waits for the sandbox, which has its own turns.
const LOOKS_MAX: usize = 8;
/// How long a tenant stays hidden from other nodes after a sign of life: a process that dies holds its scripts up so long.
/// One that merely stands still loses the tenant, and then finds that its hooks have moved on.
const LEASE_MS: i64 = 10 * Timestamp::SECOND_MS;
/// How often a sign of life is given: two may get lost.
const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How often the directory is asked without a bell: other nodes' wishes, and times that have come.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// After an error of the store.
const ERROR_PAUSE: Duration = Duration::from_secs(2);
/// A tenant that could not be looked at, or is suspended, comes again after so long.
const LATER_MS: i64 = Timestamp::MINUTE_MS;

/// Looks after tenants' scripts until it is drained.
pub struct Duties {
    running: JoinSet<()>,
    stop: CancellationToken,
}

impl Duties {
    /// Begins to look after scripts that run by themselves, first of all tenants that have some: nobody knows what the last
    /// process left. Call it inside a `tokio` runtime.
    pub fn start(directory: &Directory, scripts: &Scripts) -> Self {
        let desk = Desk { directory: directory.clone(), scripts: scripts.clone(), looking: JoinSet::new() };
        let (stop, mut running) = (CancellationToken::new(), JoinSet::new());
        running.spawn(desk.run(stop.clone()));
        Self { running, stop }
    }

    /// Waits until it ends though nobody asked it to, which it should not; answers why.
    pub async fn broken(&mut self) -> String {
        match self.running.join_next().await {
            Some(Ok(())) | None => "looking after scripts ended without a reason".to_owned(),
            Some(Err(panic)) => panic.to_string(),
        }
    }

    /// Lets the looks under way finish, but for no longer than `within`: what is left is made again after the next start.
    pub async fn drain(mut self, within: Duration) -> bool {
        self.stop.cancel();
        timeout(within, self.running.join_next()).await.is_ok()
    }
}

struct Desk {
    directory: Directory,
    scripts: Scripts,
    looking: JoinSet<()>,
}

impl Desk {
    async fn run(mut self, stop: CancellationToken) {
        let mut bell = self.directory.bells().on_duty();
        let mut is_begun = false;
        while !stop.is_cancelled() {
            let pause = match self.take(&mut is_begun).await {
                Ok(()) => ASK_EVERY,
                Err(error) => {
                    tracing::warn!(%error, "The directory could not be asked whose scripts are to run");
                    ERROR_PAUSE
                }
            };
            let has_room = self.looking.len() < LOOKS_MAX;
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = self.looking.join_next() => note(ended),
                rung = bell.changed(), if has_room => if rung.is_err() { break },
                () = sleep(pause) => {}
            }
        }
        while let Some(ended) = self.looking.join_next().await {
            note(ended);
        }
    }

    /// Begins to look at whoever is due, as far as places are free.
    async fn take(&mut self, is_begun: &mut bool) -> Result<(), Error> {
        if !*is_begun {
            self.directory.write(duties::ring_all).await?;
            *is_begun = true;
        }
        let room = u32::try_from(LOOKS_MAX.saturating_sub(self.looking.len())).unwrap_or_default();
        if room == 0 {
            return Ok(());
        }
        // Reading costs no writer's turn; mostly nobody is due.
        let (directory, due) =
            (&self.directory, self.directory.read(|tx| Ok::<_, Error>((duties::next_due(tx)?, tx.now()))));
        let (due, now) = due.await?;
        if due.is_none_or(|it| now < it) {
            return Ok(());
        }
        let claimed = directory.write(move |tx| duties::claim(tx, tx.now().plus_ms(LEASE_MS), room)).await?;
        for duty in claimed {
            self.looking.spawn(look(self.directory.clone(), self.scripts.clone(), duty));
        }
        Ok(())
    }
}

/// Looks at one tenant and lets go of it.
async fn look(directory: Directory, scripts: Scripts, duty: Duty) {
    let looked = tokio::select! {
        looked = next_look(&directory, &scripts, &duty) => looked,
        () = renew(&directory, &duty) => return,
    };
    let next = match looked {
        Ok(next) => next,
        Err(error) => {
            tracing::warn!(?duty, %error, "A tenant's scripts could not be looked after");
            Next::Later
        }
    };
    let settled = directory.write(move |tx| {
        let next = match next {
            Next::At(at) => Some(at),
            Next::Later => Some(tx.now().plus_ms(LATER_MS)),
            Next::Never => None,
        };
        duties::settle(tx, &duty, next)
    });
    if let Err(error) = settled.await {
        tracing::warn!(%error, "A look at a tenant's scripts could not be settled; its lease ends by itself");
    }
}

/// Holds on to a tenant for as long as it is looked at: never ends.
async fn renew(directory: &Directory, duty: &Duty) {
    loop {
        sleep(RENEW_EVERY).await;
        let held = duty.clone();
        let renewed = directory.write(move |tx| duties::renew(tx, &held, tx.now().plus_ms(LEASE_MS))).await;
        if let Err(error) = renewed {
            tracing::warn!(%error, "A tenant's lease was not renewed");
        }
    }
}

/// When to look again.
#[derive(Clone, Copy)]
enum Next {
    At(Timestamp),
    Later,
    Never,
}

async fn next_look(directory: &Directory, scripts: &Scripts, duty: &Duty) -> Result<Next, Error> {
    let Some(tenant) = directory.tenant_of_duty(duty).await? else { return Ok(Next::Never) };
    if tenant.record().state != TenantState::Active {
        return Ok(Next::Later);
    }
    Ok(duty::look(scripts, &tenant).await?.map_or(Next::Never, Next::At))
}

fn note(ended: Result<(), JoinError>) {
    if let Err(panic) = ended {
        tracing::error!(%panic, "Looking at a tenant's scripts panicked; its lease ends by itself");
    }
}
