//! Tenants, for the operator: this file is about their list, one tenant, suspending and resuming.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn tenant() -> Problem {
    Problem::NotFound
}

pub(crate) async fn suspend() -> Problem {
    Problem::NotFound
}

pub(crate) async fn resume() -> Problem {
    Problem::NotFound
}
