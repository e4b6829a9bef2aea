//! API tokens: this file is about making and revoking them.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn delete() -> Problem {
    Problem::NotFound
}
