//! Cookies: this file is about those that Canvass sets: of sessions, and of gates that let somebody in.

use axum::http::{HeaderMap, HeaderValue, header};
use canvass_model::{id::PageId, token::Secret};

use crate::Settings;

/// What a cookie holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// A member's session.
    Member,
    /// An operator's session.
    Operator,
    /// A pass for this page, for whoever had to prove something at its gate.
    Pass(PageId),
}

impl Cookie {
    /// `__Host-` binds the cookie to this host and to TLS; on a plain `http` address browsers would drop it.
    fn name(self, settings: &Settings) -> String {
        let prefix = if settings.is_https() { "__Host-" } else { "" };
        match self {
            Self::Member => format!("{prefix}canvass"),
            Self::Operator => format!("{prefix}canvass-operator"),
            Self::Pass(page) => format!("{prefix}canvass-pass-{page}"),
        }
    }

    /// The secret a request brings in this cookie.
    pub(crate) fn read(self, headers: &HeaderMap, settings: &Settings) -> Option<Secret> {
        self.value(headers, settings).map(Secret::offered)
    }

    /// What a request brings in this cookie.
    pub(crate) fn value<'a>(self, headers: &'a HeaderMap, settings: &Settings) -> Option<&'a str> {
        let name = self.name(settings);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|it| it.to_str().ok())
            .flat_map(|it| it.split(';'))
            .filter_map(|it| it.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The header that sets this cookie for `seconds`.
    pub(crate) fn set(self, value: &str, seconds: i64, settings: &Settings) -> HeaderValue {
        self.header(value, seconds, settings)
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
