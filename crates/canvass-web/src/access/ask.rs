//! Whether a certificate is wanted: this file is about proxies that ask, before they get one, if a name is served here.

use std::num::NonZeroU32;

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use canvass_model::address::Host;
use canvass_storage::{Recalled, Tenant};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock};

use super::App;
use crate::Problem;

/// A name that a proxy asks about, and whether it is served here. It learns nothing else.
pub(crate) struct Asked {
    pub(crate) is_served: bool,
}

/// How often the directory is asked about names, whoever asks.
pub(super) struct Asking {
    limiter: DefaultDirectRateLimiter,
}

/// Look-ups in a second, all of them at once if need be. A certificate takes a proxy seconds; only a flood of made-up names
/// comes faster, and what memory knows is not counted.
const LOOK_UPS_SECOND_MAX: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// What a proxy asks.
#[derive(serde::Deserialize)]
struct Question {
    domain: Option<String>,
}

impl Asking {
    pub(super) fn new() -> Self {
        Self { limiter: RateLimiter::direct(Quota::per_second(LOOK_UPS_SECOND_MAX)) }
    }

    fn check(&self) -> Result<(), Problem> {
        self.limiter.check().map_err(|until| {
            let wait = until.wait_time_from(self.limiter.clock().now());
            Problem::TooMany { retry_after_seconds: wait.as_secs() + 1 }
        })
    }
}

impl FromRequestParts<App> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let question = Query::<Question>::try_from_uri(&parts.uri).map_err(|it| Problem::BadRequest(it.body_text()))?;
        let domain = question.0.domain.unwrap_or_default();
        // What asks for a certificate has no port.
        let domain = if domain.contains(':') { String::new() } else { domain };
        let tenant = match app.hosts().read(Some(&domain)) {
            // Our own name for ourselves gets a certificate only where it is one that others can use.
            Host::Base => {
                let name = domain.strip_suffix('.').unwrap_or(&domain).to_ascii_lowercase();
                return Ok(Self { is_served: !name.is_empty() && name == app.hosts().base() });
            }
            Host::Unknown => None,
            Host::Subdomain(alias) => match app.directory().recall(&alias) {
                Recalled::Tenant(tenant) => Some(tenant),
                Recalled::Nobody => None,
                Recalled::Unknown => {
                    app.asking().check()?;
                    app.directory().tenant(&alias).await?
                }
            },
            Host::Domain(name) => match app.directory().recall_at(&name) {
                Recalled::Tenant(tenant) => Some(tenant),
                Recalled::Nobody => None,
                Recalled::Unknown => {
                    app.asking().check()?;
                    app.directory().tenant_at(&name).await?
                }
            },
        };
        Ok(Self { is_served: tenant.is_some_and(|it| is_served(&it)) })
    }
}

/// Whether a tenant's host answers at all: a suspended one says that it is paused.
fn is_served(tenant: &Tenant) -> bool {
    tenant.record().state.is_in_use()
}
