//! The engine on a real PostgreSQL: this file is about what its tests share.
#![expect(clippy::disallowed_methods, unreachable_pub, reason = "tests wait, start servers and panic")]

use std::ops::Deref;

use canvass_model::{
    alias::Alias,
    id::{ResponseId, SurveyId, TenantId},
    plan::{Lane, PlanId},
    response::{Accepted, Source},
    survey::Version,
    tenant::{Region, TenantRecord, TenantState},
    text::OrganisationName,
    time::Timestamp,
};
use tokio::runtime::Runtime;

use super::{
    super::{End, Engine, Mode, Row, Session, Value},
    Postgres, intake,
};
use crate::{DirectoryTx, Error, Receipt, tenants, transaction::new_id};

#[expect(dead_code, reason = "these tests have no standby, and stop a server in one way")]
#[path = "../../../../canvass/tests/all/support/postgres.rs"]
mod server;

mod chunks;
mod exactly_once;
mod isolation;
mod outage;
mod start;
mod tables;
mod transactions;

use server::Postgres as Server;

/// One node: the engine and the threads it runs on.
struct Node {
    engine: Postgres,
    runtime: Runtime,
}

impl Node {
    fn open(url: &str) -> Self {
        Self::try_open(url).expect("the database is there")
    }

    fn try_open(url: &str) -> Result<Self, Error> {
        let runtime = Runtime::new().expect("threads");
        let engine = runtime.block_on(Postgres::open(url, 8))?;
        Ok(Self { engine, runtime })
    }

    /// A node on a database of its own.
    fn alone() -> Self {
        Self::open(&Server::shared().database())
    }

    /// A tenant with a record in the directory.
    fn tenant(&self) -> TenantId {
        let id: TenantId = new_id();
        let record = TenantRecord {
            id,
            alias: Alias::parse(&format!("t{}", &id.to_string()[24..])).unwrap(),
            name: OrganisationName::parse("Adatum").unwrap(),
            state: TenantState::Active,
            reason: None,
            plan: PlanId::Standard,
            region: Region("here".to_owned()),
            created_at: Timestamp(0),
        };
        self.in_directory(Mode::Write, |session| {
            tenants::insert(&mut DirectoryTx::new(session, Timestamp(0)), &record)
        })
        .unwrap();
        self.engine.create_tenant(id).unwrap();
        id
    }

    fn append(&self, tenant: TenantId, records: &[Accepted]) -> Result<Vec<Receipt>, Error> {
        self.runtime.block_on(self.engine.append(tenant, Lane::Standard, records.to_vec()))
    }

    /// Applies one round as the product does, by storing the rows.
    fn apply(&self, records_max: usize) -> Result<crate::Applied, Error> {
        self.engine
            .apply(Lane::Standard, records_max, &mut |_, session, records| session.insert_responses(records).map(drop))
    }

    fn in_tenant<T>(
        &self,
        tenant: TenantId,
        mode: Mode,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut outcome = None;
        let ended = self.engine.with_tenant(tenant, mode, &mut |session| {
            let result = work(session);
            let end = if result.is_ok() { End::Commit } else { End::RollBack };
            outcome = Some(result);
            Ok(end)
        });
        crate::directory::settle(outcome, ended)
    }

    fn in_directory<T>(
        &self,
        mode: Mode,
        mut work: impl FnMut(&mut dyn Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut outcome = None;
        let ended = self.engine.with_directory(mode, &mut |session| {
            let result = work(session);
            let end = if result.is_ok() { End::Commit } else { End::RollBack };
            outcome = Some(result);
            Ok(end)
        });
        crate::directory::settle(outcome, ended)
    }

    fn query(&self, tenant: TenantId, sql: &str) -> Vec<Row> {
        self.in_tenant(tenant, Mode::Read, |session| session.query(sql, &[])).unwrap()
    }

    fn execute(&self, tenant: TenantId, sql: &str) -> Result<u64, Error> {
        self.in_tenant(tenant, Mode::Write, |session| session.execute(sql, &[]))
    }

    fn ids(&self, tenant: TenantId) -> Vec<String> {
        let rows = self.query(tenant, "select id from response order by position");
        rows.into_iter().map(|row| text(&row[0])).collect()
    }
}

/// A connection that acts as the role of the connection string: an administrator at work beside Canvass.
struct Owner {
    client: tokio_postgres::Client,
    runtime: Runtime,
}

impl Owner {
    fn connect(url: &str) -> Self {
        let runtime = Runtime::new().expect("threads");
        let connecting = tokio_postgres::connect(url, tokio_postgres::NoTls);
        let (client, connection) = runtime.block_on(connecting).expect("the database is there");
        runtime.spawn(connection);
        Self { client, runtime }
    }

    fn run(&self, sql: &str) {
        self.runtime.block_on(self.client.batch_execute(sql)).expect("good SQL");
    }
}

impl Deref for Node {
    type Target = Postgres;
    fn deref(&self) -> &Postgres {
        &self.engine
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(it) => it.clone(),
        other => panic!("{other:?} is no text"),
    }
}

/// A response to a survey of nobody's.
fn response() -> Accepted {
    Accepted {
        id: new_id::<ResponseId>(),
        survey: new_id::<SurveyId>(),
        version: Version(1),
        received_at: Timestamp(1_795_203_453_017),
        source: Source::Api,
        answers: r#"{"A1":"2","A2":"naïve"}"#.to_owned(),
    }
}

fn responses(count: usize) -> Vec<Accepted> {
    (0..count).map(|_| response()).collect()
}
