//! The control plane: this file is about the directory of all tenants, the only maker of tenants' handles.

mod arrivals;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use canvass_model::{
    alias::Alias,
    domain::{DomainName, PrimaryAddress},
    id::{SurveyId, TenantId},
    tenant::TenantRecord,
    time::Timestamp,
    token::{SecretHash, Token},
};

use tokio::sync::watch;

pub use self::arrivals::Arrivals;
use crate::{
    DirectoryReadTx, DirectoryTx, Error, Intake, Settings, Tenant, domains, duties,
    engine::{End, Engine, Mode},
    tenant::{OpenTenants, Program},
    tenants, tokens,
    transaction::now,
};

/// Every tenant of this installation, its people, tokens, jobs and intake.
#[derive(Clone)]
pub struct Directory {
    pub(crate) engine: Arc<dyn Engine>,
    open: Arc<OpenTenants>,
    bells: Bells,
    arrivals: Arrivals,
}

/// What rings on this node, at once, when there is new work; other nodes find it with their next look.
#[derive(Debug, Clone)]
pub struct Bells {
    jobs: watch::Sender<()>,
    pub(crate) duties: watch::Sender<()>,
    pub(crate) intake: watch::Sender<()>,
}

/// What is remembered of a name.
pub enum Recalled {
    /// Whose it is.
    Tenant(Tenant),
    /// That it is nobody's.
    Nobody,
    /// Nothing: somebody has to look.
    Unknown,
}

impl Directory {
    /// Opens the installation, bringing the directory's tables to the newest version.
    pub async fn open(settings: &Settings) -> Result<Self, Error> {
        let engine = crate::engine::open(settings).await?;
        let bells =
            Bells { jobs: watch::Sender::new(()), duties: watch::Sender::new(()), intake: watch::Sender::new(()) };
        let open = Arc::new(OpenTenants::new(Arc::clone(&engine), bells.clone()));
        Ok(Self { engine, open, bells, arrivals: Arrivals::default() })
    }

