//! Summaries: this file is about the stored running statistics of each survey.

use canvass_model::id::SurveyId;

use crate::{Error, ReadTx, Tx};

/// A survey's summary as stored, if it has one.
pub fn find(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<Option<String>, Error> {
    todo!()
}

/// How often a survey's summary changed; 0 before the first response.
pub fn revision(tx: &mut ReadTx<'_>, survey: SurveyId) -> Result<u64, Error> {
    todo!()
}

/// Stores a survey's summary; its revision grows by one.
pub fn put(tx: &mut Tx<'_>, survey: SurveyId, body: &str) -> Result<(), Error> {
    todo!()
}
