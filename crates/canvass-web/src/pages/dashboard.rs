//! The dashboard: this file is about the first page of a tenant's console.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}
