//! Failed attempts: this file is about counting them by subject, so that guessing is slow on every node alike.

use canvass_model::time::Timestamp;

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

/// How long failures are remembered after the waiting they caused has ended.
const REMEMBERED_MS: i64 = Timestamp::HOUR_MS;

/// Until when `subject` must wait, if it must.
pub fn wait_until(tx: &mut DirectoryReadTx<'_>, subject: &str) -> Result<Option<Timestamp>, Error> {
    let sql = "select until from throttle where subject = $1 and until > $2";
    let now = tx.now();
    decode::first(tx.session, "throttle", (sql, &[subject.into(), now.into()]), Columns::time)
}

/// How many failures of `subject` are remembered; an hour after the last waiting ended they are forgotten.
pub fn failures(tx: &mut DirectoryReadTx<'_>, subject: &str) -> Result<u32, Error> {
    let sql = "select failures from throttle where subject = $1 and until > $2";
    let remembered = tx.now().plus_ms(-REMEMBERED_MS);
    let failures = decode::first(tx.session, "throttle", (sql, &[subject.into(), remembered.into()]), Columns::small)?;
    Ok(failures.unwrap_or_default())
}

/// Records one more failure of `subject` and until when it must wait.
pub fn record(tx: &mut DirectoryTx<'_>, subject: &str, until: Timestamp) -> Result<(), Error> {
    let insert = "insert into throttle (subject, failures, until) values ($1, 1, $2) on conflict do nothing";
    if 0 < tx.session.execute(insert, &[subject.into(), until.into()])? {
        return Ok(());
    }
    let update = "update throttle set until = $2, failures = case when until > $3 then failures + 1 else 1 end
        where subject = $1";
    let remembered = tx.now().plus_ms(-REMEMBERED_MS);
    tx.session.execute(update, &[subject.into(), until.into(), remembered.into()])?;
    Ok(())
}

/// Forgets the failures of `subject`, after a success.
pub fn clear(tx: &mut DirectoryTx<'_>, subject: &str) -> Result<(), Error> {
    tx.session.execute("delete from throttle where subject = $1", &[subject.into()])?;
    Ok(())
}

/// Removes at most `limit` subjects whose waiting ended before `before`. Answers how many.
pub fn delete_before(tx: &mut DirectoryTx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql = "delete from throttle where subject in (select subject from throttle where until < $1 limit $2)";
    tx.session.execute(sql, &[before.into(), Value::count(limit)])
}
