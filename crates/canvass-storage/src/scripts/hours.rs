//! Hours of scripts: this file is about how much work a tenant's scripts have done in each.

use canvass_model::time::Timestamp;

use crate::{Error, ReadTx, Tx, decode, decode::Columns, engine::Value};

/// The work of the hour that a moment lies in, in units of fuel.
pub fn find(tx: &mut ReadTx<'_>, at: Timestamp) -> Result<u64, Error> {
    let sql = "select fuel from script_hour where hour = $1";
    Ok(decode::first(tx.session, "script hour", (sql, &[hour(at)]), Columns::count)?.unwrap_or_default())
}

/// Adds work to the hour that a moment lies in.
pub fn add(tx: &mut Tx<'_>, at: Timestamp, fuel: u64) -> Result<(), Error> {
    let args = [hour(at), Value::count(fuel)];
    if tx.session.execute("update script_hour set fuel = fuel + $2 where hour = $1", &args)? == 0 {
        tx.session.execute("insert into script_hour (hour, fuel) values ($1, $2)", &args)?;
    }
    Ok(())
}

/// Removes at most `limit` hours that ended before a moment; answers how many.
pub fn delete_before(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let sql =
        "delete from script_hour where hour in (select hour from script_hour where hour < $1 order by hour limit $2)";
    tx.session.execute(sql, &[hour(before), Value::count(limit)])
}

fn hour(at: Timestamp) -> Value {
    Value::Int(at.0.div_euclid(Timestamp::HOUR_MS))
}
