//! Cross-tabs: this file is about counting one for a person without keeping everybody else waiting.

use canvass_actions::{
    self as actions,
    crosstabs::{self, Asked},
};
use canvass_model::{crosstab::Crosstab, id::SurveyId};

use super::Analyst;

impl Analyst {
    /// Counts a cross-tab, each page of responses in a transaction of its own, so that others have their turn.
    pub(crate) async fn crosstab(&self, survey: SurveyId, asked: Asked) -> Result<Crosstab, actions::Error> {
        let mut running = self.0.read(move |tx| crosstabs::begin(tx, survey, &asked)).await?;
        loop {
            let (next, more) = self
                .0
                .read(move |tx| {
                    let mut next = running.clone();
                    next.step(tx).map(|more| (next, more))
                })
                .await?;
            if !more {
                return Ok(next.finish());
            }
            running = next;
        }
    }
}
