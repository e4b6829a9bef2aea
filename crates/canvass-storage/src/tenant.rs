//! One tenant: this file is about the handle that is the only door to its data, and what hangs off it.

mod cached;
mod scripts;

use std::{
    any::Any,
    collections::HashMap,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use canvass_model::{
    alias::Alias,
    id::{ResponseId, SurveyId, TenantId, TokenId},
    response::Accepted,
    tenant::TenantRecord,
    time::Timestamp,
    token::{SecretHash, Token},
};
use lru::LruCache;
use tokio::sync::watch;

use crate::{
    Bells, Error, ReadTx, Receipt, Tx,
    directory::{blocking, settle},
    engine::{End, Engine, Mode},
    known::Known,
    responses, surveys,
    transaction::now,
};

/// One tenant: the only door to its data. Made by the [`Directory`](crate::Directory) alone.
#[derive(Clone)]
pub struct Tenant {
    record: Arc<TenantRecord>,
    engine: Arc<dyn Engine>,
    shelf: Arc<Shelf>,
    bells: Bells,
}

/// Tells when a survey's responses changed.
pub struct Changes {
    tenant: Tenant,
    survey: SurveyId,
    here: watch::Receiver<u64>,
    seen: Option<u64>,
}

/// What is kept in memory for one tenant while it is in use.
struct Shelf {
    content: Mutex<Content>,
    changes: Mutex<HashMap<SurveyId, watch::Sender<u64>>>,
    /// Grows with every change of public content on this node.
    stamp: AtomicU64,
    /// This month's responses, and when they were counted.
    usage: Mutex<Option<(Instant, u64)>>,
    /// When the directory was last told that responses were applied.
    noted: Mutex<Option<Instant>>,
}

/// Values computed from a tenant's data, good for one state of its content.
struct Content {
    stamp: u64,
    stored_stamp: Option<i64>,
    checked_at: Option<Instant>,
    values: LruCache<String, Arc<dyn Any + Send + Sync>>,
}

/// The tenants in use on this node.
pub(crate) struct OpenTenants {
    engine: Arc<dyn Engine>,
    bells: Bells,
    shelves: Mutex<LruCache<TenantId, Arc<Shelf>>>,
    /// Whose an alias is; `None` for nobody's.
    pub(crate) aliases: Known<Alias, Option<Arc<TenantRecord>>>,
    /// What a token stands for. Those that stand for nothing are not kept: there is no end of them.
    pub(crate) tokens: Known<SecretHash, Program>,
    /// Tokens whose use was noted.
    noted_tokens: Known<TokenId, ()>,
}

/// What a token stands for.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) record: Arc<TenantRecord>,
    pub(crate) token: Arc<Token>,
}

/// How long another node's change may stay unseen: below the second that is promised, so that a request fits in.
pub const STALE_MAX: Duration = Duration::from_millis(900);
/// How often a shared store is asked whether a watched survey changed.
pub const WATCH_EVERY: Duration = Duration::from_millis(400);
/// How often the directory is told that a tenant is active, or that a token is in use.
const NOTE_EVERY: Duration = Duration::from_mins(1);
/// Values kept per tenant, those used last: asking for what does not exist pushes out nothing that is asked for again.
const VALUES_MAX: usize = 512;
/// Tenants remembered at once; each costs a few hundred bytes when idle.
const SHELVES_MAX: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();

impl Tenant {
    /// What the directory records of this tenant, at most a second old.
    pub fn record(&self) -> &TenantRecord {
        &self.record
    }

    /// The present moment, by the clock that transactions use: for what happens outside of one.
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// Runs `work` in a read-only transaction.
    pub async fn read<T, E>(&self, work: impl Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.transact(Mode::Read, move |tx| work(tx)).await
    }

