//! Files thrown away: this file is about the trash, undoing it, and deleting for good.

use canvass_model::{
    event::FileChange,
    file::File,
    id::{ContentId, FileId},
    member::Actor,
};
use canvass_storage::{ReadTx, Tx, files, pages};

use super::{changed, found};
use crate::Error;

/// Addresses named in a refusal; whoever has more sees the rest beside the file.
const NAMED_MAX: usize = 3;

/// Throws a file away; it can be restored for [`File::TRASH_DAYS`] days. [`Error::Refused`] while a page serves it.
pub fn trash(tx: &mut Tx<'_>, by: &Actor, id: FileId) -> Result<File, Error> {
    let file = found(tx, id)?;
    refuse_if_served(tx, id)?;
    let now = tx.now();
    changed(tx, by, File { trashed_at: Some(now), ..file }, FileChange::Trashed)
}

/// Takes a file out of the trash.
pub fn restore(tx: &mut Tx<'_>, by: &Actor, id: FileId) -> Result<File, Error> {
    let file = files::find(tx, id)?.ok_or(Error::NotFound)?;
    if file.trashed_at.is_none() {
        return Ok(file);
    }
    changed(tx, by, File { trashed_at: None, ..file }, FileChange::Restored)
}

/// Deletes a file in the trash for good, which makes room. Answers its contents, whose bytes the caller removes after the
/// commit.
pub fn delete(tx: &mut Tx<'_>, id: FileId) -> Result<Vec<ContentId>, Error> {
    files::find(tx, id)?.filter(|it| it.trashed_at.is_some()).ok_or(Error::NotFound)?;
    Ok(files::delete(tx, id)?)
}

fn refuse_if_served(tx: &mut ReadTx<'_>, id: FileId) -> Result<(), Error> {
    let served = pages::list_of_files(tx, &[id])?;
    if served.is_empty() {
        return Ok(());
    }
    let named: Vec<&str> = served.iter().take(NAMED_MAX).map(|(_, page)| page.address.native()).collect();
    let more = served.len() - named.len();
    let others = if more == 0 { String::new() } else { format!(" and {more} more") };
    Err(Error::Refused(format!(
        "This file is served at {}{others}. Let those pages serve something else, or throw them away first",
        named.join(", ")
    )))
}
