//! The log: this file is about what happened in a tenant.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}
