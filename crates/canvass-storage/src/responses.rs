//! Responses: this file is about their rows, in the order in which they were applied.

use canvass_model::{
    id::{ResponseId, SurveyId},
    response::{Accepted, Response},
};

use crate::{Error, ReadTx, Tx};

/// In which order to walk through responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The last applied first.
    #[default]
    NewestFirst,
    /// The first applied first.
    OldestFirst,
}

/// The response with this id.
pub fn find(tx: &mut ReadTx<'_>, survey: SurveyId, id: ResponseId) -> Result<Option<Response>, Error> {
    todo!()
}

/// At most `limit` responses beyond the position `after` in this order: page 1 and page 10,000 cost the same.
pub fn list(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    order: Order,
    after: Option<i64>,
    limit: u32,
) -> Result<Vec<Response>, Error> {
    todo!()
}

/// The positions of the responses before and after one, in the order of application.
pub fn neighbours(
    tx: &mut ReadTx<'_>,
    survey: SurveyId,
    position: i64,
) -> Result<(Option<ResponseId>, Option<ResponseId>), Error> {
    todo!()
}

/// How many responses were received since `since`, over all surveys: what a month's limit counts.
pub fn count_since(tx: &mut ReadTx<'_>, since: canvass_model::time::Timestamp) -> Result<u64, Error> {
    todo!()
}

/// Stores responses, passing over those already there; answers, for each, whether it is new. Counts the new ones at their surveys.
pub fn insert_many(tx: &mut Tx<'_>, responses: &[Accepted]) -> Result<Vec<bool>, Error> {
    todo!()
}

/// Erases a response and takes it off its survey's count; `false` when there is none.
pub fn delete(tx: &mut Tx<'_>, survey: SurveyId, id: ResponseId) -> Result<bool, Error> {
    todo!()
}
