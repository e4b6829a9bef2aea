//! Domains: this file is about the hosts that tenants bring along, kept in the directory, and which of its addresses a
//! tenant tells the world.

use canvass_model::{
    domain::{Domain, DomainName, DomainState, DomainToken, Home, OtherAddresses, PrimaryAddress},
    id::TenantId,
    tenant::TenantRecord,
    time::Timestamp,
};

use crate::{
    DirectoryReadTx, DirectoryTx, Error, Tenant,
    decode::{self, Columns},
    engine::Value,
    tenants,
};

/// A domain that is due for a look, and whose it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Whose claim it is.
    pub record: TenantRecord,
    /// The claim.
    pub domain: Domain,
}

/// A tenant's claim of this domain.
pub fn find(tx: &mut DirectoryReadTx<'_>, tenant: TenantId, name: &DomainName) -> Result<Option<Domain>, Error> {
    let sql = "select name, token, state, since, reason, checked_at, next_check_at, failures, lost_at, claimed_at
        from domain where tenant = $1 and name = $2";
    decode::first(tx.session, "domain", (sql, &[Value::text(tenant), name.as_str().into()]), domain)
}

/// The domains a tenant claims, by name; at most [`Domain::PER_TENANT_MAX`].
pub fn list(tx: &mut DirectoryReadTx<'_>, tenant: TenantId) -> Result<Vec<Domain>, Error> {
    let sql = "select name, token, state, since, reason, checked_at, next_check_at, failures, lost_at, claimed_at
        from domain where tenant = $1 order by name limit $2";
    let args = [Value::text(tenant), Value::count(Domain::PER_TENANT_MAX)];
    decode::list(tx.session, "domain", (sql, &args), domain)
}

/// The tenant that has proved that a domain is its own.
pub fn holder(tx: &mut DirectoryReadTx<'_>, name: &DomainName) -> Result<Option<TenantRecord>, Error> {
    let sql = "select t.id, t.alias, t.name, t.state, t.reason, t.plan, t.region, t.created_at
        from domain d join tenant t on t.id = d.tenant where d.name = $1 and d.state = 'verified'";
    decode::first(tx.session, "domain", (sql, &[name.as_str().into()]), tenants::record)
}

/// Takes at most `limit` domains that are due for a look, those that have waited longest first, and puts their next look
/// off until `again_at`: no other node looks meanwhile, and one that dies is made up for.
pub fn claim_due(tx: &mut DirectoryTx<'_>, again_at: Timestamp, limit: u32) -> Result<Vec<Due>, Error> {
    let sql = "select t.id, t.alias, t.name, t.state, t.reason, t.plan, t.region, t.created_at,
            d.name, d.token, d.state, d.since, d.reason, d.checked_at, d.next_check_at, d.failures, d.lost_at,
            d.claimed_at
        from domain d join tenant t on t.id = d.tenant
        where d.next_check_at <= $1 order by d.next_check_at, d.name, t.id limit $2";
    let now = tx.now();
    let due = decode::list(tx.session, "domain", (sql, &[now.into(), Value::count(limit)]), |row| {
        Ok(Due { record: tenants::record(row)?, domain: domain(row)? })
    })?;
    let mut claimed = Vec::with_capacity(due.len());
    for it in due {
        // The condition stands again in the update: a node that was faster leaves no row to touch.
        let sql = "update domain set next_check_at = $3 where tenant = $1 and name = $2 and next_check_at <= $4";
        let args = [Value::text(it.record.id), it.domain.name.as_str().into(), again_at.into(), now.into()];
        if 0 < tx.session.execute(sql, &args)? {
            claimed.push(it);
        }
    }
    Ok(claimed)
}

