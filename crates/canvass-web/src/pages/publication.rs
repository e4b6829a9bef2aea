//! Publication: this file is about publishing a survey at an address, and closing it.

use crate::Problem;

pub(crate) async fn new() -> Problem {
    Problem::NotFound
}

pub(crate) async fn create() -> Problem {
    Problem::NotFound
}

pub(crate) async fn close() -> Problem {
    Problem::NotFound
}
