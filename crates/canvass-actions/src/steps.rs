//! Steps: this file is about long looks at responses, in parts between which others have their turn.

use canvass_storage::ReadTx;

use crate::Error;

/// A look at a survey's responses that is on its way. Each step may be a transaction of its own.
pub trait Steps: Clone + Send + Sync + 'static {
    /// Goes on for some hundredths of a second; `false` when there is nothing more to look at.
    fn step(&mut self, tx: &mut ReadTx<'_>) -> Result<bool, Error>;
}
