//! Signing in and out: this file is about members' sessions.

use crate::Problem;

pub(crate) async fn new() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn delete() -> Problem {
    Problem::NotFound
}
