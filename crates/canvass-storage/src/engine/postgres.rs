//! Shared PostgreSQL tables, each tenant behind forced row-level security: this file is about the engine over them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use canvass_model::{
    id::{ContentId, ResponseId, TenantId},
    plan::Lane,
    response::Accepted,
};
use tokio::{runtime::Handle, task::JoinSet};

use super::{Apply, End, Engine, Later, Mode, Session, Value, Work};
use crate::{
    Error, decode,
    intake::{Applied, Backlog, Receipt},
};

mod apply;
mod columns;
mod connect;
mod contents;
mod failure;
mod install;
mod intake;
mod lent;
mod migrations;
mod value;

#[cfg(test)]
mod tests;

use apply::Turns;
use connect::Acting;
use failure::Server;
use intake::Door;
use lent::{Connections, Lent};

/// One PostgreSQL database, shared with other nodes.
struct Postgres {
    connections: Connections,
    doors: Mutex<Option<Doors>>,
    writers: Mutex<JoinSet<()>>,
    turns: Turns,
}

/// The way into the intake, by lane.
struct Doors {
    premium: Door,
    standard: Door,
}

/// Connections set apart for accepting responses, one per lane, so that no console can keep them waiting.
const INTAKE_CONNECTIONS: usize = Lane::ALL.len();
/// How often a transaction is tried that other transactions were in the way of.
const ATTEMPTS_MAX: u32 = 10;
/// The pause before the second try, at most; doubles with each.
const PAUSE_MAX: Duration = Duration::from_millis(4);

/// Connects, makes the tables what this version needs, and readies the intake.
pub(crate) async fn open(url: &str, connections_max: usize) -> Result<Arc<dyn Engine>, Error> {
    Ok(Arc::new(Postgres::open(url, connections_max).await?))
}

impl Postgres {
    async fn open(url: &str, connections_max: usize) -> Result<Self, Error> {
        let config = connect::parse(url)?;
        let mut server = Server::of(&config);
        let owner = connect::pool(&config, Acting::Owner, 1)?;
        let client = owner.get().await.map_err(|error| server.explain_pool(error))?;
        install::install(&client, &server).await?;
        server.unique = install::unique_constraints(&client).await.map_err(|error| server.explain(&error))?;
        drop(client);
        owner.close();

        let server = Arc::new(server);
        let accepting_max = INTAKE_CONNECTIONS.min(connections_max.saturating_sub(1)).max(1);
        let accepting = connect::pool(&config, Acting::Application, accepting_max)?;
        let mut writers = JoinSet::new();
        let [premium, standard] = Lane::ALL.map(|lane| {
            let (door, writer) = intake::lane(lane, accepting.clone(), Arc::clone(&server));
            writers.spawn(writer.run());
            door
        });
        let working_max = connections_max.saturating_sub(accepting_max).max(1);
        let pool = connect::pool(&config, Acting::Application, working_max)?;
        drop(pool.get().await.map_err(|error| server.explain_pool(error))?);
        Ok(Self {
            connections: Connections { pool, server, runtime: Handle::current() },
            doors: Mutex::new(Some(Doors { premium, standard })),
            writers: Mutex::new(writers),
            turns: Turns::default(),
        })
    }

