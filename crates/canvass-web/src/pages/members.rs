//! Members: this file is about the people of a tenant.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}
