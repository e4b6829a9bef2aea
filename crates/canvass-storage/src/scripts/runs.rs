//! Runs of scripts: this file is about their records, what they came to, and how long they stay.

use std::collections::BTreeMap;

use canvass_model::{
    id::RunId,
    script::{Cause, Outcome, Run, ScriptName, Usage},
    time::Timestamp,
};

use crate::{
    Error, ReadTx, Tx,
    decode::{self, Columns},
    engine::Value,
    scripts::hours,
};

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of one script alone.
    pub script: Option<ScriptName>,
    /// Only those that did not end well.
    pub failed: bool,
    /// Before this one.
    pub before: Option<RunId>,
    /// At most so many.
    pub limit: u32,
}

/// What the runs of one script came to in a span of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Which script.
    pub script: ScriptName,
    /// Runs.
    pub runs: u64,
    /// Runs that did not end well.
    pub failed: u64,
    /// Microseconds of computing, in all.
    pub cpu_us: u64,
    /// Bytes of memory at the most.
    pub memory_peak_bytes: u64,
    /// Calls of the host interface, in all.
    pub host_calls: u64,
    /// How long those took that began, on the clock; `None` when none did.
    pub wall: Option<Percentiles>,
}

/// Microseconds that so many in a hundred runs did not exceed, each the time of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Percentiles {
    /// Half of them.
    pub p50_us: u64,
    /// 95.
    pub p95_us: u64,
    /// 99.
    pub p99_us: u64,
}

/// The run with this id.
pub fn find(tx: &mut ReadTx<'_>, id: RunId) -> Result<Option<Run>, Error> {
    decode::first(tx.session, "run", (&select("where id = $1"), &[Value::text(id)]), run)
}

/// Runs, the newest first.
pub fn list(tx: &mut ReadTx<'_>, filter: &Filter) -> Result<Vec<Run>, Error> {
    let before = match filter.before {
        None => i64::MAX,
        Some(id) => {
            let sql = "select position from script_run where id = $1";
            decode::first(tx.session, "run", (sql, &[Value::text(id)]), Columns::int)?.unwrap_or(i64::MIN)
        }
    };
    let sql = match filter.script {
        Some(_) => select(
            "where script = $1 and position < $2 and (cast($3 as bigint) = 0 or outcome <> 'done') order by position desc limit $4",
        ),
        None => select(
            "where cast($1 as text) = '' and position < $2 and (cast($3 as bigint) = 0 or outcome <> 'done')
            order by position desc limit $4",
        ),
    };
    let script = filter.script.as_ref().map_or("", ScriptName::as_str);
    let args = [script.into(), Value::Int(before), filter.failed.into(), Value::count(filter.limit)];
    decode::list(tx.session, "run", (&sql, &args), run)
}

/// What the runs since `since` came to, of one script or of all, the most computing first; at most [`ACCOUNTS_MAX`].
pub fn accounts(tx: &mut ReadTx<'_>, since: Timestamp, only: Option<&ScriptName>) -> Result<Vec<Account>, Error> {
    let sql = "select script, count(*), cast(sum(case when outcome = 'done' then 0 else 1 end) as bigint),
            cast(sum(cpu_us) as bigint), max(memory_peak_bytes), cast(sum(host_calls) as bigint)
        from script_run where began_at >= $1 and (cast($2 as text) = '' or script = $2)
        group by script order by 4 desc, script limit $3";
    let script = only.map_or("", ScriptName::as_str);
    let args = [since.into(), script.into(), Value::count(ACCOUNTS_MAX)];
    let walls = percentiles(tx, since, only)?;
    decode::list(tx.session, "run", (sql, &args), |row| {
        let script = row.parsed(|it| ScriptName::parse(it).ok())?;
        Ok(Account {
            runs: row.count()?,
            failed: row.count()?,
            cpu_us: row.count()?,
            memory_peak_bytes: row.count()?,
            host_calls: row.count()?,
            wall: walls.get(&script).copied(),
            script,
        })
    })
}

/// Scripts whose runs are counted at once: more than any plan includes, with those that are gone.
pub const ACCOUNTS_MAX: u32 = 500;

/// The rank of what so many percent of `runs` do not exceed; the same in SQL.
const RANKS: [u64; 3] = [50, 95, 99];

fn rank(runs: u64, percent: u64) -> u64 {
    (runs * percent).div_ceil(100)
}

