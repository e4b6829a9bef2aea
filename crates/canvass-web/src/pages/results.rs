//! Results: this file is about a survey's live summary.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn events() -> Problem {
    Problem::NotFound
}
