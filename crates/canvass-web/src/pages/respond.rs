//! Answering: this file is about a tenant's public index and the survey a respondent fills in.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}
