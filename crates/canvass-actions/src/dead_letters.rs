//! Dead letters: this file is about what the operator does with a response that could not be applied.

use canvass_model::id::DeadLetterId;
use canvass_storage::{Directory, DirectoryTx, dead_letters};

use crate::Error;

/// Puts a response back into its tenant's intake. It leaves the dead letters only when it is durable there; a crash in
/// between makes it arrive twice, which is once.
pub async fn retry(directory: &Directory, id: DeadLetterId) -> Result<(), Error> {
    let found = directory.read(move |tx| dead_letters::find(tx, id)).await?;
    let (alias, response) = found.ok_or(Error::NotFound)?;
    let tenant = directory.tenant(&alias).await?.ok_or(Error::NotFound)?;
    tenant.append(vec![response]).await?;
    directory.write(move |tx| dead_letters::delete(tx, id)).await?;
    Ok(())
}

/// Gives a response up for good.
pub fn discard(tx: &mut DirectoryTx<'_>, id: DeadLetterId) -> Result<(), Error> {
    if dead_letters::delete(tx, id)? { Ok(()) } else { Err(Error::NotFound) }
}