/// How long the runs of each script took that began. The database sorts them; what comes back is three rows a script.
fn percentiles(
    tx: &mut ReadTx<'_>,
    since: Timestamp,
    only: Option<&ScriptName>,
) -> Result<BTreeMap<ScriptName, Percentiles>, Error> {
    let sql = "select script, wall_us, place, runs from (
            select script, wall_us, row_number() over (partition by script order by wall_us) as place,
                count(*) over (partition by script) as runs
            from script_run where began_at >= $1 and (cast($2 as text) = '' or script = $2)
                and outcome not in ('crowded', 'off', 'unavailable')) as ranked
        where place in ((runs * 50 + 99) / 100, (runs * 95 + 99) / 100, (runs * 99 + 99) / 100)
        order by script, place limit $3";
    let script = only.map_or("", ScriptName::as_str);
    let args = [since.into(), script.into(), Value::count(ACCOUNTS_MAX * 3)];
    let rows = decode::list(tx.session, "run", (sql, &args), |row| {
        Ok((row.parsed(|it| ScriptName::parse(it).ok())?, row.count()?, row.count()?, row.count()?))
    })?;
    let mut found: BTreeMap<ScriptName, Percentiles> = BTreeMap::new();
    for (script, wall_us, place, runs) in rows {
        let of = found.entry(script).or_default();
        for (percent, figure) in RANKS.into_iter().zip([&mut of.p50_us, &mut of.p95_us, &mut of.p99_us]) {
            if rank(runs, percent) == place {
                *figure = wall_us;
            }
        }
    }
    Ok(found)
}

/// Records a run and counts its work in its hour; doing it again changes nothing.
pub fn insert(tx: &mut Tx<'_>, run: &Run) -> Result<(), Error> {
    let row = [
        Value::text(run.id),
        run.script.as_str().into(),
        run.version.map(|it| Value::count(it.0)).into(),
        run.cause.as_str().into(),
        run.at.into(),
        run.outcome.as_str().into(),
        Value::count(run.usage.cpu_us),
        Value::count(run.usage.fuel),
        Value::count(run.usage.wall_us),
        Value::count(run.usage.memory_peak_bytes),
        Value::count(run.usage.host_calls),
        run.failure.as_ref().map(decode::json).transpose()?.into(),
        run.output.replace('\0', "\u{fffd}").into(),
        run.output_truncated.into(),
        decode::json(&run.log)?,
    ];
    let sql = "insert into script_run (id, script, version, cause, began_at, outcome, cpu_us, fuel, wall_us,
            memory_peak_bytes, host_calls, failure, output, output_truncated, log)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing";
    if tx.session.execute(sql, &row)? == 1 && 0 < run.usage.fuel {
        hours::add(tx, run.at, run.usage.fuel)?;
    }
    Ok(())
}

/// Removes runs that began before `before`, and the oldest beyond the newest `kept`; at most `limit` of each. Answers how
/// many.
pub fn delete_old(tx: &mut Tx<'_>, before: Timestamp, kept: u32, limit: u32) -> Result<u64, Error> {
    let sql = "delete from script_run where position in
        (select position from script_run where began_at < $1 order by began_at limit $2)";
    let aged = tx.session.execute(sql, &[before.into(), Value::count(limit)])?;
    let sql = "select position from script_run order by position desc limit 1 offset $1";
    let edge = decode::first(tx.session, "run", (sql, &[Value::count(kept)]), Columns::int)?;
    let Some(edge) = edge else { return Ok(aged) };
    let sql = "delete from script_run where position in
        (select position from script_run where position <= $1 order by position limit $2)";
    Ok(aged + tx.session.execute(sql, &[Value::Int(edge), Value::count(limit)])?)
}

fn select(rest: &str) -> String {
    format!(
        "select id, script, version, cause, began_at, outcome, cpu_us, fuel, wall_us, memory_peak_bytes, host_calls,
            failure, output, output_truncated, log
        from script_run {rest}"
    )
}

fn run(row: &mut Columns) -> Result<Run, Error> {
    Ok(Run {
        id: row.parsed(RunId::parse)?,
        script: row.parsed(|it| ScriptName::parse(it).ok())?,
        version: super::version(row)?,
        cause: row.parsed(Cause::parse)?,
        at: row.time()?,
        outcome: row.parsed(Outcome::parse)?,
        usage: Usage {
            cpu_us: row.count()?,
            fuel: row.count()?,
            wall_us: row.count()?,
            memory_peak_bytes: row.count()?,
            host_calls: row.small()?,
        },
        failure: row.optional_json()?,
        output: row.text()?,
        output_truncated: row.flag()?,
        log: row.json()?,
    })
}