/// Stores a tenant's new claim. [`Error::Conflict`] when it has it already.
pub fn insert(tx: &mut DirectoryTx<'_>, tenant: &Tenant, domain: &Domain) -> Result<(), Error> {
    let sql = "insert into domain
            (tenant, name, token, state, since, reason, checked_at, next_check_at, failures, lost_at, claimed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing";
    match tx.session.execute(sql, &columns(tenant.record().id, domain))? {
        0 => Err(Error::Conflict("this domain".to_owned())),
        _ => Ok(()),
    }
}

/// Replaces a claim that is there; `false` when it is not any more. [`Error::Conflict`] when it is to be verified and
/// another tenant's is: one at most has a domain.
pub fn update(tx: &mut DirectoryTx<'_>, tenant: TenantId, domain: &Domain) -> Result<bool, Error> {
    if domain.state == DomainState::Verified && holder(tx, &domain.name)?.is_some_and(|it| it.id != tenant) {
        return Err(Error::Conflict("this domain".to_owned()));
    }
    // Most looks change nothing that is remembered.
    tx.tenant_changed |= find(tx, tenant, &domain.name)?.is_some_and(|it| it.state != domain.state);
    let sql = "update domain set token = $3, state = $4, since = $5, reason = $6, checked_at = $7, next_check_at = $8,
            failures = $9, lost_at = $10, claimed_at = $11
        where tenant = $1 and name = $2";
    Ok(0 < tx.session.execute(sql, &columns(tenant, domain))?)
}

/// Takes a tenant's claim away; `false` when it had none.
pub fn delete(tx: &mut DirectoryTx<'_>, tenant: &Tenant, name: &DomainName) -> Result<bool, Error> {
    tx.tenant_changed = true;
    let args = [Value::text(tenant.record().id), name.as_str().into()];
    Ok(0 < tx.session.execute("delete from domain where tenant = $1 and name = $2", &args)?)
}

/// Takes everything away that a tenant has here, when it goes.
pub(crate) fn delete_of(tx: &mut DirectoryTx<'_>, tenant: TenantId) -> Result<(), Error> {
    tx.session.execute("delete from primary_address where tenant = $1", &[Value::text(tenant)])?;
    tx.session.execute("delete from domain where tenant = $1", &[Value::text(tenant)])?;
    Ok(())
}

/// What a tenant chose among its addresses: its path address, until it chooses another and whenever it has lost the domain
/// it chose.
pub fn primary(tx: &mut DirectoryReadTx<'_>, tenant: TenantId) -> Result<PrimaryAddress, Error> {
    let sql = "select p.home, d.name, p.others from primary_address p
        left join domain d on d.tenant = p.tenant and d.name = p.domain and d.state = 'verified'
        where p.tenant = $1";
    let found = decode::first(tx.session, "primary address", (sql, &[Value::text(tenant)]), |row| {
        let (home, domain) = (row.text()?, row.optional_parsed(DomainName::of_host)?);
        let others = row.parsed(OtherAddresses::parse)?;
        let home = match (home.as_str(), domain) {
            ("domain", Some(domain)) => Home::Domain(domain),
            ("subdomain", _) => Home::Subdomain,
            ("path" | "domain", _) => Home::Path,
            (other, _) => return Err(row.corrupt(other)),
        };
        Ok(PrimaryAddress { home, others })
    })?;
    Ok(found.unwrap_or_default())
}

/// Stores what a tenant chose among its addresses.
pub fn put_primary(tx: &mut DirectoryTx<'_>, tenant: &Tenant, primary: &PrimaryAddress) -> Result<(), Error> {
    tx.tenant_changed = true;
    let (home, domain) = match &primary.home {
        Home::Path => ("path", None),
        Home::Subdomain => ("subdomain", None),
        Home::Domain(domain) => ("domain", Some(domain.as_str())),
    };
    let sql = "insert into primary_address (tenant, home, domain, others) values ($1, $2, $3, $4)
        on conflict (tenant) do update set home = excluded.home, domain = excluded.domain, others = excluded.others";
    let args = [Value::text(tenant.record().id), home.into(), domain.into(), primary.others.as_str().into()];
    tx.session.execute(sql, &args)?;
    Ok(())
}

fn domain(row: &mut Columns) -> Result<Domain, Error> {
    Ok(Domain {
        name: row.parsed(DomainName::of_host)?,
        token: row.parsed(DomainToken::parse)?,
        state: row.parsed(DomainState::parse)?,
        since: row.time()?,
        reason: row.optional_text()?,
        checked_at: row.optional_time()?,
        next_check_at: row.optional_time()?,
        failures: row.small()?,
        lost_at: row.optional_time()?,
        claimed_at: row.time()?,
    })
}

fn columns(tenant: TenantId, domain: &Domain) -> [Value; 11] {
    [
        Value::text(tenant),
        domain.name.as_str().into(),
        domain.token.as_str().into(),
        domain.state.as_str().into(),
        domain.since.into(),
        domain.reason.as_deref().into(),
        domain.checked_at.into(),
        domain.next_check_at.into(),
        Value::count(domain.failures),
        domain.lost_at.into(),
        domain.claimed_at.into(),
    ]
}
