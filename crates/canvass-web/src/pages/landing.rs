//! The landing page: this file is about what a stranger sees first.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}
