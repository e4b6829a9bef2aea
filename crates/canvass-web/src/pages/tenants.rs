//! Choosing a tenant: this file is about the list of tenants a person belongs to.

use crate::Problem;

pub(crate) async fn index() -> Problem {
    Problem::NotFound
}
