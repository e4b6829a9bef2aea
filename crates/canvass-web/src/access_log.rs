//! Access records: this file is about what every request to a tenant's page leaves behind, without any handler knowing.
//!
//! Whoever finds the tenant of a public request notes it ([`visited`]); whoever carries its answer out notes the rest when
//! the last byte has gone ([`visits`]). So bytes are those that were sent, and nothing is worked out before the answer.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use canvass_actions::traffic::Visit;
use canvass_model::{
    time::Timestamp,
    traffic::{AccessRecord, Act, Agent, ClientMark, Place, Source},
};
use canvass_storage::Tenant;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

use crate::App;

/// Where it is noted whose page a request is for, when that is found.
#[derive(Clone, Default)]
struct Visited(Arc<OnceLock<Found>>);

/// Whose page a request is for, which, and when it came.
#[derive(Clone)]
struct Found {
    tenant: Tenant,
    place: Place,
    at: Timestamp,
}

/// A request on its way: what its record will be made of. Headers are shared, not copied.
struct Asked {
    method: Method,
    host: Option<HeaderValue>,
    referrer: Option<HeaderValue>,
    name: Option<HeaderValue>,
    address: IpAddr,
}

/// A visit whose answer is on its way.
struct Leaving {
    app: App,
    asked: Asked,
    found: Found,
    status: u16,
    micros: u64,
}

/// The body of an answer, counted on its way out. However it ends, its visit is recorded.
struct Counted {
    body: Body,
    bytes: u64,
    leaving: Option<Leaving>,
}

/// Notes whose public page a request is for. Without it a request leaves no record.
pub(crate) fn visited(parts: &Parts, tenant: &Tenant, place: Place) {
    if let Some(Visited(slot)) = parts.extensions.get() {
        let _ = slot.set(Found { tenant: tenant.clone(), place, at: tenant.now() });
    }
}

/// Records every request that was for a tenant's page. Stands outside of compression, and of everything that may still
/// turn one answer into another.
pub(crate) async fn visits(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let visited = Visited::default();
    request.extensions_mut().insert(visited.clone());
    let asked = Asked::of(&request);
    let began = Instant::now();
    let response = next.run(request).await;
    let Some(found) = visited.0.get().cloned() else { return response };
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let leaving = Leaving { app, asked, found, status: response.status().as_u16(), micros };
    response.map(|body| Body::new(Counted { body, bytes: 0, leaving: Some(leaving) }))
}

impl Asked {
    fn of(request: &Request) -> Self {
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip());
        Self {
            method: request.method().clone(),
            host: host(request),
            referrer: find(request.headers(), &header::REFERER),
            name: find(request.headers(), &header::USER_AGENT),
            address: address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        }
    }

    fn act(&self) -> Act {
        if self.method == Method::GET || self.method == Method::HEAD { Act::Read } else { Act::Send }
    }

    /// The site that led here; a link between pages of this installation, or of the host that was asked, is our own.
    fn source(&self, base_url: &str) -> Source {
        let base = base_url.split("://").nth(1).unwrap_or(base_url);
        let host = self.host.as_ref().and_then(|it| it.to_str().ok()).unwrap_or_default();
        let own = [base.split('/').next().unwrap_or(base), host];
        Source::of_referrer(self.referrer.as_ref().map(HeaderValue::as_bytes), &own)
    }

    fn name(&self) -> &[u8] {
        self.name.as_ref().map(HeaderValue::as_bytes).unwrap_or_default()
    }
}

impl Leaving {
    fn record(self, bytes: u64) {
        let Self { app, asked, found: Found { tenant, place, at }, status, micros } = self;
        let mark = app.recorder().mark(tenant.record().id, at, asked.address, asked.name());
        let record = AccessRecord {
            at,
            place,
            act: asked.act(),
            status,
            micros,
            bytes,
            client: mark.unwrap_or(ClientMark([0; 8])),
            source: asked.source(&app.settings().base_url),
            agent: Agent::classify(asked.name()),
        };
        app.recorder().record(Visit { tenant, record });
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.bytes += frame.data_ref().map_or(0, |it| it.len() as u64);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(leaving) = self.leaving.take() {
            leaving.record(self.bytes);
        }
    }
}

/// The host that was asked: named by the address itself over HTTP/2, by a header before.
fn host(request: &Request) -> Option<HeaderValue> {
    let named = request.uri().authority().and_then(|it| HeaderValue::from_str(it.as_str()).ok());
    named.or_else(|| find(request.headers(), &header::HOST))
}

fn find(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
    headers.get(name).cloned()
}
