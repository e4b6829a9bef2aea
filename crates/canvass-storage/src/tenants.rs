//! Tenants in the directory: this file is about their records, for sign-up, sign-in and the operator.

use canvass_model::{
    alias::Alias,
    id::{AccountId, TenantId},
    plan::PlanId,
    tenant::{Region, TenantRecord, TenantState},
    text::OrganisationName,
    time::Timestamp,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error,
    decode::{self, Columns},
    domains,
    engine::Value,
};

/// What the operator's list shows of a tenant besides its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The record.
    pub record: TenantRecord,
    /// People who can sign in to it.
    pub members: u64,
    /// When a response was last applied or a member last signed in.
    pub active_at: Option<Timestamp>,
}

/// Which tenants to list, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Part of the alias or name, without regard to the case of A to Z (of all letters on PostgreSQL).
    pub search: String,
    /// Only those in this state.
    pub state: Option<TenantState>,
    /// After this alias, in alphabetical order.
    pub after: Option<Alias>,
    /// At most so many.
    pub limit: u32,
}

/// The tenant with this alias, in whatever state.
pub fn find(tx: &mut DirectoryReadTx<'_>, alias: &Alias) -> Result<Option<TenantRecord>, Error> {
    let sql = "select id, alias, name, state, reason, plan, region, created_at from tenant where alias = $1";
    decode::first(tx.session, "tenant", (sql, &[alias.as_str().into()]), record)
}

/// The tenant with this id.
pub fn find_by_id(tx: &mut DirectoryReadTx<'_>, id: TenantId) -> Result<Option<TenantRecord>, Error> {
    let sql = "select id, alias, name, state, reason, plan, region, created_at from tenant where id = $1";
    decode::first(tx.session, "tenant", (sql, &[Value::text(id)]), record)
}

/// Tenants in the order of their aliases.
pub fn list(tx: &mut DirectoryReadTx<'_>, filter: &Filter) -> Result<Vec<Listed>, Error> {
    let sql = "select t.id, t.alias, t.name, t.state, t.reason, t.plan, t.region, t.created_at,
            (select count(*) from membership m where m.tenant = t.id), t.active_at
        from tenant t
        where (lower(t.alias) like $1 escape '!' or lower(t.name) like $1 escape '!')
            and (cast($2 as text) = '' or t.state = $2) and t.alias > $3
        order by t.alias limit $4";
    let args = [
        Value::Text(containing(&filter.search)),
        filter.state.map_or("", TenantState::as_str).into(),
        filter.after.as_ref().map_or("", Alias::as_str).into(),
        Value::count(filter.limit),
    ];
    decode::list(tx.session, "tenant", (sql, &args), |row| {
        Ok(Listed { record: record(row)?, members: row.count()?, active_at: row.optional_time()? })
    })
}

/// The active and suspended tenants an account belongs to, by name; at most 1,000.
pub fn list_of(tx: &mut DirectoryReadTx<'_>, account: AccountId) -> Result<Vec<TenantRecord>, Error> {
    let sql = "select t.id, t.alias, t.name, t.state, t.reason, t.plan, t.region, t.created_at
        from membership m join tenant t on t.id = m.tenant
        where m.account = $1 and t.state in ('active', 'suspended') order by t.name, t.id limit $2";
    decode::list(tx.session, "tenant", (sql, &[Value::text(account), Value::count(TENANTS_OF_ONE_MAX)]), record)
}

/// How many tenants are in each state.
pub fn count(tx: &mut DirectoryReadTx<'_>) -> Result<Vec<(TenantState, u64)>, Error> {
    let sql = "select state, count(*) from tenant group by state order by state";
    decode::list(tx.session, "tenant", (sql, &[]), |row| Ok((row.parsed(TenantState::parse)?, row.count()?)))
}

