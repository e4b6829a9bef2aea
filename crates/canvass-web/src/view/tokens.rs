//! Tokens of programs: this file is about what the pages share that make them and list them, a tenant's and the operator's.

use canvass_model::{text::TokenName, time::Timestamp, token::Secret};

use super::moment;
use crate::form::Form;

/// A token in a list.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The end of its secret.
    pub(crate) hint: String,
    /// What it may do, in words; empty where all may the same.
    pub(crate) may: String,
    /// When it was last used, for programs and for people.
    pub(crate) used: Option<(String, String)>,
    pub(crate) expires: String,
}

/// A token just made: the only time its secret is seen.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) secret: String,
}

impl Made {
    pub(crate) fn new(name: &TokenName, secret: &Secret) -> Self {
        Self { name: name.to_string(), secret: secret.reveal().to_owned() }
    }
}

/// How long a token works, as the form's choice says; `None` for ever.
pub(crate) fn life_ms(form: &Form) -> Option<i64> {
    match form.text("expires") {
        "never" => None,
        "30" => Some(30 * Timestamp::DAY_MS),
        "365" => Some(365 * Timestamp::DAY_MS),
        _ => Some(180 * Timestamp::DAY_MS),
    }
}

/// When a token was last used.
pub(crate) fn used(at: Option<Timestamp>, now: Timestamp) -> Option<(String, String)> {
    at.map(|it| (it.to_string(), moment::ago(it, now)))
}

/// Until when a token works.
pub(crate) fn expires(at: Option<Timestamp>, now: Timestamp) -> String {
    match at {
        None => "Never expires".to_owned(),
        Some(at) if at <= now => format!("Expired on {}", moment::day(at)),
        Some(at) => format!("Expires on {}", moment::day(at)),
    }
}
