//! Duties: this file is about the tenants whose scripts run by themselves, and when somebody is to look at each.
//!
//! A duty is only a wish that somebody looks: what is to be done stands in the tenant's own database. So a wish too many
//! does no harm, and every change writes its wish before itself.

use canvass_model::{id::TenantId, time::Timestamp};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    engine::Value,
};

/// A tenant to look at, leased to whoever claimed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Whose scripts.
    pub(crate) tenant: TenantId,
    /// How often somebody wished for it so far.
    rings: u64,
}

/// Wishes that somebody looks at a tenant at once.
pub fn ring(tx: &mut DirectoryTx<'_>, tenant: TenantId) -> Result<(), Error> {
    let now = tx.now();
    let row = [Value::text(tenant), now.into()];
    let update = "update duty set rings = rings + 1, due_at = case when due_at < $2 then due_at else $2 end
        where tenant = $1";
    if tx.session.execute(update, &row)? == 0 {
        let insert = "insert into duty (tenant, due_at, rings) values ($1, $2, 1) on conflict do nothing";
        tx.session.execute(insert, &row)?;
    }
    tx.duty_rung = true;
    Ok(())
}

/// Of these tenants those that have duties.
pub fn known(tx: &mut DirectoryReadTx<'_>, tenants: &[TenantId]) -> Result<Vec<TenantId>, Error> {
    let mut known = Vec::new();
    for some in tenants.chunks(AT_ONCE_MAX) {
        let args: Vec<Value> = some.iter().map(Value::text).collect();
        let places: Vec<String> = (1..=args.len()).map(|it| format!("${it}")).collect();
        let sql = format!("select tenant from duty where tenant in ({}) limit {AT_ONCE_MAX}", places.join(", "));
        known.extend(decode::list(tx.session, "duty", (&sql, &args), |row| row.parsed(TenantId::parse))?);
    }
    Ok(known)
}

/// Wishes that somebody looks at every tenant with duties: after a start, since nobody knows what the last process left.
pub fn ring_all(tx: &mut DirectoryTx<'_>) -> Result<u64, Error> {
    let now = tx.now();
    let sql = "update duty set rings = rings + 1, due_at = $1 where due_at > $1";
    let rung = tx.session.execute(sql, &[now.into()])?;
    tx.duty_rung = true;
    Ok(rung)
}

/// Takes at most `limit` tenants that are due and held by nobody, the longest due first, and leases them until
/// `lease_until`. Two nodes never get the same.
pub fn claim(tx: &mut DirectoryTx<'_>, lease_until: Timestamp, limit: u32) -> Result<Vec<Duty>, Error> {
    let now = tx.now();
    let sql = "select tenant, rings from duty where due_at <= $1 and (lease_until is null or lease_until < $1)
        order by due_at, tenant limit $2";
    let due = decode::list(tx.session, "duty", (sql, &[now.into(), Value::count(limit)]), |row| {
        Ok(Duty { tenant: row.parsed(TenantId::parse)?, rings: row.count()? })
    })?;
    let sql = "update duty set lease_until = $2
        where tenant = $1 and due_at <= $3 and (lease_until is null or lease_until < $3)";
    let mut claimed = Vec::with_capacity(due.len());
    for duty in due {
        if 0 < tx.session.execute(sql, &[Value::text(duty.tenant), lease_until.into(), now.into()])? {
            claimed.push(duty);
        }
    }
    Ok(claimed)
}

/// Gives a sign of life: a claimed duty stays its holder's until `lease_until`.
pub fn renew(tx: &mut DirectoryTx<'_>, duty: &Duty, lease_until: Timestamp) -> Result<(), Error> {
    let sql = "update duty set lease_until = $2 where tenant = $1 and lease_until is not null";
    tx.session.execute(sql, &[Value::text(duty.tenant), lease_until.into()])?;
    Ok(())
}

/// Lets go of a claimed duty: it is due again at `next`, or at once when somebody wished for it meanwhile. Without `next`
/// it is removed, unless somebody did.
pub fn settle(tx: &mut DirectoryTx<'_>, duty: &Duty, next: Option<Timestamp>) -> Result<(), Error> {
    let (tenant, rings, now) = (Value::text(duty.tenant), Value::count(duty.rings), Value::from(tx.now()));
    let Some(next) = next else {
        let sql = "delete from duty where tenant = $1 and rings = $2";
        if 0 < tx.session.execute(sql, &[tenant.clone(), rings])? {
            return Ok(());
        }
        let sql = "update duty set lease_until = null, due_at = $2 where tenant = $1";
        tx.session.execute(sql, &[tenant, now])?;
        tx.duty_rung = true;
        return Ok(());
    };
    let sql = "update duty set lease_until = null, due_at = case when rings = $2 then cast($3 as bigint) else cast($4 as bigint) end where tenant = $1";
    tx.session.execute(sql, &[tenant, rings, next.into(), now])?;
    Ok(())
}

/// When the next duty is due, whoever holds it.
pub fn next_due(tx: &mut DirectoryReadTx<'_>) -> Result<Option<Timestamp>, Error> {
    let sql = "select min(due_at) from duty";
    Ok(decode::first(tx.session, "duty", (sql, &[]), Columns::optional_time)?.flatten())
}

/// Tenants asked about in one statement.
const AT_ONCE_MAX: usize = 200;
