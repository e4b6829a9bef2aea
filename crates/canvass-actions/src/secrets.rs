//! Secrets: this file is about fresh ones, made of the system's randomness.

use canvass_model::token::Secret;
use canvass_storage as storage;

use crate::Error;

/// A secret for a cookie or a link.
pub fn fresh() -> Result<Secret, Error> {
    random("")
}

/// A secret for an API token, recognisable by its prefix.
pub fn fresh_token() -> Result<Secret, Error> {
    random(Secret::TOKEN_PREFIX)
}

/// A secret for a token of the operator's, recognisable by its prefix.
pub fn fresh_operator_token() -> Result<Secret, Error> {
    random(Secret::OPERATOR_PREFIX)
}

fn random(prefix: &str) -> Result<Secret, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::Storage(storage::Error::Unusable(format!("the system gives no random numbers: {error}")))
    })?;
    Ok(Secret::from_random(prefix, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_alike() {
        assert!(fresh().unwrap() != fresh().unwrap());
        assert!(fresh_token().unwrap().reveal().starts_with("cvs_"));
        assert!(fresh_operator_token().unwrap().reveal().starts_with("cvo_"));
    }
}
