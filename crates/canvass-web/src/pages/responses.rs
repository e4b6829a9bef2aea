//! Responses: this file is about browsing them as a table and one by one.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn delete() -> Problem {
    Problem::NotFound
}
