//! Dead letters: this file is about responses that could not be applied, kept until someone decides.

use canvass_model::{
    alias::Alias,
    id::{DeadLetterId, SurveyId},
    plan::Lane,
    response::Accepted,
    time::Timestamp,
};

use crate::{DirectoryReadTx, DirectoryTx, Error};

/// A response that could not be applied, without its answers: those are the tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id.
    pub id: DeadLetterId,
    /// Whose response it is.
    pub tenant: Alias,
    /// Of which survey.
    pub survey: SurveyId,
    /// From which lane.
    pub lane: Lane,
    /// Why it could not be applied.
    pub reason: String,
    /// Since when.
    pub made_at: Timestamp,
}

/// Dead letters, the oldest first, after `after`.
pub fn list(tx: &mut DirectoryReadTx<'_>, after: Option<DeadLetterId>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
    todo!()
}

/// How many there are.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<u64, Error> {
    todo!()
}

/// The response itself with its tenant, for a retry.
pub fn find(tx: &mut DirectoryReadTx<'_>, id: DeadLetterId) -> Result<Option<(Alias, Accepted)>, Error> {
    todo!()
}

/// Removes one, after its response was appended to the intake again.
pub fn delete(tx: &mut DirectoryTx<'_>, id: DeadLetterId) -> Result<bool, Error> {
    todo!()
}
