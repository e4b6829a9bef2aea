//! Looking: this file is about long looks at responses for a person, without keeping everybody else waiting.

use canvass_actions::{self as actions, Steps};
use canvass_storage::ReadTx;

use super::Analyst;

impl Analyst {
    /// Takes a look to its end, each step in a transaction of its own, so that others have their turn.
    pub(crate) async fn look_through<S: Steps>(
        &self,
        begin: impl Fn(&mut ReadTx<'_>) -> Result<S, actions::Error> + Send + 'static,
    ) -> Result<S, actions::Error> {
        let mut running = self.0.read(begin).await?;
        loop {
            let step = move |tx: &mut ReadTx<'_>| {
                // What a transaction did that must run again is not counted.
                let mut next = running.clone();
                next.step(tx).map(|more| (next, more))
            };
            let (next, more) = self.0.read(step).await?;
            if !more {
                return Ok(next);
            }
            running = next;
        }
    }
}
