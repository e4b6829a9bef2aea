//! Before the first query: this file is about the server, the roles and the tables Canvass finds or makes at its start.

use std::{collections::HashMap, time::Duration};

use tokio_postgres::{Client, Error as ServerError, error::SqlState};

use super::{failure::Server, migrations};
use crate::Error;

/// The oldest PostgreSQL that Canvass is tested with, as the server counts.
const VERSION_MIN: i32 = 150_000;

/// How often the start is tried while other nodes, perhaps of other databases, make the same role or schema.
const ATTEMPTS_MAX: u32 = 10;
/// The pause before the second; grows with each.
const PAUSE: Duration = Duration::from_millis(20);

/// Brings the database to this version. `client` acts as the role of the connection string.
pub(super) async fn install(client: &Client, server: &Server) -> Result<(), Error> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match install_once(client).await {
            Ok(done) => return done,
            Err(error) if is_race(&error) && attempt < ATTEMPTS_MAX => {
                let _ = client.batch_execute("rollback").await;
                tokio::time::sleep(PAUSE * attempt).await;
            }
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                let why = error.as_db_error().map(|it| it.message().to_owned()).unwrap_or_default();
                return Err(Error::Unusable(format!(
                    "PostgreSQL at {} does not let Canvass make its tables: {why}. An administrator runs: alter \
                     database {} owner to {};",
                    server.address,
                    word(client, "quote_ident(current_database())").await,
                    word(client, "quote_ident(session_user)").await,
                )));
            }
            Err(error) => return Err(server.explain(&error)),
        }
    }
}

/// The columns behind each unique constraint, the tenant's left out.
pub(super) async fn unique_constraints(client: &Client) -> Result<HashMap<String, String>, ServerError> {
    let sql = "
        select i.indexrelid::regclass::text,
            string_agg(a.attname, ', ' order by array_position(i.indkey::int2[], a.attnum))
        from pg_catalog.pg_index i
        join pg_catalog.pg_class t on t.oid = i.indrelid
        join pg_catalog.pg_namespace n on n.oid = t.relnamespace
        join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey)
        where i.indisunique and n.nspname like 'canvass\\_%'
            and not (n.nspname = 'canvass_tenants' and a.attname = 'tenant')
        group by i.indexrelid";
    let rows = client.query(sql, &[]).await?;
    let name = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    Ok(rows.iter().map(|row| (name(row.get(0)), row.get(1))).collect())
}

async fn install_once(client: &Client) -> Result<Result<(), Error>, ServerError> {
    let row = client
        .query_one(
            "select cast(current_setting('server_version_num') as int), current_setting('server_version'),
                rolsuper, rolbypassrls, rolcreaterole, quote_ident(rolname),
                current_setting('fsync'), current_setting('synchronous_commit'), current_setting('server_encoding')
            from pg_catalog.pg_roles where rolname = session_user",
            &[],
        )
        .await?;
    if row.get::<_, i32>(0) < VERSION_MIN {
        let version: &str = row.get(1);
        return Ok(Err(Error::Unusable(format!("Canvass needs PostgreSQL 15 or newer; this is {version}."))));
    }
    let user: &str = row.get(5);
    if row.get(2) || row.get(3) {
        return Ok(Err(Error::Unusable(format!(
            "The role {user} may pass over the fence between tenants (it is a superuser or has BYPASSRLS). Connect as \
             a role that may not; an administrator makes one: create role canvass login createrole password '…'; \
             alter database … owner to canvass;"
        ))));
    }
    if row.get::<_, &str>(8) != "UTF8" {
        let encoding: &str = row.get(8);
        return Ok(Err(Error::Unusable(format!(
            "Canvass needs a database with the encoding UTF8; this one has {encoding}. An administrator makes one: \
             create database canvass owner {user} encoding 'UTF8' template template0;"
        ))));
    }
    warn_of_loss(row.get(6), row.get(7));
    if let Err(refusal) = make_role(client, user, row.get(4)).await? {
        return Ok(Err(refusal));
    }
    migrations::run(client).await
}

/// Tells the operator when acknowledged responses could be lost with the power.
fn warn_of_loss(fsync: &str, synchronous_commit: &str) {
    if fsync == "off" {
        tracing::warn!("PostgreSQL runs with fsync = off: a power failure loses acknowledged responses, or everything");
    }
    if synchronous_commit == "off" {
        tracing::warn!("PostgreSQL runs with synchronous_commit = off; Canvass turns it on for its own connections");
    }
}

/// Makes the application's role when this cluster has none, and the right to act as it.
async fn make_role(client: &Client, user: &str, may_create_roles: bool) -> Result<Result<(), Error>, ServerError> {
    let sql = "select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = 'canvass_app'";
    match client.query_opt(sql, &[]).await?.map(|it| it.get::<_, bool>(0)) {
        Some(true) => {
            return Ok(Err(Error::Unusable(
                "The role canvass_app may pass over the fence between tenants. An administrator runs: alter role \
                 canvass_app nosuperuser nobypassrls;"
                    .to_owned(),
            )));
        }
        Some(false) => {}
        None if may_create_roles => client.batch_execute("create role canvass_app nologin").await?,
        None => {
            return Ok(Err(Error::Unusable(format!(
                "The role {user} may not create the role that Canvass works as. An administrator runs: create role \
                 canvass_app nologin; grant canvass_app to {user};"
            ))));
        }
    }
    if may_act_as_application(client).await? {
        return Ok(Ok(()));
    }
    match client.batch_execute(&format!("grant canvass_app to {user}")).await {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => Ok(Err(Error::Unusable(format!(
            "The role {user} may not act as the role that Canvass works as. An administrator runs: grant canvass_app \
             to {user};"
        )))),
        done => done.map(Ok),
    }
}

async fn may_act_as_application(client: &Client) -> Result<bool, ServerError> {
    // PostgreSQL 16 tells membership and the right to act as the role apart.
    let sql = "select pg_catalog.pg_has_role(session_user, 'canvass_app',
        case when cast(current_setting('server_version_num') as int) < 160000 then 'MEMBER' else 'SET' end)";
    Ok(client.query_one(sql, &[]).await?.get(0))
}

/// Whether another node was making the same thing: then the next try finds it made.
fn is_race(error: &ServerError) -> bool {
    let Some(refusal) = error.as_db_error() else { return false };
    let races = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_SCHEMA,
        SqlState::DUPLICATE_TABLE,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    races.contains(refusal.code()) || refusal.message().contains("concurrently")
}

/// One word the server knows, for a message.
async fn word(client: &Client, expression: &str) -> String {
    let found = client.query_one(&format!("select {expression}::text"), &[]).await;
    found.map_or_else(|_| "…".to_owned(), |row| row.get(0))
}
