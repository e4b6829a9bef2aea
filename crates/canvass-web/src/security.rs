//! What browsers may do with our pages: this file is about security headers and posts from other sites.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::csrf::ProtectionError;

use crate::Problem;

/// The product's own pages: nothing inline, nothing from elsewhere, framed by nobody but ourselves.
const OWN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                   frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'";

/// A tenant's pages: the same, with an opaque origin, so that they hold no power of the product's.
const TENANTS: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                       form-action 'self'; frame-ancestors *; base-uri 'none'; \
                       sandbox allow-forms allow-scripts allow-popups allow-top-navigation-by-user-activation";

/// Headers of the product's own pages and of the API.
pub(crate) async fn own(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add(&mut response, OWN);
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Headers of tenants' public pages.
pub(crate) async fn tenants(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add(&mut response, TENANTS);
    response
}

/// A refused post from another site, as a problem like all others.
pub(crate) async fn cross_site(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.extensions().get::<ProtectionError>().is_some() {
        return Problem::CrossSite.into_response();
    }
    response
}

fn add(response: &mut Response, policy: &'static str) {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
