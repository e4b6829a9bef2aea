//! Operators: this file is about the set-up link that makes the first of them, and how they sign in.

use canvass_model::{
    text::{Email, Password, PersonName},
    time::Timestamp,
    token::Secret,
};
use canvass_storage::{
    Directory, DirectoryReadTx,
    operators::{self, Operator},
    sessions::Who,
};

use crate::{
    Error, passwords, secrets,
    signing_in::{self, Client, Credentials, SignedIn},
    throttling::Attempt,
};

/// Who wants to be the first operator.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// What they will sign in with.
    pub email: Email,
    /// Their name.
    pub name: PersonName,
    /// Their password.
    pub password: Password,
}

/// Long enough to open it from the log of a start, short enough that an old log is worth nothing.
const SETUP_LINK_MS: i64 = Timestamp::DAY_MS;

/// A fresh one-time set-up link's secret, good for a day, while there is no operator; ends all earlier ones.
/// `None` when there is an operator already.
pub async fn make_setup_link(directory: &Directory) -> Result<Option<Secret>, Error> {
    let secret = secrets::fresh()?;
    let hash = secret.hash();
    let made = directory
        .write(move |tx| {
            if 0 < operators::count(tx)? {
                return Ok::<_, Error>(false);
            }
            let expires_at = tx.now().plus_ms(SETUP_LINK_MS);
            operators::insert_setup_link(tx, &hash, expires_at)?;
            Ok(true)
        })
        .await?;
    Ok(made.then_some(secret))
}

/// Whether a set-up link can still be used: what its page asks first.
pub fn setup_link_is_good(tx: &mut DirectoryReadTx<'_>, link: &Secret) -> Result<bool, Error> {
    Ok(operators::setup_link_is_good(tx, &link.hash())?)
}

/// Uses a set-up link up, makes an operator and signs them in. [`Error::NotFound`] when the link is not good.
pub async fn set_up(
    directory: &Directory,
    link: &Secret,
    new: &NewOperator,
    client: &Client,
) -> Result<SignedIn, Error> {
    let link = link.hash();
    // Before the slow hash, so that a stranger without a link cannot keep the processor busy.
    if !directory.read(move |tx| operators::setup_link_is_good(tx, &link)).await? {
        return Err(Error::NotFound);
    }
    let password_hash = passwords::hash(new.password.clone()).await?;
    let (email, name) = (new.email.clone(), new.name.clone());
    let id = directory
        .write(move |tx| {
            if !operators::use_setup_link(tx, &link)? {
                return Err(Error::NotFound);
            }
            let operator = Operator {
                id: tx.new_id(),
                email: email.clone(),
                name: name.clone(),
                password_hash: password_hash.clone(),
                created_at: tx.now(),
            };
            operators::insert(tx, &operator)?;
            Ok(operator.id)
        })
        .await?;
    signing_in::start(directory, Who::Operator(id), client, None).await
}

/// Signs an operator in, under the same rules as a member.
pub async fn sign_in(directory: &Directory, credentials: &Credentials, client: &Client) -> Result<SignedIn, Error> {
    let attempt = Attempt::new("operator", &credentials.email, &client.address);
    let email = credentials.email.clone();
    let find = move |tx: &mut DirectoryReadTx<'_>| {
        let operator = operators::find_by_email(tx, &email)?;
        Ok(operator.map(|it| (Who::Operator(it.id), it.password_hash)))
    };
    let who = signing_in::prove(directory, &attempt, &credentials.password, find).await?;
    signing_in::start(directory, who, client, Some(attempt)).await
}
