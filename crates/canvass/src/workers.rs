//! The workers of this process: this file is about what the configuration means to them.

use canvass_storage::Directory;

use crate::{Failure, config::Config};

/// Workers that run until they are stopped.
pub(crate) struct Running;

/// Starts the workers that the configuration describes.
pub(crate) fn start(_config: &Config, _directory: &Directory) -> Result<Running, Failure> {
    Ok(Running)
}

impl Running {
    /// Lets them finish what they hold.
    pub(crate) async fn stop(self) {}
}
