//! The script hosts of a server: this file is about which of them takes the next run, and how all of them are.

pub(crate) mod host;
pub(crate) mod keeper;
pub(crate) mod link;
pub(crate) mod parent;
pub(crate) mod queue;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use canvass_model::{id::TenantId, script::Limits};
use tokio::{sync::oneshot, time::timeout};

use self::{link::Link, queue::Queue};
use crate::{
    Settings,
    engine::RUNS_MAX,
    status::{Phase, Status, Wall},
};

/// How long a run waits for its turn, or for the first host of a server that has just started.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Hosts that are ready besides those that work, so that one that is lost is replaced at once.
pub(crate) const STANDBY: usize = 1;

/// The hosts of this process, and who waits for them.
pub(crate) struct Pool {
    pub(crate) settings: Settings,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    queue: Queue<oneshot::Sender<Place>>,
    /// Hosts that take runs, the longest there first: as many of them work as are wanted, the others stand by.
    hosts: Vec<Arc<Link>>,
    walls: Vec<Wall>,
    runs: u64,
    crowded: u64,
    lost: u64,
    recycled: u64,
}

/// Why a run has no place.
#[derive(Debug)]
pub(crate) enum NoPlace {
    /// Too many of the tenant's wait already, or it waited too long.
    Crowded,
    /// There is no host.
    Unavailable(String),
}

/// A run's place in a host. Dropping it makes room for the next.
pub(crate) struct Place {
    pool: Arc<Pool>,
    tenant: TenantId,
    pub(crate) link: Arc<Link>,
}

impl Pool {
    pub(crate) fn new(settings: Settings) -> Self {
        let state = State {
            phase: Phase::Preparing,
            queue: Queue::default(),
            hosts: Vec::new(),
            walls: Vec::new(),
            runs: 0,
            crowded: 0,
            lost: 0,
            recycled: 0,
        };
        Self { settings, state: Mutex::new(state) }
    }

    /// Waits for a place, fairly between tenants.
    pub(crate) async fn enter(self: &Arc<Self>, tenant: TenantId, limits: &Limits) -> Result<Place, NoPlace> {
        let (sender, turn) = oneshot::channel();
        {
            let mut state = self.state();
            if let Phase::Failed(why) | Phase::Stopping(why) = &state.phase {
                return Err(NoPlace::Unavailable(why.clone()));
            }
            if state.queue.join(tenant, limits, sender).is_err() {
                state.crowded += 1;
                return Err(NoPlace::Crowded);
            }
        }
        self.let_in();
        match timeout(WAIT_MAX, turn).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(self.waited_in_vain()),
        }
    }

    fn waited_in_vain(&self) -> NoPlace {
        let mut state = self.state();
        match &state.phase {
            Phase::Preparing => NoPlace::Unavailable("scripts are being prepared on this machine".to_owned()),
            Phase::Failed(why) | Phase::Stopping(why) => NoPlace::Unavailable(why.clone()),
            Phase::Ready if state.hosts.is_empty() => NoPlace::Unavailable("no script host starts".to_owned()),
            Phase::Ready | Phase::Off => {
                state.crowded += 1;
                NoPlace::Crowded
            }
        }
    }

    /// Gives places to those whose turn it is, as long as there is room.
    fn let_in(self: &Arc<Self>) {
        loop {
            // The sender is used, and a place that nobody wants any more dropped, outside of the lock.
            let (sender, place) = {
                let mut state = self.state();
                let working = self.settings.hosts_wanted().min(state.hosts.len());
                let free = state.hosts[..working].iter().min_by_key(|it| it.load()).filter(|it| it.load() < RUNS_MAX);
                let Some(link) = free.cloned() else { return };
                let Some((tenant, sender)) = state.queue.next() else { return };
                link.take();
                state.runs += 1;
                (sender, Place { pool: Arc::clone(self), tenant, link })
            };
            let _ = sender.send(place);
        }
    }

    /// Adds a host that is ready, with the walls around it.
    pub(crate) fn add(self: &Arc<Self>, link: &Arc<Link>, walls: Vec<Wall>) {
        {
            let mut state = self.state();
            if state.walls != walls {
                warn_of(&walls);
                state.walls = walls;
            }
            if !matches!(state.phase, Phase::Stopping(_)) {
                state.phase = Phase::Ready;
            }
            state.hosts.push(Arc::clone(link));
        }
        self.let_in();
    }

    /// Takes a host out that has ended.
    pub(crate) fn remove(self: &Arc<Self>, link: &Arc<Link>) {
        {
            let mut state = self.state();
            state.hosts.retain(|it| !Arc::ptr_eq(it, link));
            if link.is_retired() {
                state.recycled += 1;
            } else {
                state.lost += 1;
            }
        }
        self.let_in();
    }

    /// Says why there are no hosts at present.
    pub(crate) fn fail(&self, why: String) {
        let mut state = self.state();
        if !matches!(state.phase, Phase::Stopping(_)) {
            tracing::error!(%why, "scripts cannot be run");
            state.phase = Phase::Failed(why);
            state.queue.clear();
        }
    }

    /// A host could not be started. While there are others that is no more than a line in the log.
    pub(crate) fn failed_to_start(&self, why: &str) {
        if self.state().hosts.is_empty() {
            self.fail(format!("no script host could be started: {why}"));
        }
    }

    /// Lets nobody in any more.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.phase = Phase::Stopping("the server is stopping".to_owned());
        state.queue.clear();
    }

    /// Runs under way.
    pub(crate) fn running(&self) -> usize {
        self.state().queue.running()
    }

    pub(crate) fn status(&self) -> Status {
        let state = self.state();
        Status {
            phase: state.phase.clone(),
            hosts_wanted: self.settings.hosts_wanted(),
            hosts: state.hosts.iter().map(|it| it.status()).collect(),
            walls: state.walls.clone(),
            running: state.queue.running(),
            waiting: state.queue.waiting(),
            runs: state.runs,
            crowded: state.crowded,
            hosts_lost: state.lost,
            hosts_recycled: state.recycled,
        }
    }

    fn leave(self: &Arc<Self>, tenant: TenantId, link: &Arc<Link>) {
        {
            let mut state = self.state();
            state.queue.leave(tenant);
            if link.leave() && link.is_worn() {
                link.retire();
                state.hosts.retain(|it| !Arc::ptr_eq(it, link));
            }
        }
        self.let_in();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.leave(self.tenant, &self.link);
    }
}

fn warn_of(walls: &[Wall]) {
    for wall in walls {
        if let Some(why) = &wall.missing {
            tracing::warn!(wall = %wall.name, %why, "script hosts run without one of their walls");
        }
    }
}
