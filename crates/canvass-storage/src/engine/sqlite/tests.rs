//! The embedded engine below its front door: this file is about what its tests share.

use std::{
    fs,
    path::{Path, PathBuf},
};

use canvass_model::{
    id::{ResponseId, TenantId},
    plan::Lane,
    response::{Accepted, Source},
    survey::Version,
    time::Timestamp,
};
use tempfile::TempDir;
use uuid::Uuid;

use super::{End, Engine, Files, Mode};
use crate::{Error, Receipt, engine::Value, intake::Applied};

mod bounds;
mod damage;
mod exactly_once;
mod session;

/// An engine whose process can crash.
struct Machine {
    files: Option<Files>,
    /// The data folder, and those of the processes that crashed.
    lives: TempDir,
    life: u32,
}

impl Machine {
    fn new() -> Self {
        // In memory where there is such a folder: what is copied here was never meant to be on a disk.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory } else { &std::env::temp_dir() };
        let lives = TempDir::with_prefix_in("canvass-", place).unwrap();
        let mut machine = Self { files: None, lives, life: 0 };
        machine.files = Some(Files::open(&machine.folder(), 3).unwrap());
        machine
    }

    fn folder(&self) -> PathBuf {
        self.lives.path().join(self.life.to_string())
    }

    fn files(&self) -> &Files {
        self.files.as_ref().expect("the machine is on")
    }

    /// Stops as `kill -9` does: what the next process finds is what was in the files, with nothing closed. `loss` may
    /// change them before it looks.
    fn crash(&mut self, loss: impl FnOnce(&Path)) {
        let before = self.folder();
        self.life += 1;
        copy(&before, &self.folder());
        // Spares the dead process a last sync.
        self.files().health.fail(&"the machine crashed");
        self.files = None;
        fs::remove_dir_all(before).unwrap();
        loss(&self.folder());
        self.files = Some(Files::open(&self.folder(), 3).unwrap());
    }

    /// A tenant with a record in the directory and a file.
    fn tenant(&self, number: u128) -> TenantId {
        let id = TenantId::from(Uuid::from_u128(number));
        self.files().create_tenant(id).unwrap();
        let insert = "insert into tenant (id, alias, name, state, plan, region, created_at, updated_at)
            values ($1, $2, 'T', 'active', 'standard', 'here', 0, 0)";
        let args = [Value::text(id), Value::Text(format!("t{number}"))];
        self.files().with_directory(Mode::Write, &mut |it| it.execute(insert, &args).map(|_| End::Commit)).unwrap();
        id
    }

    fn append(&self, tenant: TenantId, numbers: &[u128]) -> Result<Vec<Receipt>, Error> {
        let records = numbers.iter().map(|it| response(*it)).collect();
        let later = self.files().append(tenant, Lane::Standard, records);
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(later)
    }

    /// Applies; notes in the tenant's log of events, which takes anything any number of times, what was lent.
    fn apply(&self, records_max: usize) -> Result<Applied, Error> {
        self.files().apply(Lane::Standard, records_max, &mut |_, session, records| {
            if let Some(poison) = records.iter().find(|it| is_poison(it.id)) {
                return Err(Error::Rejected(format!("{} is poison", poison.id)));
            }
            session.insert_responses(records)?;
            for record in records {
                let sql = "insert into event (made_at, actor, body) values (0, 'test', $1)";
                session.execute(sql, &[Value::text(record.id)])?;
            }
            Ok(())
        })
    }

    /// Deletes what is safe, now, and waits until it is deleted.
    fn trim(&self, tenant: TenantId) {
        self.files().horizon.trim();
        self.append(tenant, &[]).unwrap();
    }

    /// The numbers in one column of a tenant's table, in order.
    fn numbers(&self, tenant: TenantId, sql: &str) -> Vec<u128> {
        let mut numbers = Vec::new();
        let read = |session: &mut dyn crate::engine::Session| {
            let rows = session.query(sql, &[])?;
            numbers = rows.iter().map(|row| number(&row[0])).collect();
            Ok(End::RollBack)
        };
        let mut read = read;
        self.files().with_tenant(tenant, Mode::Read, &mut read).unwrap();
        numbers
    }

    fn stored(&self, tenant: TenantId) -> Vec<u128> {
        self.numbers(tenant, "select id from response order by position")
    }

    fn lent(&self, tenant: TenantId) -> Vec<u128> {
        self.numbers(tenant, "select body from event order by position")
    }

    /// The numbers of the responses in the dead letters, in no order.
    fn dead(&self, tenant: TenantId) -> Vec<u128> {
        let mut numbers = Vec::new();
        let sql = "select json_extract(record, '$.id') from dead_letter where tenant = $1";
        let mut read = |session: &mut dyn crate::engine::Session| {
            let rows = session.query(sql, &[Value::text(tenant)])?;
            numbers = rows.iter().map(|row| number(&row[0])).collect();
            Ok(End::RollBack)
        };
        self.files().with_directory(Mode::Read, &mut read).unwrap();
        numbers
    }
}

fn number(value: &Value) -> u128 {
    match value {
        Value::Text(text) => Uuid::parse_str(text).unwrap().as_u128(),
        other => panic!("{other:?} is no id"),
    }
}

/// One response in eleven can never be applied.
fn is_poison(id: ResponseId) -> bool {
    u128::from_be_bytes(*id.as_bytes()) % 11 == 10
}

fn response(number: u128) -> Accepted {
    Accepted {
        id: Uuid::from_u128(number).into(),
        survey: Uuid::from_u128(1).into(),
        version: Version(1),
        received_at: Timestamp(1_795_000_000_000),
        source: Source::Api,
        answers: format!(r#"{{"number":{number}}}"#),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