    /// Runs `work` in a read-only transaction of the directory.
    pub async fn read<T, E>(
        &self,
        work: impl Fn(&mut DirectoryReadTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.transact(Mode::Read, move |tx| work(tx)).await
    }

    /// Runs `work` in a transaction of the directory that commits when `work` returns `Ok`. It may run more than once.
    pub async fn write<T, E>(
        &self,
        work: impl Fn(&mut DirectoryTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.transact(Mode::Write, work).await
    }

    /// The tenant with this alias, in whatever state it is: the caller looks at [`TenantRecord::state`]. Kept in memory
    /// for at most a second, so that a change by another node is seen within that time.
    pub async fn tenant(&self, alias: &Alias) -> Result<Option<Tenant>, Error> {
        let aliases = &self.open.aliases;
        let record = if let Some(record) = aliases.find(alias) {
            record
        } else {
            let (before, wanted) = (aliases.before(), alias.clone());
            let record = self.read(move |tx| tenants::find(tx, &wanted)).await?.map(Arc::new);
            aliases.learn(before, alias.clone(), record.clone());
            record
        };
        Ok(record.map(|it| self.open.handle(it)))
    }

    /// The tenant with this id, in whatever state, for jobs; from the store, since nobody waits for them.
    pub async fn tenant_of_job(&self, id: TenantId) -> Result<Option<Tenant>, Error> {
        let record = self.read(move |tx| tenants::find_by_id(tx, id)).await?;
        Ok(record.map(|it| self.open.handle(it)))
    }

    /// What [`tenant`](Self::tenant) would answer without looking.
    pub fn recall(&self, alias: &Alias) -> Recalled {
        match self.open.aliases.find(alias) {
            Some(Some(record)) => Recalled::Tenant(self.open.handle(record)),
            Some(None) => Recalled::Nobody,
            None => Recalled::Unknown,
        }
    }

    /// The tenant that has proved that a domain is its own, in whatever state it is. Kept in memory for at most a second,
    /// as is that nobody has it.
    pub async fn tenant_at(&self, name: &DomainName) -> Result<Option<Tenant>, Error> {
        match self.recall_at(name) {
            Recalled::Tenant(tenant) => return Ok(Some(tenant)),
            Recalled::Nobody => return Ok(None),
            Recalled::Unknown => {}
        }
        let (held, nobodys, wanted) = (self.open.domains.before(), self.open.nobodys.before(), name.clone());
        let Some(record) = self.read(move |tx| domains::holder(tx, &wanted)).await?.map(Arc::new) else {
            self.open.nobodys.learn(nobodys, name.clone(), ());
            return Ok(None);
        };
        self.open.domains.learn(held, name.clone(), Arc::clone(&record));
        Ok(Some(self.open.handle(record)))
    }

    /// What [`tenant_at`](Self::tenant_at) would answer without looking.
    pub fn recall_at(&self, name: &DomainName) -> Recalled {
        match (self.open.domains.find(name), self.open.nobodys.find(name)) {
            (Some(record), _) => Recalled::Tenant(self.open.handle(record)),
            (None, Some(())) => Recalled::Nobody,
            (None, None) => Recalled::Unknown,
        }
    }

    /// What a tenant chose among its addresses, at most a second old.
    pub async fn primary_address(&self, tenant: &Tenant) -> Result<Arc<PrimaryAddress>, Error> {
        let (primaries, id) = (&self.open.primaries, tenant.record().id);
        if let Some(primary) = primaries.find(&id) {
            return Ok(primary);
        }
        let before = primaries.before();
        let primary = Arc::new(self.read(move |tx| domains::primary(tx, id)).await?);
        primaries.learn(before, id, Arc::clone(&primary));
        Ok(primary)
    }

    /// The tenant an API token belongs to, with the token, unless the token is unknown or has expired. Kept in memory for
    /// at most a second: a token that was revoked, and a tenant that was suspended, is known at once on this node and
    /// within that time on others. When the token was last used may be as old.
    pub async fn tenant_of_token(&self, hash: SecretHash) -> Result<Option<(Tenant, Arc<Token>)>, Error> {
        let tokens = &self.open.tokens;
        let Program { record, token } = if let Some(program) = tokens.find(&hash) {
            program
        } else {
            let before = tokens.before();
            let found = self.read(move |tx| tokens::find(tx, &hash)).await?;
            let Some((record, token)) = found else { return Ok(None) };
            let program = Program { record: Arc::new(record), token: Arc::new(token) };
            tokens.learn(before, hash, program.clone());
            program
        };
        Ok(if token.works_at(now()) { Some((self.open.handle(record), token)) } else { None })
    }

    /// Notes that a token is in use, about once a minute.
    pub async fn note_use(&self, token: &Token) -> Result<(), Error> {
        let (now, id) = (now(), token.id);
        let is_noted = token.last_used_at.is_some_and(|it| now.ms_since(it) <= Timestamp::MINUTE_MS);
        if is_noted || !self.open.is_token_note_due(id) {
            return Ok(());
        }
        self.write(move |tx| tokens::touch(tx, id)).await
    }

    /// The tenants an account belongs to, by name.
    pub async fn tenants_of(&self, account: canvass_model::id::AccountId) -> Result<Vec<Tenant>, Error> {
        let records = self.read(move |tx| tenants::list_of(tx, account)).await?;
        Ok(records.into_iter().map(|it| self.open.handle(it)).collect())
    }

    /// Makes a tenant's database as a copy of the template; doing it again changes nothing. For provisioning.
    pub async fn create_database(&self, record: &TenantRecord) -> Result<Tenant, Error> {
        let (engine, id) = (Arc::clone(&self.engine), record.id);
        blocking(move || engine.create_tenant(id)).await?;
        Ok(self.open.handle(record.clone()))
    }

    /// Removes a tenant's database; doing it again changes nothing. For the roll-back of a failed sign-up.
    pub async fn remove_database(&self, id: TenantId) -> Result<(), Error> {
        let engine = Arc::clone(&self.engine);
        self.open.forget(id);
        blocking(move || engine.remove_tenant(id)).await
    }

    /// The intake of this installation, for the workers.
    pub fn intake(&self) -> Intake {
        Intake::new(self.clone())
    }

    /// Whose responses this node has applied lately, for whoever seals them.
    pub fn arrivals(&self) -> &Arrivals {
        &self.arrivals
    }

    /// What rings when there is new work, for the workers.
    pub fn bells(&self) -> &Bells {
        &self.bells
    }

    /// Notes in the directory that responses of these tenants were applied, about once a minute each. A note that fails
    /// is only missed: the next one says the same.
    pub(crate) fn note_active(&self, tenants: impl IntoIterator<Item = TenantId>) {
        let due: Vec<TenantId> = tenants.into_iter().filter(|it| self.open.is_note_due(*it)).collect();
        if due.is_empty() {
            return;
        }
        let noted = self.engine.with_directory(Mode::Write, &mut |session| {
            let mut tx = DirectoryTx::new(session, now());
            for tenant in &due {
                tenants::touch(&mut tx, *tenant)?;
            }
            Ok(End::Commit)
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "The directory could not be told which tenants are active");
        }
    }

    /// Wishes that somebody looks at those of these tenants whose scripts run by themselves: responses came. A wish that
    /// fails is made up for by the next look, which comes within the hour.
    pub(crate) fn ring_duties(&self, tenants: impl IntoIterator<Item = TenantId>) {
        let tenants: Vec<TenantId> = tenants.into_iter().collect();
        if tenants.is_empty() {
            return;
        }
        let mut known = Vec::new();
        let asked = self.engine.with_directory(Mode::Read, &mut |session| {
            known = duties::known(&mut DirectoryTx::new(session, now()), &tenants)?;
            Ok(End::Commit)
        });
        let rung = asked.and_then(|()| {
            if known.is_empty() {
                return Ok(());
            }
            self.engine.with_directory(Mode::Write, &mut |session| {
                let mut tx = DirectoryTx::new(session, now());
                for tenant in &known {
                    duties::ring(&mut tx, *tenant)?;
                }
                Ok(End::Commit)
            })
        });
        match rung {
            Ok(()) if known.is_empty() => {}
            Ok(()) => self.bells.duties.send_replace(()),
            Err(error) => tracing::warn!(%error, "The directory could not be told that scripts are to run"),
        }
    }

    /// The tenant a duty is about, in whatever state it is.
    pub async fn tenant_of_duty(&self, duty: &duties::Duty) -> Result<Option<Tenant>, Error> {
        let id = duty.tenant;
        let record = self.read(move |tx| tenants::find_by_id(tx, id)).await?;
        Ok(record.map(|it| self.open.handle(it)))
    }

    /// Tells everybody on this node who watches a survey that its responses changed.
    pub(crate) fn tell(&self, tenant: TenantId, survey: SurveyId) {
        self.open.tell(tenant, survey);
    }

    /// Brings every tenant's database to the newest version; `progress` hears (done, of how many).
    pub async fn migrate(&self, mut progress: impl FnMut(usize, usize) + Send + 'static) -> Result<(), Error> {
        let engine = Arc::clone(&self.engine);
        blocking(move || engine.migrate(&mut progress)).await
    }

    /// Whether the store answers.
    pub async fn check(&self) -> Result<(), Error> {
        let engine = Arc::clone(&self.engine);
        blocking(move || engine.check()).await
    }

    /// Names the program that keeps the data, its version and as whom it is used: for who looks after the machine.
    pub async fn describe(&self) -> Result<String, Error> {
        let engine = Arc::clone(&self.engine);
        blocking(move || engine.describe()).await
    }

    /// Reads every tenant's database from end to end, one after the other; answers whose is damaged, and how. For the doctor:
    /// it takes as long as reading all data does.
    pub async fn examine(&self) -> Result<Vec<(TenantId, String)>, Error> {
        let engine = Arc::clone(&self.engine);
        blocking(move || {
            let mut damaged = Vec::new();
            engine.examine(&mut |tenant, how| damaged.push((tenant, how)))?;
            Ok(damaged)
        })
        .await
    }

    /// Takes no more responses, makes everything durable and lets go of files and connections.
    pub async fn close(&self) {
        let engine = Arc::clone(&self.engine);
        let _ = blocking(move || {
            engine.close();
            Ok(())
        })
        .await;
    }

    async fn transact<T, E>(
        &self,
        mode: Mode,
        work: impl Fn(&mut DirectoryTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (engine, open, bells) = (Arc::clone(&self.engine), Arc::clone(&self.open), self.bells.clone());
        let done = blocking(move || {
            let (mut outcome, mut job_queued, mut duty_rung, mut tenant_changed) = (None, false, false, false);
            let ended = engine.with_directory(mode, &mut |session| {
                let mut tx = DirectoryTx::new(session, now());
                let result = work(&mut tx);
                job_queued = tx.job_queued;
                duty_rung = tx.duty_rung;
                tenant_changed |= tx.tenant_changed;
                let end = if result.is_ok() { End::Commit } else { End::RollBack };
                outcome = Some(result);
                Ok(end)
            });
            // Even after an error: nobody knows what became of a commit that was not answered.
            if tenant_changed {
                open.forget_answers();
            }
            if job_queued && ended.is_ok() {
                bells.jobs.send_replace(());
            }
            if duty_rung && ended.is_ok() {
                bells.duties.send_replace(());
            }
            Ok(settle(outcome, ended))
        })
        .await;
        done.unwrap_or_else(|error| Err(E::from(error)))
    }
}

impl Bells {
    /// Changes when a job was queued.
    pub fn on_job(&self) -> watch::Receiver<()> {
        self.jobs.subscribe()
    }

    /// Changes when somebody is to look at a tenant's scripts.
    pub fn on_duty(&self) -> watch::Receiver<()> {
        self.duties.subscribe()
    }

    /// Changes when responses were accepted.
    pub fn on_response(&self) -> watch::Receiver<()> {
        self.intake.subscribe()
    }
}

/// What a transaction came to: the work's own refusal, or the engine's error, or the result.
pub(crate) fn settle<T, E: From<Error>>(outcome: Option<Result<T, E>>, ended: Result<(), Error>) -> Result<T, E> {
    match (outcome, ended) {
        (Some(Ok(value)), Ok(())) => Ok(value),
        (Some(Err(refusal)), _) => Err(refusal),
        (Some(Ok(_)) | None, Err(error)) => Err(E::from(error)),
        (None, Ok(())) => Err(E::from(Error::engine("the engine ended a transaction without running it"))),
    }
}

/// Runs blocking storage work away from the request tasks.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panic) => Err(Error::engine(panic)),
    }
}
