//! Opening the storage: this file is about waiting for a database that is away, and saying why one cannot be used.

use std::time::Duration;

use canvass_storage::{Directory, Error};
use tokio::time::{Instant, sleep};

use crate::{Failure, config::Storage};

/// The first pause before trying again; each is twice the one before.
const PAUSE_MIN: Duration = Duration::from_millis(250);
/// The longest pause: a database that is back is used within it.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Opens the storage for a command: at once or not at all.
pub(crate) async fn open(storage: &Storage) -> Result<Directory, Failure> {
    Directory::open(&storage.settings()).await.map_err(|error| unopened(storage, &error))
}

/// Opens the storage for a server: waits for a PostgreSQL that is away, as long as the settings say.
pub(crate) async fn open_patiently(storage: &Storage) -> Result<Directory, Failure> {
    let deadline = Instant::now() + Duration::from_secs(storage.wait_seconds);
    let mut pause = PAUSE_MIN;
    loop {
        match Directory::open(&storage.settings()).await {
            Ok(directory) => return Ok(directory),
            Err(error) if may_pass(storage, &error) && Instant::now() + pause < deadline => {
                tracing::warn!(%error, again_in_ms = pause.as_millis(), "the database does not answer yet");
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            Err(error) => return Err(unopened(storage, &error)),
        }
    }
}

/// Where the data lives, without a password.
pub(crate) fn place(storage: &Storage) -> String {
    match &storage.url {
        None => storage.data.display().to_string(),
        Some(url) => {
            let rest = url.reveal().split_once("://").map_or("", |it| it.1);
            let rest = rest.split_once('?').map_or(rest, |it| it.0);
            format!("postgres://{}", rest.rsplit_once('@').map_or(rest, |it| it.1))
        }
    }
}

/// Whether an error may end by itself: a network's may, a locked folder's or a wrong role's does not.
fn may_pass(storage: &Storage, error: &Error) -> bool {
    match error {
        Error::Busy { .. } | Error::Unreachable(_) | Error::Engine(_) => storage.url.is_some(),
        Error::Conflict(_) | Error::Corrupt { .. } | Error::Rejected(_) | Error::Full | Error::Unusable(_) => false,
    }
}

fn unopened(storage: &Storage, error: &Error) -> Failure {
    Failure::storage(format!("the storage at {} cannot be used", place(storage)), error)
}
