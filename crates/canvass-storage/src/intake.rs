//! The intake: this file is about what the workers see of accepted responses on their way to their tenants.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use canvass_model::{
    id::{SurveyId, TenantId},
    plan::Lane,
    response::Accepted,
    time::Timestamp,
};

use crate::{Directory, Error, Tx, directory::blocking, transaction::now};

/// What an append came to, for one response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is durable, and neither waited nor was accepted a moment ago.
    New,
    /// The same response was accepted a moment ago, or waits still; it is applied once.
    Repeated,
}

/// What one round of applying came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Records taken from the intake.
    pub taken: usize,
    /// Records that became dead letters.
    pub dead: usize,
}

/// How much waits in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Records accepted and not yet applied; on PostgreSQL counted up to 100,000.
    pub records: u64,
    /// When the oldest of them was accepted.
    pub oldest_at: Option<Timestamp>,
    /// Records that cannot be read any more and wait for nobody: they stay in the lane's file for a person to look at. On
    /// PostgreSQL none, which checks its own pages.
    pub damaged: u64,
}

/// The durable log in which responses are accepted, for the workers that apply it.
#[derive(Clone)]
pub struct Intake {
    directory: Directory,
}

impl Intake {
    pub(crate) fn new(directory: Directory) -> Self {
        Self { directory }
    }

    /// Applies at most `records_max` responses of a lane, fair between tenants: `work` runs once per tenant, in one
    /// transaction of that tenant, exactly once per response. When `work` answers [`Error::Rejected`], panics or finds damage,
    /// the tenant's records are tried one by one; those that still fail become dead letters with the reason and block
    /// nobody. Any other error ends the round; what was not applied is taken again in a later one.
    pub async fn apply<E>(
        &self,
        lane: Lane,
        records_max: usize,
        work: impl Fn(&mut Tx<'_>, &[Accepted]) -> Result<(), E> + Send + 'static,
    ) -> Result<Applied, Error>
    where
        E: Into<Error> + 'static,
    {
        let directory = self.directory.clone();
        blocking(move || {
            let mut touched: HashSet<(TenantId, SurveyId)> = HashSet::new();
            let mut arrived: HashMap<TenantId, u64> = HashMap::new();
            let applied = directory.engine.apply(lane, records_max, &mut |tenant, session, records| {
                contain(|| work(&mut Tx::new(session, now()), records).map_err(Into::into))?;
                touched.extend(records.iter().map(|it| (tenant, it.survey)));
                *arrived.entry(tenant).or_default() += records.len() as u64;
                Ok(())
            });
            // Also of a round that ended with an error: others may have been served before it.
            for (tenant, survey) in &touched {
                directory.tell(*tenant, *survey);
            }
            directory.ring_duties(arrived.keys().copied());
            directory.note_active(arrived.keys().copied());
            directory.arrivals().note(arrived);
            applied
        })
        .await
    }

    /// How much waits in a lane.
    pub async fn backlog(&self, lane: Lane) -> Result<Backlog, Error> {
        let engine = Arc::clone(&self.directory.engine);
        blocking(move || engine.backlog(lane)).await
    }
}

/// Takes a panic for a refusal: whatever is wrong with a record, it must not stop those behind it.
fn contain(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("for no stated reason");
        Err(Error::Rejected(format!("applying it panicked: {words}")))
    })
}
