//! Serving: this file is about the accept loop, its time limits, and stopping without losing a request.

use std::{convert::Infallible, io, pin::pin, time::Duration};

use axum::{body::Body, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutBody;

use crate::{App, front::Front};

/// A client that has not sent its headers by then is slow on purpose.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// How long a stopping server goes on accepting, telling every client to close: whoever was about to send has sent.
const LAME_DUCK: Duration = Duration::from_millis(500);
/// A client that sends nothing more of a body for so long has gone, or is slow on purpose.
const BODY_SILENCE_MAX: Duration = Duration::from_secs(20);
/// After a failed accept (no descriptors left): time for connections to end.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Serves `app` until `shutdown`, then answers what is in hand for at most `drain_within`.
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: CancellationToken,
    drain_within: Duration,
) -> io::Result<()> {
    let front = Front::new(&app);
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut last_call = pin!(async {
        shutdown.cancelled().await;
        app.drain();
        tokio::time::sleep(LAME_DUCK).await;
    });
    loop {
        tokio::select! {
            () = &mut last_call => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => connections.spawn(connection(stream, front.clone(), address, graceful.watcher())),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
    }
    drop(listener);
    if tokio::time::timeout(drain_within, graceful.shutdown()).await.is_err() {
        tracing::warn!(open = connections.len(), "connections were cut: they did not end in time");
    }
    connections.abort_all();
    Ok(())
}

async fn connection(
    stream: TcpStream,
    front: Front,
    address: std::net::SocketAddr,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(|body| TimeoutBody::new(BODY_SILENCE_MAX, body));
        request.extensions_mut().insert(axum::extract::ConnectInfo(address));
        let front = front.clone();
        async move { Ok::<_, Infallible>(front.answer(request.map(Body::new)).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(HEADERS_WITHIN)).max_concurrent_streams(64);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}
