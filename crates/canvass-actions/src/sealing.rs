//! Sealing: this file is about moving a tenant's responses into chunks when there are enough of them.

use canvass_storage::{
    Tenant,
    chunks::{self, Sealing},
};

use crate::Error;

/// What a look at one tenant came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sealed {
    /// Responses that were moved.
    pub responses: usize,
    /// Whether there may be more to move.
    pub more: bool,
}

/// Surveys looked at in one visit: more than this many that cannot be sealed keep the others waiting.
const SURVEYS_MAX: u32 = 50;

/// Seals at most `chunks_max` chunks, one for each survey that has enough, those with the most first, each in a transaction
/// of its own. A survey that cannot be sealed is told of in the log, stays as it is, and keeps no other from it.
pub async fn seal(tenant: &Tenant, sealing: Sealing, chunks_max: usize) -> Result<Sealed, Error> {
    let due = tenant.read(move |tx| chunks::list_due(tx, sealing, SURVEYS_MAX)).await?;
    let (mut sealed, mut chunks) = (Sealed::default(), 0);
    for survey in due {
        if chunks == chunks_max {
            break;
        }
        match tenant.write(move |tx| chunks::seal(tx, survey, sealing)).await {
            Ok(0) => {}
            Ok(responses) => {
                chunks += 1;
                sealed.responses += responses;
                // Whatever came or is left, the next look tells.
                sealed.more = true;
            }
            Err(error) => {
                tracing::error!(tenant = %tenant.record().id, %survey, %error, "Responses could not be sealed");
            }
        }
    }
    Ok(sealed)
}
