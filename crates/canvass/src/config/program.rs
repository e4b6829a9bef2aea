//! The program itself: this file is about where its own file is, for processes that do what must be kept apart.

use std::path::PathBuf;

use crate::{Failure, failure::Exit};

/// The file of the program that runs.
pub(crate) fn own_file() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| {
        let what = "the program does not find its own file";
        Failure::new(Exit::Failed, what, error, "Start it by its full path, from where it was installed.")
    })
}
