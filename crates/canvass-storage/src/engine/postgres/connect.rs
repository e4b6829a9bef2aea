//! Reaching the server: this file is about connection strings, the pools and what every connection begins with.

use std::{str::FromStr, time::Duration};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{Config, NoTls, config::SslMode};

use crate::Error;

/// Which role a pool's connections act as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acting {
    /// The role of the connection string: it owns the tables and changes them.
    Owner,
    /// The application's role: it reads and writes rows and owns nothing.
    Application,
}

/// How long a caller waits for a connection, and a connection for its server.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What each connection begins with: the role that owns nothing, the schemas, and a bound on every wait. An
/// acknowledged response must be on the disk, so a database that is set to acknowledge earlier is overruled.
const BEGINNING: &str = "
    set role canvass_app;
    set search_path = canvass_tenants, canvass_directory, canvass_intake;
    set lock_timeout = '5s';
    set statement_timeout = '60s';
    set idle_in_transaction_session_timeout = '60s';
    select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'";

/// Reads a connection string and refuses what this build cannot keep.
pub(super) fn parse(url: &str) -> Result<Config, Error> {
    let mut config = Config::from_str(url).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|it| format!(": {it}")).unwrap_or_default();
        Error::Unusable(format!(
            "The connection string of PostgreSQL is not valid{cause}. Write it like \
             postgres://user:password@host:5432/database"
        ))
    })?;
    match config.get_ssl_mode() {
        SslMode::Disable | SslMode::Prefer => config.ssl_mode(SslMode::Disable),
        _ => return Err(Error::Unusable(NO_TLS.to_owned())),
    };
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host("localhost");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(WAIT_MAX);
    }
    config.application_name("canvass");
    Ok(config)
}

const NO_TLS: &str = "This build of Canvass speaks to PostgreSQL without TLS only, so sslmode=require cannot be kept. \
    Reach the server over a private network, a tunnel or a Unix socket, with sslmode=disable.";

/// A pool that connects when it is asked to.
pub(super) fn pool(config: &Config, acting: Acting, connections_max: usize) -> Result<Pool, Error> {
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let builder = Pool::builder(Manager::from_config(config.clone(), NoTls, manager))
        .max_size(connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT_MAX))
        .create_timeout(Some(WAIT_MAX))
        .recycle_timeout(Some(WAIT_MAX));
    let builder = match acting {
        Acting::Owner => builder,
        Acting::Application => builder.post_create(Hook::async_fn(|client, _| {
            Box::pin(async { client.batch_execute(BEGINNING).await.map_err(HookError::Backend) })
        })),
    };
    builder.build().map_err(Error::engine)
}
