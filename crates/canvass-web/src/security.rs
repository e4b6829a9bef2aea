//! What browsers may do with our pages: this file is about security headers and posts from other sites.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::csrf::ProtectionError;

use crate::{
    Problem,
    access::{Hosted, Origin},
};

/// The product's own pages: nothing inline, nothing from elsewhere, framed by nobody but ourselves.
const OWN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'";

/// A tenant's pages: the same, with an opaque origin, so that they hold no power of the product's.
const TENANTS: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                       form-action 'self'; frame-ancestors *; base-uri 'none'; \
                       sandbox allow-forms allow-scripts allow-popups allow-top-navigation-by-user-activation";

/// A tenant's pages at a host of its own: an origin that holds no power but the tenant's.
const HOSTED: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors *; base-uri 'none'";

/// What a tenant's own program makes at a domain of its own: it may act there, and reach nobody else.
const PROGRAMS: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                        img-src 'self' data:; font-src 'self' data:; media-src 'self'; connect-src 'self'; \
                        frame-src 'self'; form-action 'self'; frame-ancestors *; base-uri 'none'";

/// The same below the installation's host: with an opaque origin, for a page that acts could otherwise set cookies for the
/// console and all other tenants, whose hosts are of the same site.
const SIBLING_PROGRAMS: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; \
                                style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
                                media-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
                                frame-ancestors *; base-uri 'none'; \
                                sandbox allow-forms allow-scripts allow-popups \
                                allow-top-navigation-by-user-activation";

/// The same for every answer.
const FIXED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What a browser may do with an answer: the product's own policy where the path is its own, the tenants' everywhere else; these
/// have an origin to themselves at a host of their own alone.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Policy {
    Own,
    Tenants,
    Hosted,
}

impl Policy {
    pub(crate) fn of(request: &Request) -> Self {
        if Hosted::of_request(request).is_some() {
            return Self::Hosted;
        }
        let path = request.uri().path();
        let is_own = path == "/" || path.starts_with("/-/") || path.starts_with("/api/");
        if is_own { Self::Own } else { Self::Tenants }
    }

    /// Adds the headers that bound what a browser does with a response.
    pub(crate) fn bound(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.reserve(FIXED.len() + 2);
        let policy = match self {
            Self::Own => OWN,
            Self::Tenants => TENANTS,
            Self::Hosted => HOSTED,
        };
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
        for (name, value) in FIXED {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        match self {
            Self::Own => {
                headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            }
            Self::Tenants | Self::Hosted => {}
        }
    }
}

/// What a browser may do with HTML that a tenant's own program makes; `None` where it is bound as all pages of tenants.
pub(crate) fn of_programs(origin: Origin) -> Option<HeaderValue> {
    match origin {
        Origin::Shared => None,
        Origin::Sibling => Some(HeaderValue::from_static(SIBLING_PROGRAMS)),
        Origin::Own => Some(HeaderValue::from_static(PROGRAMS)),
    }
}

/// A refused post from another site, as a problem like all others.
pub(crate) async fn cross_site(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        return Problem::CrossSite.into_response();
    }
    response
}
