//! The walk over a survey's responses: this file is about reading them a batch at a time, the first applied first. No
//! transaction is open between two batches.

use std::collections::HashMap;

use canvass_model::{
    id::{ResponseId, SurveyId},
    response::Response,
};
use canvass_storage::{
    Tenant,
    annotations::{self, Noted},
    responses::{self, Order},
};

use super::sheet::Sheet;
use crate::Error;

/// Where a walk stands.
pub(super) struct Walk {
    tenant: Tenant,
    survey: SurveyId,
    /// The position of the last response it brings.
    through: i64,
    /// The position of the last response it brought.
    reached: Option<i64>,
    has_notes: bool,
    /// Responses of the next batch.
    rows: u32,
}

/// Some responses in a row, with what scripts noted of them.
pub(super) struct Batch {
    pub(super) responses: Vec<Response>,
    pub(super) notes: HashMap<ResponseId, Noted>,
}

/// Responses read at once, at most.
const ROWS_MAX: u32 = 1_000;
/// Responses of the first batch: the first bytes leave soon, and nobody knows yet how long the answers are.
const ROWS_FIRST: u32 = 100;
/// Bytes of answers that a batch is to have, about. One response has as many as a request may have, so that a batch whose
/// answers suddenly grow may have more, once.
const BYTES_AIM: usize = 1024 * 1024;

impl Walk {
    /// A walk over what a sheet holds, behind `reached`.
    pub(super) fn begin(tenant: &Tenant, survey: SurveyId, sheet: &Sheet, reached: Option<i64>) -> Self {
        let (through, has_notes) = (sheet.through, sheet.has_notes());
        Self { tenant: tenant.clone(), survey, through, reached, has_notes, rows: ROWS_FIRST }
    }

    /// The position of the last response that [`next`](Self::next) brought.
    pub(super) fn reached(&self) -> Option<i64> {
        self.reached
    }

    /// The next responses; `None` behind the last.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, Error> {
        let (survey, through, reached, rows, has_notes) =
            (self.survey, self.through, self.reached, self.rows, self.has_notes);
        if reached.is_some_and(|it| through <= it) {
            return Ok(None);
        }
        let read = self.tenant.read(move |tx| {
            let mut responses = responses::list(tx, survey, Order::OldestFirst, reached, rows)?;
            responses.retain(|it| it.position <= through);
            let ids: Vec<ResponseId> = responses.iter().map(|it| it.accepted.id).collect();
            let notes = if has_notes { annotations::find_many(tx, &ids)? } else { HashMap::new() };
            Ok::<_, Error>(Batch { responses, notes })
        });
        let batch = read.await?;
        let Some(last) = batch.responses.last() else { return Ok(None) };
        self.reached = Some(last.position);
        self.rows = fitting(&batch.responses);
        Ok(Some(batch))
    }
}

/// How many responses the next batch is to have, when they are as long as these.
fn fitting(responses: &[Response]) -> u32 {
    let bytes: usize = responses.iter().map(|it| it.accepted.answers.len()).sum();
    let rows = responses.len().saturating_mul(BYTES_AIM) / bytes.max(1);
    u32::try_from(rows).unwrap_or(ROWS_MAX).clamp(1, ROWS_MAX)
}
