//! Operators' sign-in: this file is about the set-up link and the operators' sessions.

use crate::Problem;

pub(crate) async fn new() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn sign_in() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create_session() -> Problem {
    Problem::NotFound
}

pub(crate) async fn delete_session() -> Problem {
    Problem::NotFound
}
