//! Passwords: this file is about hashing them, slowly on purpose and never inside a transaction.

use std::{sync::OnceLock, time::Duration};

use argon2::{
    Argon2,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use canvass_model::text::Password;
use canvass_storage as storage;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Error;

/// One hash takes 19 MB and about 50 ms of one core; more at once would starve everything else.
const HASHES_AT_ONCE_MAX: usize = 2;
/// Who waits longer than this is asked to come back: the queue would only grow.
const WAIT_MAX: Duration = Duration::from_secs(2);

static PLACES: Semaphore = Semaphore::const_new(HASHES_AT_ONCE_MAX);

/// The argon2id hash of a password with the library's default cost and a fresh salt, a PHC string.
/// [`Busy`](storage::Error::Busy) when too many wait already.
pub async fn hash(password: Password) -> Result<String, Error> {
    work(move || hash_now(&password)).await
}

/// Whether a password is the one that was hashed. Without a hash the answer is no, after the same work: how long it
/// takes does not tell whether an account exists.
pub async fn verify(password: Password, hash: Option<String>) -> Result<bool, Error> {
    work(move || match hash {
        Some(hash) => verify_now(&password, &hash),
        None => verify_now(&password, nobodys_hash()?).map(|_| false),
    })
    .await
}

/// Runs one hash on a thread of its own, when there is a place for it.
async fn work<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let place: SemaphorePermit<'static> = match tokio::time::timeout(WAIT_MAX, PLACES.acquire()).await {
        Ok(Ok(place)) => place,
        Ok(Err(_)) | Err(_) => return Err(Error::Storage(storage::Error::Busy { retry_after_ms: 2_000 })),
    };
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(place);
        result
    });
    done.await.map_err(|panic| Error::Storage(storage::Error::Engine(panic.into())))?
}

fn hash_now(password: &Password) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.reveal().as_bytes()).map_err(failed)?;
    Ok(hash.to_string())
}

fn verify_now(password: &Password, hash: &str) -> Result<bool, Error> {
    let hash = PasswordHash::new(hash).map_err(|error| damaged(&error))?;
    match Argon2::default().verify_password(password.reveal().as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// A hash that costs what every other costs and that belongs to nobody.
fn nobodys_hash() -> Result<&'static str, Error> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let hash = hash_now(&Password::offered("nobody"))?;
    Ok(HASH.get_or_init(|| hash))
}

fn failed(error: password_hash::Error) -> Error {
    Error::Storage(storage::Error::Engine(error.into()))
}

/// A stored hash is as secret as a password: the error does not show it.
fn damaged(error: &password_hash::phc::Error) -> Error {
    Error::Storage(storage::Error::Corrupt { what: "password hash", found: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::offered(text)
    }

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let hashed = hash(password("correct horse battery")).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(verify(password("correct horse battery"), Some(hashed.clone())).await.unwrap());
        assert!(!verify(password("correct horse batterz"), Some(hashed)).await.unwrap());
        assert!(!verify(password("nobody"), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
        let damaged = verify(password("correct horse battery"), Some("$argon2id$".to_owned())).await;
        assert!(matches!(damaged, Err(Error::Storage(storage::Error::Corrupt { .. }))));
    }
}
