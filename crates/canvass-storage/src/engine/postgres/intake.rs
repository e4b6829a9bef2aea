//! Accepting responses: this file is about how everything that waits on this node becomes one statement and one commit.

use std::{collections::HashSet, num::NonZeroUsize, ops::RangeInclusive, sync::Arc, time::Duration};

use canvass_model::{
    id::{ResponseId, TenantId},
    plan::Lane,
    response::Accepted,
};
use deadpool_postgres::{Object, Pool};
use lru::LruCache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_postgres::{Row, types::ToSql};

use super::{
    columns::Columns,
    failure::{self, Server},
};
use crate::{Error, Receipt};

/// The door to one lane of the intake: requests wait here until the lane's writer takes them.
pub(super) struct Door {
    requests: mpsc::Sender<Request>,
    room: Arc<Semaphore>,
}

/// What writes one lane's waiting requests to the intake.
pub(super) struct Writer {
    requests: mpsc::Receiver<Request>,
    pool: Pool,
    server: Arc<Server>,
    lane: Lane,
    /// What this node accepted last. A repetition may meet the transaction that just took the response out of the
    /// intake: then it is stored a second time, which applying finds out, but was not new to whoever sent it.
    recent: LruCache<(TenantId, ResponseId), ()>,
}

/// Responses of one tenant, and who waits to hear that they are durable.
struct Request {
    tenant: TenantId,
    records: Vec<Accepted>,
    reply: oneshot::Sender<Result<Vec<Receipt>, Error>>,
    _room: OwnedSemaphorePermit,
}

/// Records in one statement; where group commit stops paying, and a node's failure costs little.
const RECORDS_MAX: usize = 1_024;
/// Requests that may wait for the writer; more than a node serves in the time a commit takes on a slow disk.
const WAITING_MAX: usize = 8_192;
/// Memory for what waits, in units of 1,024 bytes: 64 MiB.
const ROOM_KIB: usize = 64 * 1_024;
/// Responses remembered as accepted: those of some seconds, in a few megabytes.
const RECENT_MAX: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();
/// How often a statement is tried whose connection broke or that met another node's transaction.
const ATTEMPTS_MAX: u32 = 5;
/// The pause before the second of them; doubles with each.
const PAUSE: Duration = Duration::from_millis(5);
/// Shards per lane: how many nodes can apply one lane at once.
const SHARDS: u16 = 16;

/// The shards of a lane.
pub(super) fn shards(lane: Lane) -> RangeInclusive<i16> {
    match lane {
        Lane::Standard => 0..=15,
        Lane::Premium => 16..=31,
    }
}

/// The shard of a tenant: the same on every node, for ever.
pub(super) fn shard(lane: Lane, tenant: TenantId) -> i16 {
    let place = crc32fast::hash(tenant.as_bytes()) % u32::from(SHARDS);
    shards(lane).start() + i16::try_from(place).unwrap_or_default()
}

/// The two ends of a lane.
pub(super) fn lane(lane: Lane, pool: Pool, server: Arc<Server>) -> (Door, Writer) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let door = Door { requests: sender, room: Arc::new(Semaphore::new(ROOM_KIB)) };
    (door, Writer { requests: receiver, pool, server, lane, recent: LruCache::new(RECENT_MAX) })
}

impl Door {
    /// Hands responses to the writer; answers who will tell when they are durable. [`Error::Busy`] when too many wait.
    pub(super) fn hand_in(
        &self,
        tenant: TenantId,
        records: Vec<Accepted>,
    ) -> Result<oneshot::Receiver<Result<Vec<Receipt>, Error>>, Error> {
        let bytes: usize = records.iter().map(|it| it.answers.len() + size_of::<Accepted>()).sum();
        let kib = u32::try_from(bytes.div_ceil(1_024).min(ROOM_KIB)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kib).map_err(|_| failure::busy())?;
        let (reply, receipts) = oneshot::channel();
        let request = Request { tenant, records, reply, _room: room };
        match self.requests.try_send(request) {
            Ok(()) => Ok(receipts),
            Err(mpsc::error::TrySendError::Full(_)) => Err(failure::busy()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(failure::closed()),
        }
    }
}

impl Writer {
    /// Writes until the door is gone and nothing waits.
    pub(super) async fn run(mut self) {
        let mut held = None;
        loop {
            let first = match held.take() {
                Some(request) => request,
                None => match self.requests.recv().await {
                    Some(request) => request,
                    None => return,
                },
            };
            let (mut count, mut batch) = (first.records.len(), vec![first]);
            while let Ok(next) = self.requests.try_recv() {
                if RECORDS_MAX < count + next.records.len() {
                    held = Some(next);
                    break;
                }
                count += next.records.len();
                batch.push(next);
            }
            self.write(batch).await;
        }
    }