    /// Runs `work` in a transaction that `begin` opens, again when others were in the way.
    fn transact<'a, T>(
        &'a self,
        begin: impl Fn(&'a Connections) -> Result<Lent<'a>, Error>,
        mut work: impl FnMut(&mut Lent<'a>) -> Result<(End, T), Error>,
    ) -> Result<T, Error> {
        let (mut attempt, mut pause) = (1, PAUSE_MAX);
        loop {
            let mut lent = begin(&self.connections)?;
            let outcome = match work(&mut lent) {
                Ok((End::Commit, value)) => lent.commit().map(|()| value),
                Ok((End::RollBack, value)) => Ok(value),
                Err(error) => Err(error),
            };
            lent.roll_back();
            if !lent.is_transient() || ATTEMPTS_MAX <= attempt {
                return outcome;
            }
            self.connections.wait(async { tokio::time::sleep(somewhere_in(pause)).await });
            (attempt, pause) = (attempt + 1, pause * 2);
        }
    }

    /// Runs `look` in a read-only transaction of no tenant.
    fn look<T>(&self, mut look: impl FnMut(&mut Lent<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.transact(begin_reading, |lent| Ok((End::RollBack, look(lent)?)))
    }
}

impl Engine for Postgres {
    fn create_tenant(&self, tenant: TenantId) -> Result<(), Error> {
        self.transact(|it| it.begin_writing(tenant), |_| Ok((End::Commit, ())))
    }

    fn remove_tenant(&self, tenant: TenantId) -> Result<(), Error> {
        self.transact(begin_writing, |lent| {
            // The intake first, then the tenant: the order in which responses are applied.
            lent.execute("delete from intake where tenant = $1", &[Value::text(tenant)])?;
            lent.enter(tenant)?;
            for row in lent.query(TABLES_OF_TENANTS, &[])? {
                if let [Value::Text(table)] = row.as_slice() {
                    lent.execute(&format!("delete from {table} where tenant = $1"), &[Value::text(tenant)])?;
                }
            }
            Ok((End::Commit, ()))
        })
    }

    fn with_tenant(&self, tenant: TenantId, mode: Mode, work: &mut Work<'_>) -> Result<(), Error> {
        match mode {
            Mode::Read => self.transact(|it| it.begin_reading(tenant), |lent| Ok((work(lent)?, ()))),
            Mode::Write => self.transact(|it| it.begin_writing(tenant), |lent| Ok((work(lent)?, ()))),
        }
    }

    fn with_directory(&self, mode: Mode, work: &mut Work<'_>) -> Result<(), Error> {
        match mode {
            Mode::Read => self.transact(begin_reading, |lent| Ok((work(lent)?, ()))),
            Mode::Write => self.transact(begin_alone, |lent| Ok((work(lent)?, ()))),
        }
    }

    fn append(&self, tenant: TenantId, lane: Lane, records: Vec<Accepted>) -> Later<Result<Vec<Receipt>, Error>> {
        if records.is_empty() {
            return Box::pin(std::future::ready(Ok(Vec::new())));
        }
        let handed_in = match lock(&self.doors).as_ref() {
            None => Err(failure::closed()),
            Some(doors) => match lane {
                Lane::Premium => doors.premium.hand_in(tenant, records),
                Lane::Standard => doors.standard.hand_in(tenant, records),
            },
        };
        Box::pin(async move { handed_in?.await.unwrap_or_else(|_| Err(failure::closed())) })
    }

    fn is_waiting(&self, tenant: TenantId, response: ResponseId) -> Result<bool, Error> {
        let args = [Value::text(tenant), Value::text(response)];
        self.look(|lent| Ok(!lent.query("select 1 from intake where tenant = $1 and id = $2", &args)?.is_empty()))
    }

    fn apply(&self, lane: Lane, records_max: usize, apply: &mut Apply<'_>) -> Result<Applied, Error> {
        self.transact(begin_writing, |lent| {
            let applied = apply::apply(lent, &self.turns, (lane, records_max), apply)?;
            Ok((End::Commit, applied))
        })
    }

    fn backlog(&self, lane: Lane) -> Result<Backlog, Error> {
        self.look(|lent| apply::backlog(lent, lane))
    }

    fn store_chunk(&self, tenant: TenantId, content: ContentId, nth: u64, bytes: &[u8]) -> Result<(), Error> {
        self.insert_chunk(tenant, content, nth, bytes)
    }

    fn keep_content(&self, _: TenantId, _: ContentId) -> Result<(), Error> {
        // Each piece was durable when it was stored; a content that lacks some is named by no row.
        Ok(())
    }

    fn keep_chunks(&self, _: TenantId, _: ContentId) -> Result<(), Error> {
        // The same.
        Ok(())
    }

    fn cut_chunks(&self, tenant: TenantId, content: ContentId, bytes: u64) -> Result<bool, Error> {
        self.cut_chunk_rows(tenant, content, bytes)
    }

    fn read_chunks(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error> {
        self.select_chunk(tenant, content, from)
    }

    fn read_content(&self, tenant: TenantId, content: ContentId, from: u64) -> Result<Option<Vec<u8>>, Error> {
        self.select_chunk(tenant, content, from)
    }

    fn remove_content(&self, tenant: TenantId, content: ContentId) -> Result<(), Error> {
        self.delete_chunks(tenant, content)
    }

    fn list_contents(&self, tenant: TenantId) -> Result<Vec<ContentId>, Error> {
        self.select_contents(tenant)
    }

    fn migrate(&self, progress: &mut dyn FnMut(usize, usize)) -> Result<(), Error> {
        // All tenants share the tables that `open` brought to this version.
        progress(1, 1);
        Ok(())
    }

    fn examine(&self, _: &mut dyn FnMut(TenantId, String)) -> Result<(), Error> {
        // All tenants share tables, and the server looks after its own pages.
        Ok(())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), Error> {
        self.look(|lent| lent.query("select 1", &[]).map(drop))
    }

    fn describe(&self) -> Result<String, Error> {
        let sql = "select 'PostgreSQL ' || current_setting('server_version') || ', role ' || session_user \
                   || ', database ' || current_database()";
        self.look(|lent| decode::first(lent, "version", (sql, &[]), decode::Columns::text))
            .map(Option::unwrap_or_default)
    }

    fn close(&self) {
        drop(lock(&self.doors).take());
        let mut writers = std::mem::take(&mut *lock(&self.writers));
        self.connections.wait(async { while writers.join_next().await.is_some() {} });
        self.connections.pool.close();
    }
}

/// Every table with rows of tenants, quoted for use in a statement.
const TABLES_OF_TENANTS: &str = "
    select cast(quote_ident(n.nspname) || '.' || quote_ident(c.relname) as text)
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'canvass_tenants' and c.relkind in ('r', 'p')";

/// A transaction of no tenant that sees one state of the database and changes nothing.
fn begin_reading(connections: &Connections) -> Result<Lent<'_>, Error> {
    Ok(connections.begin("begin isolation level repeatable read read only")?.0)
}

/// A transaction that sees what others commit meanwhile, and relies on locks.
fn begin_writing(connections: &Connections) -> Result<Lent<'_>, Error> {
    Ok(connections.begin("begin")?.0)
}

/// A transaction of the directory that runs as if there were no other, as it does in a file.
fn begin_alone(connections: &Connections) -> Result<Lent<'_>, Error> {
    Ok(connections.begin("begin isolation level serializable")?.0)
}

/// A random part of `pause`, so that those who hindered each other do not meet again.
fn somewhere_in(pause: Duration) -> Duration {
    pause.mul_f64(f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