    /// Runs `work` in a transaction that commits when `work` returns `Ok`. It may run more than once.
    pub async fn write<T, E>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.transact(Mode::Write, work).await
    }

    /// Makes responses durable in the lane of the tenant's plan; when this answers, they survive power loss. They are
    /// applied to the tenant's database soon after. The receipts stand in the order of `records`.
    pub async fn append(&self, records: Vec<Accepted>) -> Result<Vec<Receipt>, Error> {
        let receipts = self.engine.append(self.record.id, self.record.plan.plan().lane, records).await?;
        self.bells.intake.send_replace(());
        Ok(receipts)
    }

    /// Responses applied of those received in this calendar month (UTC), at most a second old: what a plan limits.
    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    pub async fn responses_this_month(&self) -> Result<u64, Error> {
        let known = *lock(&self.shelf.usage);
        if let Some((_, count)) = known.filter(|(at, _)| Instant::now().duration_since(*at) < STALE_MAX) {
            return Ok(count);
        }
        let asked = Instant::now();
        let count = self.read(|tx| responses::count_in_month(tx, tx.now())).await?;
        *lock(&self.shelf.usage) = Some((asked, count));
        Ok(count)
    }

    /// Whether a response was accepted and waits to be applied.
    pub async fn is_waiting(&self, response: ResponseId) -> Result<bool, Error> {
        let (engine, id) = (Arc::clone(&self.engine), self.record.id);
        blocking(move || engine.is_waiting(id, response)).await
    }

    /// Hears of every change of a survey's responses, on this node at once, on others within a second.
    pub fn changes(&self, survey: SurveyId) -> Changes {
        let here = lock(&self.shelf.changes).entry(survey).or_insert_with(|| watch::channel(0).0).subscribe();
        Changes { tenant: self.clone(), survey, here, seen: None }
    }

    /// Asks a shared store, at most about once a second, whether another node changed the public content.
    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    async fn refresh(&self) -> Result<(), Error> {
        if !self.engine.is_shared() || self.shelf.is_fresh() {
            return Ok(());
        }
        // What is committed while we read may be missed, so the age counts from before.
        let asked = Instant::now();
        let stored = self.read(surveys::content_stamp).await?;
        self.shelf.confirm(stored, asked);
        Ok(())
    }

    async fn transact<T, E>(
        &self,
        mode: Mode,
        work: impl Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (engine, id, kept) = (Arc::clone(&self.engine), self.record.id, Arc::clone(&self.shelf));
        let done = blocking(move || {
            let (mut outcome, mut content_changed, mut counted) = (None, false, Vec::new());
            let ended = engine.with_tenant(id, mode, &mut |session| {
                let mut tx = Tx::new(session, now());
                let result = work(&mut tx);
                content_changed = tx.content_changed;
                counted = std::mem::take(&mut tx.counted);
                let end = if result.is_ok() { End::Commit } else { End::RollBack };
                outcome = Some(result);
                Ok(end)
            });
            if ended.is_ok() {
                if content_changed {
                    kept.change();
                }
                for survey in counted {
                    kept.tell(survey);
                }
            }
            Ok(settle(outcome, ended))
        })
        .await;
        done.unwrap_or_else(|error| Err(E::from(error)))
    }
}

impl Changes {
    /// Waits until the survey's responses may have changed. The first call on a shared store answers at once: what another
    /// node changed since the caller last looked, nobody here knows. Cancel-safe; ends only with the process.
    pub async fn changed(&mut self) -> Result<(), Error> {
        loop {
            if !self.tenant.engine.is_shared() {
                return self.here.changed().await.map_err(Error::engine);
            }
            let survey = self.survey;
            let revision = self.tenant.read(move |tx| crate::summaries::revision(tx, survey)).await?;
            if self.seen.replace(revision) != Some(revision) {
                return Ok(());
            }
            let _ = tokio::time::timeout(WATCH_EVERY, self.here.changed()).await;
        }
    }
}

impl Shelf {
    fn new() -> Self {
        Self {
            content: Mutex::new(Content {
                stamp: 0,
                stored_stamp: None,
                checked_at: None,
                values: LruCache::unbounded(),
            }),
            changes: Mutex::new(HashMap::new()),
            stamp: AtomicU64::new(0),
            usage: Mutex::new(None),
            noted: Mutex::new(None),
        }
    }