    /// Writes a batch and tells everybody in it. When the data of one is refused, each is written alone, so that one
    /// tenant's bad luck stays its own.
    async fn write(&mut self, batch: Vec<Request>) {
        match self.insert_with_patience(&batch).await {
            Ok(receipts) => reply(batch, receipts),
            Err(Failure { is_about_data: true, .. }) if 1 < batch.len() => {
                for request in batch {
                    let alone = [request];
                    let outcome = self.insert_with_patience(&alone).await;
                    let [request] = alone;
                    let _ = request.reply.send(outcome.map_err(|it| it.error));
                }
            }
            Err(failure) => {
                for request in batch {
                    let _ = request.reply.send(Err(same(&failure.error)));
                }
            }
        }
    }

    /// Inserts, and tries again what may succeed then: inserting twice is inserting once.
    async fn insert_with_patience(&mut self, batch: &[Request]) -> Result<Vec<Receipt>, Failure> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS_MAX {
            match self.insert(batch).await {
                Err(Failure { may_pass: true, .. }) => tokio::time::sleep(pause).await,
                settled => return settled,
            }
            pause *= 2;
        }
        self.insert(batch).await
    }

    async fn insert(&mut self, batch: &[Request]) -> Result<Vec<Receipt>, Failure> {
        let sql = "insert into intake (shard, tenant, id, survey, version, received_at, source, answers)
            select shard, tenant, id, survey, version, received_at, source, answers
            from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
                    $8::text[])
                with ordinality as t (shard, tenant, id, survey, version, received_at, source, answers, nth)
            order by nth
            on conflict (tenant, id) do nothing
            returning tenant, id";
        let (mut shards, mut tenants) = (Vec::new(), Vec::new());
        for request in batch {
            let tenant = request.tenant.to_string();
            shards.resize(shards.len() + request.records.len(), shard(self.lane, request.tenant));
            tenants.resize(tenants.len() + request.records.len(), tenant);
        }
        let columns = Columns::of(batch.iter().flat_map(|it| &it.records));
        let mut args: Vec<&(dyn ToSql + Sync)> = vec![&shards, &tenants];
        args.extend(columns.args());

        let stored = self.query(sql, &args).await?;
        let mut fresh: HashSet<(String, String)> = HashSet::with_capacity(stored.len());
        for row in &stored {
            fresh.insert((text(row, 0)?, text(row, 1)?));
        }
        let keys = batch.iter().flat_map(|it| it.records.iter().map(|record| (it.tenant, record.id)));
        Ok(keys
            .map(|(tenant, id)| {
                let was_absent = fresh.remove(&(tenant.to_string(), id.to_string()));
                let was_unknown = self.recent.put((tenant, id), ()).is_none();
                if was_absent && was_unknown { Receipt::New } else { Receipt::Repeated }
            })
            .collect())
    }

    async fn query(&self, sql: &str, args: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        let client = self.pool.get().await.map_err(|error| Failure::final_of(self.server.explain_pool(error)))?;
        let answer = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, args).await
        };
        match answer.await {
            Ok(rows) => Ok(rows),
            Err(error) => {
                if error.code().is_none_or(failure::is_about_connection) {
                    drop(Object::take(client));
                }
                Err(self.failure(&error))
            }
        }
    }

    fn failure(&self, error: &tokio_postgres::Error) -> Failure {
        let code = error.code();
        Failure {
            may_pass: code.is_none_or(|it| failure::is_transient(it) || failure::is_about_connection(it)),
            is_about_data: code.is_some_and(failure::is_about_data),
            error: self.server.explain(error),
        }
    }
}

/// Why a batch is not in the intake.
struct Failure {
    error: Error,
    may_pass: bool,
    is_about_data: bool,
}

impl Failure {
    fn final_of(error: Error) -> Self {
        Self { error, may_pass: false, is_about_data: false }
    }
}

fn text(row: &Row, at: usize) -> Result<String, Failure> {
    row.try_get(at).map_err(|error| Failure::final_of(Error::engine(error)))
}

fn reply(batch: Vec<Request>, receipts: Vec<Receipt>) {
    let mut receipts = receipts.into_iter();
    for request in batch {
        let own = receipts.by_ref().take(request.records.len()).collect();
        // Who asked may have gone away; the response is durable all the same.
        let _ = request.reply.send(Ok(own));
    }
}

/// The same error for one more of those who wait.
fn same(error: &Error) -> Error {
    match error {
        Error::Busy { retry_after_ms } => Error::Busy { retry_after_ms: *retry_after_ms },
        Error::Full => Error::Full,
        Error::Conflict(what) => Error::Conflict(what.clone()),
        Error::Rejected(why) => Error::Rejected(why.clone()),
        Error::Unusable(why) => Error::Unusable(why.clone()),
        Error::Corrupt { what, found } => Error::Corrupt { what, found: found.clone() },
        Error::Unreachable(why) => Error::Unreachable(why.clone()),
        Error::Engine(cause) => Error::engine(cause.to_string()),
    }
}
