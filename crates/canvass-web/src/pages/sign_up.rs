//! Signing up: this file is about the form that makes a tenant, and the page that follows its making.

use crate::Problem;

pub(crate) async fn new() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn alias() -> Problem {
    Problem::NotFound
}

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn events() -> Problem {
    Problem::NotFound
}
