//! Dead letters of the embedded engine: this file is about writing down, durably, the records nobody can apply.

use canvass_model::{id::DeadLetterId, plan, response::Accepted};
use sha2::{Digest, Sha256};

use crate::{
    Error, dead_letters,
    engine::{
        End, Mode, Value,
        sqlite::{directory::DirectoryFile, lane::Lane, lock, round::Share},
    },
    transaction::now,
};

/// Who writes the dead letters of a round.
pub(super) struct Undertaker<'r> {
    pub(super) directory: &'r DirectoryFile,
    pub(super) lane: plan::Lane,
}

/// Enough of a reason to act on.
const REASON_CHARS_MAX: usize = 500;

impl Undertaker<'_> {
    /// Makes dead letters of some records of a share (their places and reasons), durably. Doing it again changes
    /// nothing. Records of a tenant that was removed are dropped: there is nobody left to whom they belong.
    pub(super) fn bury(&self, lane: &Lane, share: &Share, dead: &[(usize, String)]) -> Result<(), Error> {
        if dead.is_empty() {
            return Ok(());
        }
        // Before anybody can see the letter and send the response again, which must then be accepted anew.
        let mut waiting = lock(&lane.waiting);
        for (place, _) in dead {
            waiting.forget(share.tenant, share.responses[*place].id);
        }
        drop(waiting);
        self.directory.with(Mode::Write, &mut |session| {
            let tenant = session.query("select id from tenant where id = $1", &[Value::text(share.tenant)])?;
            if tenant.is_empty() {
                tracing::warn!(tenant = %share.tenant, records = dead.len(), "responses of a removed tenant are dropped");
                return Ok(End::RollBack);
            }
            for (place, reason) in dead {
                let response = &share.responses[*place];
                let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
                let letter =
                    dead_letters::Undeliverable { tenant: share.tenant, lane: self.lane, response, reason: &reason };
                let id = letter_id(&lane.epoch, share.sequences[*place], response);
                dead_letters::insert_once(session, id, &letter, now())?;
            }
            Ok(End::Commit)
        })
    }
}

/// The id of the letter of one record: always the same, and ordered by the time of acceptance like every id.
fn letter_id(epoch: &str, sequence: u64, response: &Accepted) -> DeadLetterId {
    let mut hash = Sha256::new();
    hash.update(epoch.as_bytes());
    hash.update(sequence.to_le_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    let milliseconds = u64::try_from(response.received_at.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid().into()
}
