//! Applying: this file is about taking accepted responses out of the intake and into their tenants in one commit.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use canvass_model::{
    id::{ResponseId, SurveyId, TenantId},
    plan::Lane,
    response::{Accepted, Source},
    survey::Version,
};

use super::{
    super::{Apply, Session, Value},
    intake,
    lent::Lent,
};
use crate::{
    Applied, Backlog, Error,
    dead_letters::{self, Undeliverable},
    decode,
    transaction::now,
};

/// Where this node's rounds go on, so that no shard and no tenant waits behind others for ever.
#[derive(Default)]
pub(super) struct Turns {
    /// The shard to begin with, by the first shard of the lane.
    shards: Mutex<HashMap<i16, i16>>,
    /// The tenant to go on after, by shard.
    tenants: Mutex<HashMap<i16, String>>,
}

/// A record out of the intake.
struct Taken {
    tenant: TenantId,
    sequence: i64,
    response: Accepted,
}

/// A response that cannot be applied, and why.
struct Dead {
    tenant: TenantId,
    response: Accepted,
    reason: String,
}

/// Tenants served from one shard in one round; each costs a few round trips.
const TENANTS_MAX: i64 = 64;
/// Records counted by a look at the backlog; beyond it, it is "very much".
const BACKLOG_MAX: i64 = 100_000;
/// Tenants whose oldest record a look at the backlog compares.
const HEADS_MAX: i64 = 10_000;

/// Takes and applies at most `records_max` records of `lane` in the transaction `lent`, which the caller commits.
pub(super) fn apply(
    lent: &mut Lent<'_>,
    turns: &Turns,
    (lane, records_max): (Lane, usize),
    apply: &mut Apply<'_>,
) -> Result<Applied, Error> {
    let taken = take(lent, turns, lane, records_max)?;
    let mut round = Applied { taken: taken.len(), dead: 0 };
    // By the order of their ids, so that two nodes never wait for each other's tenants.
    let mut shares: BTreeMap<TenantId, Vec<Taken>> = BTreeMap::new();
    for record in taken {
        shares.entry(record.tenant).or_default().push(record);
    }
    let mut dead = Vec::new();
    for (tenant, mut share) in shares {
        share.sort_unstable_by_key(|it| it.sequence);
        let share = share.into_iter().map(|it| it.response).collect();
        lent.enter(tenant)?;
        apply_share(lent, tenant, share, apply, &mut dead)?;
    }
    round.dead = dead.len();
    if !dead.is_empty() {
        bury(lent, lane, &dead)?;
    }
    Ok(round)
}

/// Applies one tenant's records together or, when that cannot be, one by one; what fails alone is dead.
fn apply_share(
    lent: &mut Lent<'_>,
    tenant: TenantId,
    share: Vec<Accepted>,
    apply: &mut Apply<'_>,
    dead: &mut Vec<Dead>,
) -> Result<(), Error> {
    let Some(refusal) = attempt(lent, tenant, &share, apply)? else { return Ok(()) };
    if let [_] = share.as_slice() {
        dead.extend(share.into_iter().map(|response| Dead { tenant, response, reason: refusal.clone() }));
        return Ok(());
    }
    for response in share {
        match attempt(lent, tenant, std::slice::from_ref(&response), apply)? {
            Some(reason) => dead.push(Dead { tenant, response, reason }),
            None => lent.move_savepoint()?,
        }
    }
    Ok(())
}

/// Applies records; answers why they never can be, with everything undone since the savepoint.
fn attempt(
    lent: &mut Lent<'_>,
    tenant: TenantId,
    records: &[Accepted],
    apply: &mut Apply<'_>,
) -> Result<Option<String>, Error> {
    match apply(tenant, lent, records) {
        Ok(()) => Ok(None),
        Err(refusal) if is_final(&refusal) || lent.is_about_data() => {
            lent.return_to_savepoint()?;
            Ok(Some(refusal.to_string()))
        }
        Err(error) => Err(error),
    }
}

/// Whether trying again is in vain.
fn is_final(error: &Error) -> bool {
    match error {
        Error::Rejected(_) | Error::Corrupt { .. } | Error::Conflict(_) => true,
        Error::Busy { .. } | Error::Full | Error::Unusable(_) | Error::Unreachable(_) | Error::Engine(_) => false,
    }
}

/// Keeps what cannot be applied among the dead letters. Those of a tenant that is gone go with it.
fn bury(lent: &mut Lent<'_>, lane: Lane, dead: &[Dead]) -> Result<(), Error> {
    lent.run("select set_config('canvass.tenant', '', true)")?;
    for it in dead {
        let known = lent.query("select 1 from tenant where id = $1", &[Value::text(it.tenant)])?;
        if known.is_empty() {
            tracing::warn!(tenant = %it.tenant, response = %it.response.id, reason = it.reason,
                "dropped a response that cannot be applied, as its tenant is gone");
            continue;
        }
        let letter = Undeliverable { tenant: it.tenant, lane, response: &it.response, reason: &it.reason };
        dead_letters::insert(lent, &letter, now())?;
    }
    Ok(())
}

/// Takes records out of as many shards as it needs, leasing each until the transaction ends.
fn take(lent: &mut Lent<'_>, turns: &Turns, lane: Lane, records_max: usize) -> Result<Vec<Taken>, Error> {
    let mut leased = Vec::new();
    let mut taken = Vec::new();
    while taken.len() < records_max {
        let Some(shard) = lease(lent, turns.shard(lane), lane, &leased)? else { break };
        leased.push(shard);
        turns.after_shard(lane, shard);
        let room = i64::try_from(records_max - taken.len()).unwrap_or(i64::MAX);
        taken.append(&mut take_from(lent, turns, shard, room)?);
    }
    Ok(taken)
}

