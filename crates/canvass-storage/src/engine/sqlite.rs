//! One SQLite file per tenant, one for the directory and one per lane of the intake.

use std::{path::Path, sync::Arc};

use super::Engine;
use crate::Error;

pub(crate) async fn open(_folder: &Path, _open_tenants_max: usize) -> Result<Arc<dyn Engine>, Error> {
    todo!()
}
