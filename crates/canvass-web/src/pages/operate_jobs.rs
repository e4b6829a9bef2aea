//! Jobs, for the operator: this file is about provisioning and mail, step by step.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn retry() -> Problem {
    Problem::NotFound
}
