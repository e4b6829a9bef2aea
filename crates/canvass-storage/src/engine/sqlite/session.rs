//! Transactions on one connection: this file is about running statements in them, and ending them.

use std::collections::HashSet;

use canvass_model::response::Accepted;
use rusqlite::{
    Connection, Statement, Transaction, TransactionBehavior,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    Error,
    engine::{
        End, Mode, Row, Session, Value, Work,
        sqlite::connection::{Health, meaning},
    },
};

/// An open transaction.
pub(super) struct OpenTransaction<'c> {
    connection: &'c Connection,
    mode: Mode,
    /// A statement failed: as on PostgreSQL, the transaction can only be rolled back.
    failed: bool,
}

/// Runs `work` in one transaction of `connection`: deferred to read, immediate to write.
pub(super) fn transact(connection: &Connection, mode: Mode, health: &Health, work: &mut Work<'_>) -> Result<(), Error> {
    let behavior = match mode {
        Mode::Read => TransactionBehavior::Deferred,
        Mode::Write => {
            health.check()?;
            TransactionBehavior::Immediate
        }
    };
    // Dropped on every way out but the commit, and then rolled back.
    let transaction = Transaction::new_unchecked(connection, behavior).map_err(|it| health.judge(it))?;
    let mut session = OpenTransaction { connection, mode, failed: false };
    let end = work(&mut session)?;
    if end == End::Commit && session.failed {
        return Err(Error::engine("a statement of this transaction failed, so that it cannot be committed"));
    }
    match end {
        End::Commit => transaction.commit().map_err(|it| health.judge(it)),
        End::RollBack => transaction.rollback().map_err(|it| health.judge(it)),
    }
}

impl Session for OpenTransaction<'_> {
    fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, Error> {
        self.run(|connection, mode| {
            let mut statement = connection.prepare_cached(sql).map_err(meaning)?;
            bind(&mut statement, mode, args)?;
            let touched = statement.raw_execute().map_err(meaning)?;
            Ok(u64::try_from(touched).unwrap_or_default())
        })
    }

    fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, Error> {
        self.run(|connection, mode| {
            let mut statement = connection.prepare_cached(sql).map_err(meaning)?;
            bind(&mut statement, mode, args)?;
            let columns = statement.column_count();
            let mut found = statement.raw_query();
            let mut rows = Vec::new();
            while let Some(row) = found.next().map_err(meaning)? {
                let values = (0..columns).map(|it| row.get_ref(it).map_err(meaning).and_then(value));
                rows.push(values.collect::<Result<Row, Error>>()?);
            }
            Ok(rows)
        })
    }

    fn insert_responses(&mut self, responses: &[Accepted]) -> Result<Vec<bool>, Error> {
        self.run(|connection, _| {
            let sql = "insert into response (id, survey, version, received_at, source, answers)
                select ?1, ?2, ?3, ?4, ?5, ?6 where not exists (select 1 from sealed where id = ?7)
                on conflict (id) do nothing";
            let mut statement = connection.prepare_cached(sql).map_err(meaning)?;
            let insert = |it: &Accepted| {
                let (id, survey) = (it.id.to_string(), it.survey.to_string());
                let source = it.source.as_str();
                let row = (id, survey, it.version.0, it.received_at.0, source, &it.answers, it.id.as_bytes());
                let touched = statement.execute(row);
                touched.map(|it| it == 1).map_err(meaning)
            };
            responses.iter().map(insert).collect()
        })
    }
}

impl OpenTransaction<'_> {
    /// Runs one statement, unless an earlier one failed: SQLite may have rolled back, and the statement would then
    /// be a transaction of its own.
    fn run<T>(&mut self, statement: impl FnOnce(&Connection, Mode) -> Result<T, Error>) -> Result<T, Error> {
        if self.failed {
            return Err(Error::engine("an earlier statement of this transaction failed"));
        }
        let result = statement(self.connection, self.mode);
        self.failed = result.is_err();
        result
    }
}

/// Binds `$1`, `$2`, … by their names: SQLite numbers them by their first appearance.
fn bind(statement: &mut Statement<'_>, mode: Mode, args: &[Value]) -> Result<(), Error> {
    if mode == Mode::Read && !statement.readonly() {
        return Err(Error::engine("a reading transaction cannot write"));
    }
    let mut bound = HashSet::with_capacity(args.len());
    for (number, arg) in args.iter().enumerate() {
        let name = format!("${}", number + 1);
        let index = statement.parameter_index(&name).map_err(meaning)?;
        let index = index.ok_or_else(|| Error::engine(format!("the statement has no parameter {name}")))?;
        statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(value_ref(arg))).map_err(meaning)?;
        bound.insert(index);
    }
    if bound.len() != statement.parameter_count() {
        return Err(Error::engine("the statement has more parameters than values were given"));
    }
    Ok(())
}

fn value_ref(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Int(it) => ValueRef::Integer(*it),
        Value::Real(it) => ValueRef::Real(*it),
        Value::Text(it) => ValueRef::Text(it.as_bytes()),
        Value::Blob(it) => ValueRef::Blob(it),
    }
}

fn value(found: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(it) => Value::Int(it),
        ValueRef::Real(it) => Value::Real(it),
        ValueRef::Text(it) => {
            let text = str::from_utf8(it);
            let text = text.map_err(|it| Error::Corrupt { what: "text", found: it.to_string() })?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(it) => Value::Blob(it.to_vec()),
    })
}