/// Stores a new tenant. [`Error::Conflict`] when its alias is taken.
pub fn insert(tx: &mut DirectoryTx<'_>, record: &TenantRecord) -> Result<(), Error> {
    tx.tenant_changed = true;
    let [id, alias, name, state, reason, plan, region] = columns(record);
    let (created_at, now) = (record.created_at.into(), tx.now().into());
    let sql = "insert into tenant (id, alias, name, state, reason, plan, region, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing";
    match tx.session.execute(sql, &[id, alias, name, state, reason, plan, region, created_at, now])? {
        0 => Err(Error::Conflict("this address".to_owned())),
        _ => Ok(()),
    }
}

/// Replaces the record of a tenant.
pub fn update(tx: &mut DirectoryTx<'_>, record: &TenantRecord) -> Result<(), Error> {
    tx.tenant_changed = true;
    let [id, alias, name, state, reason, plan, region] = columns(record);
    let sql =
        "update tenant set alias = $2, name = $3, state = $4, reason = $5, plan = $6, region = $7, updated_at = $8
        where id = $1";
    let now = tx.now().into();
    tx.session.execute(sql, &[id, alias, name, state, reason, plan, region, now])?;
    Ok(())
}

/// Removes a tenant whose sign-up failed, so that its alias is free again.
pub fn delete(tx: &mut DirectoryTx<'_>, id: TenantId) -> Result<(), Error> {
    tx.tenant_changed = true;
    domains::delete_of(tx, id)?;
    tx.session.execute("delete from membership where tenant = $1", &[Value::text(id)])?;
    tx.session.execute("delete from token where tenant = $1", &[Value::text(id)])?;
    tx.session.execute("delete from tenant where id = $1", &[Value::text(id)])?;
    Ok(())
}

/// Notes that something happened in a tenant, to the minute.
pub fn touch(tx: &mut DirectoryTx<'_>, id: TenantId) -> Result<(), Error> {
    let sql = "update tenant set active_at = $2 where id = $1 and (active_at is null or active_at < $3)";
    let (now, before) = (tx.now(), tx.now().plus_ms(-Timestamp::MINUTE_MS));
    tx.session.execute(sql, &[Value::text(id), now.into(), before.into()])?;
    Ok(())
}

/// Makes an account a member of a tenant, in the directory's index of who belongs where.
pub fn insert_membership(tx: &mut DirectoryTx<'_>, account: AccountId, tenant: TenantId) -> Result<(), Error> {
    let sql = "insert into membership (account, tenant) values ($1, $2) on conflict do nothing";
    tx.session.execute(sql, &[Value::text(account), Value::text(tenant)])?;
    Ok(())
}

/// Takes an account out of a tenant in the directory's index.
pub fn delete_membership(tx: &mut DirectoryTx<'_>, account: AccountId, tenant: TenantId) -> Result<(), Error> {
    let sql = "delete from membership where account = $1 and tenant = $2";
    tx.session.execute(sql, &[Value::text(account), Value::text(tenant)])?;
    Ok(())
}

/// Decodes the eight columns of a record, in the order of its fields.
pub(crate) fn record(row: &mut Columns) -> Result<TenantRecord, Error> {
    Ok(TenantRecord {
        id: row.parsed(TenantId::parse)?,
        alias: row.parsed(|it| Alias::parse(it).ok())?,
        name: row.parsed(|it| OrganisationName::parse(it).ok())?,
        state: row.parsed(TenantState::parse)?,
        reason: row.optional_text()?,
        plan: row.parsed(PlanId::parse)?,
        region: Region(row.text()?),
        created_at: row.time()?,
    })
}

fn columns(record: &TenantRecord) -> [Value; 7] {
    [
        Value::text(record.id),
        record.alias.as_str().into(),
        record.name.as_str().into(),
        record.state.as_str().into(),
        record.reason.as_deref().into(),
        record.plan.as_str().into(),
        record.region.0.as_str().into(),
    ]
}

/// The pattern that finds `search` anywhere, whatever signs it holds.
fn containing(search: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in search.trim().to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

/// More tenants than anybody picks from a menu.
const TENANTS_OF_ONE_MAX: u32 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_for_a_wildcard_finds_the_sign_itself() {
        assert_eq!(containing(" 50%_Off! "), "%50!%!_off!!%");
    }
}