    fn find<T: Send + Sync + 'static>(&self, name: &str) -> Option<Arc<T>> {
        let mut content = lock(&self.content);
        let stamp = self.stamp.load(Ordering::Acquire);
        if content.stamp != stamp {
            content.values.clear();
            content.stamp = stamp;
        }
        Arc::clone(content.values.get(name)?).downcast().ok()
    }

    /// Keeps a value unless the content changed while it was computed.
    fn keep<T: Send + Sync + 'static>(&self, name: &str, stamp: u64, value: Arc<T>) {
        let mut content = lock(&self.content);
        if stamp != self.stamp.load(Ordering::Acquire) {
            return;
        }
        content.stamp = stamp;
        content.values.put(name.to_owned(), value);
        if VALUES_MAX < content.values.len() {
            content.values.pop_lru();
        }
    }

    /// Tells those who watch that responses of `survey` changed, and forgets the surveys nobody watches.
    fn tell(&self, survey: SurveyId) {
        let mut changes = lock(&self.changes);
        changes.retain(|_, sender| 0 < sender.receiver_count());
        if let Some(sender) = changes.get(&survey) {
            sender.send_modify(|it| *it += 1);
        }
    }

    fn change(&self) {
        self.stamp.fetch_add(1, Ordering::AcqRel);
    }

    #[expect(clippy::disallowed_methods, reason = "the age of a cache is measured by the monotonic clock")]
    fn is_fresh(&self) -> bool {
        lock(&self.content).checked_at.is_some_and(|it| Instant::now().duration_since(it) < STALE_MAX)
    }

    fn confirm(&self, stored: i64, asked: Instant) {
        let mut content = lock(&self.content);
        if content.stored_stamp.replace(stored) != Some(stored) {
            self.change();
        }
        content.checked_at = Some(asked);
    }
}

impl OpenTenants {
    pub(crate) fn new(engine: Arc<dyn Engine>, bells: Bells) -> Self {
        Self {
            engine,
            bells,
            shelves: Mutex::new(LruCache::new(SHELVES_MAX)),
            aliases: Known::new(SHELVES_MAX, STALE_MAX),
            tokens: Known::new(SHELVES_MAX, STALE_MAX),
            noted_tokens: Known::new(SHELVES_MAX, NOTE_EVERY),
        }
    }

    /// The handle for a record of the directory.
    pub(crate) fn handle(&self, record: impl Into<Arc<TenantRecord>>) -> Tenant {
        let record = record.into();
        let kept = Arc::clone(lock(&self.shelves).get_or_insert(record.id, || Arc::new(Shelf::new())));
        Tenant { record, engine: Arc::clone(&self.engine), shelf: kept, bells: self.bells.clone() }
    }

    /// Whether the directory is to be told now that this token is in use; then it is taken to have been.
    pub(crate) fn is_token_note_due(&self, id: TokenId) -> bool {
        let is_due = self.noted_tokens.find(&id).is_none();
        if is_due {
            self.noted_tokens.learn(self.noted_tokens.before(), id, ());
        }
        is_due
    }

    /// Tells those on this node who watch `survey`.
    pub(crate) fn tell(&self, id: TenantId, survey: SurveyId) {
        let kept = lock(&self.shelves).get(&id).map(Arc::clone);
        if let Some(kept) = kept {
            kept.tell(survey);
        }
    }

    /// Whether the directory is to be told now that this tenant is active; then it is taken to have been.
    #[expect(clippy::disallowed_methods, reason = "how long ago is measured by the monotonic clock")]
    pub(crate) fn is_note_due(&self, id: TenantId) -> bool {
        let shelf_of = Arc::clone(lock(&self.shelves).get_or_insert(id, || Arc::new(Shelf::new())));
        let mut noted = lock(&shelf_of.noted);
        let now = Instant::now();
        let is_due = noted.is_none_or(|it| NOTE_EVERY <= now.duration_since(it));
        if is_due {
            *noted = Some(now);
        }
        is_due
    }

    /// Forgets what was learned, after a change of the directory.
    pub(crate) fn forget_answers(&self) {
        self.aliases.forget();
        self.tokens.forget();
    }

    /// Forgets a tenant that is gone.
    pub(crate) fn forget(&self, id: TenantId) {
        lock(&self.shelves).pop(&id);
        self.forget_answers();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_what_is_not_there_pushes_out_nothing_in_use() {
        let shelf = Shelf::new();
        shelf.keep("page:lunch", 0, Arc::new("Lunch"));
        for number in 0..10 * VALUES_MAX {
            shelf.keep(&format!("page:{number}"), 0, Arc::new(()));
            assert!(shelf.find::<&str>("page:lunch").is_some(), "after {number}");
        }
        assert_eq!(lock(&shelf.content).values.len(), VALUES_MAX);
        shelf.change();
        assert!(shelf.find::<&str>("page:lunch").is_none(), "a change empties the shelf");
    }
}
