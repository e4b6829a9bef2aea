//! Dead letters, for the operator: this file is about responses that could not be applied.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn retry() -> Problem {
    Problem::NotFound
}

pub(crate) async fn delete() -> Problem {
    Problem::NotFound
}
