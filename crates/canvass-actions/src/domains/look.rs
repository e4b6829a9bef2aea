//! Looks into the name system: this file is about seeking the record of a claim, and what follows from what was seen.

use std::time::Duration;

use canvass_model::{
    domain::{Domain, DomainName, DomainToken, Sight},
    event::Event,
    id::TenantId,
    job::{Job, Mail},
    member::{Actor, Role},
    tenant::TenantRecord,
    text::Email,
    time::Timestamp,
};
use canvass_storage::{self as storage, Directory, DirectoryTx, Tenant, domains, events, jobs, members};
use tokio::sync::Semaphore;

use super::{ASKED_AGAIN_MS_MIN, NoTexts, Registrar, mail};
use crate::Error;

/// Looks that people wait for at once; a server that is slow on purpose holds up no more than these.
const WAITED_FOR_MAX: usize = 8;
static PLACES: Semaphore = Semaphore::const_new(WAITED_FOR_MAX);
/// Whoever waits longer for a place is asked to come again.
const PLACE_WITHIN: Duration = Duration::from_secs(2);
/// A domain that was taken for a look is looked at again after this, should the process end meanwhile.
const LEASE_MS: i64 = 5 * Timestamp::MINUTE_MS;
/// A domain of a tenant that is not in use is put off for so long.
const IDLE_MS: i64 = Timestamp::DAY_MS;
/// Administrators who are told of a domain's loss.
const TOLD_MAX: usize = 20;

impl Registrar {
    /// Looks for a claim's record now, because somebody asks; answers the claim as it is afterwards. [`Error::TooMany`] when
    /// it was looked at just now.
    pub async fn verify(&self, directory: &Directory, tenant: &Tenant, name: &DomainName) -> Result<Domain, Error> {
        let (id, wanted) = (tenant.record().id, name.clone());
        let domain = directory
            .write(move |tx| {
                let domain = domains::find(tx, id, &wanted)?.ok_or(Error::NotFound)?;
                let again_at = domain.checked_at.map(|it| it.plus_ms(ASKED_AGAIN_MS_MIN));
                if let Some(wait_ms) = again_at.map(|it| it.ms_since(tx.now())).filter(|it| 0 < *it) {
                    let retry_after_seconds = u64::try_from(wait_ms).unwrap_or_default().div_ceil(1_000);
                    return Err(Error::TooMany { retry_after_seconds });
                }
                // Noted before the look, or many at once would count as none.
                domains::update(tx, id, &Domain { checked_at: Some(tx.now()), ..domain.clone() })?;
                Ok(domain)
            })
            .await?;
        let Ok(Ok(_place)) = tokio::time::timeout(PLACE_WITHIN, PLACES.acquire()).await else {
            return Err(Error::Storage(storage::Error::Busy { retry_after_ms: 2_000 }));
        };
        self.look(directory, tenant, &domain).await?.ok_or(Error::NotFound)
    }

