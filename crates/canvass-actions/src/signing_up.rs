//! Signing up: this file is about turning a filled-in form into a reserved address and one durable provisioning job.

use canvass_model::{
    alias::Alias,
    id::{AccountId, JobId},
    job::{Job, SignUp},
    plan::PlanId,
    tenant::{Region, TenantRecord, TenantState},
    text::{Email, OrganisationName, Password, PersonName},
};
use canvass_storage::{self as storage, Directory, DirectoryReadTx, DirectoryTx, accounts, jobs, tenants};

use crate::{Error, passwords, signing_in::Client, throttling::Attempt};

/// What a person asks for at the sign-up form.
#[derive(Debug, Clone)]
pub struct NewSignUp {
    /// What the organisation calls itself.
    pub name: OrganisationName,
    /// Its name in URLs.
    pub alias: Alias,
    /// Its plan.
    pub plan: PlanId,
    /// Where its data will live: one of the configured regions.
    pub region: Region,
    /// The administrator's name.
    pub administrator: PersonName,
    /// The administrator's address.
    pub email: Email,
    /// The administrator's password: a new one, or that of the account this address has already.
    pub password: Password,
    /// The version of the terms that was accepted.
    pub terms: String,
}

/// The administrator's account: a new one with the hash of its password, or an earlier one that was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Administrator {
    New { password_hash: String, attempt: Attempt },
    Known(AccountId),
}

/// Other addresses tried when one is taken.
const VARIATIONS: std::ops::RangeInclusive<u32> = 2..=9;
/// Suggestions shown.
const SUGGESTIONS_MAX: usize = 3;

/// Whether nobody has this address. What a failed sign-up had is free again.
pub fn alias_is_free(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<bool, Error> {
    let found = tenants::find(tx, alias)?;
    Ok(found.is_none_or(|it| it.state == TenantState::Failed))
}

/// Free addresses like this one, for when it is taken.
pub fn suggestions(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<Vec<Alias>, Error> {
    let mut free = Vec::with_capacity(SUGGESTIONS_MAX);
    for variation in VARIATIONS.map(|it| alias.variation(it)) {
        if alias_is_free(tx, &variation)? {
            free.push(variation);
        }
        if free.len() == SUGGESTIONS_MAX {
            break;
        }
    }
    Ok(free)
}

/// Accepts a sign-up: reserves its address and queues its provisioning, in one transaction. The same idempotency key
/// again is the same job. When the e-mail address has an account already, the sign-up needs that account's password;
/// tries count like sign-ins and cost the same work with and without an account.
pub async fn request(
    directory: &Directory,
    new: &NewSignUp,
    idempotency_key: &str,
    client: &Client,
) -> Result<JobId, Error> {
    let (alias, key) = (new.alias.clone(), idempotency_key.to_owned());
    // Both in one look: between two, the other click of a double click may take the address.
    let known = directory.read(move |tx| match jobs::find_by_key(tx, &key)? {
        Some(job) => Ok::<_, Error>(Some(job)),
        None => refuse_taken(tx, &alias).map(|()| None),
    });
    if let Some(job) = known.await? {
        return Ok(job);
    }
    let administrator = administrator(directory, new, client).await?;
    let (new, key) = (new.clone(), idempotency_key.to_owned());
    directory.write(move |tx| accept(tx, &new, &administrator, &key)).await
}

/// Accepts sign-ups of somebody whose account is known and proved: all of them in one transaction, or none.
pub async fn request_all(directory: &Directory, new: Vec<NewSignUp>, account: AccountId) -> Result<Vec<JobId>, Error> {
    let administrator = Administrator::Known(account);
    directory
        .write(move |tx| new.iter().map(|it| accept(tx, it, &administrator, &format!("all {}", it.alias))).collect())
        .await
}

/// Proves or prepares the administrator's account.
async fn administrator(directory: &Directory, new: &NewSignUp, client: &Client) -> Result<Administrator, Error> {
    let attempt = Attempt::new("member", &new.email, &client.address);
    let (email, begun) = (new.email.clone(), attempt.clone());
    let account = directory
        .write(move |tx| {
            begun.begin(tx)?;
            Ok::<_, Error>(accounts::find_by_email(tx, &email)?)
        })
        .await?;
    let Some(account) = account else {
        let password_hash = passwords::hash(new.password.clone()).await?;
        return Ok(Administrator::New { password_hash, attempt });
    };
    let is_right = passwords::verify(new.password.clone(), Some(account.password_hash)).await?;
    directory.write(move |tx| if is_right { attempt.succeed(tx) } else { attempt.fail(tx) }).await?;
    if is_right { Ok(Administrator::Known(account.id)) } else { Err(cannot_be_used()) }
}

fn accept(tx: &mut DirectoryTx<'_>, new: &NewSignUp, administrator: &Administrator, key: &str) -> Result<JobId, Error> {
    if let Some(job) = jobs::find_by_key(tx, key)? {
        return Ok(job);
    }
    refuse_taken(tx, &new.alias)?;
    let (account, password_hash) = match administrator {
        Administrator::Known(account) => (*account, None),
        Administrator::New { password_hash, attempt } => {
            attempt.forget(tx)?;
            // Somebody may have signed up with the same address while this password was hashed.
            if accounts::find_by_email(tx, &new.email)?.is_some() {
                return Err(cannot_be_used());
            }
            (tx.new_id(), Some(password_hash.clone()))
        }
    };
    let sign_up = SignUp {
        tenant: tx.new_id(),
        alias: new.alias.clone(),
        name: new.name.clone(),
        plan: new.plan,
        region: new.region.clone(),
        account,
        administrator: new.administrator.clone(),
        email: new.email.clone(),
        password_hash,
        terms: new.terms.clone(),
    };
    reserve(tx, &sign_up, TenantState::Requested)?;
    Ok(jobs::insert(tx, &Job::Provision(sign_up), Some(key))?)
}

/// Makes the tenant's record, in place of that of a sign-up that failed.
pub(crate) fn reserve(tx: &mut DirectoryTx<'_>, sign_up: &SignUp, state: TenantState) -> Result<TenantRecord, Error> {
    if let Some(failed) = tenants::find(tx, &sign_up.alias)?.filter(|it| it.state == TenantState::Failed) {
        tenants::delete(tx, failed.id)?;
    }
    let record = TenantRecord {
        id: sign_up.tenant,
        alias: sign_up.alias.clone(),
        name: sign_up.name.clone(),
        state,
        reason: None,
        plan: sign_up.plan,
        region: sign_up.region.clone(),
        created_at: tx.now(),
    };
    match tenants::insert(tx, &record) {
        Ok(()) => Ok(record),
        Err(storage::Error::Conflict(_)) => Err(taken(tx, &sign_up.alias)?),
        Err(error) => Err(error.into()),
    }
}

fn refuse_taken(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<(), Error> {
    if alias_is_free(tx, alias)? { Ok(()) } else { Err(taken(tx, alias)?) }
}

fn taken(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<Error, Error> {
    let free: Vec<String> = suggestions(tx, alias)?.iter().map(ToString::to_string).collect();
    let instead = if free.is_empty() { "choose another".to_owned() } else { format!("try {}", free.join(", ")) };
    Ok(Error::Taken(format!("The address {alias} is taken; {instead}")))
}

/// Says nothing about whether there is an account: only its owner can tell what is meant.
fn cannot_be_used() -> Error {
    Error::Refused(
        "This e-mail address cannot be used with this password. If you have signed up before, use the password you \
         chose then"
            .to_owned(),
    )
}