/// Leases the next shard with work, from `start` around, unless another node has it.
fn lease(lent: &mut Lent<'_>, start: i16, lane: Lane, leased: &[i16]) -> Result<Option<i16>, Error> {
    let sql = "select s.shard from shard s
        where s.lane = $1 and s.shard <> all ($2) and exists (select from intake i where i.shard = s.shard)
        order by (s.shard - $3 + 32) % 16
        limit 1
        for update of s skip locked";
    let rows = lent.query_as(sql, &[&lane.as_str(), &leased, &start])?;
    decode::rows("shard", rows, decode::Columns::small)?.pop().map(i16::try_from).transpose().map_err(Error::engine)
}

/// Takes at most `room` records of a leased shard: tenants in turn, and of each the oldest first, none more than four
/// times its even share.
fn take_from(lent: &mut Lent<'_>, turns: &Turns, shard: i16, room: i64) -> Result<Vec<Taken>, Error> {
    let after = turns.tenant(shard);
    let tenants_max = TENANTS_MAX.min(room);
    let rows = lent.query_as(TAKE, &[&shard, &after, &tenants_max, &room])?;
    let taken = decode::rows("accepted response", rows, taken)?;
    let mut tenants: Vec<TenantId> = taken.iter().map(|it| it.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let next = match tenants.last() {
        Some(last) if tenants_max <= i64::try_from(tenants.len()).unwrap_or(i64::MAX) => last.to_string(),
        Some(_) | None => String::new(),
    };
    turns.after_tenant(shard, next);
    if taken.is_empty() && !after.is_empty() {
        return take_from(lent, turns, shard, room);
    }
    Ok(taken)
}

/// Walks from tenant to tenant along the key, never along the sequence alone: its order is not the order of commits.
const TAKE: &str = "
    with recursive waiting (tenant, nth) as (
        (select tenant, cast(1 as bigint) from intake where shard = $1 and tenant > $2 order by tenant limit 1)
        union all
        select (select i.tenant from intake i where i.shard = $1 and i.tenant > w.tenant order by i.tenant limit 1),
            w.nth + 1
        from waiting w where w.tenant is not null and w.nth < $3
    ),
    share (records) as materialized (
        select greatest(4 * cast($4 as bigint) / count(*), 1) from waiting where tenant is not null
    ),
    picked (tenant, sequence) as materialized (
        select w.tenant, p.sequence
        from waiting w cross join lateral (
            select i.sequence, row_number() over (order by i.sequence) as nth
            from intake i where i.shard = $1 and i.tenant = w.tenant
            order by i.sequence limit (select records from share)
        ) p
        where w.tenant is not null
        order by p.nth, p.sequence limit $4
    )
    delete from intake i using picked p
    where i.shard = $1 and i.tenant = p.tenant and i.sequence = p.sequence
    returning i.tenant, i.sequence, i.id, i.survey, i.version, i.received_at, i.source, i.answers";

fn taken(row: &mut decode::Columns) -> Result<Taken, Error> {
    Ok(Taken {
        tenant: row.parsed(TenantId::parse)?,
        sequence: row.int()?,
        response: Accepted {
            id: row.parsed(ResponseId::parse)?,
            survey: row.parsed(SurveyId::parse)?,
            version: Version(row.small()?),
            received_at: row.time()?,
            source: row.parsed(Source::parse)?,
            answers: row.text()?,
        },
    })
}

/// How much waits in `lane`, up to a bound.
pub(super) fn backlog(lent: &mut Lent<'_>, lane: Lane) -> Result<Backlog, Error> {
    let sql = "
        with recursive head (shard, tenant, received_at, nth) as (
            (select shard, tenant, received_at, cast(1 as bigint) from intake where shard between $1 and $2
                order by shard, tenant, sequence limit 1)
            union all
            select n.shard, n.tenant, n.received_at, h.nth + 1
            from head h cross join lateral (
                select i.shard, i.tenant, i.received_at from intake i
                where (i.shard, i.tenant) > (h.shard, h.tenant) and i.shard <= $2
                order by i.shard, i.tenant, i.sequence limit 1
            ) n
            where h.nth < $3
        )
        select (select count(*) from (select from intake where shard between $1 and $2 limit $4) t),
            (select min(received_at) from head)";
    let (first, last) = intake::shards(lane).into_inner();
    let rows = lent.query_as(sql, &[&first, &last, &HEADS_MAX, &BACKLOG_MAX])?;
    let mut looks = decode::rows("backlog", rows, |row| {
        Ok(Backlog { records: row.count()?, oldest_at: row.optional_time()?, damaged: 0 })
    })?;
    Ok(looks.pop().unwrap_or_default())
}

impl Turns {
    fn shard(&self, lane: Lane) -> i16 {
        let first = *intake::shards(lane).start();
        *lock(&self.shards).entry(first).or_insert(first)
    }

    fn after_shard(&self, lane: Lane, shard: i16) {
        lock(&self.shards).insert(*intake::shards(lane).start(), shard + 1);
    }

    fn tenant(&self, shard: i16) -> String {
        lock(&self.tenants).get(&shard).cloned().unwrap_or_default()
    }

    fn after_tenant(&self, shard: i16, tenant: String) {
        lock(&self.tenants).insert(shard, tenant);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
