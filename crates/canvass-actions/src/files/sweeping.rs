//! What files leave behind: this file is about bytes that no file is made of, and scans that were never asked for.

use canvass_model::{
    file::{File, Scanning},
    id::ContentId,
    time::Timestamp,
};
use canvass_storage::{Directory, Tenant, exports, files};

use super::queue_scan;
use crate::Error;

/// An upload is over long before, or was cut off.
const ARRIVING_MS_MAX: i64 = 2 * Timestamp::HOUR_MS;
/// An upload queues its scan at once; what was not scanned by then was forgotten by a crash, or came while nothing was
/// scanned.
const FORGOTTEN_MS: i64 = 10 * Timestamp::MINUTE_MS;
/// Files in the trash that one visit deletes at most.
const FILES_MAX: u32 = 20;
/// Scans that one visit queues at most.
const SCANS_MAX: u32 = 20;
/// Contents without a file that one visit removes at most.
const CONTENTS_MAX: usize = 100;

/// Deletes files that were thrown away long ago, removes bytes that no file is made of, and queues scans that were
/// forgotten. Answers how many things went.
pub async fn sweep(directory: &Directory, tenant: &Tenant, scanning: Scanning) -> Result<u64, Error> {
    let gone = tenant
        .write(|tx| files::delete_trashed(tx, tx.now().plus_ms(-File::TRASH_DAYS * Timestamp::DAY_MS), FILES_MAX))
        .await?;
    let orphans = orphans(tenant).await?;
    let swept = (gone.len() + orphans.len()) as u64;
    tenant.remove_contents(gone).await?;
    tenant.remove_contents(orphans).await?;
    if scanning == Scanning::On {
        let now = tenant.now();
        let forgotten = tenant.read(move |tx| files::list_unscanned(tx, now.plus_ms(-FORGOTTEN_MS), SCANS_MAX)).await?;
        for content in forgotten {
            queue_scan(directory, tenant, content).await?;
        }
    }
    Ok(swept)
}

async fn orphans(tenant: &Tenant) -> Result<Vec<ContentId>, Error> {
    // In this order: what is kept meanwhile is young, and the young are spared.
    let stored = tenant.list_contents().await?;
    if stored.is_empty() {
        return Ok(stored);
    }
    let known = tenant
        .read(|tx| {
            let mut known = files::known_contents(tx)?;
            known.extend(exports::known_contents(tx)?);
            Ok::<_, Error>(known)
        })
        .await?;
    let oldest = tenant.now().plus_ms(-ARRIVING_MS_MAX).0;
    let is_old = |it: &ContentId| it.made_at_ms().is_none_or(|made| made < oldest);
    Ok(stored.into_iter().filter(|it| !known.contains(it) && is_old(it)).take(CONTENTS_MAX).collect())
}