    /// Takes at most `limit` domains that are due and looks at all of them at once; answers how many there were. Safe on
    /// several nodes at once.
    pub async fn look_at_due(&self, directory: &Directory, limit: u32) -> Result<usize, Error> {
        let due = directory.write(move |tx| domains::claim_due(tx, tx.now().plus_ms(LEASE_MS), limit)).await?;
        let count = due.len();
        let mut looks = tokio::task::JoinSet::new();
        for it in due {
            let (registrar, directory) = (self.clone(), directory.clone());
            looks.spawn(async move { registrar.look_at(&directory, &it.record, it.domain).await });
        }
        while let Some(looked) = looks.join_next().await {
            match looked {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "A domain could not be looked at"),
                Err(panic) => tracing::error!(%panic, "A look at a domain broke"),
            }
        }
        Ok(count)
    }

    async fn look_at(&self, directory: &Directory, record: &TenantRecord, domain: Domain) -> Result<(), Error> {
        let tenant = directory.tenant(&record.alias).await?.filter(|it| it.record().id == record.id);
        let in_use = tenant.filter(|it| it.record().state.is_in_use());
        if let Some(tenant) = in_use {
            return self.look(directory, &tenant, &domain).await.map(|_| ());
        }
        let id = record.id;
        let put_off = directory.write(move |tx| {
            let next_check_at = Some(tx.now().plus_ms(IDLE_MS));
            domains::update(tx, id, &Domain { next_check_at, ..domain.clone() })
        });
        Ok(put_off.await.map(|_| ())?)
    }

    /// One look and what follows; `None` when the claim went away meanwhile.
    async fn look(&self, directory: &Directory, tenant: &Tenant, claim: &Domain) -> Result<Option<Domain>, Error> {
        let sight = self.sight(&claim.name, &claim.token).await;
        let (id, name, token) = (tenant.record().id, claim.name.clone(), claim.token.clone());
        let (registrar, record, told) = (self.clone(), tenant.record().clone(), administrators(tenant).await?);
        let seen = directory
            .write(move |tx| {
                // Whoever gave it back and claimed it again has another token.
                let present = domains::find(tx, id, &name)?.filter(|it| it.token == token);
                let Some(domain) = present else { return Ok(None) };
                let sight = unless_held(tx, id, &name, sight.clone())?;
                let (domain, turn) = domain.seen(sight, tx.now(), registrar.grace_ms);
                domains::update(tx, id, &domain)?;
                for mail in turn.map(|it| mail::about(&registrar, &record, &domain, it)).into_iter().flatten() {
                    tell(tx, &told, &mail)?;
                }
                Ok::<_, Error>(Some((domain, turn)))
            })
            .await?;
        let Some((domain, turn)) = seen else { return Ok(None) };
        if let Some(what) = turn {
            tracing::info!(tenant = %tenant.record().alias, domain = %domain.name, ?what, "A domain changed");
            let event = Event::DomainChanged { domain: domain.name.clone(), what };
            tenant.write(move |tx| events::insert(tx, &Actor::Canvass, &event)).await?;
        }
        Ok(Some(domain))
    }

    async fn sight(&self, name: &DomainName, token: &DomainToken) -> Sight {
        let record = name.record_name();
        match self.resolver.texts(&record).await {
            Ok(texts) if texts.iter().any(|it| it == token.record().as_bytes()) => Sight::Found,
            Ok(texts) if texts.is_empty() => Sight::Missing(format!("There is no TXT record at {record}")),
            Ok(texts) if texts.len() == 1 => Sight::Missing(format!("The TXT record at {record} says something else")),
            Ok(texts) => {
                Sight::Missing(format!("None of the {} TXT records at {record} says what it must", texts.len()))
            }
            Err(NoTexts::Missing) => Sight::Missing(format!("There is no TXT record at {record}")),
            Err(NoTexts::Unclear(why)) => Sight::Unclear(format!("{record} could not be looked up: {why}")),
        }
    }
}

/// A record that was found proves nothing as long as another tenant has the domain.
fn unless_held(tx: &mut DirectoryTx<'_>, id: TenantId, name: &DomainName, sight: Sight) -> Result<Sight, Error> {
    if sight == Sight::Found && domains::holder(tx, name)?.is_some_and(|it| it.id != id) {
        let words = "Another organisation here has proved that this domain is its own. Once it gives the domain back, or \
                     its record is gone, the domain is yours with the next look";
        return Ok(Sight::Missing(words.to_owned()));
    }
    Ok(sight)
}

async fn administrators(tenant: &Tenant) -> Result<Vec<Email>, Error> {
    let members = tenant.read(members::list).await?;
    let administrators = members.into_iter().filter(|it| it.role == Role::Administrator);
    Ok(administrators.take(TOLD_MAX).map(|it| it.email).collect())
}

fn tell(tx: &mut DirectoryTx<'_>, told: &[Email], (subject, text): &(String, String)) -> Result<(), Error> {
    for to in told {
        let mail = Mail { to: to.clone(), subject: subject.clone(), text: text.clone() };
        jobs::insert(tx, &Job::Mail(mail), None)?;
    }
    Ok(())
}
