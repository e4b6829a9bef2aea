//! Surveys: this file is about their list and what happens to them as wholes.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn new() -> Problem {
    Problem::NotFound
}

pub(crate) async fn import() -> Problem {
    Problem::NotFound
}

pub(crate) async fn export() -> Problem {
    Problem::NotFound
}

pub(crate) async fn copy() -> Problem {
    Problem::NotFound
}

pub(crate) async fn archive() -> Problem {
    Problem::NotFound
}

pub(crate) async fn trash() -> Problem {
    Problem::NotFound
}

pub(crate) async fn restore() -> Problem {
    Problem::NotFound
}
