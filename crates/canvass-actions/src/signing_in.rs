//! Signing in and out: this file is about members' sessions, from a password to a cookie's secret and back.

use canvass_model::{
    event::Event,
    id::SessionId,
    member::Actor,
    tenant::TenantState,
    text::{Email, Password},
    time::Timestamp,
    token::Secret,
};
use canvass_storage::{
    self as storage, Directory, DirectoryReadTx, DirectoryTx, accounts, events,
    sessions::{self, Session, Who},
    tenants,
};

use crate::{Error, passwords, secrets, throttling::Attempt};

/// What a person offers at the sign-in form.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who they say they are.
    pub email: Email,
    /// What proves it.
    pub password: Password,
}

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its network address, for throttling alone.
    pub address: String,
    /// The browser's own name for itself.
    pub agent: String,
}

/// Somebody who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What goes into the cookie; kept nowhere else.
    pub secret: Secret,
    /// Their session.
    pub session: Session,
}

/// A member's session ends so long after its last use.
pub const MEMBER_SESSION_MS: i64 = 30 * Timestamp::DAY_MS;
/// An operator's session ends so long after its last use.
pub const OPERATOR_SESSION_MS: i64 = 12 * Timestamp::HOUR_MS;
/// The log of more tenants than this is not told of one sign-in.
const TENANTS_TOLD_MAX: usize = 50;

/// Signs a member in. Refused in the same words and after the same work whether the account or the password is wrong.
pub async fn attempt(directory: &Directory, credentials: &Credentials, client: &Client) -> Result<SignedIn, Error> {
    let attempt = Attempt::new("member", &credentials.email, &client.address);
    let email = credentials.email.clone();
    let find = move |tx: &mut DirectoryReadTx<'_>| {
        let account = accounts::find_by_email(tx, &email)?;
        Ok(account.map(|it| (Who::Account(it.id), it.password_hash)))
    };
    let who = prove(directory, &attempt, &credentials.password, find).await?;
    let signed_in = start(directory, who, client, Some(attempt)).await?;
    tell_tenants(directory, who).await;
    Ok(signed_in)
}

/// Signs out: ends this session.
pub fn sign_out(tx: &mut DirectoryTx<'_>, who: Who, session: SessionId) -> Result<(), Error> {
    sessions::delete(tx, who, session)?;
    Ok(())
}

/// Ends one session of a person. [`Error::NotFound`] when they have none with that id.
pub fn revoke(tx: &mut DirectoryTx<'_>, who: Who, session: SessionId) -> Result<(), Error> {
    if sessions::delete(tx, who, session)? { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends all sessions of a person but `keep`. Answers how many.
pub fn revoke_others(tx: &mut DirectoryTx<'_>, who: Who, keep: SessionId) -> Result<u64, Error> {
    Ok(sessions::delete_others(tx, who, Some(keep))?)
}

/// Replaces a member's password, given the present one, and ends all their sessions but `keep`.
pub async fn change_password(
    directory: &Directory,
    credentials: &Credentials,
    new: &Password,
    (client, keep): (&Client, SessionId),
) -> Result<(), Error> {
    let attempt = Attempt::new("member", &credentials.email, &client.address);
    let email = credentials.email.clone();
    let find = move |tx: &mut DirectoryReadTx<'_>| {
        let account = accounts::find_by_email(tx, &email)?;
        Ok(account.map(|it| (it.id, it.password_hash)))
    };
    let account = prove(directory, &attempt, &credentials.password, find).await?;
    let hash = passwords::hash(new.clone()).await?;
    directory
        .write(move |tx| {
            attempt.succeed(tx)?;
            accounts::update_password(tx, account, &hash)?;
            sessions::delete_others(tx, Who::Account(account), Some(keep))?;
            Ok(())
        })
        .await
}

/// Replaces a member's password without the present one, and ends all their sessions: for whoever runs the installation.
pub async fn reset_password(directory: &Directory, email: &Email, new: &Password) -> Result<(), Error> {
    let hash = passwords::hash(new.clone()).await?;
    let email = email.clone();
    directory
        .write(move |tx| {
            let account = accounts::find_by_email(tx, &email)?.ok_or(Error::NotFound)?;
            accounts::update_password(tx, account.id, &hash)?;
            sessions::delete_others(tx, Who::Account(account.id), None)?;
            Ok(())
        })
        .await
}

/// Whom `find` finds, if `password` is theirs. Counts the attempt first and the failure afterwards.
pub(crate) async fn prove<T: Send + 'static>(
    directory: &Directory,
    attempt: &Attempt,
    password: &Password,
    find: impl Fn(&mut DirectoryReadTx<'_>) -> Result<Option<(T, String)>, storage::Error> + Send + 'static,
) -> Result<T, Error> {
    let begun = attempt.clone();
    let found = directory
        .write(move |tx| {
            begun.begin(tx)?;
            Ok::<_, Error>(find(tx)?)
        })
        .await?;
    let (who, hash) = found.unzip();
    let is_right = passwords::verify(password.clone(), hash).await?;
    match who {
        Some(who) if is_right => Ok(who),
        Some(_) | None => {
            let failed = attempt.clone();
            directory.write(move |tx| failed.fail(tx)).await?;
            Err(Error::Refused("This e-mail address and password do not belong together; check both".to_owned()))
        }
    }
}

/// Begins a session.
pub(crate) async fn start(
    directory: &Directory,
    who: Who,
    client: &Client,
    attempt: Option<Attempt>,
) -> Result<SignedIn, Error> {
    let secret = secrets::fresh()?;
    let (hash, agent) = (secret.hash(), client.agent.clone());
    let life_ms = match who {
        Who::Account(_) => MEMBER_SESSION_MS,
        Who::Operator(_) => OPERATOR_SESSION_MS,
    };
    let session = directory
        .write(move |tx| {
            let now = tx.now();
            let (id, agent, expires_at) = (tx.new_id(), agent.clone(), now.plus_ms(life_ms));
            let session = Session { id, who, agent, created_at: now, seen_at: now, expires_at };
            sessions::insert(tx, &hash, &session)?;
            if let Some(attempt) = &attempt {
                attempt.succeed(tx)?;
            }
            Ok::<_, Error>(session)
        })
        .await?;
    Ok(SignedIn { secret, session })
}

/// Records a member's sign-in in the logs of their tenants. What fails here is logged: it must not keep anybody out.
async fn tell_tenants(directory: &Directory, who: Who) {
    let told = async {
        let Who::Account(account) = who else { return Ok(()) };
        let found = directory.read(move |tx| accounts::find(tx, account)).await?;
        let Some(account) = found else { return Ok(()) };
        let by = Actor::Member { account: account.id, name: account.name.as_str().to_owned() };
        for tenant in directory.tenants_of(account.id).await?.into_iter().take(TENANTS_TOLD_MAX) {
            if tenant.record().state != TenantState::Active {
                continue;
            }
            let (by, id) = (by.clone(), tenant.record().id);
            tenant.write(move |tx| events::insert(tx, &by, &Event::SignedIn)).await?;
            directory.write(move |tx| tenants::touch(tx, id)).await?;
        }
        Ok::<_, storage::Error>(())
    };
    if let Err(error) = told.await {
        tracing::warn!(%error, "a sign-in could not be recorded in every tenant's log");
    }
}
