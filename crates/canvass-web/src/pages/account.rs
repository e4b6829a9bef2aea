//! One's own account: this file is about the password and the signed-in browsers of a person.

use crate::Problem;

pub(crate) async fn show() -> Problem {
    Problem::NotFound
}

pub(crate) async fn update_password() -> Problem {
    Problem::NotFound
}

pub(crate) async fn revoke() -> Problem {
    Problem::NotFound
}

pub(crate) async fn revoke_others() -> Problem {
    Problem::NotFound
}
