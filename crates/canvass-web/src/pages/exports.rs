//! Exports: this file is about responses leaving as a file.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}
