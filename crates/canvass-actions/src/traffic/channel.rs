//! The channel of visits: this file is about handing records from requests to whoever writes them, without ever waiting.
//!
//! The door that answers people holds the [`Recorder`], the door nobody waits at the [`Visits`]. Between them is room for
//! a fixed number of records. A record that finds none is dropped and counted; the request does not notice.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use canvass_model::{
    id::TenantId,
    time::Timestamp,
    traffic::{AccessRecord, ClientMark, Span},
};
use canvass_storage::Tenant;
use tokio::sync::mpsc::{self, error::TrySendError};

/// One visit: whose page, and what it left behind.
pub struct Visit {
    /// Whose page it was.
    pub tenant: Tenant,
    /// What it left behind.
    pub record: AccessRecord,
}

/// Takes visits from requests. Clones share one channel.
#[derive(Clone)]
pub struct Recorder {
    sender: mpsc::Sender<Visit>,
    losses: Losses,
    salt: Arc<Mutex<Salt>>,
}

/// Gives visits to whoever writes them.
pub struct Visits {
    receiver: mpsc::Receiver<Visit>,
    losses: Losses,
}

/// How many records got lost, in all and for each tenant that has not been told yet.
#[derive(Clone, Default)]
pub struct Losses(Arc<Lost>);

#[derive(Default)]
struct Lost {
    total: AtomicU64,
    untold: Mutex<HashMap<TenantId, u64>>,
}

/// What marks of clients are made with on one day.
struct Salt {
    day: Timestamp,
    bytes: [u8; 32],
}

/// Tenants remembered for losses they have not been told of; beyond that only the total knows.
const UNTOLD_MAX: usize = 10_000;

/// A channel with room for `records_max` records, at least one.
pub fn channel(records_max: usize) -> (Recorder, Visits) {
    let (sender, receiver) = mpsc::channel(records_max.max(1));
    let losses = Losses::default();
    let salt = Arc::new(Mutex::new(Salt { day: Timestamp(i64::MIN), bytes: [0; 32] }));
    (Recorder { sender, losses: losses.clone(), salt }, Visits { receiver, losses })
}

impl Recorder {
    /// Hands a visit over, or counts it as lost when there is no room. Never waits.
    pub fn record(&self, visit: Visit) {
        if let Err(TrySendError::Full(visit) | TrySendError::Closed(visit)) = self.sender.try_send(visit) {
            self.losses.add(visit.tenant.record().id, 1);
        }
    }

    /// The mark of a client at a tenant on the day of `at`. The salt of a day is made when the day's first visit comes,
    /// is known to this process alone, and is gone with the day's last visit. `None` when the system gives no randomness.
    pub fn mark(&self, tenant: TenantId, at: Timestamp, address: IpAddr, name: &[u8]) -> Option<ClientMark> {
        let day = Span::Day.begin(at);
        let mut salt = lock(&self.salt);
        if salt.day != day {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).ok()?;
            *salt = Salt { day, bytes };
        }
        let bytes = salt.bytes;
        drop(salt);
        Some(ClientMark::of(&bytes, tenant, address, name))
    }

    /// How many records of this process got lost since it started.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }
}

impl Visits {
    /// Waits for visits and adds at most `limit` of them to `taken`; answers how many. 0 when no more can come. Cancel-safe.
    pub async fn take(&mut self, taken: &mut Vec<Visit>, limit: usize) -> usize {
        self.receiver.recv_many(taken, limit).await
    }

    /// Lets nothing more in. What is in the channel can still be taken.
    pub fn close(&mut self) {
        self.receiver.close();
    }

    /// How many records got lost.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }
}

impl Losses {
    /// Counts lost records of a tenant.
    pub fn add(&self, tenant: TenantId, records: u64) {
        self.0.total.fetch_add(records, Ordering::Relaxed);
        self.owe(tenant, records);
    }

    /// How many got lost in all since the process started.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// The losses that a tenant has not been told of, which then counts as told.
    pub fn settle(&self, tenant: TenantId) -> u64 {
        lock(&self.0.untold).remove(&tenant).unwrap_or_default()
    }

    /// Takes back that a tenant was told of losses.
    pub fn owe(&self, tenant: TenantId, records: u64) {
        let mut untold = lock(&self.0.untold);
        if untold.len() < UNTOLD_MAX || untold.contains_key(&tenant) {
            *untold.entry(tenant).or_default() += records;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
