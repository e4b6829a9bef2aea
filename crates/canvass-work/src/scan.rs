//! The virus scan: this file is about showing what was uploaded to clamd, and what becomes of its answer.

mod clamd;

use canvass_actions::files::{self, Verdict};
use canvass_model::{
    file::{Content, Scan},
    id::ContentId,
    job::ScanContent,
};
use canvass_storage::{Directory, Tenant, files as queries};

pub use self::clamd::{Clamd, InvalidClamd, Trouble};
use crate::worker::{Failure, FailureKind};

/// Scans one content. What is gone, or was scanned already, is passed over; so is everything where nothing scans.
pub(crate) async fn run(directory: &Directory, clamd: Option<&Clamd>, job: ScanContent) -> Result<(), Failure> {
    let Some(clamd) = clamd else { return Ok(()) };
    let Some(tenant) = directory.tenant_of_job(job.tenant).await.map_err(Failure::transient)? else { return Ok(()) };
    let id = job.content;
    let file = tenant.read(move |tx| queries::find_of_content(tx, id)).await.map_err(Failure::transient)?;
    let content = file.and_then(|it| it.contents.into_iter().find(|it| it.id == id && it.scan == Scan::Unscanned));
    let Some(content) = content else { return Ok(()) };
    match scan(clamd, &tenant, &content).await {
        Ok(verdict) => settle(&tenant, id, verdict).await,
        Err(trouble) => {
            let words = trouble.for_members();
            let noted = tenant.write(move |tx| files::note_trouble(tx, id, words)).await;
            noted.map_err(|it| Failure::transient(it.to_string()))?;
            let kind = if trouble.may_pass() { FailureKind::Transient } else { FailureKind::Permanent };
            Err(Failure { kind, reason: trouble.to_string() })
        }
    }
}

/// Lends the content to clamd, piece by piece.
async fn scan(clamd: &Clamd, tenant: &Tenant, content: &Content) -> Result<Verdict, Trouble> {
    let mut lent = clamd.begin().await?;
    let mut from = 0;
    loop {
        let piece = tenant.content(content.id, from).await.map_err(|it| Trouble::Unreadable(it.to_string()))?;
        let piece = piece.ok_or_else(|| Trouble::Unreadable("its bytes are missing".to_owned()))?;
        if piece.is_empty() {
            break;
        }
        from += piece.len() as u64;
        // A scanner that has seen enough says why instead of taking more.
        if !lent.show(&piece).await? {
            break;
        }
    }
    lent.verdict().await
}

async fn settle(tenant: &Tenant, id: ContentId, verdict: Verdict) -> Result<(), Failure> {
    let found = verdict.clone();
    let judged = tenant.write(move |tx| files::judge(tx, id, &verdict)).await;
    judged.map_err(|it| Failure::transient(it.to_string()))?;
    if let Verdict::Infected(signature) = found {
        tracing::warn!(tenant = %tenant.record().id, content = %id, %signature, "A virus was found in an upload");
        tenant.remove_contents(vec![id]).await.map_err(Failure::transient)?;
    }
    Ok(())
}
