//! Jobs: this file is about what the operator decides about background work that was given up.

use canvass_model::id::JobId;
use canvass_storage::{DirectoryTx, jobs};

use crate::Error;

/// Makes a failed job due again, from its first step and with its tries forgotten. [`Error::NotFound`] when there is no
/// such job, or it has not failed.
pub fn retry(tx: &mut DirectoryTx<'_>, id: JobId) -> Result<(), Error> {
    if jobs::retry(tx, id)? { Ok(()) } else { Err(Error::NotFound) }
}
