//! Cookies: this file is about the two session cookies, the only ones Canvass sets.

use axum::http::{HeaderMap, HeaderValue, header};
use canvass_model::token::Secret;

use crate::Settings;

/// Whose session a cookie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// A member's.
    Member,
    /// An operator's.
    Operator,
}

impl Cookie {
    /// `__Host-` binds the cookie to this host and to TLS; on a plain `http` address browsers would drop it.
    fn name(self, settings: &Settings) -> &'static str {
        match (self, settings.is_https()) {
            (Self::Member, true) => "__Host-canvass",
            (Self::Member, false) => "canvass",
            (Self::Operator, true) => "__Host-canvass-operator",
            (Self::Operator, false) => "canvass-operator",
        }
    }

    /// The secret a request brings in this cookie.
    pub(crate) fn read(self, headers: &HeaderMap, settings: &Settings) -> Option<Secret> {
        let name = self.name(settings);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| Secret::offered(value))
    }

    /// The header that sets this cookie for `seconds`.
    pub(crate) fn set(self, secret: &Secret, seconds: i64, settings: &Settings) -> HeaderValue {
        self.header(secret.reveal(), seconds, settings)
    }

    /// The header that removes this cookie.
    pub(crate) fn clear(self, settings: &Settings) -> HeaderValue {
        self.header("", 0, settings)
    }

    fn header(self, value: &str, seconds: i64, settings: &Settings) -> HeaderValue {
        let secure = if settings.is_https() { "; Secure" } else { "" };
        let name = self.name(settings);
        HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"))
            .unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}
